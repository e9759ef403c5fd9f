//! Numbers per rater and question, and how far the raters are.

use crate::statistics::study::RaterReport;

pub const RATER: &str = "Rater";
pub const CHANGED: &str = "Changed";
pub const EXCLUDED: &str = "Excluded";
pub const MEANS: &str = "Means";
pub const MEAN: &str = "Mean";
pub const BY_CLUSTERS: &str = "95 % by clusters";
pub const NAIVE: &str = "95 % naive";
pub const DESIGN_EFFECT: &str = "Design effect";
pub const SD: &str = "SD";
pub const GOOD: &str = "At least 4";
pub const WHICH_INTERVAL: &str = "By clusters: bootstrap of classes and within them source ECGs, the one to cite. \
    Naive: every rating independent of every other, as the paper has it; too narrow.";

pub fn answered_after_closing(answers: usize) -> String {
    format!("closed, {answers} after")
}

pub fn rater(rater: &str, answered: &str, queue: &str) -> String {
    format!("Rater {rater}: {answered} answered, queue {queue}")
}

pub fn mean(
    rater: &RaterReport,
    title: &str,
    mean: &str,
    by_clusters: &str,
    naive: &str,
) -> String {
    format!(
        "Rater {}, {title}: n {}, mean {mean}, 95 % interval by clusters {by_clusters}, naive {naive}",
        rater.rater, rater.all.n
    )
}
