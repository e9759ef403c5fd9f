//! The Review screen, where raters rate prototypes or pairs, and readers read ECGs.

pub mod header;
pub mod metrics;
pub mod prediction;
pub mod questions;
pub mod reading;
pub mod sheets;
pub mod start;

// The pages of an ECG.
pub const FULL_ECG: &str = "Full ECG";
pub const CUT_OUT: &str = "12 leads, cut out";
pub const RHYTHM_STRIP: &str = "Rhythm strip";
pub const SIDE_BY_SIDE: &str = "Side by side";
pub const THIS_ECG: &str = "This ECG";
pub const PROTOTYPE: &str = "Prototype";
pub const ATTENTION: &str = "Attention";
pub const NOT_CALIBRATED: &str = "Screen not calibrated, measure by the grid.";

pub const SAVING: &str = "Saving…";
pub const BACK: &str = "Back";
/// The key.
pub const ENTER: &str = "Enter";
/// The reason of a change that takes back the last answer. It is saved with the
/// answer, as a rater could have written it.
pub const UNDONE_AT_ONCE: &str = "undone at once";

// At the end of a queue.
pub const QUEUE_IS_CLOSED: &str = "This queue is closed";
pub const NOTHING_MORE_IS_RATED: &str =
    "Thank you. Nothing more is rated in it; its results are on the Statistics screen.";
pub const ALL_PAIRS_ANSWERED: &str = "All pairs are answered";
pub const ALL_PROTOTYPES_ANSWERED: &str = "All prototypes are answered";
pub const MAY_GO_BACK: &str = "Thank you. You can go back and change an answer, with a reason. Closing the queue \
    ends it for good; results are shown only after that.";
pub const END_OF_LIST: &str = "The end of the list";
pub const SOME_ARE_OPEN: &str = "Some places before this one have no answer yet.";
pub const SEE_STATISTICS: &str = "See the statistics";
pub const LOOK_THROUGH: &str = "Look through my answers";
pub const FIRST_OPEN: &str = "Go to the first open one";
pub const REALLY_CLOSE: &str = "Really close it for good";
pub const CLOSE_QUEUE: &str = "Close my queue";
pub const ENOUGH: &str =
    "Enough is rated: you may stop here and close your queue for good, or go on.";

pub fn rater(code: &str) -> String {
    format!("Rater {code}")
}

/// `event` is the number under which the database keeps the answer.
pub fn saved_as(event: i64) -> String {
    format!("Saved as event {event}.")
}

pub fn cosine_of_two(cosine: f64) -> String {
    format!("Cosine of the two: {cosine:.2}")
}
