//! A training run from configuration and data set to a bundle.

use std::path::Path;

use sha2::{Digest, Sha256};
use tch::nn::VarStore;

use super::calibration::platt;
use super::checkpoint::Checkpoint;
use super::data::{TrainingData, read_split};
use super::evaluation::{Columns, evaluate};
use super::joint::{labels_of, similarity_rows};
use super::projection::{Before, Source, cosines_with_sources, project, provenance, report};
use super::{PrototypeStart, Split, Stage, TrainingConfig, card, classifier, joint};
use crate::bundle::{
    Architecture, Bundle, BundleError, BundleWriter, Manifest, PreprocessingError,
    ProjectionReport, StatementInfo, TrainingInfo, TrainingSimilarities,
};
use crate::dataset::{self, DataSet, DataSetError};
use crate::formats;
use crate::inference::{DeviceChoice, DeviceError, InferenceError, Model, device_name, rows_of};
use crate::nn::{PrototypeBranch, Weights, WeightsError};
use crate::statements::{self, Statement};
use crate::statistics::best_f1_threshold;

/// Fewer validation positives than this give no threshold of their own: 0.5.
const FEWEST_FOR_THRESHOLD: usize = 3;

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
        validation_macro_auroc: f64,
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

/// Trains a model and writes its bundle to `out`. An unfinished run leaves a
/// checkpoint there, from which `resume` goes on to the same weights.
/// `listener` is told every event and answers whether to go on; `cancelled`
/// is asked at every step.
pub fn train(
    config: &TrainingConfig,
    set: &DataSet,
    out: &Path,
    device: DeviceChoice,
    resume: bool,
    listener: &mut dyn FnMut(&Event) -> bool,
    cancelled: &dyn Fn() -> bool,
) -> Result<Bundle, TrainingError> {
    let writer = BundleWriter::new(out)?;
    if !resume && out.join(Checkpoint::FILE).exists() {
        return Err(TrainingError::Unfinished {
            path: out.display().to_string(),
        });
    }
    let device = device.resolve()?;
    let Architecture::RhythmBranch {
        group,
        prototypes_per_class,
    } = config.model;
    let statements = statements::of_group(group);
    let mut read = |folds: &[u8]| {
        let mut tick = |done, of| listener(&Event::Reading { done, of });
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
    let network = PrototypeBranch::new(
        &variables.root(),
        config.preprocessing.leads.len(),
        statements.len(),
        classes,
    );
    if config.prototype_start == PrototypeStart::Sparse {
        tch::no_grad(|| {
            let _ = network.prototypes.shallow_clone().bernoulli_float_(0.05);
        });
    }
    let fingerprint = fingerprint(config, &data);
    let mut checkpoint = Checkpoint::open(out, &fingerprint, resume)?;
    let log = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(out.join("training_log.jsonl"));
    let log = log.map_err(|source| TrainingError::Io {
        path: out.display().to_string(),
        source,
    })?;
    let mut run = Run {
        config,
        data,
        listener,
        cancelled,
        log,
    };

    let mut projected: Option<(Vec<Source>, ProjectionReport)> = None;
    while let Some(stage) = config.stages.get(checkpoint.progress.stage) {
        let index = checkpoint.progress.stage;
        match stage {
            Stage::Joint(stage) => {
                joint::run(&mut run, stage, &variables, &network, &mut checkpoint)?
            }
            Stage::Project(stage) => {
                checkpoint.restore_weights(&variables)?;
                let before = Before::measure(&network, &run.data.train, &run.data.validation);
                let sources = project(&network, &run.data.train, stage.unique_sources);
                let report = report(
                    &network,
                    &run.data.train,
                    &run.data.validation,
                    &sources,
                    before,
                    &without_sample,
                );
                run.emit(Event::Projected {
                    stage: index,
                    report: report.clone(),
                })?;
                projected = Some((sources, report));
            }
            Stage::Classifier(stage) => {
                checkpoint.restore_weights(&variables)?;
                classifier::run(&mut run, stage, index, &network)?;
            }
        }
        // A projection is cheap and its report is needed at the end: a run that
        // is resumed after it does it again, from the state before it.
        let next_needs_projection = projected.is_some()
            && config.stages[index + 1..]
                .iter()
                .all(|s| !matches!(s, Stage::Joint(_)));
        if next_needs_projection {
            checkpoint.progress.stage += 1;
        } else {
            checkpoint.next_stage(&variables)?;
        }
    }
    let Some((sources, report)) = projected else {
        return Err(TrainingError::NoStatement);
    };
    let cosines = cosines_with_sources(&network, &run.data.train, &sources);
    let prototypes = provenance(&network, &run.data.train, &sources, &cosines);
    let manifest = Manifest {
        version: Manifest::VERSION,
        name: config.name.clone(),
        title: config.title.clone(),
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        simulated: set.is_simulated(),
        architecture: config.model.clone(),
        preprocessing: config.preprocessing.clone(),
        statements: statement_infos(&statements, &positives, &network, &run.data.validation),
        prototypes,
        projection: report,
        training: training_info(config, set, &run.data, device),
        metrics: Vec::new(),
        files: Default::default(),
    };
    checkpoint.remove();
    write_files(out, set, &manifest, &variables, &network, &run.data.train)?;
    drop(run);
    let bundle = writer.finish(manifest)?;
    add_metrics(bundle, config, set, device_choice(device))
}

/// Scores the validation and test folds with the written bundle, as
/// `protoecg evaluate` does, and writes the manifest and the card with them.
fn add_metrics(
    bundle: Bundle,
    config: &TrainingConfig,
    set: &DataSet,
    device: DeviceChoice,
) -> Result<Bundle, TrainingError> {
    let dir = bundle.dir.clone();
    let mut manifest = bundle.manifest.clone();
    let model = Model::load(bundle, device)?;
    for &fold in config.validation_folds.iter().chain(&config.test_folds) {
        match evaluate(&model, set, fold, &mut |_, _| true) {
            Ok(metrics) => manifest.metrics.push(metrics),
            Err(TrainingError::NoRecords { .. }) => {}
            Err(other) => return Err(other),
        }
    }
    let io = |source| TrainingError::Io {
        path: dir.display().to_string(),
        source,
    };
    std::fs::write(dir.join(Bundle::MODEL_CARD), card::model_card(&manifest)).map_err(io)?;
    std::fs::remove_file(dir.join(Bundle::MANIFEST)).map_err(io)?;
    Ok(BundleWriter::new(&dir)?.finish(manifest)?)
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
    hash.update(ron::to_string(config).unwrap_or_default());
    hash.update(data_sha256(&data.train));
    hash.update(data_sha256(&data.validation));
    hex(&hash.finalize())
}

/// SHA-256 over the records of a split and their signals.
fn data_sha256(split: &Split) -> String {
    let mut hash = Sha256::new();
    for (entry, sha256) in split.entries.iter().zip(&split.sha256) {
        hash.update(format!("{}:{sha256}\n", entry.ecg_id));
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
    let weights = rows_of(&network.classifier);
    let logits: Vec<Vec<f64>> = similarity_rows(network, validation)
        .iter()
        .map(|row| {
            weights
                .iter()
                .map(|w| w.iter().zip(row).map(|(w, s)| w * s).sum())
                .collect()
        })
        .collect();
    let columns = Columns::new(statements.len(), &logits, &labels_of(validation));
    let info = |c: usize| {
        let (scores, truth) = columns.class(c);
        let probabilities: Vec<f64> = scores.iter().map(|x| 1.0 / (1.0 + (-x).exp())).collect();
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
        None => format!("PTB-XL, {} records", set.entries().len()),
    };
    TrainingInfo {
        data: name,
        data_sha256: data_sha256(&data.train),
        train_folds: config.train_folds.clone(),
        validation_folds: config.validation_folds.clone(),
        train_records: data.train.len(),
        validation_records: data.validation.len(),
        seed: config.seed,
        device: device_name(device),
        config: ron::ser::to_string_pretty(config, pretty).unwrap_or_default(),
    }
}

/// Weights, training similarities and, for simulated data, the exemplars.
fn write_files(
    out: &Path,
    set: &DataSet,
    manifest: &Manifest,
    variables: &VarStore,
    network: &PrototypeBranch,
    train: &Split,
) -> Result<(), TrainingError> {
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
