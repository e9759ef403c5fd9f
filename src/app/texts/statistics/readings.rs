//! The numbers of a reading study.

pub const ECGS: &str = "ECGs to read";
pub const READERS: &str = "Readers";
pub const READER: &str = "Reader";
pub const WHAT_WAS_DONE: &str = "What was done";

pub fn reader(reader: &str, answered: &str, queue: &str) -> String {
    format!("Reader {reader}: {answered} answered, queue {queue}")
}
