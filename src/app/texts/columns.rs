//! Columns and figures that several screens have.

pub const CODE: &str = "Code";
pub const STATEMENT: &str = "Statement";
pub const THRESHOLD: &str = "Threshold";
pub const AUROC: &str = "AUROC";
pub const TRAINING_ECG: &str = "Training ECG";
pub const COSINE: &str = "Cosine";

/// A place in a list, or how many of all.
pub fn of(number: usize, total: usize) -> String {
    format!("{number} of {total}")
}

pub fn seconds(seconds: f64) -> String {
    format!("{seconds:.1} s")
}

pub fn span(start_s: f64, end_s: f64) -> String {
    format!("{start_s:.2}–{end_s:.2} s")
}
