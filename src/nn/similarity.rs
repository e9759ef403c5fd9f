//! Similarity of latents and prototypes.

use tch::Tensor;

/// Rows scaled to unit length (specification 2.1: `F.normalize`, eps 1e-12).
/// Shape (N, D) to (N, D).
///
/// `norm` and not the square root of a sum of squares, whose slope at a row of
/// zeros is infinite: one such row would make every gradient NaN.
pub fn unit_rows(xs: &Tensor) -> Tensor {
    xs / xs.norm_scalaropt_dim(2, [-1i64], true).clamp_min(1e-12)
}

/// Cosine of every latent with every prototype: (N, D) and (P, D) to (N, P),
/// in [-1, 1]. Unscaled: the rhythm branch's largest similarity is 1.
pub fn cosine(latents: &Tensor, prototypes: &Tensor) -> Tensor {
    unit_rows(latents).matmul(&unit_rows(prototypes).transpose(0, 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Kind;

    /// Slope of x / |x| by hand: (1 - u u^T) / |x|; of (3, 4) along the first
    /// coordinate 16/125 and -12/125.
    #[test]
    fn the_gradient_is_right_and_finite_at_a_row_of_zeros() {
        let xs = Tensor::from_slice(&[3f32, 4.0, 0.0, 0.0])
            .view([2, 2])
            .set_requires_grad(true);
        let units = unit_rows(&xs);
        assert_eq!(units.get(1), Tensor::from_slice(&[0f32, 0.0]));
        units.select(1, 0).sum(Kind::Float).backward();
        let slope = xs.grad();
        assert_eq!(slope.isfinite().all().int64_value(&[]), 1);
        assert!((slope.double_value(&[0, 0]) - 16.0 / 125.0).abs() < 1e-6);
        assert!((slope.double_value(&[0, 1]) + 12.0 / 125.0).abs() < 1e-6);
    }
}
