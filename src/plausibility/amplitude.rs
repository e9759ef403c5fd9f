//! Units, flat leads, clipping and baseline.

use super::{Code, Finding, Judged, JudgedLead, Severity, quantile};
use crate::dsp::{Band, butterworth};

/// The amplitude of a record: the median over leads of the 99th percentile of
/// the absolute signal without baseline. PTB-XL excerpt: 0.20 to 2.28 mV, so
/// that a factor of 10 is left on either side, and a factor of 1,000 is seen.
const LOWEST_AMPLITUDE_MV: f64 = 0.02;
const HIGHEST_AMPLITUDE_MV: f64 = 20.0;
/// Range of a lead without a heartbeat; PTB-XL excerpt: at least 0.205 mV.
const FLAT_RANGE_MV: f64 = 0.03;
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
    // With the wrong unit every limit in millivolts would be passed; that would
    // hide what is the matter.
    if let Some(finding) = scale(judged) {
        return vec![finding];
    }
    let mut findings: Vec<Finding> = no_signal(judged).into_iter().collect();
    for lead in &judged.leads {
        match flat(lead, judged.rate_hz) {
            Some(finding) => findings.push(finding),
            None => findings.extend(clipped(lead, judged.rate_hz)),
        }
        findings.extend(offset(lead));
    }
    findings
}

/// Whether a lead carries no heartbeat at all.
pub(super) fn is_flat(lead: &JudgedLead) -> bool {
    lead.range_mv < FLAT_RANGE_MV
}

/// Whether the record as a whole is on the scale of an ECG in millivolts.
pub(super) fn is_in_scale(judged: &Judged) -> bool {
    scale(judged).is_none()
}

fn scale(judged: &Judged) -> Option<Finding> {
    let amplitudes_mv: Vec<f64> = judged
        .leads
        .iter()
        .filter(|lead| lead.range_mv > 0.0)
        .filter_map(|lead| quantile(&detrended(lead, judged.rate_hz), 0.99))
        .collect();
    let amplitude_mv = quantile(&amplitudes_mv, 0.5)?;
    let (limit_mv, how) = if amplitude_mv > HIGHEST_AMPLITUDE_MV {
        (HIGHEST_AMPLITUDE_MV, "large")
    } else if amplitude_mv < LOWEST_AMPLITUDE_MV {
        (LOWEST_AMPLITUDE_MV, "small")
    } else {
        return None;
    };
    let plausible = LOWEST_AMPLITUDE_MV..=HIGHEST_AMPLITUDE_MV;
    let mixed_up = [
        (
            1e-3,
            "1,000 times too large: microvolts taken as millivolts?",
        ),
        (
            1e-6,
            "1,000,000 times too large: nanovolts taken as millivolts?",
        ),
        (
            1e3,
            "1,000 times too small: volts taken as millivolts, or millivolts as microvolts?",
        ),
        (1e6, "1,000,000 times too small: volts taken as microvolts?"),
    ]
    .into_iter()
    .find(|(factor, _)| plausible.contains(&(amplitude_mv * factor)));
    let guess = mixed_up.map_or("no mix-up of units explains it", |(_, text)| text);
    Some(Finding {
        code: Code::AmplitudeScale,
        severity: Severity::Refuse,
        lead: None,
        value: Some(amplitude_mv),
        limit: Some(limit_mv),
        unit: "mV",
        message: format!("the amplitude of {amplitude_mv:.3e} mV is too {how} for an ECG; {guess}"),
    })
}

/// The absolute signal without its baseline.
fn detrended(lead: &JudgedLead, rate_hz: f64) -> Vec<f64> {
    let high_pass = butterworth(1, Band::HighPass { cutoff_hz: 0.5 }, rate_hz);
    let filtered = high_pass.and_then(|filter| filter.filtfilt(&lead.samples_mv));
    // A signal too short or too slow for the filter is refused elsewhere.
    let around_zero =
        filtered.unwrap_or_else(|_| lead.samples_mv.iter().map(|v| v - lead.median_mv).collect());
    around_zero.into_iter().map(f64::abs).collect()
}

/// Refused only where half of the leads are flat: with one electrode off, the
/// rest of an ECG is still worth a look.
fn no_signal(judged: &Judged) -> Option<Finding> {
    let flat = judged.leads.iter().filter(|lead| is_flat(lead)).count();
    let limit = judged.leads.len() / 2;
    (flat > 0 && flat >= limit).then(|| Finding {
        code: Code::NoSignal,
        severity: Severity::Refuse,
        lead: None,
        value: Some(flat as f64),
        limit: Some(limit as f64),
        unit: "leads",
        message: format!("{flat} of {} leads are flat", judged.leads.len()),
    })
}

fn flat(lead: &JudgedLead, rate_hz: f64) -> Option<Finding> {
    let name = lead.lead;
    let stretch_s = longest_stretch(&lead.samples_mv) as f64 / rate_hz;
    let (value, limit, unit, message) = if is_flat(lead) {
        let message = format!("lead {name} is flat: its range is {:.3} mV", lead.range_mv);
        (lead.range_mv, FLAT_RANGE_MV, "mV", message)
    } else if stretch_s > FLAT_STRETCH_S {
        let message = format!("lead {name} holds one value for {stretch_s:.2} s");
        (stretch_s, FLAT_STRETCH_S, "s", message)
    } else {
        return None;
    };
    Some(Finding {
        code: Code::FlatLead,
        severity: Severity::Warn,
        lead: Some(name),
        value: Some(value),
        limit: Some(limit),
        unit,
        message,
    })
}

fn longest_stretch(samples_mv: &[f64]) -> usize {
    let runs = samples_mv.chunk_by(|a, b| a == b);
    runs.map(<[f64]>::len).max().unwrap_or(0)
}

fn clipped(lead: &JudgedLead, rate_hz: f64) -> Option<Finding> {
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
    Some(Finding {
        code: Code::ClippedLead,
        severity: Severity::Warn,
        lead: Some(lead.lead),
        value: Some(value),
        limit: Some(limit),
        unit,
        message: format!(
            "lead {} looks clipped at {extreme_mv:.3} mV ({} plateaus, the longest {longest_s:.3} s)",
            lead.lead,
            plateaus.len()
        ),
    })
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
    (lead.median_mv.abs() > OFFSET_MV).then(|| Finding {
        code: Code::BaselineOffset,
        severity: Severity::Warn,
        lead: Some(lead.lead),
        value: Some(lead.median_mv),
        limit: Some(OFFSET_MV),
        unit: "mV",
        message: format!(
            "the baseline of lead {} is at {:.2} mV: check the header's baseline; a high-pass hides it from the model",
            lead.lead, lead.median_mv
        ),
    })
}
