//! The band in which a page shows an ECG.

use std::f64::consts::{PI, SQRT_2};

use super::{Band, DspError, Sos, butterworth};

/// The diagnostic band of a resting ECG (AHA/ACC/HRS 2007, IEC 60601-2-25).
const DIAGNOSTIC_HZ: (f64, f64) = (0.05, 150.0);
/// The band of a monitor: a quiet trace, but ST segments and the height of
/// narrow waves are not to be trusted (AHA/ACC/HRS 2007).
const MONITORING_HZ: (f64, f64) = (0.5, 40.0);
const HIGH_PASS_ORDER: usize = 1;
const LOW_PASS_ORDER: usize = 2;

/// What a page does to a signal before it is drawn: 0.05 to 150 Hz (or 0.5 to
/// 40 Hz) where the sampling rate allows it, else no low-pass, since the
/// recording itself ends at half of its rate.
///
/// Both filters run forwards and backwards. That is unlike a cart in real
/// time: nothing is delayed, but a step shows before it happens as much as
/// after. The edges are where the two passes together are 3 dB down.
#[derive(Clone, Debug, PartialEq)]
pub struct DisplayBand {
    rate_hz: f64,
    edges_hz: (f64, f64),
    high_pass: Sos,
    low_pass: Option<Sos>,
}

impl DisplayBand {
    /// The diagnostic band, 0.05 to 150 Hz.
    ///
    /// # Errors
    /// A rate of 0.1 Hz or less, or that is not a number.
    pub fn of_rate(rate_hz: f64) -> Result<Self, DspError> {
        Self::between(DIAGNOSTIC_HZ, rate_hz)
    }

    /// The monitoring band, 0.5 to 40 Hz.
    ///
    /// # Errors
    /// A rate of 1 Hz or less, or that is not a number.
    pub fn monitoring(rate_hz: f64) -> Result<Self, DspError> {
        Self::between(MONITORING_HZ, rate_hz)
    }

    fn between(edges_hz: (f64, f64), rate_hz: f64) -> Result<Self, DspError> {
        let (low_hz, high_hz) = edges_hz;
        let high_pass = both_ways(HIGH_PASS_ORDER, low_hz, rate_hz, true)?;
        let low_pass = if high_hz < rate_hz / 2.0 {
            Some(both_ways(LOW_PASS_ORDER, high_hz, rate_hz, false)?)
        } else {
            None
        };
        Ok(Self {
            rate_hz,
            edges_hz,
            high_pass,
            low_pass,
        })
    }

    /// Filters a signal of the rate that this was made for.
    ///
    /// # Errors
    /// As [`Sos::filtfilt`].
    pub fn filtered(&self, x: &[f64]) -> Result<Vec<f64>, DspError> {
        let y = self.high_pass.filtfilt(x)?;
        match &self.low_pass {
            Some(low_pass) => low_pass.filtfilt(&y),
            None => Ok(y),
        }
    }

    /// What the page says: `0.05–150 Hz, zero-phase`, or `from 0.05 Hz,
    /// zero-phase, up to 50 Hz (100 Hz recording)`.
    pub fn text(&self) -> String {
        let (low_hz, high_hz) = self.edges_hz;
        match self.low_pass {
            Some(_) => format!("{low_hz}\u{2013}{high_hz} Hz, zero-phase"),
            None => format!(
                "from {low_hz} Hz, zero-phase, {}",
                bandwidth_text(self.rate_hz)
            ),
        }
    }
}

/// Where a recording that has no low-pass ends by itself: `up to 50 Hz (100 Hz
/// recording)`.
pub fn bandwidth_text(rate_hz: f64) -> String {
    format!("up to {} Hz ({rate_hz} Hz recording)", rate_hz / 2.0)
}

/// A filter whose edge, after two passes, is at `edge_hz`: one pass must be
/// down by half of 3 dB there, so its own edge lies further out.
fn both_ways(order: usize, edge_hz: f64, rate_hz: f64, high: bool) -> Result<Sos, DspError> {
    let further = (SQRT_2 - 1.0).powf(0.5 / order as f64);
    let warped = (PI * edge_hz / rate_hz).tan();
    let moved = if high {
        warped * further
    } else {
        warped / further
    };
    let cutoff_hz = moved.atan() * rate_hz / PI;
    let band = if high {
        Band::HighPass { cutoff_hz }
    } else {
        Band::LowPass { cutoff_hz }
    };
    butterworth(order, band, rate_hz)
}
