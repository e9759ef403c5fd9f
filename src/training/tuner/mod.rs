//! Looking for a better configuration: a study of trials, each a folder with
//! its configuration, its events and its result.
//!
//! The study is the union of its folders: nothing else is kept, so it goes on
//! after a kill, and trials can run on a cluster (see [`slurm`]). What the
//! next trial tries comes from tree-structured Parzen estimators, and a trial
//! is given up by Hyperband's rule, both from the crate `optimizer`. The value
//! is the macro AUROC of the plain validation fold; test folds are not read.

mod choose;
mod slurm;
mod space;
mod study;

use std::path::{Path, PathBuf};

use super::error::TrainingError;
use super::event::Event;
use super::run::train;
use super::{ConfigError, Stage, TrainingConfig};
use crate::bundle::Bundle;
use crate::dataset::DataSet;
use crate::inference::DeviceChoice;
use choose::Choosing;
pub use slurm::{Slurm, write_jobs};
pub use space::{Parameter, SHIPPED_SPACES, ShippedSpace, Space, Values};
pub use study::{Outcome, Study, Trial};

/// What can go wrong in a study.
#[derive(Debug, thiserror::Error)]
pub enum TuneError {
    #[error("{path}: {what}")]
    Space { path: String, what: String },
    #[error("{path}: {what}")]
    Study { path: String, what: String },
    #[error("{path}: {source}")]
    Io {
        path: String,
        source: std::io::Error,
    },
    #[error("{path}: the configuration of the space: {source}")]
    Config { path: String, source: ConfigError },
    #[error(transparent)]
    Training(Box<TrainingError>),
}

impl From<TrainingError> for TuneError {
    fn from(error: TrainingError) -> Self {
        Self::Training(Box::new(error))
    }
}

fn io_error(path: &Path) -> impl FnOnce(std::io::Error) -> TuneError {
    let path = path.display().to_string();
    move |source| TuneError::Io { path, source }
}

/// How a study goes on.
#[derive(Clone, Debug)]
pub struct Tuning {
    /// Trials that the study is to have, those that it has already included.
    pub trials: usize,
    pub seed: u64,
    pub device: DeviceChoice,
    /// Bundles that stay: those of the best trials.
    pub keep: usize,
}

/// What a study tells while it goes on.
#[derive(Debug)]
pub enum Progress<'a> {
    Started { trial: &'a Trial, of: usize },
    Training(&'a Event),
    Ended(&'a Trial),
}

/// Runs trials here, one after the other, until the study has as many as
/// wanted; those that were stopped go on first. Trials of a job array are
/// collected where they are finished and otherwise left to it.
///
/// # Errors
/// [`TrainingError::Cancelled`] where `cancelled` says so; the study stays.
pub fn tune(
    tuning: &Tuning,
    space: &Space,
    set: &DataSet,
    dir: &Path,
    told: &mut dyn FnMut(&Progress),
    cancelled: &dyn Fn() -> bool,
) -> Result<Study, TuneError> {
    let mut study = Study::open(dir, space)?;
    loop {
        study.collect()?;
        let number = match study.trials.iter().position(Trial::is_to_be_run_here) {
            Some(unfinished) => unfinished,
            None if study.trials.len() >= tuning.trials => return Ok(study),
            None => {
                let values = Choosing::new(space, tuning.seed).next(&study.trials);
                study.add(space, values)?
            }
        };
        told(&Progress::Started {
            trial: &study.trials[number],
            of: tuning.trials,
        });
        let outcome = run(tuning, &study, number, set, told, cancelled)?;
        study.finish(number, outcome)?;
        told(&Progress::Ended(&study.trials[number]));
        study.keep_best(tuning.keep)?;
    }
}

/// One trial to its end, or to where Hyperband gives it up.
fn run(
    tuning: &Tuning,
    study: &Study,
    number: usize,
    set: &DataSet,
    told: &mut dyn FnMut(&Progress),
    cancelled: &dyn Fn() -> bool,
) -> Result<Outcome, TuneError> {
    let trial = &study.trials[number];
    let config = match TrainingConfig::read(&trial.config_file()) {
        Ok(config) => without_test(config),
        // Values that are sound alone can be wrong together.
        Err(why) => return Ok(Outcome::Failed(why.to_string())),
    };
    let halving = choose::Halving::new(steps_of(&config), &study.trials, number);
    let mut by_epoch = trial.by_epoch_so_far(&config);
    let mut given_up = None;
    let mut listener = |event: &Event| {
        told(&Progress::Training(event));
        if let Some((epoch, macro_auroc)) = measured(&config, event) {
            by_epoch.insert(epoch, macro_auroc);
            let so_far: Vec<f64> = by_epoch.values().copied().collect();
            if halving.gives_up(&so_far) {
                given_up = Some(Outcome::Pruned {
                    epoch: so_far.len(),
                    macro_auroc,
                });
            }
        }
        given_up.is_none()
    };
    let trained = train(
        &config,
        set,
        &trial.bundle_dir(),
        tuning.device,
        trial.has_state(),
        &mut listener,
        cancelled,
    );
    match (trained, given_up) {
        (_, Some(pruned)) => Ok(pruned),
        (Ok(bundle), None) => Ok(value_of(&bundle)),
        (Err(why @ (TrainingError::Diverged { .. } | TrainingError::NoSource)), None) => {
            Ok(Outcome::Failed(why.to_string()))
        }
        (Err(other), None) => Err(other.into()),
    }
}

/// Test folds are for the one model that is chosen.
fn without_test(mut config: TrainingConfig) -> TrainingConfig {
    config.test_folds.clear();
    config
}

/// The macro AUROC of the validation folds, their mean where there are several.
fn value_of(bundle: &Bundle) -> Outcome {
    let metrics = bundle.manifest.metrics.iter();
    let values: Vec<f64> = metrics.filter_map(|fold| fold.macro_auroc).collect();
    match crate::statistics::mean(&values) {
        Some(macro_auroc) => Outcome::Complete { macro_auroc },
        None => Outcome::Failed("the validation folds have no statement to score".to_owned()),
    }
}

/// The stages whose validation is that of the model to be: pre-training has
/// labels of its own.
fn is_compared(stage: &Stage) -> Option<usize> {
    match stage {
        Stage::Joint(stage) => Some(stage.learning.epochs),
        Stage::Supervised(stage) => Some(stage.learning.epochs),
        _ => None,
    }
}

/// Epochs at which trials are compared.
fn steps_of(config: &TrainingConfig) -> usize {
    config.stages.iter().filter_map(is_compared).sum()
}

/// Stage and epoch, and their validation macro AUROC, where it is compared.
fn measured(config: &TrainingConfig, event: &Event) -> Option<((usize, usize), f64)> {
    let Event::Epoch {
        stage,
        epoch,
        validation_macro_auroc,
        ..
    } = event
    else {
        return None;
    };
    is_compared(config.stages.get(*stage)?)?;
    Some(((*stage, *epoch), (*validation_macro_auroc)?))
}

/// The folder of a study, for messages and scripts.
fn absolute(path: &Path) -> Result<PathBuf, TuneError> {
    std::path::absolute(path).map_err(io_error(path))
}
