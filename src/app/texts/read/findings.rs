//! What the plausibility gate found.

pub const NO_SCORE: &str = "The model gives no score";
pub const LOOK_FIRST: &str = "Look at the trace first";

pub fn passed(count: usize) -> String {
    format!("{count} checks of plausibility passed")
}
