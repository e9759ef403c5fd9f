//! Metrics that need no people, beside the ratings.

use crate::review::COSINES_NOTE;

pub const TITLE: &str = "Metrics without people, beside the ratings";
pub const WHAT_IS_MEASURED: &str = "What the model and its training ECGs say of each prototype, without anybody \
    looking at it: how pure its neighbours are, how steady it is under noise, and how much hangs on its window. \
    Measured once for a model and kept beside its reviews.";
pub const MEASURE_AGAIN: &str = "Measure again";
pub const MEASURE: &str = "Measure the prototypes";
pub const STOP: &str = "Stop measuring";
pub const COSINES: &str = "The model's cosine, beside the ratings";
pub const METRIC: &str = "Metric";
pub const RHO: &str = "Spearman's rho";
const PURITY_WITHOUT_PATIENT: &str =
    "Label purity leaves out all ECGs of the patient of the prototype's source.";
const PURITY_WITHOUT_SOURCE: &str = "Label purity leaves out the prototype's source, and not the other ECGs of \
    its patient: the folder of the data set was not named.";

pub fn not_used(reason: &str) -> String {
    format!("The metrics that are kept are not used: {reason}")
}

pub fn measured(done: usize, of: usize, left: Option<&str>) -> String {
    let left = left.map(|left| format!(", about {left} left"));
    format!("{done} of {of} prototypes{}", left.unwrap_or_default())
}

pub fn measuring(done: usize, of: usize) -> String {
    format!("Measuring: {done} of {of} prototypes")
}

/// The report says it with another beginning.
pub fn cosines_note() -> String {
    format!("With {COSINES_NOTE}")
}

pub fn metrics_note(without_patient: bool) -> String {
    let purity = match without_patient {
        true => PURITY_WITHOUT_PATIENT,
        false => PURITY_WITHOUT_SOURCE,
    };
    format!(
        "With the mean rating of each prototype over the raters whose answer counts. The interval takes prototypes as \
        independent of each other, so it is too narrow where several come from one class or source. {purity}"
    )
}

pub fn association(title: &str, metric: &str, rho: &str, n: &str, interval: &str) -> String {
    format!("{title}, {metric}: rho {rho}, n {n}, 95 % interval {interval}")
}

pub fn no_association(title: &str, metric: &str, reason: &str) -> String {
    format!("{title}, {metric}: no rho, {reason}")
}
