//! The worklist: the ECGs of a folder, and the way through them.

use crate::app::texts::columns;

pub const TITLE: &str = "Worklist";
pub const FIELD: &str = "Path of a folder of ECGs";
pub const HINT: &str = "Folder of ECGs";
pub const LIST: &str = "List";
pub const CHOOSE: &str = "Choose folder…";
pub const LISTING: &str = "Looking through the folder…";
pub const WHAT: &str = "Open a folder: every ECG in it and in the folders below it is listed, and read by the model \
    while you work. ECGs are named by their checksum. Flags and notes stay on this computer.";
pub const STOP: &str = "Stop reading";
pub const GO_ON: &str = "Go on reading";
pub const ALL_STATEMENTS: &str = "All statements";
pub const FLAGGED_ONLY: &str = "Flagged only";
pub const NUMBER: &str = "No.";
pub const ECG: &str = "ECG";
pub const FLAG: &str = "Flag";
pub const AT_OR_ABOVE: &str = "At or above threshold";
pub const NOTE: &str = "Note";
// In the column of flags.
pub const YES: &str = "yes";
// In the column of statements.
pub const NOTHING_ABOVE: &str = "nothing above its threshold";
pub const WAITING: &str = "waiting";
pub const TITLE_HOVER: &str = "ECGs of a folder (Ctrl+L)";
pub const PREVIOUS: &str = "Previous ECG of the list (Ctrl+←)";
pub const NEXT: &str = "Next ECG of the list (Ctrl+→)";
pub const NOTE_HINT: &str = "Note, no names";

/// How many are read, and how long the rest takes.
pub fn read(done: usize, count: usize, left: Option<&str>) -> String {
    match left {
        Some(left) => format!("{done} of {count} read, about {left} left"),
        None => format!("{done} of {count} read"),
    }
}

pub fn statement(chosen: &str) -> String {
    format!("Statement: {chosen}")
}

/// A row for a screen reader.
pub fn row(number: usize, id: &str, flagged: bool, said: &str) -> String {
    let flagged = if flagged { ", flagged" } else { "" };
    format!("{number}, ECG {id}{flagged}: {said}")
}

pub fn compare(id: &str, number: usize) -> String {
    format!("Compare {id}, number {number}")
}

pub fn failed(reason: &str) -> String {
    format!("could not be read: {reason}")
}

pub fn place(number: Option<usize>, count: usize) -> String {
    match number {
        Some(number) => columns::of(number, count),
        None => format!("– of {count}"),
    }
}
