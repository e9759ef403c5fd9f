//! Random numbers that stay the same: each purpose of each record has its own
//! stream of one ChaCha generator, so that a record depends only on the seed
//! and its index.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a stream is for. New purposes get new numbers; old ones keep theirs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    Mix = 0,
    Pairing = 1,
    Patient = 2,
    Rhythm = 3,
    Noise = 4,
    Findings = 5,
    Companion = 6,
}

pub(super) struct Random(ChaCha8Rng);

impl Random {
    pub fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(index.wrapping_mul(8) + purpose as u64);
        Self(generator)
    }

    /// In [0, 1), with 53 random bits. Written out, since a library may change
    /// its way from bits to floats.
    fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Box and Muller 1958.
    pub fn normal(&mut self, mean: f64, sd: f64) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        mean + sd * radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Both deviates of Box and Muller, with mean 0 and deviation 1, at the
    /// price of one.
    pub fn normal_pair(&mut self) -> [f64; 2] {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        let (sin, cos) = (std::f64::consts::TAU * self.unit()).sin_cos();
        [radius * cos, radius * sin]
    }

    /// A normal deviate, drawn back to the limits.
    pub fn within(&mut self, mean: f64, sd: f64, low: f64, high: f64) -> f64 {
        self.normal(mean, sd).clamp(low, high)
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number from 0 to `n` - 1; 0 when `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n.saturating_sub(1))
    }

    /// A phase in radians.
    pub fn phase(&mut self) -> f64 {
        self.uniform(0.0, std::f64::consts::TAU)
    }

    /// Fisher and Yates.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
