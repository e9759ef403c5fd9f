//! What the model says about the training ECG, to a rater.

use crate::explain::words;

pub const READING: &str = "The model is reading this ECG…";

pub fn cannot_read(why: &str) -> String {
    format!("The model cannot read this ECG: {why}")
}

pub fn class(code: &str, probability: Option<f64>) -> String {
    match probability {
        Some(p) => format!("{code} {}", words::rounded_probability(p, 2)),
        None => format!("{code} not assessed"),
    }
}

/// `own`: the class that is rated, where it is below its threshold.
pub fn model_says(positive: &[String], own: Option<&str>) -> String {
    let mut said = match positive.is_empty() {
        true => "The model says: nothing above its threshold".to_owned(),
        false => format!("The model says: {}", positive.join(", ")),
    };
    if let Some(own) = own {
        said += &format!("; below its threshold: {own}");
    }
    said + "."
}
