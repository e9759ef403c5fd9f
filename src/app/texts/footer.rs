//! The line at the bottom: what is going on.

pub const CHECKING: &str = "Checking the model's files…";
pub const LOADING: &str = "Loading the network…";

pub fn model_on(device: &str) -> String {
    format!("Model on {device}")
}
