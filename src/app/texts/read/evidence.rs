//! The prototypes of the chosen class, and the counter-case.

use crate::explain::{CounterCase, words};

pub const NO_PROTOTYPES: &str = "The model has no prototype of this statement.";
pub const NEXT: &str = "Next prototype (→)";
pub const PREVIOUS: &str = "Previous prototype (←)";
pub const PERCENTILE: &str = "Percentile";
pub const WHAT_PERCENTILE_MEANS: &str =
    "Share of the training ECGs without this statement that are less similar to the prototype.";
pub const WEIGHT: &str = "Weight";
pub const CONTRIBUTION: &str = "Contribution";
pub const WHAT_CONTRIBUTION_MEANS: &str =
    "Similarity times weight: what this prototype adds to the logit.";
pub const BACK: &str = "Back";
pub const COMPARE: &str = "Compare";
pub const COMPARE_HOVER: &str = "The counter-case beside the pair, or the pair alone again (C)";

pub fn title(code: &str) -> String {
    format!("Prototypes of {code}")
}

/// The number of the training ECG, and what is remarkable about it.
pub fn source(ecg_id: Option<u32>, remark: Option<&str>) -> String {
    let number = ecg_id.map_or("not known".to_owned(), |id| id.to_string());
    let remark = remark.map_or(String::new(), |remark| format!(", {remark}"));
    number + &remark
}

/// `source` is that of [`source`].
pub fn prototype(
    number: usize,
    source: &str,
    cosine: f64,
    percentile: &str,
    contribution: f64,
) -> String {
    format!(
        "Prototype {number} of this class: training ECG {source}, cosine {cosine:.3}, percentile {percentile}, \
         contribution {contribution:+.3}"
    )
}

pub fn counter_case(counter: &CounterCase) -> String {
    format!(
        "Counter-case {}: probability {}, threshold {:.3}; cosine {:.3}",
        counter.code,
        words::rounded_probability(counter.probability, 3),
        counter.threshold,
        counter.prototype.cosine
    )
}
