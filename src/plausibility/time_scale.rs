//! The sampling rate: whether the heart beats, and QRS and QT last, as they can.
//!
//! A rate that is wrong by f makes the heart f times faster and QRS and QT f
//! times shorter, which together no heart does. But what measures beats knows
//! how long they last, and of an ECG on another time scale measures nonsense.
//! So an unusual ECG is measured again as if it had been recorded at other
//! rates, and if one of them makes it usual, the declared one is doubtful.

use super::JUDGED_S;
use super::finding::{Code, Finding, Severity};
use super::judged::{Judged, filled, quantile, scaled_start};
use super::usual::{PACE, PACE_PRECISION, STEEPNESS};
use crate::dsp::{Band, butterworth, resample};
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
/// Above 38 Hz; one good recording in a hundred has more than 19 Hz.
const TOO_STEEP: f64 = 25.0;
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
    let leads = judged.leads.iter().map(|lead| lead.samples_mv.as_slice());
    let steepness_hz = steepness_hz(leads, recording.rate_hz);
    let of_beats = Pace::of(&measured.measurements, steepness_hz);
    let declared = of_beats.or_stranger(Pace::of_most_beats(&measured.measurements, steepness_hz));
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
    let leads: Vec<Vec<f64>> = start
        .channels
        .iter()
        .filter_map(|c| filled(&c.samples_mv))
        .collect();
    let steepness_hz = steepness_hz(leads.iter().map(Vec::as_slice), start.rate_hz);
    is_clear(&measured).then(|| Pace::of(&measured, steepness_hz))
}

/// How steep an ECG is for its size: the root mean square of its slope over
/// that of itself, as the frequency of a sine; the median over the leads. It
/// goes with the time scale whatever is taken for a beat. Below 3 Hz there is
/// little QRS, and wander.
fn steepness_hz<'a>(leads: impl Iterator<Item = &'a [f64]>, rate_hz: f64) -> Option<f64> {
    let high_pass = butterworth(2, Band::HighPass { cutoff_hz: 3.0 }, rate_hz).ok()?;
    let of_lead = |samples_mv: &[f64]| {
        let filtered = high_pass.filtfilt(samples_mv).ok()?;
        let square: f64 = filtered.iter().map(|v| v * v).sum();
        let steps = filtered.windows(2).map(|w| (w[1] - w[0]).powi(2));
        let slope = (steps.sum::<f64>() / square).sqrt() * rate_hz;
        (square > 0.0).then_some(slope / std::f64::consts::TAU)
    };
    let all: Vec<f64> = leads.filter_map(of_lead).collect();
    quantile(&all, 0.5)
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
    steepness_hz: Option<f64>,
}

impl Pace {
    fn of(m: &Measurements, steepness_hz: Option<f64>) -> Self {
        Self {
            rate_bpm: m.heart_rate_bpm.value(),
            qrs_ms: m.qrs_ms.value(),
            qt_ms: m.qt_ms.value(),
            steepness_hz,
        }
    }

    /// At the rate of the median interval between beats. On a wrong time scale
    /// waves are taken for beats or beats left out, and the mean of what is
    /// found may be usual by chance.
    fn of_most_beats(m: &Measurements, steepness_hz: Option<f64>) -> Self {
        Self {
            rate_bpm: m.rr.map(|rr| 60_000.0 / rr.median_ms),
            ..Self::of(m, steepness_hz)
        }
    }

    fn or_stranger(self, other: Self) -> Self {
        match other.strangeness() > self.strangeness() {
            true => other,
            false => self,
        }
    }

    /// The squared distance from the usual pace and steepness, in standard
    /// deviations.
    fn strangeness(&self) -> f64 {
        let steepness = self.steepness_hz.map_or(0.0, squared_steepness);
        (self.strangeness_of_pace() + steepness).min(STRANGEST)
    }

    /// The squared Mahalanobis distance from the usual pace.
    fn strangeness_of_pace(&self) -> f64 {
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
            if let Some(finding) = self.too_steep(rate_hz) {
                return finding;
            }
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

    /// Steeper than heartbeats are, though no other rate shows beats of one
    /// shape, as in arrhythmias.
    fn too_steep(&self, rate_hz: f64) -> Option<Finding> {
        let squared = squared_steepness(self.steepness_hz?);
        let is_steep = self.steepness_hz?.ln() > STEEPNESS[0] && squared > TOO_STEEP;
        let message = format!(
            "at {rate_hz} Hz {} are strange: is the sampling rate right, or is it noise?",
            self.text()
        );
        let finding = Finding::new(Code::TimeScale, Severity::Warn, message);
        is_steep.then(|| finding.with(squared, TOO_STEEP, UNIT))
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
            number("steepness", self.steepness_hz, "Hz"),
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

fn squared_steepness(hz: f64) -> f64 {
    ((hz.ln() - STEEPNESS[0]) / STEEPNESS[1]).powi(2)
}

fn squared_distance(x: [f64; 3]) -> f64 {
    let row = |p: &[f64; 3]| p.iter().zip(x).map(|(p, x)| p * x).sum::<f64>();
    PACE_PRECISION.iter().zip(x).map(|(p, x)| row(p) * x).sum()
}
