//! The gate before a model: findings with code, lead, number and limit.
//!
//! A network scores whatever it is given. Microvolts read as millivolts, a
//! wrong sampling rate or leads in another order get a probability like any
//! other; this room says so before that happens. A recording enters the program
//! through [`admit`] and nowhere else, which also cuts off calibration pulses,
//! so that nobody measures, draws or scores one.
//!
//! Limits were chosen on one half of the patients of the PTB-XL excerpt and on
//! simulated ECGs; docs/robustness.md has what each fault's detection rate is
//! on the other half, and what the gate says of untouched records.

mod calibration_pulse;
mod contact;
mod electrodes;
mod finding;
mod judged;
mod limb_leads;
mod noise;
mod shape;
mod time_scale;
mod unit;
mod usual;

pub use finding::{Code, Finding, Report, Severity};

use crate::ecg::Recording;
use judged::Judged;

/// The models here read ten seconds from the start; what comes later is judged
/// only where it helps to find the sampling rate.
const JUDGED_S: f64 = 10.0;

/// A recording as the program uses it, and what was found in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Admitted {
    /// Without calibration pulses at its ends.
    pub recording: Recording,
    pub report: Report,
}

/// Takes a recording in: cuts off calibration pulses and judges the rest.
pub fn admit(recording: Recording) -> Admitted {
    let (recording, mut findings) = calibration_pulse::cut_off(recording);
    let judged = Judged::of(&recording);
    findings.extend(shape::findings(&recording));
    let unit = unit::findings(&judged);
    let is_in_scale = !unit.iter().any(|f| f.severity == Severity::Refuse);
    findings.extend(unit);
    // With the wrong unit every limit in millivolts would be passed; that would
    // hide what is the matter.
    if is_in_scale {
        findings.extend(contact::findings(&judged));
        findings.extend(noise::findings(&judged));
        findings.extend(limb_leads::findings(&judged));
        findings.extend(electrodes::findings(&judged));
    }
    findings.extend(time_scale::findings(&recording, &judged));
    // What is refused anyway need not be told that it has no beats, too.
    if findings.iter().any(|f| f.severity == Severity::Refuse) {
        findings.retain(|f| f.code != Code::NoHeartbeat);
    }
    findings.sort_by_key(|f| f.severity);
    Admitted {
        recording,
        report: Report { findings },
    }
}
