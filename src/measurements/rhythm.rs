//! What the recording itself says about its rhythm: as much as is needed to
//! know which intervals exist.

use serde::{Deserialize, Serialize};

use super::delineate::Fiducials;
use super::detect::averaged;
use super::signal::{RATE_HZ, Signal, median, samples, seconds};
use crate::dsp::{Band, DspError, butterworth};
use crate::ecg::Lead;

/// What sets the pace, as far as intervals depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Atria {
    /// A P wave in step with QRS.
    PWaves,
    Fibrillation,
    Flutter,
    /// A pacemaker sets the beat.
    Paced,
    /// No P wave in step with QRS, for another reason: block of third degree,
    /// junctional rhythm, re-entry, noise.
    NoPWaves,
}

impl Atria {
    /// From an SCP statement that decides which intervals exist: `AFIB`,
    /// `AFLT`, `PACE`, or a rhythm of the sinus node.
    pub fn from_statement(code: &str) -> Option<Self> {
        match code {
            "AFIB" => Some(Self::Fibrillation),
            "AFLT" => Some(Self::Flutter),
            "PACE" => Some(Self::Paced),
            "SR" | "SBRAD" | "STACH" | "SARRH" => Some(Self::PWaves),
            _ => None,
        }
    }
}

/// Sinus rhythms differ by more than this from beat to beat only with the
/// breath; in fibrillation a tenth is little.
const IRREGULAR: f64 = 0.07;
/// Simulated fibrillation reaches 0.29 and sinus rhythm at 10 dB goes down to
/// 0.53 (docs/measurements.md).
const P_SIMILARITY: f64 = 0.35;
/// Simulated sinus rhythm reaches 0.75, fibrillation 0.85.
const FLUTTER_SIMILARITY: f64 = 0.86;
/// Above this rate T and P repeat as often as flutter waves do.
const FLUTTER_BELOW_BPM: f64 = 165.0;
const PULSES_PER_BEAT: f64 = 0.5;

/// The evidence, and what was made of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RhythmEvidence {
    pub atria: Atria,
    /// Whether a person or a model said so, rather than this evidence.
    pub stated: bool,
    /// Median difference of successive RR as a share of the median RR, beats
    /// of another shape left out.
    pub rr_irregularity: f64,
    /// How alike the moments of the P wave are from beat to beat: 1 the same,
    /// 0 nothing in common.
    pub p_similarity: f64,
    /// How well atrial activity repeats every 175 to 260 ms in the lead that
    /// shows it best: 1 exactly, 0 not at all.
    pub flutter_similarity: f64,
    /// Pacemaker pulses per beat; none are seen below 250 Hz.
    pub pulses_per_beat: f64,
}

impl RhythmEvidence {
    /// Makes up its mind; what was stated is believed.
    pub(super) fn judged(mut self, stated: Option<Atria>, rate_bpm: f64) -> Self {
        self.stated = stated.is_some();
        self.atria = stated.unwrap_or_else(|| {
            let flutter = self.flutter_similarity >= FLUTTER_SIMILARITY;
            if self.pulses_per_beat >= PULSES_PER_BEAT {
                Atria::Paced
            } else if flutter && rate_bpm < FLUTTER_BELOW_BPM {
                Atria::Flutter
            } else if self.p_similarity >= P_SIMILARITY {
                Atria::PWaves
            } else if self.rr_irregularity >= IRREGULAR {
                Atria::Fibrillation
            } else {
                Atria::NoPWaves
            }
        });
        self
    }
}

/// `of_shape`: whether each beat is of the dominant shape. The beats beside
/// another, which is premature or an escape, say nothing about the rhythm.
pub(super) fn irregularity(r: &[usize], of_shape: &[bool]) -> f64 {
    let rr: Vec<Option<f64>> = (1..r.len())
        .map(|i| (of_shape[i] && of_shape[i - 1]).then(|| seconds(r[i] - r[i - 1])))
        .collect();
    let mut differences: Vec<f64> = rr
        .windows(2)
        .filter_map(|pair| Some((pair[1]? - pair[0]?).abs()))
        .collect();
    let mut rr: Vec<f64> = rr.into_iter().flatten().collect();
    match (median(&mut differences), median(&mut rr)) {
        (Some(difference), Some(usual)) => difference / usual,
        _ => 0.0,
    }
}

/// The mean product of the P waves of two different beats as a share of their
/// mean square, over all leads, slopes taken away.
pub(super) fn p_similarity(smooth: &Signal, typical: &[usize], fiducials: &Fiducials) -> f64 {
    let Some(p) = fiducials.p else { return 0.0 };
    let (from_s, to_s) = (
        p.onset_s - 0.01,
        (p.offset_s + 0.01).min(fiducials.qrs_onset_s - 0.01),
    );
    let waves: Vec<Vec<f64>> = typical
        .iter()
        .filter_map(|&r| {
            let from = r.checked_sub(samples(-from_s))?;
            let to = r.checked_sub(samples(-to_s))?;
            let mut wave = Vec::new();
            for channel in &smooth.channels {
                wave.extend(without_slope(&averaged(
                    channel.samples_mv.get(from..to)?,
                    4,
                )));
            }
            Some(wave)
        })
        .collect();
    let n = waves.len() as f64;
    if n < 2.0 {
        return 0.0;
    }
    let squares: f64 = waves.iter().flatten().map(|v| v * v).sum();
    let length = waves[0].len();
    let sums = (0..length).map(|i| waves.iter().map(|w| w[i]).sum::<f64>().powi(2));
    // The square of the sum holds all pairs twice and each square once.
    ((sums.sum::<f64>() - squares) / (n - 1.0) / squares.max(1e-12)).clamp(-1.0, 1.0)
}

fn without_slope(x: &[f64]) -> Vec<f64> {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    let centre = (n - 1.0) / 2.0;
    let (mut product, mut square) = (0.0, 0.0);
    for (i, v) in x.iter().enumerate() {
        let t = i as f64 - centre;
        product += t * (v - mean);
        square += t * t;
    }
    let slope = if square > 0.0 { product / square } else { 0.0 };
    x.iter()
        .enumerate()
        .map(|(i, v)| v - mean - slope * (i as f64 - centre))
        .collect()
}

pub(super) fn flutter_similarity(flat: &Signal, r: &[usize]) -> Result<f64, DspError> {
    let band = Band::BandPass {
        low_hz: 2.5,
        high_hz: 15.0,
    };
    let band = butterworth(2, band, RATE_HZ)?;
    let length = flat.len();
    let mut hidden = vec![false; length];
    for &beat in r {
        let to = (beat + samples(0.09)).min(length);
        hidden[beat.saturating_sub(samples(0.06)).min(to)..to].fill(true);
    }
    let shown = [Lead::II, Lead::III, Lead::AVF, Lead::V1];
    let mut best: f64 = 0.0;
    for channel in flat
        .channels
        .iter()
        .filter(|c| c.lead.is_some_and(|l| shown.contains(&l)))
    {
        let x = band.filtfilt(&bridged(&channel.samples_mv, &hidden))?;
        let of_lag = |lag: usize| {
            let (mut product, mut square) = (0.0, 0.0);
            for n in lag..length {
                if !hidden[n] && !hidden[n - lag] {
                    product += x[n] * x[n - lag];
                    square += (x[n] * x[n] + x[n - lag] * x[n - lag]) / 2.0;
                }
            }
            product / f64::max(square, 1e-12)
        };
        let lags = samples(0.175)..samples(0.260);
        let found = lags.map(of_lag).fold(0.0, f64::max);
        best = best.max(found);
    }
    Ok(best)
}

/// Straight lines over what is hidden.
fn bridged(x: &[f64], hidden: &[bool]) -> Vec<f64> {
    let mut y = x.to_vec();
    let mut n = 0;
    while n < y.len() {
        if !hidden[n] {
            n += 1;
            continue;
        }
        let to = (n..y.len()).find(|&m| !hidden[m]).unwrap_or(y.len());
        let before = if n > 0 {
            y[n - 1]
        } else {
            *y.get(to).unwrap_or(&0.0)
        };
        let after = *y.get(to).unwrap_or(&before);
        let steps = (to - n + 1) as f64;
        for (i, value) in y[n..to].iter_mut().enumerate() {
            *value = before + (after - before) * (i + 1) as f64 / steps;
        }
        n = to;
    }
    y
}
