//! What a check says.

use serde::Serialize;

use crate::ecg::Lead;

/// What was found in a recording: the gravest first, what passed last.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    pub findings: Vec<Finding>,
}

/// What one check says, of one lead where it is about one. A check that all
/// leads pass is one finding, of the lead that is nearest to the limit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    pub code: Code,
    pub severity: Severity,
    /// The lead concerned, if it is one.
    pub lead: Option<Lead>,
    /// What was measured, and the limit that it passed or is nearest to, both
    /// in `unit`.
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
    CalibrationPulse,
    AmplitudeScale,
    TimeScale,
    NoSignal,
    NoHeartbeat,
    FlatLead,
    ClippedLead,
    BaselineOffset,
    Noise,
    Wander,
    EinthovenResidual,
    GoldbergerResidual,
    LimbLeadSwap,
    ChestLeadSwap,
}

/// What a finding means for a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A score would mean nothing; none is given.
    Refuse,
    /// A score is given; look at the trace before believing it.
    Warn,
    /// Passed, with something that was done for the model or left unused.
    Note,
    /// Passed, and nothing to say.
    Pass,
}

impl Severity {
    /// As it stands before a message.
    pub fn word(self) -> &'static str {
        match self {
            Self::Refuse => "refused",
            Self::Warn => "warning",
            Self::Note => "note",
            Self::Pass => "passed",
        }
    }
}

impl Report {
    /// Whether a model must not score this recording.
    pub fn refused(&self) -> bool {
        self.of(Severity::Refuse).next().is_some()
    }

    pub fn of(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |f| f.severity == severity)
    }

    /// Everything but what simply passed.
    pub fn remarks(&self) -> impl Iterator<Item = &Finding> {
        let passed = |f: &&Finding| f.severity == Severity::Pass;
        self.findings.iter().filter(move |f| !passed(f))
    }

    /// Why no score is given, as one sentence; `None` where one is.
    pub fn refusal(&self) -> Option<String> {
        let reasons: Vec<&str> = self
            .of(Severity::Refuse)
            .map(|f| f.message.as_str())
            .collect();
        (!reasons.is_empty()).then(|| format!("not given to the model: {}", reasons.join("; ")))
    }
}

impl Finding {
    /// A finding about the recording as a whole.
    pub(super) fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            lead: None,
            value: None,
            limit: None,
            unit: "",
            message: message.into(),
        }
    }

    /// ...about one lead.
    pub(super) fn of_lead(self, lead: Lead) -> Self {
        Self {
            lead: Some(lead),
            ..self
        }
    }

    /// ...with its number; JSON has none that is not finite.
    pub(super) fn with(self, value: f64, limit: f64, unit: &'static str) -> Self {
        Self {
            value: Some(value).filter(|v| v.is_finite()),
            limit: Some(limit),
            unit,
            ..self
        }
    }
}

/// What was found, or that it passed.
pub(super) fn or_passed(found: Vec<Finding>, passed: impl FnOnce() -> Finding) -> Vec<Finding> {
    if found.is_empty() {
        vec![passed()]
    } else {
        found
    }
}

/// The lead with the largest value.
pub(super) fn most(values: impl IntoIterator<Item = (Lead, f64)>) -> Option<(Lead, f64)> {
    values.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))
}
