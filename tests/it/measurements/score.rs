//! Measured against true.

use std::fmt;

use protoecg::ecg::Recording;
use protoecg::measurements::{Measurements, measure};
use protoecg::simulator::{SimulatedEcg, simulate_without_noise};

use super::noise::Noise;

/// A beat found within this of a true one is that one (ANSI/AAMI EC57).
const TOLERANCE_S: f64 = 0.15;
/// Beats so near to the recording's ends are neither asked for nor held
/// against the detector: half of them is missing.
const ENDS_S: f64 = 0.05;

#[derive(Clone, Copy, Debug, Default)]
pub struct BeatScore {
    pub found: usize,
    pub missed: usize,
    pub false_beats: usize,
}

impl BeatScore {
    pub fn of(true_s: &[f64], found_s: &[f64], duration_s: f64) -> Self {
        let inside = |t: &f64| (ENDS_S..=duration_s - ENDS_S).contains(t);
        let mut score = Self::default();
        let mut taken = vec![false; found_s.len()];
        for beat in true_s {
            let near = |&i: &usize| !taken[i] && (found_s[i] - beat).abs() <= TOLERANCE_S;
            let nearest = (0..found_s.len()).filter(near).min_by(|&a, &b| {
                f64::total_cmp(&(found_s[a] - beat).abs(), &(found_s[b] - beat).abs())
            });
            match nearest {
                Some(i) => {
                    taken[i] = true;
                    score.found += usize::from(inside(beat));
                }
                None => score.missed += usize::from(inside(beat)),
            }
        }
        let left = found_s.iter().zip(&taken).filter(|(_, taken)| !**taken);
        score.false_beats = left.filter(|(t, _)| inside(t)).count();
        score
    }

    pub fn add(&mut self, other: Self) {
        self.found += other.found;
        self.missed += other.missed;
        self.false_beats += other.false_beats;
    }

    pub fn sensitivity(&self) -> f64 {
        self.found as f64 / (self.found + self.missed) as f64
    }

    pub fn positive_predictivity(&self) -> f64 {
        self.found as f64 / (self.found + self.false_beats) as f64
    }
}

/// Measured minus true.
#[derive(Clone, Debug, Default)]
pub struct Errors(pub Vec<f64>);

impl Errors {
    pub fn mean(&self) -> f64 {
        self.0.iter().sum::<f64>() / self.0.len() as f64
    }

    pub fn deviation(&self) -> f64 {
        let mean = self.mean();
        let squares: f64 = self.0.iter().map(|v| (v - mean).powi(2)).sum();
        (squares / (self.0.len() as f64 - 1.0)).sqrt()
    }

    pub fn quantile(&self, q: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[(q * (sorted.len() - 1) as f64).round() as usize]
    }

    pub fn share_within(&self, limit: f64) -> f64 {
        self.0.iter().filter(|v| v.abs() <= limit).count() as f64 / self.0.len() as f64
    }
}

/// `+1.2 | 3.4 | -2 to +5 | 98.0 % of 393`
impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} | {:+.1} | {:.1} | {:+.1} | {:+.1} to {:+.1} | {:.1} %",
            self.0.len(),
            self.mean(),
            self.deviation(),
            self.quantile(0.5),
            self.quantile(0.05),
            self.quantile(0.95),
            100.0 * self.share_within(10.0)
        )
    }
}

/// Simulated ECGs, measured.
pub struct Measured {
    pub ecg: SimulatedEcg,
    pub measurements: Measurements,
}

impl Measured {
    pub fn beats(&self) -> BeatScore {
        let true_s: Vec<f64> = self.ecg.truth.beats.iter().map(|b| b.r_peak_s).collect();
        let found = self.measurements.beats.iter().map(|b| b.r_peak_s);
        BeatScore::of(
            &true_s,
            &found.collect::<Vec<_>>(),
            self.measurements.duration_s,
        )
    }
}

/// The first `records` simulated ECGs of a seed at 500 or 100 Hz.
pub fn measured(records: usize, rate_hz: f64, noise: Noise) -> Vec<Measured> {
    let seed = crate::simulator::seed(2025);
    simulate_without_noise(records, seed)
        .enumerate()
        .map(|(i, ecg)| {
            let clean: &Recording = if rate_hz == 500.0 {
                &ecg.recording_500_hz
            } else {
                &ecg.recording
            };
            let recording = noise.added(clean, i as u64 + 1);
            Measured {
                measurements: measure(&recording, None).unwrap(),
                ecg,
            }
        })
        .collect()
}
