//! Stages, losses, schedules, projection, evaluation: from a data set to a
//! bundle.

mod adam;
mod augment;
mod calibration;
mod card;
mod checkpoint;
mod classifier;
mod config;
mod config_check;
mod data;
mod deliver;
mod error;
mod evaluation;
mod folders;
mod joint;
mod losses;
mod projection;
mod run;

pub use adam::Adam;
pub use augment::Augment;
pub use config::{
    ClassifierStage, ConfigError, JointStage, ProjectStage, PrototypeStart, Schedule, Stage,
    TrainingConfig,
};
pub use data::{Split, TrainingData};
pub use error::TrainingError;
pub use evaluation::{evaluate, metrics_of};
pub use losses::{
    ContrastiveScale, CrossEntropy, DiversityScale, Losses, PositiveWeight, PrototypeTerms,
    Targets, Terms, clustering, contrastive, cooccurrence, coverage, cross_entropy, diversity,
    positive_weights, separation, sparsity,
};
pub use run::{Event, train};
