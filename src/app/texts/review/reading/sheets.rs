//! The test ECG of a reader, or of a pair, in pages.

use crate::app::texts::review::NOT_CALIBRATED;

pub const NOT_HERE: &str = "The ECG is not here";
pub const TWELVE_LEADS: &str = "ECG, 12 leads";
pub const ENLARGED_STRIP: &str = "ECG, rhythm strip enlarged";
pub const WITH_ATTENTION: &str = "ECG, 12 leads, the attention behind its traces";
pub const TRAINING_ECG: &str = "Training ECG of the most similar prototype";
pub const TRAINING_ECG_LEADS: &str = "Training ECG of the most similar prototype, 12 leads";

pub fn no_attention(why: &str) -> String {
    format!("The attention could not be measured: {why}")
}

pub fn highlighted_part(from_s: f64, to_s: f64) -> String {
    format!(
        "Prototype: a training ECG, the highlighted part of it, {from_s:.2} to {to_s:.2} s, in all 12 leads. \
        {NOT_CALIBRATED}"
    )
}

pub fn whole_ecg() -> String {
    format!("Prototype: a training ECG as a whole; all 12 leads were used. {NOT_CALIBRATED}")
}
