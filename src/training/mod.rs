//! Stages, losses, schedules, projection, evaluation: from a data set to a
//! bundle.

mod augment;
mod calibration;
mod card;
mod checkpoint;
mod classifier;
mod classifier_adam;
mod compare;
mod config;
mod config_check;
mod data;
mod deliver;
mod error;
mod evaluation;
mod event;
mod exclude;
mod features;
mod fit;
mod folders;
mod fusion;
mod gap;
mod joint;
mod losses;
mod nearest;
mod optimiser;
mod process;
mod projection;
mod prototype_start;
mod quality;
mod random;
mod report;
mod run;
mod run_folder;
mod scaler;
mod schedule;
mod shipped;
mod supervised;
mod tensorboard;
mod thresholds;
mod top;
pub mod tuner;
mod watch;

pub use augment::Augment;
pub use card::model_card;
pub use compare::{Comparison, ScoreTable, compare_with};
pub use config::{
    ClassLogits, ClassifierStage, ConfigError, JointStage, Keep, Learning, NotAgain, Penalised,
    PreTrainStage, ProjectStage, PrototypeStart, Solver, Stage, SupervisedStage, Thresholds,
    Trained, TrainingConfig, Validation, WarmUpStage,
};
pub use data::{Split, TrainingData};
pub use error::TrainingError;
pub use evaluation::{ReadFold, evaluate, known_statements, metrics_of, read_fold};
pub use event::{Begun, Event, PlannedClass, PlannedStage, ProjectedSource, duration};
pub use exclude::exclude;
pub use folders::Folders;
pub use losses::{
    ContrastiveScale, CrossEntropy, DiversityScale, Losses, PositiveWeight, PrototypeTerms,
    Targets, Terms, clustering, contrastive, cooccurrence, coverage, cross_entropy, diversity,
    positive_weights, separation, sparsity,
};
pub use nearest::{Source, nearest_sources};
pub use optimiser::{Adam, Optimiser};
pub use process::{Life, ProcessId};
pub use quality::{ByPatient, FoldQuality, quality_of};
pub use report::Report;
pub use run::train;
pub use run_folder::{CONFIG, Ended, OUTPUT, RunFile, RunFolder, RunSettings};
pub use schedule::{Schedule, Seen, Watched};
pub use shipped::{SHIPPED, Shipped};
pub use watch::{
    ClassView, EpochPoint, LogTail, Projection, RunState, RunView, StageState, StageView, Watch,
    WatchedRun,
};
