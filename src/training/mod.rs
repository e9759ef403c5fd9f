//! Stages, losses, schedules, projection, evaluation: from a data set to a
//! bundle.

mod augment;
mod calibration;
mod card;
mod checkpoint;
mod classifier;
mod classifier_adam;
mod config;
mod config_check;
mod data;
mod deliver;
mod error;
mod evaluation;
mod exclude;
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
mod quality;
mod random;
mod report;
mod run;
mod scaler;
mod schedule;
mod shipped;
mod supervised;
mod tensorboard;
mod thresholds;
mod top;

pub use augment::Augment;
pub use card::model_card;
pub use config::{
    ClassLogits, ClassifierStage, ConfigError, JointStage, Keep, Learning, NotAgain, Penalised,
    PreTrainStage, ProjectStage, PrototypeStart, Solver, Stage, SupervisedStage, Thresholds,
    Trained, TrainingConfig, Validation, WarmUpStage,
};
pub use data::{Split, TrainingData};
pub use error::TrainingError;
pub use evaluation::{ReadFold, evaluate, known_statements, metrics_of, read_fold};
pub use exclude::exclude;
pub use losses::{
    ContrastiveScale, CrossEntropy, DiversityScale, Losses, PositiveWeight, PrototypeTerms,
    Targets, Terms, clustering, contrastive, cooccurrence, coverage, cross_entropy, diversity,
    positive_weights, separation, sparsity,
};
pub use optimiser::{Adam, Optimiser};
pub use quality::{ByPatient, FoldQuality, quality_of};
pub use report::Report;
pub use run::{Event, train};
pub use schedule::{Schedule, Seen, Watched};
pub use shipped::{SHIPPED, Shipped};
