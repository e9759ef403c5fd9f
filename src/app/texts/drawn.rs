//! What is added to the description of a sheet: sentences that follow others,
//! with a space before them.

pub const STRIP_HIGHLIGHTED: &str = " The rhythm strip is highlighted.";
pub const WINDOW_HIGHLIGHTED: &str = " The window of the prototype is highlighted.";
pub const WINDOWS_HIGHLIGHTED: &str = " The windows of the prototype are highlighted.";

/// Behind the name of the ECG.
pub fn not_as_the_model(why: &str) -> String {
    format!(" (not as the model: {why})")
}
