//! Leads, length, sampling rate and missing samples.

use super::JUDGED_S;
use super::finding::{Code, Finding, Severity, or_passed};
use crate::ecg::{Lead, Recording};

/// Below this a QRS complex is a handful of samples and no model was trained.
const LOWEST_RATE_HZ: f64 = 100.0;
/// Half a sample at 100 Hz, as the preprocessing allows.
const SLACK_S: f64 = 0.005;

pub(super) fn findings(recording: &Recording) -> Vec<Finding> {
    let mut findings = leads(recording);
    findings.push(duration(recording));
    findings.push(sampling_rate(recording));
    findings.extend(missing_samples(recording));
    findings
}

fn leads(recording: &Recording) -> Vec<Finding> {
    let count = |lead| {
        let channels = recording.channels.iter();
        channels.filter(|c| c.lead == Some(lead)).count()
    };
    let finding = |lead: Lead| {
        let n = count(lead);
        let (code, severity, message) = match n {
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
        let finding = Finding::new(code, severity, message).of_lead(lead);
        Some(finding.with(n as f64, 1.0, "channels"))
    };
    let found = Lead::STANDARD.into_iter().filter_map(finding).collect();
    or_passed(found, || {
        let message = "each of the twelve leads is there once";
        Finding::new(Code::MissingLead, Severity::Pass, message).with(1.0, 1.0, "channels")
    })
}

fn duration(recording: &Recording) -> Finding {
    let duration_s = recording.duration_s();
    let (severity, message) = if duration_s.is_nan() || duration_s + SLACK_S < JUDGED_S {
        (
            Severity::Refuse,
            format!("the recording lasts {duration_s:.3} s; a model needs {JUDGED_S} s"),
        )
    } else if duration_s > JUDGED_S + SLACK_S {
        (
            Severity::Note,
            format!(
                "the recording lasts {duration_s:.3} s; a model reads and this report judges the first {JUDGED_S} s"
            ),
        )
    } else {
        (
            Severity::Pass,
            format!("the recording lasts {duration_s:.3} s"),
        )
    };
    Finding::new(Code::Duration, severity, message).with(duration_s, JUDGED_S, "s")
}

/// The models here were trained at 100 Hz, and PTB-XL comes at 100 and 500 Hz.
fn sampling_rate(recording: &Recording) -> Finding {
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
        (
            Severity::Pass,
            format!("the sampling rate is {rate_hz} Hz, as the model's"),
        )
    };
    Finding::new(Code::SamplingRate, severity, message).with(rate_hz, LOWEST_RATE_HZ, "Hz")
}

fn missing_samples(recording: &Recording) -> Vec<Finding> {
    let used = (JUDGED_S * recording.rate_hz).round() as usize;
    let finding = |lead: Lead| {
        let samples_mv = recording.lead(lead)?;
        let is_missing = |v: &f64| !v.is_finite();
        let first = samples_mv.iter().take(used).position(is_missing)?;
        let missing = samples_mv
            .iter()
            .take(used)
            .filter(|v| is_missing(v))
            .count();
        let message = format!(
            "lead {lead} has no value for {missing} samples, the first at {:.3} s",
            first as f64 / recording.rate_hz
        );
        let finding = Finding::new(Code::MissingSamples, Severity::Refuse, message);
        Some(finding.of_lead(lead).with(missing as f64, 0.0, "samples"))
    };
    let found = Lead::STANDARD.into_iter().filter_map(finding).collect();
    or_passed(found, || {
        let message = "every sample has a value";
        Finding::new(Code::MissingSamples, Severity::Pass, message).with(0.0, 0.0, "samples")
    })
}
