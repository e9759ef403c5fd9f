//! Leads, length, sampling rate and missing samples.

use super::{Code, Finding, JUDGED_S, Severity};
use crate::ecg::{Lead, Recording};

/// Below this a QRS complex is a handful of samples and no model was trained.
const LOWEST_RATE_HZ: f64 = 100.0;

pub(super) fn findings(recording: &Recording) -> Vec<Finding> {
    let mut findings = leads(recording);
    findings.extend(duration(recording));
    findings.extend(sampling_rate(recording));
    findings.extend(missing_samples(recording));
    findings
}

fn leads(recording: &Recording) -> Vec<Finding> {
    let count = |lead| {
        recording
            .channels
            .iter()
            .filter(|c| c.lead == Some(lead))
            .count()
    };
    let finding = |lead: Lead| {
        let (code, severity, message) = match count(lead) {
            0 => (
                Code::MissingLead,
                Severity::Refuse,
                format!("lead {lead} is missing"),
            ),
            1 => return None,
            n => (
                Code::DuplicateLead,
                Severity::Warn,
                format!("lead {lead} is there {n} times; the first is used"),
            ),
        };
        Some(Finding {
            code,
            severity,
            lead: Some(lead),
            value: Some(count(lead) as f64),
            limit: Some(1.0),
            unit: "channels",
            message,
        })
    };
    Lead::STANDARD.into_iter().filter_map(finding).collect()
}

fn duration(recording: &Recording) -> Option<Finding> {
    let duration_s = recording.duration_s();
    // Half a sample at 100 Hz, as the preprocessing allows.
    let slack_s = 0.005;
    let (severity, message) = if duration_s.is_nan() || duration_s + slack_s < JUDGED_S {
        (
            Severity::Refuse,
            format!("the recording lasts {duration_s:.3} s; a model needs {JUDGED_S} s"),
        )
    } else if duration_s > JUDGED_S + slack_s {
        (
            Severity::Note,
            format!(
                "the recording lasts {duration_s:.3} s; a model reads and this report judges the first {JUDGED_S} s"
            ),
        )
    } else {
        return None;
    };
    Some(Finding {
        code: Code::Duration,
        severity,
        lead: None,
        value: Some(duration_s).filter(|v| v.is_finite()),
        limit: Some(JUDGED_S),
        unit: "s",
        message,
    })
}

/// The models here were trained at 100 Hz, and PTB-XL comes at 100 and 500 Hz.
fn sampling_rate(recording: &Recording) -> Option<Finding> {
    let rate_hz = recording.rate_hz;
    let (severity, message) = if rate_hz.is_nan() || rate_hz < LOWEST_RATE_HZ {
        (
            Severity::Refuse,
            format!(
                "the sampling rate is {rate_hz} Hz; a model needs at least {LOWEST_RATE_HZ} Hz"
            ),
        )
    } else if rate_hz != LOWEST_RATE_HZ {
        (
            Severity::Note,
            format!(
                "the sampling rate is {rate_hz} Hz; a model reads it resampled to {LOWEST_RATE_HZ} Hz"
            ),
        )
    } else {
        return None;
    };
    Some(Finding {
        code: Code::SamplingRate,
        severity,
        lead: None,
        value: Some(rate_hz).filter(|v| v.is_finite()),
        limit: Some(LOWEST_RATE_HZ),
        unit: "Hz",
        message,
    })
}

fn missing_samples(recording: &Recording) -> Vec<Finding> {
    let used = (JUDGED_S * recording.rate_hz).round() as usize;
    let finding = |lead: Lead| {
        let samples_mv = recording.lead(lead)?;
        let is_missing = |v: &f64| !v.is_finite();
        let missing = samples_mv
            .iter()
            .take(used)
            .filter(|v| is_missing(v))
            .count();
        let first = samples_mv.iter().take(used).position(is_missing)?;
        Some(Finding {
            code: Code::MissingSamples,
            severity: Severity::Refuse,
            lead: Some(lead),
            value: Some(missing as f64),
            limit: Some(0.0),
            unit: "samples",
            message: format!(
                "lead {lead} has no value for {missing} samples, the first at {:.3} s",
                first as f64 / recording.rate_hz
            ),
        })
    };
    Lead::STANDARD.into_iter().filter_map(finding).collect()
}
