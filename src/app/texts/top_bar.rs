//! The bar at the top, and the notice under it.

pub const DEMONSTRATION: &str = "Demonstration, simulated signals";
pub const NO_MODEL: &str = "No model";
pub const NOT_LOADED: &str = "Model not loaded";
pub const CHECKING: &str = "Checking the model…";
pub const HELP: &str = "Help with keys";
pub const NOT_MEDICAL: &str = "Not a medical device.";
pub const FOR_RESEARCH: &str =
    "For research and teaching. Do not diagnose or treat anybody by what you see here.";
pub const UNDERSTOOD: &str = "Understood";

pub fn loading(title: &str) -> String {
    format!("Loading {title}…")
}

pub fn model(text: &str) -> String {
    format!("Model: {text}")
}
