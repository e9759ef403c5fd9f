//! Stages, losses, schedules, projection, evaluation: from a data set to a
//! bundle.

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
mod features;
mod fit;
mod folders;
mod fusion;
mod gap;
mod joint;
mod losses;
mod optimiser;
mod projection;
mod prototype_start;
mod random;
mod run;
mod schedule;
mod supervised;

pub use augment::Augment;
pub use card::model_card;
pub use config::{
    ClassLogits, ClassifierStage, ConfigError, JointStage, Keep, Learning, Penalised,
    PreTrainStage, ProjectStage, PrototypeStart, Stage, SupervisedStage, Trained, TrainingConfig,
    Validation, WarmUpStage,
};
pub use data::{Split, TrainingData};
pub use error::TrainingError;
pub use evaluation::{evaluate, metrics_of};
pub use losses::{
    ContrastiveScale, CrossEntropy, DiversityScale, Losses, PositiveWeight, PrototypeTerms,
    Targets, Terms, clustering, contrastive, cooccurrence, coverage, cross_entropy, diversity,
    positive_weights, separation, sparsity,
};
pub use optimiser::{Adam, Optimiser};
pub use run::{Event, train};
pub use schedule::{Schedule, Seen, Watched};
