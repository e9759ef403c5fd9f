//! Zero-phase IIR filters, hum and resampling, equal to scipy to 1e-9. Plain
//! numbers in, plain numbers out: this room knows no ECG.

mod butterworth;
mod complex;
mod display_band;
mod extension;
mod mains;
mod notch;
mod resample;
mod sos;

pub use butterworth::{Band, butterworth};
pub use display_band::{DisplayBand, bandwidth_text};
pub use mains::{Hum, MainsSubtracted, subtract_mains};
pub use notch::notch;
pub use resample::resample;
pub use sos::Sos;

/// Why a filter could not be designed or a signal not be filtered.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DspError {
    #[error("the filter order is {order}, expected 1 to {max}")]
    Order { order: usize, max: usize },
    #[error("the filter edge is {found_hz} Hz, expected above {above_hz} and below {below_hz} Hz")]
    Edge {
        found_hz: f64,
        above_hz: f64,
        below_hz: f64,
    },
    #[error("the signal has {found} samples, expected at least {expected}")]
    TooShort { found: usize, expected: usize },
    #[error("sample {index} is {value}, expected a finite number")]
    NotFinite { index: usize, value: f64 },
    #[error(
        "the sampling rates are {from_hz} and {to_hz} Hz, expected whole numbers of Hz with a ratio of numbers up to {max}"
    )]
    Rates { from_hz: f64, to_hz: f64, max: u64 },
}

fn all_finite(x: &[f64]) -> Result<(), DspError> {
    match x.iter().position(|v| !v.is_finite()) {
        None => Ok(()),
        Some(index) => Err(DspError::NotFinite {
            index,
            value: x[index],
        }),
    }
}
