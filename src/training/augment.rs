//! Small changes of a batch that leave its statements true. Drawn from the
//! run's own generator, so that a resumed run sees the same.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

use crate::nn::normal;

/// What is varied; nothing of the published programs, which train on the
/// recordings as they are.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Augment {
    /// Amplitude is multiplied by a factor from 1/(1 + spread) to 1 + spread.
    pub gain_spread: f64,
    /// Each lead by a factor of its own: exp of a normal draw with this deviation.
    pub lead_gain_spread: f64,
    /// The recording is moved by up to this much, zeros move in.
    pub shift_s: f64,
    /// A stretch of this length is taken from a random place.
    pub crop_s: Option<f64>,
    /// White noise of a deviation between 0 and this.
    pub noise_mv: f64,
    /// A slow wave of an amplitude between 0 and this in each lead.
    pub wander_mv: f64,
    /// Chance that one lead is silenced, per recording.
    pub silent_lead: f64,
}

impl Augment {
    /// Varies a batch (B, leads, samples) in millivolts.
    pub fn apply(&self, xs: &Tensor, rate_hz: f64, random: &mut ChaCha8Rng) -> Tensor {
        let moved = self.placed(xs, rate_hz, random);
        let size = moved.size();
        let gains = self.gains(size[0], size[1], random).to_device(xs.device());
        let mut varied = moved * gains;
        if self.noise_mv > 0.0 {
            varied += self.noise(&size, random).to_device(xs.device());
        }
        if self.wander_mv > 0.0 {
            varied += self.wander(&size, random).to_device(xs.device());
        }
        varied
    }

    /// Shifted and cut.
    fn placed(&self, xs: &Tensor, rate_hz: f64, random: &mut ChaCha8Rng) -> Tensor {
        let (batch, samples) = (xs.size()[0], xs.size()[2]);
        let longest = (self.shift_s * rate_hz).round() as i64;
        let length = self.crop_s.map_or(samples, |s| {
            ((s * rate_hz).round() as i64).clamp(1, samples)
        });
        let rows: Vec<Tensor> = (0..batch)
            .map(|row| {
                let shift = random.random_range(-longest..=longest);
                let kept = xs
                    .get(row)
                    .narrow(1, (-shift).max(0), samples - shift.abs());
                let moved = kept.constant_pad_nd([shift.max(0), (-shift).max(0)]);
                let first = random.random_range(0..=samples - length);
                moved.narrow(1, first, length)
            })
            .collect();
        Tensor::stack(&rows, 0)
    }

    /// (B, leads, 1).
    fn gains(&self, batch: i64, leads: i64, random: &mut ChaCha8Rng) -> Tensor {
        let mut gains = Vec::with_capacity((batch * leads) as usize);
        for _ in 0..batch {
            let gain = random.random_range(-1.0..=1.0f64) * (1.0 + self.gain_spread).ln();
            let silent = (random.random_range(0.0..1.0) < self.silent_lead)
                .then(|| random.random_range(0..leads));
            let own = normal(random, leads as usize);
            gains.extend((0..leads).zip(own).map(|(lead, own)| {
                if Some(lead) == silent {
                    0.0
                } else {
                    (gain + f64::from(own) * self.lead_gain_spread).exp() as f32
                }
            }));
        }
        Tensor::from_slice(&gains).view([batch, leads, 1])
    }

    fn noise(&self, size: &[i64], random: &mut ChaCha8Rng) -> Tensor {
        let count: i64 = size.iter().product();
        let deviations: Vec<f32> = (0..size[0])
            .map(|_| (random.random_range(0.0..=1.0) * self.noise_mv) as f32)
            .collect();
        Tensor::from_slice(&normal(random, count as usize)).view(size)
            * Tensor::from_slice(&deviations).view([-1, 1, 1])
    }

    /// Up to three periods over the recording, a phase and amplitude per lead.
    fn wander(&self, size: &[i64], random: &mut ChaCha8Rng) -> Tensor {
        let (batch, leads) = (size[0] as usize, size[1]);
        let mut draw = |count: usize, to: f64| -> Tensor {
            let values: Vec<f32> = (0..count)
                .map(|_| (random.random_range(0.0..=1.0) * to) as f32)
                .collect();
            Tensor::from_slice(&values).view([batch as i64, -1, 1])
        };
        let turn = std::f64::consts::TAU;
        let periods = draw(batch, 3.0 * turn);
        let phase = draw(batch * leads as usize, turn);
        let amplitude = draw(batch * leads as usize, self.wander_mv);
        let time = Tensor::linspace(0.0, 1.0, size[2], (Kind::Float, tch::Device::Cpu));
        amplitude * (periods * time.view([1, 1, -1]) + phase).sin()
    }
}

/// Mixes the records of a batch, and their labels, with each other (Zhang et
/// al. 2018): one share per batch, from Beta(`strength`, `strength`).
pub fn mixup(
    xs: &Tensor,
    labels: &Tensor,
    strength: f64,
    random: &mut ChaCha8Rng,
) -> (Tensor, Tensor) {
    use rand::seq::SliceRandom;
    let share = beta(strength, random);
    let mut order: Vec<i64> = (0..xs.size()[0]).collect();
    order.shuffle(random);
    let order = Tensor::from_slice(&order).to_device(xs.device());
    let mixed = |t: &Tensor| t * share + t.index_select(0, &order) * (1.0 - share);
    (mixed(xs), mixed(labels))
}

/// A draw from Beta(a, a) by rejection (Johnk 1964), for a up to 1.
fn beta(a: f64, random: &mut ChaCha8Rng) -> f64 {
    loop {
        let x = random.random_range(0.0..1.0f64).powf(1.0 / a);
        let y = random.random_range(0.0..1.0f64).powf(1.0 / a);
        if x + y > 0.0 && x + y <= 1.0 {
            return x / (x + y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::random::{Draw, Moment};
    use tch::Device;

    const NOTHING: Augment = Augment {
        gain_spread: 0.0,
        lead_gain_spread: 0.0,
        shift_s: 0.0,
        crop_s: None,
        noise_mv: 0.0,
        wander_mv: 0.0,
        silent_lead: 0.0,
    };

    fn generator(step: usize) -> ChaCha8Rng {
        Moment {
            seed: 1,
            stage: 2,
            epoch: 3,
            step,
        }
        .generator(Draw::Augmentation)
    }

    fn ramps(batch: i64, leads: i64) -> Tensor {
        let count = batch * leads * 100;
        Tensor::arange(count, (Kind::Float, Device::Cpu)).view([batch, leads, 100]) + 1.0
    }

    #[test]
    fn the_same_step_gives_the_same_batch_and_another_step_another() {
        let xs = ramps(4, 12);
        let augment = Augment {
            gain_spread: 0.2,
            lead_gain_spread: 0.05,
            shift_s: 0.1,
            crop_s: Some(0.5),
            noise_mv: 0.01,
            wander_mv: 0.03,
            silent_lead: 0.5,
        };
        let run = |step| augment.apply(&xs, 100.0, &mut generator(step));
        assert_eq!(run(0).size(), [4, 12, 50]);
        assert_eq!(run(0), run(0));
        assert_ne!(run(0), run(1));
        assert_eq!(NOTHING.apply(&xs, 100.0, &mut generator(0)), xs);
    }

    #[test]
    fn a_shift_moves_and_fills_with_zeros() {
        let augment = Augment {
            shift_s: 0.1,
            ..NOTHING
        };
        let mut most = 0;
        for step in 0..20 {
            let moved = augment.apply(&ramps(1, 1), 100.0, &mut generator(step));
            let moved: Vec<f32> = (&moved.view([-1])).try_into().unwrap();
            most = most.max(moved.iter().filter(|&&x| x == 0.0).count());
            let kept: Vec<f32> = moved.into_iter().filter(|&x| x != 0.0).collect();
            assert!(kept.windows(2).all(|w| w[1] == w[0] + 1.0));
        }
        assert!((5..=10).contains(&most), "{most}");
    }

    /// Beta(0.3, 0.3) has mean 1/2 and variance 1 / (4 (2 a + 1)) = 0.15625.
    #[test]
    fn beta_draws_have_their_mean_and_variance() {
        let mut random = generator(0);
        let draws: Vec<f64> = (0..20_000).map(|_| beta(0.3, &mut random)).collect();
        let mean = draws.iter().sum::<f64>() / 20_000.0;
        let variance = draws.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / 20_000.0;
        assert!((mean - 0.5).abs() < 0.01 && (variance - 0.156_25).abs() < 0.005);
    }

    #[test]
    fn mixed_records_have_mixed_labels() {
        let xs = Tensor::from_slice(&[0f32, 1.0]).view([2, 1, 1]);
        let (mixed, labels) = mixup(&xs, &xs.view([2, 1]), 0.5, &mut generator(3));
        assert_eq!(mixed.view([-1]), labels.view([-1]));
    }
}
