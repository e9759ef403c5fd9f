//! Noise and wander, lead by lead, as `measurements` measures them.

use super::finding::{Code, Finding, Severity, most, or_passed};
use super::judged::Judged;
use crate::ecg::Lead;
use crate::measurements::LeadMeasurements;

/// Root mean square above 20 Hz between QRS complexes. PTB-XL excerpt: 1 in 190
/// records has a lead above; a P wave of 0.1 mV drowns.
const NOISE_MV: f64 = 0.05;
/// Range of the baseline below 0.5 Hz. PTB-XL excerpt: 1 in 55 records has a
/// lead above.
const WANDER_MV: f64 = 4.0;

pub(super) fn findings(judged: &Judged) -> Vec<Finding> {
    let noise = Level {
        code: Code::Noise,
        what: "noise above 20 Hz",
        limit_mv: NOISE_MV,
        of: |lead| lead.noise_mv,
    };
    let wander = Level {
        code: Code::Wander,
        what: "wander of the baseline",
        limit_mv: WANDER_MV,
        of: |lead| lead.wander_mv,
    };
    let both = [noise, wander];
    both.iter()
        .flat_map(|level| level.findings(judged))
        .collect()
}

/// Something that every lead has in millivolts, and how much of it is too much.
struct Level {
    code: Code,
    what: &'static str,
    limit_mv: f64,
    of: fn(&LeadMeasurements) -> f64,
}

impl Level {
    fn findings(&self, judged: &Judged) -> Vec<Finding> {
        let measured = judged.measured.iter();
        let levels: Vec<(Lead, f64)> = measured
            .flat_map(|m| m.measurements.leads.iter().map(|lead| (lead, m.scale)))
            .filter_map(|(lead, scale)| Some((lead.lead?, scale * (self.of)(lead))))
            .collect();
        let too_much = levels.iter().filter(|(_, mv)| *mv > self.limit_mv);
        let found: Vec<Finding> = too_much
            .map(|&(lead, mv)| {
                let message = format!("{}: {mv:.3} mV in lead {lead}", self.what);
                self.finding(Severity::Warn, lead, mv, message)
            })
            .collect();
        let Some((lead, mv)) = most(levels) else {
            return Vec::new();
        };
        or_passed(found, || {
            let message = format!("{}: at most {mv:.3} mV, in lead {lead}", self.what);
            self.finding(Severity::Pass, lead, mv, message)
        })
    }

    fn finding(&self, severity: Severity, lead: Lead, mv: f64, message: String) -> Finding {
        let finding = Finding::new(self.code, severity, message);
        finding.of_lead(lead).with(mv, self.limit_mv, "mV")
    }
}
