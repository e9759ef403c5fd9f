//! The gate before a model: findings with code, lead, number and limit.
//!
//! A network scores whatever it is given. Microvolts read as millivolts, leads
//! in another order or a recording of three seconds get a probability like any
//! other; this room says so before that happens.
//!
//! Limits are set so that none of the 2,103 records of the PTB-XL excerpt
//! (1,860 at 100 Hz, 243 at 500 Hz), artefacts and all, is refused; each limit
//! says what was seen there.

mod amplitude;
mod limb_leads;
mod shape;

use serde::Serialize;

use crate::ecg::{Lead, Recording};

/// The models here read ten seconds from the start; nothing later is judged.
const JUDGED_S: f64 = 10.0;

/// What was found in a recording; empty where nothing was.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    pub findings: Vec<Finding>,
}

/// One thing that is wrong or worth knowing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    pub code: Code,
    pub severity: Severity,
    /// The lead concerned, if it is one.
    pub lead: Option<Lead>,
    /// What was measured, and the limit that it passed, both in `unit`.
    pub value: Option<f64>,
    pub limit: Option<f64>,
    pub unit: &'static str,
    /// The finding as a sentence for people.
    pub message: String,
}

/// What kind of finding it is; the name in JSON is stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Code {
    MissingLead,
    DuplicateLead,
    Duration,
    SamplingRate,
    MissingSamples,
    AmplitudeScale,
    NoSignal,
    FlatLead,
    ClippedLead,
    BaselineOffset,
    EinthovenResidual,
    GoldbergerResidual,
}

/// What a finding means for a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A score would mean nothing; none is given.
    Refuse,
    /// A score is given; look at the trace before believing it.
    Warn,
    /// Done for the model, or left unused.
    Note,
}

impl Report {
    /// Whether a model must not score this recording.
    pub fn refused(&self) -> bool {
        self.of(Severity::Refuse).next().is_some()
    }

    pub fn of(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |f| f.severity == severity)
    }
}

/// Judges a recording before it goes to a model; the gravest findings first.
pub fn assess(recording: &Recording) -> Report {
    let judged = Judged::of(recording);
    let mut findings = shape::findings(recording);
    findings.extend(amplitude::findings(&judged));
    findings.extend(limb_leads::findings(&judged));
    findings.sort_by_key(|f| f.severity);
    Report { findings }
}

/// The part of a recording that is judged.
struct Judged {
    rate_hz: f64,
    leads: Vec<JudgedLead>,
}

struct JudgedLead {
    lead: Lead,
    /// Missing samples hold the value before them, so that what is judged is
    /// the signal; they are a finding of their own.
    samples_mv: Vec<f64>,
    median_mv: f64,
    /// Largest minus smallest sample.
    range_mv: f64,
}

impl Judged {
    fn of(recording: &Recording) -> Self {
        let samples = (JUDGED_S * recording.rate_hz).round() as usize;
        let leads = Lead::STANDARD.into_iter().filter_map(|lead| {
            let all_mv = recording.lead(lead)?;
            let samples_mv = filled(&all_mv[..samples.min(all_mv.len())])?;
            let largest = samples_mv.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let smallest = samples_mv.iter().copied().fold(f64::INFINITY, f64::min);
            Some(JudgedLead {
                lead,
                median_mv: quantile(&samples_mv, 0.5)?,
                range_mv: largest - smallest,
                samples_mv,
            })
        });
        Self {
            rate_hz: recording.rate_hz,
            leads: leads.collect(),
        }
    }
}

/// `None` where no sample has a value.
fn filled(samples_mv: &[f64]) -> Option<Vec<f64>> {
    let mut last = samples_mv.iter().copied().find(|v| v.is_finite())?;
    let hold = |&v: &f64| {
        last = if v.is_finite() { v } else { last };
        last
    };
    Some(samples_mv.iter().map(hold).collect())
}

/// The value below which the fraction `q` of finite `values` lies.
fn quantile(values: &[f64], q: f64) -> Option<f64> {
    let index = (q * values.len().saturating_sub(1) as f64).round() as usize;
    let mut values = values.to_vec();
    let (_, value, _) =
        (index < values.len()).then(|| values.select_nth_unstable_by(index, f64::total_cmp))?;
    Some(*value)
}
