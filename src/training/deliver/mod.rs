//! From a trained network to the files of a bundle: counts, thresholds,
//! calibration, metrics, weights, exemplars.

mod files;

use std::path::Path;

use sha2::{Digest, Sha256};
use tch::Device;
use tch::nn::VarStore;

use super::calibration::calibrations;
use super::checkpoint::Checkpoint;
use super::data::labels_of;
use super::error::TrainingError;
use super::evaluation::{Columns, ReadFold, evaluate, metrics_on};
use super::event::Event;
use super::folders::{Folders, io_error};
use super::nearest::Source;
use super::run::{Run, data_name};
use super::tensorboard::figures;
use super::thresholds::thresholds;
use super::{Split, TrainingConfig, TrainingData, card, gap};
use crate::bundle::{Bundle, Manifest, Prototype, StatementInfo, TrainingInfo};
use crate::dataset::DataSet;
use crate::ecg::hex;
use crate::inference::{
    BATCH, DeviceChoice, Model, Reading, classifier_of, device_name, readings_of, sigmoid,
};
use crate::nn::{Network, Pass, PrototypeBranch, PrototypeNetwork};
use crate::statements::Label;

/// Writes the bundle of a finished run to `out`. Network and records are on the
/// CPU, whatever they were trained on.
pub fn deliver(
    run: &mut Run,
    set: &DataSet,
    folders: &Folders,
    variables: &VarStore,
    network: &Network,
    (checkpoint, trained_on): (&Checkpoint, Device),
    out: &Path,
) -> Result<Bundle, TrainingError> {
    super::fusion::round_to_16_bits(variables);
    let readings = Readings {
        train: read(network, &run.data.train),
        validation: read(network, &run.data.validation),
    };
    let free_prototypes = match network.prototypes() {
        Some(network) => gap::measure(run, network, folders, &logits_of(&readings.validation))?,
        None => None,
    };
    let (config, data) = (run.config, &run.data);
    let labels = config.model.labels().labels();
    let writer = folders.bundle()?;
    let manifest = Manifest {
        version: Manifest::VERSION,
        name: config.name.clone(),
        title: config.title.clone(),
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        simulated: set.is_simulated(),
        architecture: config.model.clone(),
        preprocessing: config.preprocessing.clone(),
        imported_from: Vec::new(),
        statements: statement_infos(config, &labels, data, &readings.validation),
        prototypes: network
            .prototypes()
            .map(|n| provenance(n, config, data, checkpoint))
            .unwrap_or_default(),
        projection: network
            .prototypes()
            .into_iter()
            .flat_map(|n| &n.branches)
            .filter_map(|b| Some(checkpoint.progress.projected.get(&b.name)?.report.clone()))
            .collect(),
        free_prototypes,
        excluded: None,
        training: Some(training_info(config, set, data, trained_on)),
        metrics: Vec::new(),
        files: Default::default(),
    };
    files::write(
        folders,
        set,
        config,
        &manifest,
        variables,
        &data.train,
        &readings.train,
    )?;
    let manifest = with_metrics(manifest, config, &folders.partial, set, &|| {
        run.check_cancelled().is_err()
    })?;
    check_metrics(
        &manifest,
        config,
        set,
        &readings.validation,
        &data.validation,
    )?;
    let card = folders.partial.join(Bundle::MODEL_CARD);
    std::fs::write(&card, card::model_card(&manifest)).map_err(io_error(&card))?;
    let truth = labels_of(&data.validation.labels);
    let columns = Columns::new(labels.len(), &logits_of(&readings.validation), &truth);
    // The bundle is trained and whole: a figure less is no reason to lose it.
    if let Err(why) = figures::add(&mut run.events, set, &manifest, &columns) {
        let message = format!("figures for TensorBoard are missing: {why}");
        run.emit(Event::Warning { message })?;
    }
    writer.finish(manifest)?;
    std::fs::rename(&folders.partial, out).map_err(io_error(out))?;
    Ok(Bundle::open(out)?)
}

/// What the network says of the records, computed as inference computes it.
struct Readings {
    train: Vec<Reading>,
    validation: Vec<Reading>,
}

fn read(network: &Network, split: &Split) -> Vec<Reading> {
    let (weights, biases) = classifier_of(network);
    (0..split.len())
        .step_by(BATCH)
        .flat_map(|start| {
            let length = BATCH.min(split.len() - start) as i64;
            let xs = split.signals.narrow(0, start as i64, length);
            readings_of(network, &weights, &biases, &xs)
        })
        .collect()
}

fn logits_of(readings: &[Reading]) -> Vec<Vec<f64>> {
    readings.iter().map(|r| r.logits.clone()).collect()
}

/// What the manifest says of each prototype.
fn provenance(
    network: &PrototypeNetwork,
    config: &TrainingConfig,
    data: &TrainingData,
    checkpoint: &Checkpoint,
) -> Vec<Prototype> {
    let train = &data.train;
    let mut prototypes: Vec<Prototype> = Vec::new();
    for (index, branch) in network.branches.iter().enumerate() {
        let Some(projected) = checkpoint.progress.projected.get(&branch.name) else {
            continue;
        };
        let first = network.prototypes_of(index).start;
        for (j, source) in network.prototypes_of(index).zip(&projected.sources) {
            let entry = &train.entries[source.row];
            let sha256 = &train.sha256[source.row];
            let window_samples = config
                .preprocessing
                .window_samples(branch.kind, source.step);
            let same = |p: &Prototype| {
                p.branch == index
                    && p.recording_sha256.as_ref() == Some(sha256)
                    && p.window_samples == window_samples
            };
            let prototype = Prototype {
                branch: index,
                class: network.prototype_classes()[j],
                ecg_id: Some(entry.ecg_id),
                patient_id: entry.patient_id,
                fold: Some(entry.fold),
                recording_sha256: Some(sha256.clone()),
                cosine_before: Some(source.cosine_before),
                cosine: Some(cosine_with_source(branch, train, *source, j - first)),
                duplicate_of: prototypes.iter().position(same),
                window_samples,
                source_statements: entry.codes().map(str::to_owned).collect(),
                age_years: entry.age_years,
                sex: entry.sex,
            };
            prototypes.push(prototype);
        }
    }
    prototypes
}

/// Scores the validation and test folds with the written files, as
/// `protoecg evaluate` does.
fn with_metrics(
    manifest: Manifest,
    config: &TrainingConfig,
    dir: &Path,
    set: &DataSet,
    cancelled: &dyn Fn() -> bool,
) -> Result<Manifest, TrainingError> {
    let bundle = Bundle {
        dir: dir.to_owned(),
        manifest,
        sha256: String::new(),
    };
    let model = Model::load(bundle, DeviceChoice::Cpu)?;
    let folds = [&config.validation_folds[..], &config.test_folds].concat();
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

/// Cosine of a prototype with the window of its source, measured afresh.
fn cosine_with_source(
    branch: &PrototypeBranch,
    train: &Split,
    source: Source,
    prototype: usize,
) -> f64 {
    let _guard = tch::no_grad_guard();
    let signal = train.signals.narrow(0, source.row as i64, 1);
    let cosines = branch.window_cosines(&branch.latents(&signal, Pass::Evaluate));
    cosines.double_value(&[0, source.step as i64, prototype as i64])
}

/// The network in memory and the model on disk must agree to the last digit:
/// a variable that was lost on writing would be seen here.
fn check_metrics(
    manifest: &Manifest,
    config: &TrainingConfig,
    set: &DataSet,
    readings: &[Reading],
    validation: &Split,
) -> Result<(), TrainingError> {
    let [fold] = config.validation_folds[..] else {
        return Ok(());
    };
    let read = ReadFold {
        fold,
        entries: validation.entries.clone(),
        logits: logits_of(readings),
        labels: labels_of(&validation.labels),
    };
    let mine = metrics_on(set, &read, &manifest.statements)?;
    match manifest.metrics.iter().find(|m| m.fold == fold) {
        Some(written) if *written != mine => Err(TrainingError::Disagreement {
            fold,
            trained: format!("{:?}", mine.macro_auroc),
            written: format!("{:?}", written.macro_auroc),
        }),
        _ => Ok(()),
    }
}

/// SHA-256 over the records of a split, their signals and their statements.
pub fn data_sha256(split: &Split) -> String {
    let mut hash = Sha256::new();
    for (entry, sha256) in split.entries.iter().zip(&split.sha256) {
        let codes: Vec<&str> = entry.codes().collect();
        hash.update(format!("{}:{sha256}:{}\n", entry.ecg_id, codes.join(" ")));
    }
    hex(&hash.finalize())
}

/// Counts, thresholds and calibration of every output.
fn statement_infos(
    config: &TrainingConfig,
    labels: &[Label],
    data: &TrainingData,
    validation: &[Reading],
) -> Vec<StatementInfo> {
    let positives = data.train.positives();
    let truth = labels_of(&data.validation.labels);
    let columns = Columns::new(labels.len(), &logits_of(validation), &truth);
    let branches: Vec<Vec<usize>> = match config.model.branches() {
        [] => vec![(0..labels.len()).collect()],
        branches => branches
            .iter()
            .map(|branch| config.model.outputs_of(branch.labels))
            .collect(),
    };
    let calibrations = calibrations(&columns, &branches);
    let probabilities = columns.map(|_, x| sigmoid(x));
    let thresholds = thresholds(config.thresholds, &probabilities, &branches);
    let info = |c: usize| StatementInfo {
        code: labels[c].code.clone(),
        training_positives: Some(positives[c] as u32),
        threshold: thresholds[c].probability,
        threshold_shared: thresholds[c].shared,
        calibration: calibrations[c],
    };
    (0..labels.len()).map(info).collect()
}

fn training_info(
    config: &TrainingConfig,
    set: &DataSet,
    data: &TrainingData,
    trained_on: Device,
) -> TrainingInfo {
    let pretty = ron::ser::PrettyConfig::new();
    TrainingInfo {
        data: data_name(config, set),
        data_sha256: data_sha256(&data.train),
        train_folds: config.train_folds.clone(),
        validation_folds: config.validation_folds.clone(),
        test_folds: config.test_folds.clone(),
        train_records: data.train.len(),
        validation_records: data.validation.len(),
        seed: config.seed,
        device: device_name(trained_on),
        config: ron::ser::to_string_pretty(config, pretty).unwrap_or_default(),
    }
}
