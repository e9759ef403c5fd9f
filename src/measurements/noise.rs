//! What a lead has besides the heart.

use super::signal::{RATE_HZ, samples};
use crate::dsp::{Band, DspError, butterworth};

/// Noise is what lies above this, outside of QRS.
const NOISE_ABOVE_HZ: f64 = 20.0;
/// Wander is what lies below this.
const WANDER_BELOW_HZ: f64 = 0.5;
/// Around each R peak QRS is left out.
const QRS_BEFORE_S: f64 = 0.10;
const QRS_AFTER_S: f64 = 0.12;

/// Root mean square of what lies above 20 Hz, between the QRS complexes, in
/// millivolts; muscle, mains and the amplifier.
pub(super) fn noise_mv(x: &[f64], r: &[usize]) -> Result<f64, DspError> {
    let cutoff_hz = NOISE_ABOVE_HZ;
    let high = butterworth(2, Band::HighPass { cutoff_hz }, RATE_HZ)?.filtfilt(x)?;
    let mut quiet = vec![true; x.len()];
    for &beat in r {
        let to = (beat + samples(QRS_AFTER_S)).min(x.len());
        quiet[beat.saturating_sub(samples(QRS_BEFORE_S)).min(to)..to].fill(false);
    }
    let squares: Vec<f64> = high
        .iter()
        .zip(quiet)
        .filter(|(_, quiet)| *quiet)
        .map(|(v, _)| v * v)
        .collect();
    Ok((squares.iter().sum::<f64>() / squares.len().max(1) as f64).sqrt())
}

/// From the lowest to the highest baseline below 0.5 Hz in millivolts.
pub(super) fn wander_mv(x: &[f64]) -> Result<f64, DspError> {
    let cutoff_hz = WANDER_BELOW_HZ;
    let slow = butterworth(2, Band::LowPass { cutoff_hz }, RATE_HZ)?.filtfilt(x)?;
    let highest = slow.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let lowest = slow.iter().copied().fold(f64::INFINITY, f64::min);
    Ok((highest - lowest).max(0.0))
}
