//! The place of a training ECG that is not there.

pub const READING: &str = "Reading the ECG…";
pub const NOT_HERE: &str = "The training ECG is not here";
pub const NAME_FOLDER: &str = "Name the folder in the settings…";
