//! Everything that a reading study reports, as one value: the screen, the
//! tables and the JSON show these numbers and compute none.

use serde::Serialize;

use super::super::clustered_mean::Resampling;
use super::super::interval::Interval;
use super::super::study::Outcome;

/// How the report is made; all of it is printed with it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReadingSettings {
    /// In the order in which they were shown.
    pub arms: Vec<String>,
    /// The arm in which nothing is shown.
    pub unaided: String,
    /// The arms in which a prediction is shown.
    pub aided: Vec<String>,
    pub resampling: Resampling,
}

/// The report of a reading study.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReadingReport {
    pub settings: ReadingSettings,
    /// ECGs with an answer.
    pub ecgs: usize,
    /// In the order of their codes.
    pub readers: Vec<String>,
    pub arms: Vec<ArmAccuracy>,
    /// Every arm against every one before it.
    pub changes: Vec<ArmChange>,
    /// For every arm with a prediction.
    pub reliance: Vec<Reliance>,
}

/// A share or a difference with its interval, or the reasons why there is none.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// Answers, or pairs of them, that it rests on.
    pub n: usize,
    /// ECGs that these are of: what the bootstrap draws.
    pub ecgs: usize,
    /// The sum over which the share is taken: how many of n (of a difference,
    /// those gained less those lost).
    pub count: f64,
    pub value: Outcome<f64>,
    /// BCa, or the percentile interval where BCa has no value for another
    /// reason than that nothing varies.
    pub interval: Outcome<Interval>,
}

/// An estimate of one reader alone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReaderEstimate {
    pub reader: String,
    pub estimate: Estimate,
}

/// How often the answers of one arm are right.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArmAccuracy {
    pub arm: String,
    pub readers: Vec<ReaderEstimate>,
    /// Mean of the readers' accuracies.
    pub these_readers: Estimate,
    pub mean_confidence: Option<f64>,
    pub median_time_ms: Option<f64>,
}

/// Accuracy of one arm less that of one before it, over what was answered in
/// both.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArmChange {
    pub from: String,
    pub to: String,
    pub readers: Vec<ReaderEstimate>,
    /// Mean of the readers' differences.
    pub these_readers: Estimate,
    /// Share that was wrong and became right.
    pub gained: Estimate,
    /// Share that was right and became wrong.
    pub lost: Estimate,
}

/// What readers do with a prediction, over all pairs of reader and ECG that
/// were answered unaided and in this arm.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reliance {
    pub arm: String,
    /// Of those that were right unaided and were shown a wrong statement: the
    /// statement is in the answer.
    pub took_over_wrong: Estimate,
    /// The same where the wrong statement is a control.
    pub took_over_controls: Estimate,
    /// The same where it is the model's own error.
    pub took_over_errors: Estimate,
    /// Of those that were right unaided and were shown a wrong statement: the
    /// answer is wrong now.
    pub lost: Estimate,
    /// Of those that were wrong unaided and were shown a right statement: the
    /// answer is right now.
    pub corrected: Estimate,
    pub readers_took_over_wrong: Vec<ReaderEstimate>,
    pub readers_corrected: Vec<ReaderEstimate>,
}
