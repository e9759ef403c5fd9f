//! A narrow band stop.

use std::f64::consts::PI;

use super::DspError;
use super::sos::{Section, Sos};

/// A notch of second order at `centre_hz`, as
/// `scipy.signal.iirnotch(centre_hz, quality, fs=rate_hz)`. It is 3 dB down
/// over `centre_hz / quality`: quality 30 at 50 Hz takes 49.2 to 50.8 Hz.
///
/// A notch rings after every QRS; [`subtract_mains`](super::subtract_mains)
/// does not.
///
/// # Errors
/// A centre that is not between 0 and half of `rate_hz`, a band that is not
/// narrower than that half.
pub fn notch(centre_hz: f64, quality: f64, rate_hz: f64) -> Result<Sos, DspError> {
    let nyquist_hz = rate_hz / 2.0;
    let edge = |found_hz, above_hz| DspError::Edge {
        found_hz,
        above_hz,
        below_hz: nyquist_hz,
    };
    if !(centre_hz > 0.0 && centre_hz < nyquist_hz) {
        return Err(edge(centre_hz, 0.0));
    }
    let width_hz = centre_hz / quality;
    if !(width_hz > 0.0 && width_hz < nyquist_hz) {
        return Err(edge(width_hz, 0.0));
    }
    let gain = 1.0 / (1.0 + (PI * width_hz / rate_hz).tan());
    let cosine = (2.0 * PI * centre_hz / rate_hz).cos();
    Ok(Sos::new(vec![Section {
        b: [gain, -2.0 * gain * cosine, gain],
        a: [-2.0 * gain * cosine, 2.0 * gain - 1.0],
    }]))
}
