//! Einthoven's and Goldberger's equations.
//!
//! Six limb leads come from three electrodes, whatever the noise on these:
//! III = II - I, aVR = -(I + II) / 2, aVL = I - II / 2, aVF = II - I / 2. A
//! residual therefore means that the leads are not what their names say, are
//! not of the same moment, or were changed one by one.

use super::contact::is_flat_line;
use super::finding::{Code, Finding, Severity, most, or_passed};
use super::judged::Judged;
use crate::ecg::Lead;

/// Residual (rms) as a part of the leads' own rms. PTB-XL excerpt: up to 0.01,
/// but for one record with a spike of 2.6 mV in aVR and aVF alone (0.18).
///
/// Above the first limit one lead was changed and the rest can be read: a
/// warning. Above the second the names or the times are wrong, no lead can be
/// trusted, and nobody would see it in a probability: refused. With I and II
/// exchanged 2,100 of the excerpt's 2,103 records are refused (median 1.75)
/// and three warned of; with lead III shifted in time, 2,088 (median 1.26) and
/// fifteen.
const WARN_RATIO: f64 = 0.1;
const REFUSE_RATIO: f64 = 0.5;
/// Rounding to 5 uV gives up to 0.003 mV in small leads, which is no finding.
const ROUNDING_MV: f64 = 0.01;
const UNIT: &str = "of the limb leads' rms";

pub(super) fn findings(judged: &Judged) -> Vec<Finding> {
    let ratios = residuals(judged);
    let goldberger = [Lead::AVR, Lead::AVL, Lead::AVF];
    [
        (Code::EinthovenResidual, &[Lead::III][..]),
        (Code::GoldbergerResidual, &goldberger[..]),
    ]
    .into_iter()
    .flat_map(|(code, leads)| {
        let of_code = ratios.iter().filter(|r| leads.contains(&r.lead));
        let found = of_code.clone().filter_map(|r| r.finding(code)).collect();
        match most(of_code.map(|r| (r.lead, r.ratio))) {
            Some(worst) => or_passed(found, || passed(code, worst)),
            None => found,
        }
    })
    .collect()
}

/// How far a lead is from what I and II say that it is.
struct Residual {
    lead: Lead,
    rms_mv: f64,
    /// As a part of the leads' own rms.
    ratio: f64,
}

/// Of the leads that are there and have a signal.
fn residuals(judged: &Judged) -> Vec<Residual> {
    // A flat lead is reported for itself.
    let lead = |wanted: Lead| {
        let found = judged.leads.iter().find(|l| l.lead == wanted)?;
        (!is_flat_line(found)).then(|| (found.samples_mv.as_slice(), mean(&found.samples_mv)))
    };
    let (Some(one), Some(two)) = (lead(Lead::I), lead(Lead::II)) else {
        return Vec::new();
    };
    [
        (Lead::III, -1.0, 1.0),
        (Lead::AVR, -0.5, -0.5),
        (Lead::AVL, 1.0, -0.5),
        (Lead::AVF, -0.5, 1.0),
    ]
    .into_iter()
    .filter_map(|(derived, of_one, of_two)| {
        let measured = lead(derived)?;
        // Without the means, since baselines may have been removed lead by lead
        // (means, because those of derived leads follow the same equations).
        let rms_mv = root_mean_square(measured, one, two, |m, i, ii| m - of_one * i - of_two * ii);
        let squares = |x| root_mean_square(x, one, two, |m, _, _| m).powi(2);
        let scale = ((squares(one) + squares(two) + squares(measured)) / 3.0).sqrt();
        Some(Residual {
            lead: derived,
            rms_mv,
            ratio: rms_mv / scale,
        })
    })
    .collect()
}

fn passed(code: Code, (lead, ratio): (Lead, f64)) -> Finding {
    let message = format!("{} holds to {:.1} %", equation(lead), ratio * 100.0);
    let finding = Finding::new(code, Severity::Pass, message);
    finding.of_lead(lead).with(ratio, WARN_RATIO, UNIT)
}

fn equation(lead: Lead) -> &'static str {
    match lead {
        Lead::III => "III = II - I",
        Lead::AVR => "aVR = -(I + II) / 2",
        Lead::AVL => "aVL = I - II / 2",
        _ => "aVF = II - I / 2",
    }
}

fn mean(samples_mv: &[f64]) -> f64 {
    samples_mv.iter().sum::<f64>() / samples_mv.len() as f64
}

fn root_mean_square(
    measured: (&[f64], f64),
    one: (&[f64], f64),
    two: (&[f64], f64),
    value: impl Fn(f64, f64, f64) -> f64,
) -> f64 {
    let samples = measured.0.iter().zip(one.0).zip(two.0);
    let count = samples.len() as f64;
    let squares = samples.map(|((m, i), ii)| value(m - measured.1, i - one.1, ii - two.1).powi(2));
    (squares.sum::<f64>() / count).sqrt()
}

impl Residual {
    fn finding(&self, code: Code) -> Option<Finding> {
        let (severity, limit) = if self.rms_mv <= ROUNDING_MV || self.ratio <= WARN_RATIO {
            return None;
        } else if self.ratio <= REFUSE_RATIO {
            (Severity::Warn, WARN_RATIO)
        } else {
            (Severity::Refuse, REFUSE_RATIO)
        };
        let message = format!(
            "{} does not hold: the residual of {:.3} mV is {:.0} % of the limb leads; {}",
            equation(self.lead),
            self.rms_mv,
            self.ratio * 100.0,
            match severity {
                Severity::Refuse =>
                    "the leads are not what their names say, or not of the same moment",
                _ => "a limb lead was changed or disturbed by itself",
            }
        );
        let finding = Finding::new(code, severity, message);
        Some(finding.of_lead(self.lead).with(self.ratio, limit, UNIT))
    }
}
