//! The sampling rate: whether the heart beats, QRS and QT last as they can.
//!
//! A rate that is wrong by f makes the heart f times faster and QRS and QT f
//! times shorter, which together no heart does. But what measures beats knows
//! how long they last, and of an ECG on another time scale measures nonsense.
//! So an unusual ECG is measured again as if it had been recorded at other
//! rates, and if one of them makes it usual, the declared one is wrong.

use super::JUDGED_S;
use super::finding::{Code, Finding, Severity};
use super::judged::{Judged, scaled_start};
use super::usual::{PACE, PACE_PRECISION};
use crate::dsp::resample;
use crate::ecg::Recording;
use crate::measurements::{Measurements, measure};

/// A QT that cannot be measured is as strange as two deviations.
const NO_QT: f64 = 4.0;
/// Nothing is stranger than no beat.
const STRANGEST: f64 = 100.0;
/// An ECG that is no stranger is not measured again.
const USUAL_BELOW: f64 = 4.0;
/// By how much another rate must be less strange.
const WARN_BY: f64 = 4.0;
const REFUSE_BY: f64 = 25.0;
/// Rates that are tried, as parts of the declared one.
const TRIED: [f64; 8] = [0.1, 0.2, 0.25, 0.5, 2.0, 4.0, 5.0, 10.0];
const LOWEST_RATE_HZ: f64 = 100.0;
const UNIT: &str = "squared deviations";

pub(super) fn findings(recording: &Recording, judged: &Judged) -> Vec<Finding> {
    let Some(measured) = &judged.measured else {
        return Vec::new();
    };
    let declared = Pace::of(&measured.measurements);
    let tried = |part: f64| {
        Some((
            part,
            at(recording, recording.rate_hz * part, measured.scale)?,
        ))
    };
    let others: Vec<(f64, Pace)> = if declared.strangeness() <= USUAL_BELOW {
        Vec::new()
    } else {
        TRIED.into_iter().filter_map(tried).collect()
    };
    let least =
        |a: &&(f64, Pace), b: &&(f64, Pace)| f64::total_cmp(&a.1.strangeness(), &b.1.strangeness());
    vec![declared.finding(recording.rate_hz, others.iter().min_by(least))]
}

/// What the recording's pace would be at another rate.
fn at(recording: &Recording, rate_hz: f64, scale: f64) -> Option<Pace> {
    let rate_hz = rate_hz.round();
    let samples = (JUDGED_S * rate_hz) as usize;
    let mut start = scaled_start(recording, samples, scale);
    start.rate_hz = rate_hz;
    if rate_hz < LOWEST_RATE_HZ {
        let times = (LOWEST_RATE_HZ / rate_hz).ceil();
        start.rate_hz = rate_hz * times;
        for channel in &mut start.channels {
            channel.samples_mv = resample(&channel.samples_mv, 1.0, times).ok()?;
        }
    }
    Some(Pace::of(&measure(&start, None).ok()?))
}

/// How fast everything goes.
#[derive(Clone, Copy, Debug)]
struct Pace {
    rate_bpm: Option<f64>,
    qrs_ms: Option<f64>,
    qt_ms: Option<f64>,
}

impl Pace {
    fn of(m: &Measurements) -> Self {
        Self {
            rate_bpm: m.heart_rate_bpm.value(),
            qrs_ms: m.qrs_ms.value(),
            qt_ms: m.qt_ms.value(),
        }
    }

    /// The squared Mahalanobis distance from the usual pace.
    fn strangeness(&self) -> f64 {
        let log = |value: Option<f64>| value.filter(|v| *v > 0.0).map(f64::ln);
        let (Some(rate), Some(qrs)) = (log(self.rate_bpm), log(self.qrs_ms)) else {
            return STRANGEST;
        };
        let away = |qt: f64| [rate - PACE[0], qrs - PACE[1], qt - PACE[2]];
        let squared = match log(self.qt_ms) {
            Some(qt) => form(&away(qt)),
            // The QT that is least strange beside the two others.
            None => {
                let [rate, qrs, _] = away(0.0);
                let qt = -(PACE_PRECISION[2][0] * rate + PACE_PRECISION[2][1] * qrs)
                    / PACE_PRECISION[2][2];
                form(&[rate, qrs, qt]) + NO_QT
            }
        };
        squared.min(STRANGEST)
    }

    fn finding(&self, rate_hz: f64, other: Option<&(f64, Self)>) -> Finding {
        let (part, other) = other.copied().unwrap_or((1.0, *self));
        let gain = self.strangeness() - other.strangeness();
        let (severity, limit) = if gain > REFUSE_BY && is_far(part) {
            (Severity::Refuse, REFUSE_BY)
        } else if gain > WARN_BY {
            (Severity::Warn, WARN_BY)
        } else {
            let message = format!("{} are possible at {rate_hz} Hz", self.text());
            let passed = Finding::new(Code::TimeScale, Severity::Pass, message);
            return passed.with(gain.max(0.0), WARN_BY, UNIT);
        };
        let message = format!(
            "at {rate_hz} Hz {} would be strange; at {} Hz {}: is the sampling rate right?",
            self.text(),
            (rate_hz * part).round(),
            other.text()
        );
        Finding::new(Code::TimeScale, severity, message).with(gain, limit, UNIT)
    }

    fn text(&self) -> String {
        let number = |name: &str, value: Option<f64>, unit: &str| match value {
            Some(value) => format!("{name} {value:.0} {unit}"),
            None => format!("no {name}"),
        };
        [
            number("heart rate", self.rate_bpm, "/min"),
            number("QRS", self.qrs_ms, "ms"),
            number("QT", self.qt_ms, "ms"),
        ]
        .join(", ")
    }
}

/// Wrong by so much that no heart explains it.
fn is_far(part: f64) -> bool {
    !(0.3..=3.0).contains(&part)
}

fn form(x: &[f64; 3]) -> f64 {
    let row = |p: &[f64; 3]| p.iter().zip(x).map(|(p, x)| p * x).sum::<f64>();
    PACE_PRECISION.iter().zip(x).map(|(p, x)| row(p) * x).sum()
}
