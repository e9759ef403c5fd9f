//! What is added to the description of a sheet.

pub const STRIP_HIGHLIGHTED: &str = "The rhythm strip is highlighted.";
pub const WINDOW_HIGHLIGHTED: &str = "The window of the prototype is highlighted.";
pub const WINDOWS_HIGHLIGHTED: &str = "The windows of the prototype are highlighted.";

/// Behind the filter, in its place among the notes.
pub fn not_as_the_model(why: &str) -> String {
    format!("(not as the model: {why})")
}
