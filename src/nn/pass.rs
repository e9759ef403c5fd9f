//! How a network runs: as it is used, or while it learns.

use std::cell::RefCell;

use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;
use tch::Tensor;

/// One forward pass.
#[derive(Clone, Copy, Debug)]
pub enum Pass<'a> {
    /// As inference does it: batch normalisation uses what it has learned,
    /// nothing is dropped.
    Evaluate,
    /// Batch normalisation uses and updates batch statistics, dropout draws its
    /// masks from here.
    Train(&'a Masks),
}

impl Pass<'_> {
    pub fn is_training(self) -> bool {
        matches!(self, Self::Train(_))
    }

    /// Sets each element to 0 with chance `rate` and divides the others by
    /// `1 - rate` (Srivastava et al. 2014); nothing while evaluating.
    pub fn dropout(self, xs: Tensor, rate: f64) -> Tensor {
        match self {
            Self::Train(masks) if rate > 0.0 => {
                let kept = masks.kept(xs.numel(), rate);
                let mask = Tensor::from_slice(&kept)
                    .view(xs.size().as_slice())
                    .to_device(xs.device())
                    .to_kind(xs.kind());
                xs * mask / (1.0 - rate)
            }
            _ => xs,
        }
    }
}

/// The source of dropout masks of one training step. libtorch's own generator
/// cannot be saved and is shared by the whole process, so a resumed run could
/// not draw the same masks from it.
#[derive(Debug)]
pub struct Masks(RefCell<ChaCha8Rng>);

impl Masks {
    pub fn new(random: ChaCha8Rng) -> Self {
        Self(RefCell::new(random))
    }

    /// 1 for what is kept, 0 for what is dropped; the rate is met to 1/65,536.
    fn kept(&self, count: usize, rate: f64) -> Vec<u8> {
        let limit = (rate * 65_536.0).round() as u32;
        let mut random = self.0.borrow_mut();
        let mut kept = Vec::with_capacity(count + 3);
        while kept.len() < count {
            let bits = random.next_u64();
            for shift in [0, 16, 32, 48] {
                kept.push(u8::from((bits >> shift) as u32 & 0xffff >= limit));
            }
        }
        kept.truncate(count);
        kept
    }
}

/// `count` draws from the standard normal distribution (Box and Muller 1958).
pub fn normal(random: &mut ChaCha8Rng, count: usize) -> Vec<f32> {
    let mut values = Vec::with_capacity(count + 1);
    while values.len() < count {
        // In (0, 1], so that the logarithm is finite.
        let radius = (-2.0 * (1.0 - random.random::<f64>()).ln()).sqrt();
        let (sin, cos) = (std::f64::consts::TAU * random.random::<f64>()).sin_cos();
        values.push((radius * cos) as f32);
        values.push((radius * sin) as f32);
    }
    values.truncate(count);
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use tch::Kind;

    #[test]
    fn dropout_keeps_the_mean_and_drops_the_rate() {
        let masks = Masks::new(ChaCha8Rng::seed_from_u64(1));
        let xs = Tensor::ones([100, 1000], (Kind::Float, tch::Device::Cpu));
        let dropped = Pass::Train(&masks).dropout(xs.copy(), 0.35);
        let zeros = dropped.eq(0.0).to_kind(Kind::Float).mean(Kind::Float);
        assert!((zeros.double_value(&[]) - 0.35).abs() < 0.01);
        assert!((dropped.mean(Kind::Float).double_value(&[]) - 1.0).abs() < 0.02);
        assert_eq!(Pass::Evaluate.dropout(xs.copy(), 0.35), xs);
    }

    #[test]
    fn normal_draws_have_mean_zero_and_deviation_one() {
        let values = normal(&mut ChaCha8Rng::seed_from_u64(2), 100_001);
        let n = values.len() as f64;
        let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / n;
        let variance = values.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>() / n;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.02);
    }
}
