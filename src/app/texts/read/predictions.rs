//! The table of statements: positive, below threshold, not assessed.

use crate::explain::words;
use crate::inference::ClassPrediction;

pub const PROBABILITY: &str = "Prob.";
pub const WAS: &str = "Was";
pub const AT_OR_ABOVE_HEADING: &str = "At or above threshold";
pub const BELOW_HEADING: &str = "Below threshold";
pub const TOO_FEW_FOR_PROBABILITY: &str =
    "Fewer than 10 training ECGs had them, so there is no probability.";
pub const STANDING_POSITIVE: &str = "positive";
pub const STANDING_BELOW: &str = "below threshold";
pub const NOT_ASSESSED: &str = "not assessed";
pub const NOT_ASSESSED_WHY: &str = "Not assessed: too few training ECGs.";
pub const REFUSED: &str = "No prediction for this ECG, see above.";
pub const MODEL_IS_READING: &str = "The model is reading the ECG…";
pub const MODEL_IS_LOADING: &str = "The model is loading. The reading follows by itself.";
pub const NO_PREDICTION: &str = "No prediction.";
pub const NO_MODEL: &str =
    "No model is loaded, so there is no prediction. Choose one in the settings.";

pub fn for_the_model(note: &str) -> String {
    format!("For the model: {note}.")
}

pub fn cannot_see(statements: usize) -> String {
    let what = if statements == 1 {
        "this statement".to_owned()
    } else {
        format!("these {statements} statements")
    };
    format!("Not assessed: this model cannot see {what}")
}

/// A row for a screen reader. `was` is the probability before something was
/// changed.
pub fn row(class: &ClassPrediction, standing: &str, was: Option<f64>) -> String {
    let rounded = |probability| words::rounded_probability(probability, 2);
    let was = was.map_or(String::new(), |was| format!(", was {}", rounded(was)));
    match (class.probability, class.threshold) {
        (Some(probability), Some(threshold)) => format!(
            "{}, {}: {standing}, probability {}{was}, threshold {threshold:.2}",
            class.code,
            class.description,
            rounded(probability)
        ),
        _ => format!("{}, {}: {standing}", class.code, class.description),
    }
}

pub fn logit(logit: f64) -> String {
    format!("Logit {logit:.3}")
}

pub fn probability(probability: f64) -> String {
    let probability = words::rounded_probability(probability, 3);
    format!("Probability (sigmoid of the logit) {probability}")
}

pub fn calibrated(probability: f64, shared: bool) -> String {
    let probability = words::rounded_probability(probability, 3);
    match shared {
        true => format!("Calibrated with all statements of the branch {probability}"),
        false => format!("Calibrated on the validation fold {probability}"),
    }
}

pub fn threshold(threshold: f64, shared: bool) -> String {
    match shared {
        true => format!(
            "Threshold {threshold:.3}, shared by the branch: too few validation ECGs with the statement"
        ),
        false => format!("Threshold {threshold:.3}"),
    }
}
