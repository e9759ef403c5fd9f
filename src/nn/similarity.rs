//! Similarity of latents and prototypes.

use tch::{Kind, Tensor};

/// Rows scaled to unit length (specification 2.1: `F.normalize`, eps 1e-12).
/// Shape (N, D) to (N, D).
pub fn unit_rows(xs: &Tensor) -> Tensor {
    let norm = xs
        .square()
        .sum_dim_intlist(-1, true, None::<Kind>)
        .sqrt()
        .clamp_min(1e-12);
    xs / norm
}

/// Cosine of every latent with every prototype: (N, D) and (P, D) to (N, P),
/// in [-1, 1]. Unscaled: the rhythm branch's largest similarity is 1.
pub fn cosine(latents: &Tensor, prototypes: &Tensor) -> Tensor {
    unit_rows(latents).matmul(&unit_rows(prototypes).transpose(0, 1))
}
