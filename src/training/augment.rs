//! Small changes of a batch that leave its statements true. Derived from
//! (seed, stage, epoch, step), so that a resumed run sees the same.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use tch::Tensor;

use crate::nn::normal;

/// What is varied; nothing of the published programs, which train on the
/// recordings as they are.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Augment {
    /// Amplitude is multiplied by a factor from 1/(1 + spread) to 1 + spread.
    pub gain_spread: f64,
    /// The recording is moved by up to this much, zeros move in.
    pub shift_s: f64,
    /// Standard deviation of white noise.
    pub noise_mv: f64,
    /// Chance that one lead is silenced, per recording.
    pub silent_lead: f64,
}

/// The generator of one step of a run.
pub fn generator(seed: u64, stage: usize, epoch: usize, step: usize) -> ChaCha8Rng {
    let mut key = [0u8; 32];
    for (part, value) in [seed, stage as u64, epoch as u64, step as u64]
        .into_iter()
        .enumerate()
    {
        key[8 * part..8 * part + 8].copy_from_slice(&value.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

impl Augment {
    /// Varies a batch (B, leads, samples) in millivolts.
    pub fn apply(&self, xs: &Tensor, rate_hz: f64, random: &mut ChaCha8Rng) -> Tensor {
        let size = xs.size();
        let (batch, leads, samples) = (size[0], size[1], size[2]);
        let longest = (self.shift_s * rate_hz).round() as i64;
        let mut rows = Vec::with_capacity(batch as usize);
        let mut gains = Vec::with_capacity((batch * leads) as usize);
        for row in 0..batch {
            let spread = (1.0 + self.gain_spread).ln();
            let gain = random.random_range(-1.0..=1.0f64) * spread;
            let silent = (random.random_range(0.0..1.0) < self.silent_lead)
                .then(|| random.random_range(0..leads));
            gains.extend((0..leads).map(|lead| {
                if Some(lead) == silent {
                    0.0
                } else {
                    gain.exp() as f32
                }
            }));
            let shift = random.random_range(-longest..=longest);
            let kept = xs
                .get(row)
                .narrow(1, (-shift).max(0), samples - shift.abs());
            rows.push(kept.constant_pad_nd([shift.max(0), (-shift).max(0)]));
        }
        let gains = Tensor::from_slice(&gains)
            .view([batch, leads, 1])
            .to_device(xs.device());
        let moved = Tensor::stack(&rows, 0) * gains;
        if self.noise_mv == 0.0 {
            return moved;
        }
        // libtorch's generator is one for the whole process: another run beside
        // this one would change what it draws.
        let noise = Tensor::from_slice(&normal(random, moved.numel()))
            .view(size.as_slice())
            .to_device(xs.device());
        moved + noise * self.noise_mv
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::{Device, Kind};

    #[test]
    fn the_same_step_gives_the_same_batch_and_another_step_another() {
        let xs = Tensor::randn([4, 12, 100], (Kind::Float, Device::Cpu));
        let augment = Augment {
            gain_spread: 0.2,
            shift_s: 0.1,
            noise_mv: 0.01,
            silent_lead: 0.5,
        };
        let run = |step| augment.apply(&xs, 100.0, &mut generator(1, 2, 3, step));
        assert_eq!(run(0), run(0));
        assert_ne!(run(0), run(1));
    }

    #[test]
    fn a_shift_moves_and_fills_with_zeros() {
        let ramp = Tensor::arange_start(1, 101, (Kind::Float, Device::Cpu)).view([1, 1, 100]);
        let augment = Augment {
            gain_spread: 0.0,
            shift_s: 0.1,
            noise_mv: 0.0,
            silent_lead: 0.0,
        };
        let moved: Vec<f32> = (&augment
            .apply(&ramp, 100.0, &mut generator(1, 0, 0, 5))
            .view([-1]))
            .try_into()
            .unwrap();
        let zeros = moved.iter().filter(|&&x| x == 0.0).count();
        assert!((1..=10).contains(&zeros), "{zeros}");
        let kept: Vec<f32> = moved.into_iter().filter(|&x| x != 0.0).collect();
        assert!(kept.windows(2).all(|w| w[1] == w[0] + 1.0));
    }
}
