//! The training ECG of a prototype, in pages.

use super::NOT_CALIBRATED;

pub const WINDOW: &str = "Training ECG, the window in 12 leads";
pub const TWELVE_LEADS: &str = "Training ECG, 12 leads";
pub const ENLARGED_STRIP: &str = "Training ECG, rhythm strip enlarged";
pub const FIRST_HALF: &str = "Rhythm strip, first half";
pub const SECOND_HALF: &str = "Rhythm strip, second half";

pub fn highlighted_part(from_s: f64, to_s: f64) -> String {
    format!(
        "The prototype is the highlighted part, {from_s:.2} to {to_s:.2} s, in all 12 leads. {NOT_CALIBRATED}"
    )
}

pub fn whole_strip() -> String {
    format!("The prototype stands for the whole strip; all 12 leads were used. {NOT_CALIBRATED}")
}
