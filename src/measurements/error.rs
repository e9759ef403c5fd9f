//! Why a recording could not be measured at all.

use crate::dsp::DspError;

/// Why nothing could be measured. A single value that could not be measured
/// is no error: it is absent, and says why.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MeasurementError {
    #[error("the sampling rate is {found_hz} Hz, expected at least {lowest_hz} Hz")]
    Rate { found_hz: f64, lowest_hz: f64 },
    #[error("the recording lasts {found_s:.2} s, expected at least {shortest_s} s")]
    TooShort { found_s: f64, shortest_s: f64 },
    #[error("no lead has a signal that can be measured (flat, or more than a tenth missing)")]
    NoSignal,
    #[error("no beat has shape {wanted}, expected 0 to {}", shapes.saturating_sub(1))]
    NoSuchShape { wanted: usize, shapes: usize },
    #[error("{0}")]
    Filter(#[from] DspError),
}
