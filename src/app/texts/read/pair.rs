//! The sheets: the read ECG and the training ECG beside it.

pub const TWELVE_LEADS: &str = "12-lead ECG";
pub const BACK: &str = "Back to what the model says (E)";
pub const ENLARGE: &str = "Enlarge: the sheets alone (E)";
pub const SOURCE_NOT_KNOWN: &str = "source not known";
pub const SAME_SCALE: &str = "All at the same scale. Where it is not true, measure by the grid.";

pub fn counter_case(code: &str) -> String {
    format!("Counter-case {code}, below threshold")
}

pub fn record(ecg_id: u32) -> String {
    format!("record {ecg_id}")
}
