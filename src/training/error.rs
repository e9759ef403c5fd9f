//! What can go wrong in a training run.

use crate::bundle::{BundleError, PreprocessingError};
use crate::dataset::DataSetError;
use crate::formats;
use crate::inference::{DeviceError, InferenceError};
use crate::nn::WeightsError;

/// Errors of a training run.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    #[error("the data set has no record in folds {folds:?}")]
    NoRecords { folds: Vec<u8> },
    #[error("the label map of the data set has none of the model's statements")]
    NothingMapped,
    #[error("record {ecg_id}: {source}")]
    Record {
        ecg_id: u32,
        source: PreprocessingError,
    },
    #[error("no statement of the model occurs in the training folds")]
    NoStatement,
    #[error(
        "the loss is not finite in stage {stage}, epoch {epoch}{}: lower the learning rate; the state after the epoch before is kept",
        step.map_or(String::new(), |s| format!(", step {s} (ECGs {ecg_ids:?})"))
    )]
    Diverged {
        stage: usize,
        epoch: usize,
        step: Option<usize>,
        ecg_ids: Vec<u32>,
    },
    #[error("{path}: {what}; start again without --resume, or in another folder")]
    Checkpoint { path: String, what: String },
    #[error("{path} holds an unfinished run; go on with --resume, or remove the folder")]
    Unfinished { path: String },
    #[error(
        "{path} is there from an earlier run, and this one would mix with it; move or remove it, or choose another folder for the bundle"
    )]
    Leftover { path: String },
    #[error("process {pid} trains in {path} already; wait for it, or stop it first")]
    Running { path: String, pid: u32 },
    #[error("there is nothing to resume: {path} has no checkpoint; start without --resume")]
    NothingToResume { path: String },
    #[error(
        "a prototype has no training ECG of its class to stand for: the similarities are not numbers"
    )]
    NoSource,
    #[error(
        "the written model and the trained one disagree on fold {fold}: macro AUROC {written} and {trained}; the bundle is not finished"
    )]
    Disagreement {
        fold: u8,
        trained: String,
        written: String,
    },
    #[error("{path}: {what}")]
    Scores { path: String, what: String },
    #[error("the other scores have no row for ECG {ecg_id}, which is in the fold")]
    NotScored { ecg_id: u32 },
    #[error("prototypes cannot be taken out of use: {what}; nothing was written")]
    Exclude { what: String },
    #[error("stopped; go on with --resume")]
    Cancelled,
    #[error("{path}: {source}")]
    Io {
        path: String,
        source: std::io::Error,
    },
    #[error(transparent)]
    DataSet(#[from] DataSetError),
    #[error(transparent)]
    Bundle(#[from] BundleError),
    #[error(transparent)]
    Inference(#[from] InferenceError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error(transparent)]
    Device(#[from] DeviceError),
    #[error(transparent)]
    Sheet(#[from] crate::sheet::SheetError),
    #[error(transparent)]
    Format(#[from] formats::FormatError),
}
