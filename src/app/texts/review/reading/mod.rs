//! Reading test ECGs.

pub mod answer;
pub mod sheets;

pub const QUESTION: &str = "What does this ECG show?";
pub const NOTHING_MORE_IS_READ: &str =
    "Thank you. Nothing more is read in it; its results are on the Statistics screen.";
pub const ALL_READ: &str = "All ECGs are read";
pub const CLOSING_IS_FINAL: &str =
    "Thank you. Closing the queue ends it for good; results are shown only after that.";

/// Which arm of the study it is.
pub fn part(number: usize, of: usize) -> String {
    format!("Part {number} of {of}")
}
