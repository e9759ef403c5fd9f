//! A run as it goes on: what it does, what can be done.

pub const ANOTHER_RUN: &str = "Another run";
pub const CANCEL: &str = "Cancel";
pub const RESUME: &str = "Resume";
pub const START_AGAIN: &str = "Start again";
pub const REVIEW: &str = "Review its prototypes";
pub const READ: &str = "Open in Read";
pub const DO_NOT_PAUSE: &str = "Do not pause";
pub const PAUSE: &str = "Pause after this epoch";
pub const STOPPING: &str =
    "Stopping after the current step. What was learnt until the last whole epoch is kept.";
pub const PAUSING: &str = "Pausing: the process ends after this epoch (or this stage) and frees its memory; nothing \
    is lost. Resume goes on.";
pub const WHAT_STOPPING_MEANS: &str = "Pause ends the process after this epoch and loses nothing; Cancel ends it \
    after the current step, and the epoch is begun again. Resume goes on after both. It goes on when this window is \
    closed.";
pub const NOTHING_TOLD: &str = "Nothing has been told yet.";
pub const OLDER_LOG: &str = "The log of an older version of this program.";
pub const SPEED: &str = "ECGs per second";
pub const NEWEST_AUROC: &str = "Newest macro AUROC";
pub const COMPLETE: &str =
    "The bundle is complete. Open it in Read, or rate its prototypes in Review.";
pub const LAST_LINES: &str = "The last lines that it printed:";
pub const COPY_OUTPUT: &str = "Copy what it printed";

pub fn warning(warning: &str) -> String {
    format!("Warning: {warning}.")
}

pub fn records(training: usize, validation: usize) -> String {
    format!("{training} training and {validation} validation ECGs")
}

pub fn seed(seed: u64) -> String {
    format!("seed {seed}")
}

pub fn unreadable(lines: usize) -> String {
    format!("{lines} lines of another version not shown")
}
