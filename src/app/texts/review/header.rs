//! Over a queue: who answers, how far, whether a break is due.

use std::path::Path;

pub const CHANGE_RATER: &str = "Change rater";
pub const CHANGE_READER: &str = "Change reader";
pub const TRAINING: &str = "Training, not counted";
pub const GO_ON: &str = "Go on";

pub fn reader(code: &str) -> String {
    format!("Reader {code}")
}

pub fn saved_in(database: &Path) -> String {
    format!("Answers are saved in {}", database.display())
}

pub fn progress(answered: usize, total: usize) -> String {
    format!("Progress: {answered} of {total} answered")
}

pub fn answered(answered: usize, total: usize, minutes_left: Option<u64>) -> String {
    match minutes_left {
        Some(min) => format!("{answered} of {total} answered, about {min} min left"),
        None => format!("{answered} of {total} answered"),
    }
}

pub fn without_break(minutes: u64) -> String {
    format!("{minutes} minutes without a break. Everything is saved: take one.")
}
