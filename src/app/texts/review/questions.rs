//! The questions to a rater.

pub const MAY_BE_LEFT_OPEN: &str = "may be left open";
pub const INSTEAD: &str = "Or, instead of a rating";
pub const LABEL_ERROR: &str = "Label error";
pub const CANNOT_JUDGE: &str = "Cannot judge";
pub const ARTEFACT: &str = "Artefact";
pub const BEST_OF_CLASS: &str = "Best of its class";
pub const BAD: &str = "Bad prototype";
pub const COMMENT: &str = "Comment";
pub const COMMENT_HINT: &str = "optional, no names";
pub const COMMENT_ON_PAIR: &str = "Comment on this pair";
pub const COMMENT_ON_PROTOTYPE: &str = "Comment on this prototype";
pub const WHY_CHANGED: &str = "Why the change?";
pub const REASON_HINT: &str = "such as: a slip of the key";
pub const REASON: &str = "Reason for the change";
pub const ENTER_SAVES: &str = "Enter saves the answer and goes on.";
pub const NEXT: &str = "Next";
pub const SAVE_AND_NEXT: &str = "Save and next";
pub const UNDO: &str = "Undo";
pub const ANSWERED_BEFORE: &str = "Answered before; a change is saved as a new event.";
pub const NOTHING_IS_CHANGED: &str = "This queue is closed; nothing is changed in it.";
pub const TO_THE_END: &str = "To the end";
pub const NO_ANSWER: &str = "You gave no answer here.";

// What is missing.
pub const RATE_IT: &str = "Rate it, or say why you cannot.";
pub const SAY_WHY: &str = "Say why the answer is changed.";

/// A point of a scale for a screen reader: `Clarity 4: mostly`.
pub fn point(question: &str, rating: u8, word: &str) -> String {
    format!("{question} {rating}: {}", word.to_lowercase())
}

pub fn missing(question: &str) -> String {
    format!("{question} is missing.")
}
