//! The unit: whether QRS is as high as that of an ECG in millivolts.
//!
//! The raw signal of a lead differs by more than ten times from one ECG to
//! another, so that a gain lost by ten times could not be seen in it. The root
//! mean square over the leads of the height of QRS in the median beat does not:
//! neither wander nor a single spike is in it, and a lead across the heart's
//! axis is made up for by one along it. PTB-XL excerpt: 0.39 to 4.18 mV, 98 in
//! 100 from 0.70 to 2.49; simulated ECGs, low voltage among them: from 0.236.

use super::finding::{Code, Finding, Severity, or_passed};
use super::judged::Judged;
use crate::ecg::Lead;

/// Outside of these a heart in the usual unit is possible, but rare.
const WARN_BELOW_MV: f64 = 0.40;
const WARN_ABOVE_MV: f64 = 3.6;
/// Outside of these no ECG was seen, of low voltage (simulated: from 0.236) or not.
const REFUSE_BELOW_MV: f64 = 0.15;
const REFUSE_ABOVE_MV: f64 = 5.0;
const USUAL_MV: f64 = 1.3;
/// Of a signal in which no beat is found only the raw amplitude is known, which
/// differs more: PTB-XL excerpt, 0.20 to 2.28 mV.
const REFUSE_RAW_BELOW_MV: f64 = 0.02;
const REFUSE_RAW_ABOVE_MV: f64 = 20.0;
const USUAL_RAW_MV: f64 = 0.6;

pub(super) fn findings(judged: &Judged) -> Vec<Finding> {
    let Some(size) = Size::of(judged) else {
        return Vec::new();
    };
    let passed = || {
        let message = format!("{} is {:.2} mV", size.what, size.value_mv);
        let limit_mv = size.nearest(size.warn);
        let passed = Finding::new(Code::AmplitudeScale, Severity::Pass, message);
        passed.with(size.value_mv, limit_mv, "mV")
    };
    or_passed(size.finding().into_iter().collect(), passed)
}

struct Size {
    what: &'static str,
    value_mv: f64,
    warn: (f64, f64),
    refuse: (f64, f64),
    usual_mv: f64,
}

impl Size {
    fn of(judged: &Judged) -> Option<Self> {
        let squares: Vec<f64> = Lead::STANDARD
            .into_iter()
            .filter_map(|lead| Some(judged.qrs_mv(lead)?.powi(2)))
            .collect();
        if squares.is_empty() {
            let raw = (REFUSE_RAW_BELOW_MV, REFUSE_RAW_ABOVE_MV);
            return Some(Self {
                what: "the amplitude",
                value_mv: judged.amplitude_mv?,
                warn: raw,
                refuse: raw,
                usual_mv: USUAL_RAW_MV,
            });
        }
        Some(Self {
            what: "the height of QRS over all leads",
            value_mv: (squares.iter().sum::<f64>() / squares.len() as f64).sqrt(),
            warn: (WARN_BELOW_MV, WARN_ABOVE_MV),
            refuse: (REFUSE_BELOW_MV, REFUSE_ABOVE_MV),
            usual_mv: USUAL_MV,
        })
    }

    fn is_within(&self, (low_mv, high_mv): (f64, f64)) -> bool {
        (low_mv..=high_mv).contains(&self.value_mv)
    }

    /// The limit that is passed, or is nearer as a ratio.
    fn nearest(&self, (low_mv, high_mv): (f64, f64)) -> f64 {
        if self.value_mv * self.value_mv > low_mv * high_mv {
            high_mv
        } else {
            low_mv
        }
    }

    fn finding(&self) -> Option<Finding> {
        let (severity, limit_mv) = if !self.is_within(self.refuse) {
            (Severity::Refuse, self.nearest(self.refuse))
        } else if !self.is_within(self.warn) {
            (Severity::Warn, self.nearest(self.warn))
        } else {
            return None;
        };
        let value = match self.value_mv {
            v if (0.001..1000.0).contains(&v) => format!("{v:.3} mV"),
            v => format!("{v:.2e} mV"),
        };
        let message = match severity {
            Severity::Refuse => format!(
                "{} is {value}, which no ECG in millivolts has; {}",
                self.what,
                guess(self.value_mv / self.usual_mv)
            ),
            _ => format!(
                "{} is {value}, which is rare: {}; is the gain right?",
                self.what,
                if self.value_mv > self.usual_mv {
                    "high voltage"
                } else {
                    "low voltage"
                }
            ),
        };
        let finding = Finding::new(Code::AmplitudeScale, severity, message);
        Some(finding.with(self.value_mv, limit_mv, "mV"))
    }
}

/// Which mistake makes a signal so many times too large.
fn guess(times: f64) -> String {
    let power = times.log10().round();
    let why = match power as i32 {
        3 => "microvolts taken as millivolts?",
        6 => "nanovolts taken as millivolts?",
        -3 => "volts taken as millivolts, or millivolts as microvolts?",
        -6 => "volts taken as microvolts?",
        _ => "is the gain right?",
    };
    match power as i32 {
        0 if times > 1.0 => format!("{times:.0} times too large: {why}"),
        0 => format!("{:.0} times too small: {why}", 1.0 / times),
        n if n > 0 => format!("about {} times too large: {why}", grouped(n)),
        n => format!("about {} times too small: {why}", grouped(-n)),
    }
}

/// A power of ten with its thousands apart: 1,000,000.
fn grouped(power: i32) -> String {
    if power > 9 {
        return format!("1e{power}");
    }
    let digits = format!("1{}", "0".repeat(power as usize));
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
