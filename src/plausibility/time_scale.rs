//! The sampling rate: whether the heart beats, and QRS and QT last, as they can.
//!
//! A rate that is wrong by f makes the heart f times faster and QRS and QT f
//! times shorter, which together no heart does. But what measures beats knows
//! how long they last, and of an ECG on another time scale measures nonsense.
//! So an unusual ECG is measured again as if it had been recorded at other
//! rates, and if one of them makes it usual, the declared one is doubtful.

use super::JUDGED_S;
use super::finding::{Code, Finding, Severity};
use super::judged::{Judged, scaled_start};
use super::usual::{PACE, PACE_PRECISION};
use crate::dsp::resample;
use crate::ecg::Recording;
use crate::measurements::{Measurements, measure};

/// A QT that cannot be measured, or not be believed, is as strange as this.
const NO_QT: f64 = 8.0;
/// Nothing is stranger than no beat.
const STRANGEST: f64 = 100.0;
/// An ECG that is no stranger is not measured again.
const USUAL_BELOW: f64 = 4.0;
/// By how much another rate must be less strange. A tachycardia is usual at
/// half of its rate; at a quarter it is not.
const WARN_BY: f64 = 4.0;
const WARN_NEAR_BY: f64 = 15.0;
const REFUSE_BY: f64 = 25.0;
/// Rates that are tried, as parts of the declared one.
const TRIED: [f64; 8] = [0.1, 0.2, 0.25, 0.5, 2.0, 4.0, 5.0, 10.0];
const NEAR: [f64; 2] = [0.5, 2.0];
/// Beats of one shape that another rate must show.
const FEWEST_BEATS: usize = 4;
const LOWEST_RATE_HZ: f64 = 100.0;
const UNIT: &str = "squared deviations";

pub(super) fn findings(recording: &Recording, judged: &Judged) -> Vec<Finding> {
    let Some(measured) = &judged.measured else {
        return Vec::new();
    };
    let declared = Pace::of(&measured.measurements);
    let at = |part: f64| Some((part, pace_at(recording, part, measured.scale)?));
    let others: Vec<(f64, Pace)> = if declared.strangeness() <= USUAL_BELOW {
        Vec::new()
    } else {
        TRIED.into_iter().filter_map(at).collect()
    };
    vec![declared.finding(recording.rate_hz, &others)]
}

/// What the recording's pace would be at a part of the declared rate.
fn pace_at(recording: &Recording, part: f64, scale: f64) -> Option<Pace> {
    let rate_hz = (recording.rate_hz * part).round();
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
    let measured = measure(&start, None).ok()?;
    is_clear(&measured).then(|| Pace::of(&measured))
}

/// Whether most beats are of one shape and have a T wave. On a wrong time scale
/// what is measured may look usual by chance; this it does not.
fn is_clear(measured: &Measurements) -> bool {
    let typical = measured.beats.iter().filter(|b| b.typical).count();
    let has_t = measured.qt_ms.value().is_some();
    has_t && typical >= FEWEST_BEATS && 2 * typical >= measured.beats.len()
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
        let (rate, qrs) = (rate - PACE[0], qrs - PACE[1]);
        // The QT that is least strange beside the two others.
        let [along_rate, along_qrs, own] = PACE_PRECISION[2];
        let likeliest_qt = -(along_rate * rate + along_qrs * qrs) / own;
        let without_qt = squared_distance([rate, qrs, likeliest_qt]) + NO_QT;
        let with_qt = log(self.qt_ms).map(|qt| squared_distance([rate, qrs, qt - PACE[2]]));
        with_qt.unwrap_or(STRANGEST).min(without_qt).min(STRANGEST)
    }

    /// `others` are the paces at parts of the declared rate.
    fn finding(&self, rate_hz: f64, others: &[(f64, Self)]) -> Finding {
        let gains = others.iter().map(|(part, other)| {
            let gain = self.strangeness() - other.strangeness();
            (*part, other, gain)
        });
        let likeliest = gains
            .clone()
            .filter(|(part, _, gain)| *gain > limit(*part))
            .max_by(|a, b| a.2.total_cmp(&b.2));
        let Some((part, other, gain)) = likeliest else {
            let far = gains.filter(|(part, ..)| !NEAR.contains(part));
            let most = far.map(|(.., gain)| gain).fold(0.0, f64::max);
            let message = format!("at {rate_hz} Hz {} are possible", self.text());
            let passed = Finding::new(Code::TimeScale, Severity::Pass, message);
            return passed.with(most, WARN_BY, UNIT);
        };
        let (severity, limit) = match gain > REFUSE_BY && !NEAR.contains(&part) {
            true => (Severity::Refuse, REFUSE_BY),
            false => (Severity::Warn, limit(part)),
        };
        let message = format!(
            "at {rate_hz} Hz {} are strange; at {} Hz they would be {}: is the sampling rate right?",
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

/// By how much the pace at a part of the declared rate must be less strange.
fn limit(part: f64) -> f64 {
    if NEAR.contains(&part) {
        WARN_NEAR_BY
    } else {
        WARN_BY
    }
}

fn squared_distance(x: [f64; 3]) -> f64 {
    let row = |p: &[f64; 3]| p.iter().zip(x).map(|(p, x)| p * x).sum::<f64>();
    PACE_PRECISION.iter().zip(x).map(|(p, x)| row(p) * x).sum()
}
