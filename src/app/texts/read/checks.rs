//! What the similarity of the pair hangs on, and the trust checks of it.

pub const TITLE: &str = "Checks of this pair";
pub const RESET_FIRST: &str =
    "Checks are of the ECG as it was recorded. Reset the \"What if\" first.";
pub const TRYING: &str = "Trying the pair with noise, gain and shift…";
pub const WHAT: &str = "Does the similarity survive what no diagnosis depends on: wander, mains, muscle noise, half \
    and twice the gain, a shift?";
pub const CHECK: &str = "Check this pair";
pub const MEASURING_INFLUENCE: &str =
    "Which part of the ECG the similarity hangs on is being measured…";
// Above the changes that were tried: with noise, with half the gain.
pub const WITH: &str = "With";
pub const KEPT: &str = "Kept";
pub const WINDOW_MOVES: &str = "Window moves";

pub fn moved(seconds: f64) -> String {
    format!("{seconds:.2} s")
}
