//! Leads that show no heart: flat, clipped, far from zero.

use super::finding::{Code, Finding, Severity, most, or_passed};
use super::judged::{Judged, JudgedLead};
use crate::ecg::Lead;

/// Range of a lead without a heartbeat; PTB-XL excerpt: at least 0.205 mV.
const FLAT_RANGE_MV: f64 = 0.03;
/// Height of QRS in the median beat of a lead that only has noise or wander;
/// PTB-XL excerpt: at least 0.056 mV, simulated ECGs: 0.031.
const FLAT_QRS_MV: f64 = 0.025;
/// A stretch of one unchanging value; PTB-XL excerpt: up to 0.33 s.
const FLAT_STRETCH_S: f64 = 1.0;
/// Times that a lead stops for three samples or more at one and the same
/// extreme value; PTB-XL excerpt: up to 2, even of two samples.
const PLATEAUS: usize = 3;
const PLATEAU_SAMPLES: usize = 3;
/// Mean step at the ends of such a plateau, as a part of the range.
const STEP_PART: f64 = 0.05;
/// An extreme is one only that far from the median, as a part of the range: in
/// a noiseless lead the baseline itself may be the smallest value.
const EXTREME_PART: f64 = 0.25;
/// A single plateau at an extreme of 1 mV or more from the median; PTB-XL
/// excerpt: up to 0.12 s (the padded ends of its 500 Hz versions).
const PLATEAU_S: f64 = 0.2;
const PLATEAU_HEIGHT_MV: f64 = 1.0;
/// Median of a lead; PTB-XL excerpt: up to 0.90 mV.
const OFFSET_MV: f64 = 5.0;

pub(super) fn findings(judged: &Judged) -> Vec<Finding> {
    let (mut flat, mut clipped) = (Vec::new(), Vec::new());
    for lead in &judged.leads {
        match flat_lead(judged, lead) {
            Some(finding) => flat.push(finding),
            None => clipped.extend(clipped_lead(lead, judged.rate_hz)),
        }
    }
    let offset: Vec<Finding> = judged.leads.iter().filter_map(offset).collect();
    let mut findings: Vec<Finding> = no_signal(flat.len(), judged.leads.len())
        .into_iter()
        .chain(no_heartbeat(judged))
        .collect();
    findings.extend(or_passed(flat, || flat_passed(judged)));
    findings.extend(or_passed(clipped, || {
        Finding::new(Code::ClippedLead, Severity::Pass, "no lead is clipped").with(
            0.0,
            PLATEAUS as f64,
            "plateaus",
        )
    }));
    findings.extend(or_passed(offset, || offset_passed(judged)));
    findings
}

/// Whether a lead is without any signal.
pub(super) fn is_flat_line(lead: &JudgedLead) -> bool {
    lead.range_mv < FLAT_RANGE_MV
}

/// Refused only where half of the leads are flat: with one electrode off, the
/// rest of an ECG is still worth a look.
fn no_signal(flat: usize, leads: usize) -> Option<Finding> {
    let limit = leads / 2;
    (flat > 0 && flat >= limit).then(|| {
        let message = format!("{flat} of {leads} leads are flat");
        let finding = Finding::new(Code::NoSignal, Severity::Refuse, message);
        finding.with(flat as f64, limit as f64, "leads")
    })
}

/// A signal in which no beat stands out, which is as rare as it is useless.
fn no_heartbeat(judged: &Judged) -> Option<Finding> {
    let has_signal = judged.leads.iter().any(|lead| !is_flat_line(lead));
    (has_signal && judged.measured.is_none()).then(|| {
        let message = "no heartbeat could be measured";
        Finding::new(Code::NoHeartbeat, Severity::Warn, message).with(0.0, 1.0, "beats")
    })
}

fn flat_lead(judged: &Judged, lead: &JudgedLead) -> Option<Finding> {
    let name = lead.lead;
    let stretch_s = longest_stretch(&lead.samples_mv) as f64 / judged.rate_hz;
    let qrs_mv = judged.qrs_mv(name);
    let (value, limit, unit, message) = if is_flat_line(lead) {
        let message = format!("lead {name} is flat: its range is {:.3} mV", lead.range_mv);
        (lead.range_mv, FLAT_RANGE_MV, "mV", message)
    } else if stretch_s > FLAT_STRETCH_S {
        let message = format!("lead {name} holds one value for {stretch_s:.2} s");
        (stretch_s, FLAT_STRETCH_S, "s", message)
    } else if let Some(qrs_mv) = qrs_mv.filter(|mv| *mv < FLAT_QRS_MV) {
        let message = format!("lead {name} shows no heartbeat: its QRS is {qrs_mv:.3} mV high");
        (qrs_mv, FLAT_QRS_MV, "mV", message)
    } else {
        return None;
    };
    let finding = Finding::new(Code::FlatLead, Severity::Warn, message);
    Some(finding.of_lead(name).with(value, limit, unit))
}

fn flat_passed(judged: &Judged) -> Finding {
    let leads = judged.leads.iter().map(|l| l.lead);
    let smallest = most(leads.filter_map(|lead| Some((lead, -judged.qrs_mv(lead)?))));
    match smallest {
        Some((lead, minus_mv)) => {
            let message = format!(
                "no lead is flat: QRS is at least {:.3} mV, in {lead}",
                -minus_mv
            );
            let finding = Finding::new(Code::FlatLead, Severity::Pass, message);
            finding.of_lead(lead).with(-minus_mv, FLAT_QRS_MV, "mV")
        }
        None => Finding::new(Code::FlatLead, Severity::Pass, "no lead is a flat line"),
    }
}

fn longest_stretch(samples_mv: &[f64]) -> usize {
    let runs = samples_mv.chunk_by(|a, b| a == b);
    runs.map(<[f64]>::len).max().unwrap_or(0)
}

fn clipped_lead(lead: &JudgedLead, rate_hz: f64) -> Option<Finding> {
    let largest = lead
        .samples_mv
        .iter()
        .copied()
        .fold(f64::NEG_INFINITY, f64::max);
    [largest, largest - lead.range_mv]
        .into_iter()
        .find_map(|extreme_mv| clipped_at(lead, extreme_mv, rate_hz))
}

fn clipped_at(lead: &JudgedLead, extreme_mv: f64, rate_hz: f64) -> Option<Finding> {
    if (extreme_mv - lead.median_mv).abs() < EXTREME_PART * lead.range_mv {
        return None;
    }
    let plateaus = cut_plateaus(lead, extreme_mv);
    let longest_s = plateaus.iter().max().copied().unwrap_or(0) as f64 / rate_hz;
    let high = (extreme_mv - lead.median_mv).abs() >= PLATEAU_HEIGHT_MV;
    let (value, limit, unit) = if plateaus.len() >= PLATEAUS {
        (plateaus.len() as f64, PLATEAUS as f64, "plateaus")
    } else if high && longest_s >= PLATEAU_S {
        (longest_s, PLATEAU_S, "s")
    } else {
        return None;
    };
    let message = format!(
        "lead {} looks clipped at {extreme_mv:.3} mV ({} plateaus, the longest {longest_s:.3} s)",
        lead.lead,
        plateaus.len()
    );
    let finding = Finding::new(Code::ClippedLead, Severity::Warn, message);
    Some(finding.of_lead(lead.lead).with(value, limit, unit))
}

/// Lengths in samples of the plateaus at `extreme_mv` that end in a step. A
/// smooth wave that rounding makes level at its top slopes off gently.
fn cut_plateaus(lead: &JudgedLead, extreme_mv: f64) -> Vec<usize> {
    // The smallest value comes from a difference: equal but for rounding.
    let at_extreme = |v: &f64| (v - extreme_mv).abs() <= 1e-9 * lead.range_mv;
    let runs: Vec<&[f64]> = lead
        .samples_mv
        .chunk_by(|a, b| at_extreme(a) == at_extreme(b))
        .collect();
    let step_mv = |beside: Option<&f64>| beside.map_or(0.0, |v| (v - extreme_mv).abs());
    let is_cut = |i: usize| {
        let before = i.checked_sub(1).and_then(|i| runs.get(i)?.last());
        let after = runs.get(i + 1).and_then(|run| run.first());
        step_mv(before) + step_mv(after) >= 2.0 * STEP_PART * lead.range_mv
    };
    runs.iter()
        .enumerate()
        .filter(|(_, run)| run.len() >= PLATEAU_SAMPLES && run.first().is_some_and(at_extreme))
        .filter(|(i, _)| is_cut(*i))
        .map(|(_, run)| run.len())
        .collect()
}

fn offset(lead: &JudgedLead) -> Option<Finding> {
    (lead.median_mv.abs() > OFFSET_MV).then(|| {
        let message = format!(
            "the baseline of lead {} is at {:.2} mV: check the header's baseline; a high-pass hides it from the model",
            lead.lead, lead.median_mv
        );
        let finding = Finding::new(Code::BaselineOffset, Severity::Warn, message);
        finding.of_lead(lead.lead).with(lead.median_mv, OFFSET_MV, "mV")
    })
}

fn offset_passed(judged: &Judged) -> Finding {
    let farthest = most(judged.leads.iter().map(|l| (l.lead, l.median_mv.abs())));
    let (lead, mv) = farthest.unwrap_or((Lead::I, 0.0));
    let message = format!("baselines are at most {mv:.2} mV from zero, in lead {lead}");
    let finding = Finding::new(Code::BaselineOffset, Severity::Pass, message);
    finding.of_lead(lead).with(mv, OFFSET_MV, "mV")
}
