//! The line at the bottom: what is going on.

pub use super::read::predictions::MODEL_IS_READING;
pub use super::read::welcome::READING;

pub const CHECKING: &str = "Checking the model's files…";
pub const LOADING: &str = "Loading the network…";

pub fn model_on(device: &str) -> String {
    format!("Model on {device}")
}
