//! A trained model on disk: a folder with `manifest.ron`,
//! `weights.safetensors`, `training_similarities.safetensors`, the model card
//! and, for a simulated bundle, its exemplar ECGs. docs/bundle-format.md has
//! the whole format.
//!
//! A bundle is whole: everything that a prediction depends on is in it, with
//! the SHA-256 of every file, and one that fails a checksum is refused.

mod architecture;
mod consistency;
mod excluded;
mod exemplars;
mod folder;
pub mod import_torch;
mod manifest;
mod model_view;
mod preprocessing;
mod similarities;
mod standardise;

pub use architecture::{Architecture, BlackBoxSpec, BranchSpec};
pub use excluded::{ExcludedPrototypes, FoldChange, OutOfUse};
pub use exemplars::{ExemplarError, Exemplars};
pub use folder::{Bundle, BundleError, BundleWriter, find_models, models_dir, resolve, whole};
pub use manifest::{
    Calibration, ClassMetrics, FoldMetrics, FreePrototypes, ImportedFile, Manifest,
    ProjectionReport, Prototype, StatementInfo, TrainingInfo,
};
pub use model_view::{ModelView, SignalView};
pub use preprocessing::{Filter, ModelInput, Preprocessing, PreprocessingError};
pub use similarities::TrainingSimilarities;
pub use standardise::Standardise;
