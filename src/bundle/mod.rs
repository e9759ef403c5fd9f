//! (room in progress)

mod preprocessing;

pub use preprocessing::{Filter, ModelInput, Preprocessing, PreprocessingError, Standardise};
