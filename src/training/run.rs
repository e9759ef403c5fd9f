//! A training run from configuration and data set to a bundle.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tch::nn::VarStore;

use super::calibration::platt;
use super::checkpoint::Checkpoint;
use super::data::{TrainingData, read_split};
use super::evaluation::{Columns, evaluate, metrics_of};
use super::joint::{labels_of, logit_rows, similarity_rows};
use super::projection::{Before, Source, cosines_with_sources, project, provenance, report};
use super::{PrototypeStart, Split, Stage, TrainingConfig, card, classifier, joint};
use crate::bundle::{
    Architecture, Bundle, BundleError, BundleWriter, Manifest, PreprocessingError,
    ProjectionReport, StatementInfo, TrainingInfo, TrainingSimilarities,
};
use crate::dataset::{self, DataSet, DataSetError};
use crate::formats;
use crate::inference::{DeviceChoice, DeviceError, InferenceError, Model, device_name, sigmoid};
use crate::nn::{PrototypeBranch, Weights, WeightsError};
use crate::statements::{self, Statement};
use crate::statistics::best_f1_threshold;

/// Fewer validation positives than this give no threshold of their own: 0.5.
const FEWEST_FOR_THRESHOLD: usize = 3;

/// The event log, in the state folder and then in the bundle.
const LOG: &str = "training_log.jsonl";

/// Errors of a training run.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    #[error("the data set has no record in folds {folds:?}")]
    NoRecords { folds: Vec<u8> },
    #[error("record {ecg_id}: {source}")]
    Record {
        ecg_id: u32,
        source: PreprocessingError,
    },
    #[error("no statement of the model occurs in the training folds")]
    NoStatement,
    #[error("the loss is not finite in stage {stage}, epoch {epoch}: lower the learning rate")]
    Diverged { stage: usize, epoch: usize },
    #[error("{path}: {what}; start again without --resume, or in another folder")]
    Checkpoint { path: String, what: String },
    #[error("{path} holds an unfinished run; go on with --resume, or remove the folder")]
    Unfinished { path: String },
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
    Format(#[from] formats::FormatError),
}

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

    tch::manual_seed(config.seed as i64);
    let variables = VarStore::new(device);
    let leads = config.preprocessing.leads.len();
    let network = PrototypeBranch::new(&variables.root(), leads, statements.len(), classes);
    if config.prototype_start == PrototypeStart::Sparse {
        tch::no_grad(|| {
            let _ = network.prototypes.shallow_clone().bernoulli_float_(0.05);
        });
    }
    let mut checkpoint = Checkpoint::open(&folders.state, &fingerprint(config, &data), resume)?;
    let mut run = Run {
        config,
        data,
        listener,
        cancelled,
        log: folders.log()?,
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

/// Where a run keeps what: the bundle appears under its name only when it is
/// complete.
struct Folders {
    /// `OUT.training`: checkpoint and event log.
    state: PathBuf,
    /// `OUT.partial`: the bundle while it is written.
    partial: PathBuf,
}

impl Folders {
    fn new(out: &Path, resume: bool) -> Result<Self, TrainingError> {
        let shown = || out.display().to_string();
        if out.exists() {
            return Err(BundleError::Exists { path: shown() }.into());
        }
        let beside = |suffix: &str| {
            let mut name = out.file_name().unwrap_or_default().to_owned();
            name.push(suffix);
            out.with_file_name(name)
        };
        let folders = Self {
            state: beside(".training"),
            partial: beside(".partial"),
        };
        match (resume, folders.state.join(Checkpoint::FILE).exists()) {
            (false, true) => {
                return Err(TrainingError::Unfinished {
                    path: folders.state.display().to_string(),
                });
            }
            (true, false) => {
                return Err(TrainingError::NothingToResume {
                    path: folders.state.display().to_string(),
                });
            }
            _ => {}
        }
        std::fs::create_dir_all(&folders.state).map_err(io_error(&folders.state))?;
        Ok(folders)
    }

    fn log_file(&self) -> PathBuf {
        self.state.join(LOG)
    }

    fn log(&self) -> Result<std::fs::File, TrainingError> {
        let path = self.log_file();
        std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(io_error(&path))
    }

    /// An empty folder for the bundle; what a killed run left there goes.
    fn bundle(&self) -> Result<BundleWriter, TrainingError> {
        if self.partial.exists() {
            std::fs::remove_dir_all(&self.partial).map_err(io_error(&self.partial))?;
        }
        Ok(BundleWriter::new(&self.partial)?)
    }
}

fn io_error(path: &Path) -> impl FnOnce(std::io::Error) -> TrainingError {
    let path = path.display().to_string();
    move |source| TrainingError::Io { path, source }
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

/// Scores the validation and test folds with the written files, as
/// `protoecg evaluate` does.
fn with_metrics(
    manifest: Manifest,
    dir: &Path,
    set: &DataSet,
    device: DeviceChoice,
    cancelled: &dyn Fn() -> bool,
) -> Result<Manifest, TrainingError> {
    let bundle = Bundle {
        dir: dir.to_owned(),
        manifest,
        sha256: String::new(),
    };
    let folds = [
        &bundle.manifest.training.validation_folds[..],
        &bundle.manifest.training.test_folds,
    ]
    .concat();
    let model = Model::load(bundle, device)?;
    let mut metrics = Vec::new();
    for fold in folds {
        match evaluate(&model, set, fold, &mut |_, _| !cancelled()) {
            Ok(fold) => metrics.push(fold),
            // A collection without test records is scored on what it has.
            Err(TrainingError::NoRecords { .. }) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(Manifest {
        metrics,
        ..model.manifest().clone()
    })
}

/// The network in memory and the model on disk must agree to the last digit:
/// a variable that was lost on writing would be seen here.
fn check_metrics(
    manifest: &Manifest,
    network: &PrototypeBranch,
    validation: &Split,
) -> Result<(), TrainingError> {
    let [fold] = manifest.training.validation_folds[..] else {
        return Ok(());
    };
    let mine = metrics_of(
        fold,
        &manifest.statements,
        &logit_rows(network, validation),
        &labels_of(validation),
    );
    match manifest.metrics.iter().find(|m| m.fold == fold) {
        Some(written) if *written != mine => Err(TrainingError::Disagreement {
            fold,
            trained: format!("{:?}", mine.macro_auroc),
            written: format!("{:?}", written.macro_auroc),
        }),
        _ => Ok(()),
    }
}

fn device_choice(device: tch::Device) -> DeviceChoice {
    if device.is_cuda() {
        DeviceChoice::Cuda
    } else {
        DeviceChoice::Cpu
    }
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

/// SHA-256 over the records of a split, their signals and their statements.
fn data_sha256(split: &Split) -> String {
    let mut hash = Sha256::new();
    for (entry, sha256) in split.entries.iter().zip(&split.sha256) {
        let codes: Vec<&str> = entry.codes().collect();
        hash.update(format!("{}:{sha256}:{}\n", entry.ecg_id, codes.join(" ")));
    }
    hex(&hash.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Counts, thresholds and calibration of every output.
fn statement_infos(
    statements: &[&Statement],
    positives: &[usize],
    network: &PrototypeBranch,
    validation: &Split,
) -> Vec<StatementInfo> {
    let logits = logit_rows(network, validation);
    let columns = Columns::new(statements.len(), &logits, &labels_of(validation));
    let info = |c: usize| {
        let (scores, truth) = columns.class(c);
        let probabilities: Vec<f64> = scores.iter().map(|&x| sigmoid(x)).collect();
        let enough = truth.iter().filter(|&&l| l).count() >= FEWEST_FOR_THRESHOLD;
        StatementInfo {
            code: statements[c].code.clone(),
            training_positives: Some(positives[c] as u32),
            threshold: best_f1_threshold(&probabilities, truth)
                .filter(|_| enough)
                .map_or(0.5, |t| t.threshold),
            calibration: platt(scores, truth),
        }
    };
    (0..statements.len()).map(info).collect()
}

fn training_info(
    config: &TrainingConfig,
    set: &DataSet,
    data: &TrainingData,
    device: tch::Device,
) -> TrainingInfo {
    let pretty = ron::ser::PrettyConfig::new();
    let name = match set.simulated() {
        Some(marker) => format!("{} simulated ECGs, seed {}", marker.records, marker.seed),
        None => config.data.clone(),
    };
    TrainingInfo {
        data: name,
        data_sha256: data_sha256(&data.train),
        train_folds: config.train_folds.clone(),
        validation_folds: config.validation_folds.clone(),
        test_folds: config.test_folds.clone(),
        train_records: data.train.len(),
        validation_records: data.validation.len(),
        seed: config.seed,
        device: device_name(device),
        config: ron::ser::to_string_pretty(config, pretty).unwrap_or_default(),
    }
}

/// Weights, training similarities and, for simulated data, the exemplars.
fn write_files(
    folders: &Folders,
    set: &DataSet,
    manifest: &Manifest,
    variables: &VarStore,
    network: &PrototypeBranch,
    train: &Split,
) -> Result<(), TrainingError> {
    let out = &folders.partial;
    std::fs::copy(folders.log_file(), out.join(LOG)).map_err(io_error(out))?;
    Weights::of(variables).write(&out.join(Bundle::WEIGHTS))?;
    let labels = labels_of(train);
    let similarities = TrainingSimilarities {
        ecg_ids: train.entries.iter().map(|e| e.ecg_id).collect(),
        similarities: similarity_rows(network, train)
            .into_iter()
            .map(|row| row.into_iter().map(|s| s as f32).collect())
            .collect(),
        labels: labels
            .chunks(manifest.statements.len())
            .map(|row| row.iter().map(|&l| l > 0.5).collect())
            .collect(),
    };
    similarities.write(&out.join(Bundle::SIMILARITIES))?;
    if !set.is_simulated() {
        return Ok(());
    }
    let folder = out.join(Bundle::EXEMPLARS);
    std::fs::create_dir_all(&folder).map_err(|source| TrainingError::Io {
        path: folder.display().to_string(),
        source,
    })?;
    let mut ids: Vec<u32> = manifest.prototypes.iter().map(|p| p.ecg_id).collect();
    ids.sort_unstable();
    ids.dedup();
    for ecg_id in ids {
        if let Some(entry) = set.entry(ecg_id) {
            formats::wfdb::write(&folder, &format!("{ecg_id:05}"), &set.read(entry)?, 1000.0)?;
        }
    }
    write_example(out, set, &manifest.training)
}

/// An ECG of the last fold, for a user who has none: a rhythm worth explaining.
fn write_example(out: &Path, set: &DataSet, training: &TrainingInfo) -> Result<(), TrainingError> {
    let unseen = |e: &&dataset::Entry| {
        !training.train_folds.contains(&e.fold) && !training.validation_folds.contains(&e.fold)
    };
    let entry = set.entries().iter().filter(unseen).find(|e| e.has("AFIB"));
    match entry {
        Some(entry) => Ok(formats::wfdb::write(
            out,
            "example",
            &set.read(entry)?,
            1000.0,
        )?),
        None => Ok(()),
    }
}
