//! A training run from configuration and data set to a bundle.

use std::path::Path;

use sha2::{Digest, Sha256};
use tch::nn::VarStore;

use super::checkpoint::Checkpoint;
use super::data::{TrainingData, read_split};
use super::deliver::{
    check_metrics, data_sha256, device_choice, statement_infos, training_info, with_metrics,
    write_files,
};
use super::error::TrainingError;
use super::folders::{Folders, io_error};
use super::projection::{Before, Source, cosines_with_sources, project, provenance, report};
use super::{PrototypeStart, Stage, TrainingConfig, card, classifier, joint};
use crate::bundle::{Architecture, Bundle, Manifest, ProjectionReport};
use crate::dataset::DataSet;
use crate::ecg::hex;
use crate::inference::DeviceChoice;
use crate::nn::{PrototypeBranch, randomise};
use crate::statements::{self, Statement};

/// What a run tells while it goes on.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Reading {
        done: usize,
        of: usize,
    },
    Epoch {
        stage: usize,
        name: &'static str,
        epoch: usize,
        of: usize,
        loss: f64,
        validation_macro_auroc: Option<f64>,
        better: bool,
        seconds_left: f64,
    },
    Projected {
        stage: usize,
        report: ProjectionReport,
    },
}

/// A run in progress: what every stage needs.
pub struct Run<'a> {
    pub config: &'a TrainingConfig,
    pub data: TrainingData,
    /// Told every event; answers whether to go on.
    listener: &'a mut dyn FnMut(&Event) -> bool,
    cancelled: &'a dyn Fn() -> bool,
    log: std::fs::File,
}

impl Run<'_> {
    /// Tells an event to the listener and to the log.
    pub fn emit(&mut self, event: Event) -> Result<(), TrainingError> {
        use std::io::Write;
        if let Ok(json) = serde_json::to_string(&event) {
            writeln!(self.log, "{json}").ok();
        }
        if (self.listener)(&event) {
            Ok(())
        } else {
            Err(TrainingError::Cancelled)
        }
    }

    /// Ends the run where the user has asked for it; the checkpoint stays.
    pub fn check_cancelled(&self) -> Result<(), TrainingError> {
        if (self.cancelled)() {
            Err(TrainingError::Cancelled)
        } else {
            Ok(())
        }
    }
}

/// Trains a model and writes its bundle to `out`, which must not exist. The
/// state of the run is in the neighbour `OUT.training` until the bundle is
/// complete; `resume` goes on from there to the same weights. `listener` is
/// told every event and answers whether to go on; `cancelled` is asked at
/// every step.
pub fn train(
    config: &TrainingConfig,
    set: &DataSet,
    out: &Path,
    device: DeviceChoice,
    resume: bool,
    listener: &mut dyn FnMut(&Event) -> bool,
    cancelled: &dyn Fn() -> bool,
) -> Result<Bundle, TrainingError> {
    let folders = Folders::new(out, resume)?;
    let device = device.resolve()?;
    let Architecture::RhythmBranch {
        group,
        prototypes_per_class,
    } = config.model;
    let statements = statements::of_group(group);
    let mut read = |folds: &[u8]| {
        let mut tick = |done, of| listener(&Event::Reading { done, of }) && !cancelled();
        read_split(
            set,
            folds,
            &statements,
            &config.preprocessing,
            device,
            &mut tick,
        )
    };
    let data = TrainingData {
        train: read(&config.train_folds)?,
        validation: read(&config.validation_folds)?,
    };
    let positives = data.train.positives(&statements);
    let classes: Vec<usize> = (0..statements.len())
        .filter(|&c| positives[c] > 0)
        .flat_map(|c| std::iter::repeat_n(c, prototypes_per_class))
        .collect();
    if classes.is_empty() {
        return Err(TrainingError::NoStatement);
    }
    let without_sample: Vec<&Statement> = (0..statements.len())
        .filter(|&c| positives[c] == 0)
        .map(|c| statements[c])
        .collect();

    let variables = VarStore::new(device);
    let leads = config.preprocessing.leads.len();
    let network = PrototypeBranch::new(&variables.root(), leads, statements.len(), classes);
    randomise(&variables, config.seed);
    network.reset_classifier();
    if config.prototype_start == PrototypeStart::Sparse {
        // A standard normal draw is above 1.645 one time in twenty.
        tch::no_grad(|| {
            let chosen = network.prototypes.gt(1.645).to_kind(tch::Kind::Float);
            network.prototypes.shallow_clone().copy_(&chosen);
        });
    }
    let mut checkpoint = Checkpoint::open(&folders.state, &fingerprint(config, &data), resume)?;
    let mut run = Run {
        config,
        data,
        listener,
        cancelled,
        log: folders.log(resume)?,
    };
    let (sources, report) = run_stages(
        &mut run,
        &variables,
        &network,
        &mut checkpoint,
        &without_sample,
    )?;

    let writer = folders.bundle()?;
    let cosines = cosines_with_sources(&network, &run.data.train, &sources);
    let manifest = Manifest {
        version: Manifest::VERSION,
        name: config.name.clone(),
        title: config.title.clone(),
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        simulated: set.is_simulated(),
        architecture: config.model.clone(),
        preprocessing: config.preprocessing.clone(),
        statements: statement_infos(&statements, &positives, &network, &run.data.validation),
        prototypes: provenance(&network, &run.data.train, &sources, &cosines),
        projection: report,
        training: training_info(config, set, &run.data, device),
        metrics: Vec::new(),
        files: Default::default(),
    };
    write_files(
        &folders,
        set,
        &manifest,
        &variables,
        &network,
        &run.data.train,
    )?;
    let manifest = with_metrics(
        manifest,
        &folders.partial,
        set,
        device_choice(device),
        cancelled,
    )?;
    check_metrics(&manifest, &network, &run.data.validation)?;
    let card = folders.partial.join(Bundle::MODEL_CARD);
    std::fs::write(&card, card::model_card(&manifest)).map_err(io_error(&card))?;
    writer.finish(manifest)?;
    std::fs::rename(&folders.partial, out).map_err(io_error(out))?;
    std::fs::remove_dir_all(&folders.state).ok();
    Ok(Bundle::open(out)?)
}

/// All stages from where the checkpoint stands; returns the last projection.
fn run_stages(
    run: &mut Run,
    variables: &VarStore,
    network: &PrototypeBranch,
    checkpoint: &mut Checkpoint,
    without_sample: &[&Statement],
) -> Result<(Vec<Source>, ProjectionReport), TrainingError> {
    let mut projected = None;
    while let Some(stage) = run.config.stages.get(checkpoint.progress.stage) {
        let index = checkpoint.progress.stage;
        match stage {
            Stage::Joint(stage) => joint::run(run, stage, variables, network, checkpoint)?,
            Stage::Project(stage) => {
                checkpoint.restore_weights(variables)?;
                run.check_cancelled()?;
                let before = Before::measure(network, &run.data.train, &run.data.validation);
                let sources = project(network, &run.data.train, stage.unique_sources)?;
                let report = report(
                    network,
                    &run.data.train,
                    &run.data.validation,
                    &sources,
                    before,
                    without_sample,
                );
                run.emit(Event::Projected {
                    stage: index,
                    report: report.clone(),
                })?;
                projected = Some((sources, report));
            }
            Stage::Classifier(stage) => {
                checkpoint.restore_weights(variables)?;
                classifier::run(run, stage, index, network)?;
            }
        }
        // The last projection and what follows are quick, and the projection's
        // sources are needed at the end: a run that is stopped there does them
        // again, from the state before the projection.
        let joint_follows = run.config.stages[index + 1..]
            .iter()
            .any(|s| matches!(s, Stage::Joint(_)));
        if projected.is_some() && !joint_follows {
            checkpoint.progress.stage += 1;
        } else {
            checkpoint.next_stage(variables)?;
        }
    }
    projected.ok_or(TrainingError::NoSource)
}

/// What a checkpoint must agree with: the configuration and the data.
fn fingerprint(config: &TrainingConfig, data: &TrainingData) -> String {
    let mut hash = Sha256::new();
    hash.update(env!("CARGO_PKG_VERSION"));
    hash.update(ron::to_string(config).unwrap_or_default());
    hash.update(data_sha256(&data.train));
    hash.update(data_sha256(&data.validation));
    hex(&hash.finalize())
}
