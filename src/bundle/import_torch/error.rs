//! Why a PyTorch file cannot be imported.

use crate::nn::WeightsError;

/// Errors of importing; each names the file, the field, what was found and
/// what was expected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    #[error("{path}: {source}")]
    Io {
        path: String,
        source: std::io::Error,
    },
    #[error("{path}: not a zip checkpoint of PyTorch: {what}")]
    NotACheckpoint { path: String, what: String },
    #[error("{path}: {entry} is {found}, expected {expected}")]
    Entry {
        path: String,
        entry: String,
        found: String,
        expected: String,
    },
    #[error(
        "{path}: data.pkl asks for {name} at byte {offset}; a file that names anything but \
         tensors and plain values is refused, and nothing of it was run"
    )]
    Global {
        path: String,
        name: String,
        offset: usize,
    },
    #[error("{path}: data.pkl has {found} at byte {offset}, expected {expected}")]
    Pickle {
        path: String,
        offset: usize,
        found: String,
        expected: String,
    },
    #[error("{path}: tensor {tensor}: {field} is {found}, expected {expected}")]
    Tensor {
        path: String,
        tensor: String,
        field: &'static str,
        found: String,
        expected: String,
    },
    #[error("{path}: {found}, expected {expected}")]
    Content {
        path: String,
        found: String,
        expected: String,
    },
    #[error(transparent)]
    Weights(#[from] WeightsError),
}
