//! Einthoven's and Goldberger's equations.
//!
//! Six limb leads come from three electrodes, whatever the noise on these:
//! III = II - I, aVR = -(I + II) / 2, aVL = I - II / 2, aVF = II - I / 2. A
//! residual therefore means that the leads are not what their names say, are
//! not of the same moment, or were changed one by one.

use super::amplitude::{is_flat, is_in_scale};
use super::{Code, Finding, Judged, Severity};
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

pub(super) fn findings(judged: &Judged) -> Vec<Finding> {
    // A flat lead, or a unit mixed up, is reported for itself.
    let lead = |wanted: Lead| {
        let found = judged.leads.iter().find(|l| l.lead == wanted)?;
        (!is_flat(found)).then(|| (found.samples_mv.as_slice(), mean(&found.samples_mv)))
    };
    let (Some(one), Some(two), true) = (lead(Lead::I), lead(Lead::II), is_in_scale(judged)) else {
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
        let residual =
            root_mean_square(measured, one, two, |m, i, ii| m - of_one * i - of_two * ii);
        let squares = |x| root_mean_square(x, one, two, |m, _, _| m).powi(2);
        let scale = ((squares(one) + squares(two) + squares(measured)) / 3.0).sqrt();
        finding(derived, residual, residual / scale)
    })
    .collect()
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

fn finding(lead: Lead, residual_mv: f64, ratio: f64) -> Option<Finding> {
    let (severity, limit) = if residual_mv <= ROUNDING_MV || ratio <= WARN_RATIO {
        return None;
    } else if ratio <= REFUSE_RATIO {
        (Severity::Warn, WARN_RATIO)
    } else {
        (Severity::Refuse, REFUSE_RATIO)
    };
    let (code, equation) = match lead {
        Lead::III => (Code::EinthovenResidual, "III = II - I"),
        Lead::AVR => (Code::GoldbergerResidual, "aVR = -(I + II) / 2"),
        Lead::AVL => (Code::GoldbergerResidual, "aVL = I - II / 2"),
        _ => (Code::GoldbergerResidual, "aVF = II - I / 2"),
    };
    Some(Finding {
        code,
        severity,
        lead: Some(lead),
        value: Some(ratio),
        limit: Some(limit),
        unit: "of the limb leads' rms",
        message: format!(
            "{equation} does not hold: the residual of {residual_mv:.3} mV is {:.0} % of the limb leads; {}",
            ratio * 100.0,
            match severity {
                Severity::Refuse =>
                    "the leads are not what their names say, or not of the same moment",
                _ => "a limb lead was changed or disturbed by itself",
            }
        ),
    })
}
