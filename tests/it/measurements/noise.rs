//! Noise of a known level.

use std::f64::consts::TAU;

use protoecg::dsp::{Band, butterworth};
use protoecg::ecg::Recording;

/// What is added to a clean recording.
#[derive(Clone, Copy, Debug)]
pub enum Noise {
    None,
    /// White and muscle noise, half of the power each, so many decibels below
    /// the power of each lead (its mean taken away) over the recording.
    Random {
        snr_db: f64,
    },
    /// 1 mV from the lowest to the highest baseline, at 0.3 Hz, each lead by
    /// itself.
    Wander,
    /// Three leaps of 0.5 mV in each lead, which decay within a second.
    Motion,
}

/// xorshift64*, since the noise must be the same everywhere.
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().max(1e-300).ln()).sqrt();
        radius * (TAU * self.uniform()).cos()
    }

    /// Of power 1.
    fn white(&mut self, samples: usize) -> Vec<f64> {
        of_power(
            1.0,
            &(0..samples).map(|_| self.normal()).collect::<Vec<_>>(),
        )
    }

    /// Of power 1, from 15 to 120 Hz as far as the rate allows.
    fn muscle(&mut self, samples: usize, rate_hz: f64) -> Vec<f64> {
        let band = Band::BandPass {
            low_hz: 15.0,
            high_hz: f64::min(120.0, 0.45 * rate_hz),
        };
        let filter = butterworth(2, band, rate_hz).unwrap();
        of_power(1.0, &filter.filtfilt(&self.white(samples)).unwrap())
    }
}

fn power(x: &[f64]) -> f64 {
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / x.len() as f64
}

fn of_power(wanted: f64, x: &[f64]) -> Vec<f64> {
    let scale = (wanted / power(x)).sqrt();
    x.iter().map(|v| v * scale).collect()
}

impl Noise {
    pub fn added(self, clean: &Recording, seed: u64) -> Recording {
        let mut recording = clean.clone();
        let rate_hz = clean.rate_hz;
        let mut random = Random(seed * 2 + 1);
        for channel in &mut recording.channels {
            let samples = channel.samples_mv.len();
            let noise: Vec<f64> = match self {
                Self::None => return recording,
                Self::Random { snr_db } => {
                    let wanted = power(&channel.samples_mv) / 10f64.powf(snr_db / 10.0);
                    let (white, muscle) = (random.white(samples), random.muscle(samples, rate_hz));
                    let both: Vec<f64> = white.iter().zip(&muscle).map(|(a, b)| a + b).collect();
                    of_power(wanted, &both)
                }
                Self::Wander => {
                    let phase = TAU * random.uniform();
                    (0..samples)
                        .map(|n| 0.5 * (TAU * 0.3 * n as f64 / rate_hz + phase).sin())
                        .collect()
                }
                Self::Motion => {
                    let leaps: Vec<(f64, f64)> = (0..3)
                        .map(|_| (random.uniform() * 10.0, random.normal().signum() * 0.5))
                        .collect();
                    (0..samples)
                        .map(|n| n as f64 / rate_hz)
                        .map(|t| {
                            let since = leaps.iter().filter(|leap| t > leap.0);
                            since.map(|(at, mv)| mv * (-(t - at) / 0.4).exp()).sum()
                        })
                        .collect()
                }
            };
            for (value, noise) in channel.samples_mv.iter_mut().zip(noise) {
                *value += noise;
            }
        }
        recording
    }
}
