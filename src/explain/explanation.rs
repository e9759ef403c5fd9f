//! The evidence for one statement: plain values that the screen, the PDF and
//! the JSON all show.

use serde::{Deserialize, Serialize};

/// A span of a recording in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Span {
    pub start_s: f64,
    pub end_s: f64,
}

/// Why the model gave one statement the logit that it gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassExplanation {
    pub code: String,
    pub description: String,
    pub assessed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positive: Option<bool>,
    pub logit: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibrated_probability: Option<f64>,
    /// The calibration is the one of all statements of the branch together.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub calibration_shared: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// The threshold is the one of all statements of the branch together.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub threshold_shared: bool,
    /// `None` (in JSON: absent) for a network without prototypes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<Ledger>,
    /// The prototypes of this class, most similar first.
    pub prototypes: Vec<PrototypeEvidence>,
}

impl ClassExplanation {
    /// What stands over the pair: "looks like" only for a positive statement.
    pub fn heading(&self) -> &'static str {
        match (self.assessed, self.positive) {
            (false, _) => "Not assessed: too few training ECGs",
            (true, Some(true)) => "Looks like",
            (true, _) => "Most similar, but below threshold",
        }
    }
}

/// The arithmetic of a logit: contributions + rest + bias = logit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// Every prototype of the class and every other that moves the logit by
    /// more than [`Ledger::SMALLEST`], largest absolute contribution first.
    pub entries: Vec<LedgerEntry>,
    /// The sum of the contributions that are not listed.
    pub rest: f64,
    pub bias: f64,
    pub logit: f64,
}

impl Ledger {
    /// A contribution of another class below this is in `rest`.
    pub const SMALLEST: f64 = 0.005;
}

/// One line of the ledger: similarity x weight = contribution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LedgerEntry {
    pub prototype: usize,
    pub branch: String,
    /// Code of the class that the prototype belongs to.
    pub class: String,
    pub cosine: f64,
    pub similarity: f64,
    /// Share (0 to 100) of training ECGs without the prototype's statement that
    /// are less similar to it than this ECG.
    pub percentile: Option<f64>,
    pub weight: f64,
    pub contribution: f64,
}

/// A prototype as evidence: which training ECG, where, how similar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrototypeEvidence {
    pub prototype: usize,
    /// Record of the training set that the prototype is; `None` where an
    /// imported model does not know it.
    pub ecg_id: Option<u32>,
    pub cosine: f64,
    pub percentile: Option<f64>,
    pub weight: f64,
    pub contribution: f64,
    /// The prototype has no time axis: the whole strip, all 12 leads were used.
    pub whole_recording: bool,
    /// Where in the test ECG the similarity was pooled from; empty for a
    /// prototype without a time axis.
    pub windows: Vec<Window>,
    /// Where in the source ECG the prototype was cut from.
    pub source_window: Option<Span>,
    pub receptive_field_s: Option<Span>,
    pub source_statements: Vec<String>,
    pub source_fold: Option<u8>,
    pub source_age_years: Option<f64>,
    pub source_sex: Option<crate::ecg::Sex>,
    pub duplicate_of: Option<usize>,
    /// The source has the same signal as the recording that is explained.
    pub same_recording: bool,
}

/// A pooled window of the test ECG.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    pub start_s: f64,
    pub end_s: f64,
    pub cosine: f64,
    /// Everything that the window was computed from.
    pub receptive_field_s: Span,
}
