//! The answer of a reader: statements and how sure she is.

use crate::explain::words;

pub const MODEL_SAYS: &str = "The model says";
pub const YOUR_DIAGNOSIS: &str = "Your diagnosis";
pub const NOTHING_CHOSEN: &str = "Nothing is chosen.";
pub const AS_BEFORE: &str = "As before";
pub const SEARCH_HINT: &str = "part of a code or name";
pub const SEARCH: &str = "Find a statement";
pub const NONE_FOUND: &str = "No statement of this study has that in its code or name.";
pub const HOW_SURE: &str = "How sure are you?";
/// Words for a confidence of 1 to 5.
pub const POINTS_OF_CONFIDENCE: [&str; 5] = ["A guess", "Unsure", "Fairly sure", "Sure", "Certain"];
pub const CONFIDENCE: &str = "Confidence";
pub const WAITING: &str = "Waiting for the ECG…";
pub const ENTER_SAVES: &str = "Enter saves the answer for good and goes on.";
pub const SAVE: &str = "Save and go on";
pub const CLEAR: &str = "Clear";

// What is missing.
pub const CHOOSE_STATEMENT: &str = "Choose a statement.";
pub const SAY_HOW_SURE: &str = "How sure are you? 1 to 5.";

pub fn probability(probability: f64, positive: bool) -> String {
    let probability = words::rounded_probability(probability, 2);
    match positive {
        true => format!("Probability {probability}, at or above its threshold."),
        false => {
            format!("Probability {probability}, below its threshold, and nothing is above.")
        }
    }
}

pub fn at_most(statements: usize) -> String {
    match statements {
        1 => "one statement".to_owned(),
        most => format!("up to {most} statements"),
    }
}

pub fn chosen(statements: &[String]) -> String {
    format!("Chosen: {}", statements.join(", "))
}

pub fn before(statements: &[String], confidence: u8) -> String {
    format!("Before: {}, confidence {confidence}", statements.join(", "))
}

/// `saved`: the event of the answer before.
pub fn answer_is_final(saved: i64) -> String {
    format!("Saved as event {saved}. This answer is final once it is saved.")
}
