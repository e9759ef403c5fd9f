//! From a trained network to the files of a bundle: counts, thresholds,
//! calibration, metrics, weights, exemplars.

use std::path::Path;

use sha2::{Digest, Sha256};
use tch::nn::VarStore;

use super::calibration::platt;
use super::error::TrainingError;
use super::evaluation::{Columns, evaluate, metrics_of};
use super::folders::{Folders, LOG, io_error};
use super::joint::{labels_of, logit_rows, similarity_rows};
use super::{Split, TrainingConfig, TrainingData};
use crate::bundle::{Bundle, Manifest, StatementInfo, TrainingInfo, TrainingSimilarities};
use crate::dataset::{self, DataSet};
use crate::ecg::hex;
use crate::formats;
use crate::inference::{DeviceChoice, Model, device_name, sigmoid};
use crate::nn::{PrototypeBranch, Weights};
use crate::statements::Statement;
use crate::statistics::best_f1_threshold;

/// Fewer validation positives than this give no threshold of their own: 0.5.
const FEWEST_FOR_THRESHOLD: usize = 3;

/// Scores the validation and test folds with the written files, as
/// `protoecg evaluate` does.
pub fn with_metrics(
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
pub fn check_metrics(
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

/// The choice that leads to a device.
pub fn device_choice(device: tch::Device) -> DeviceChoice {
    if device.is_cuda() {
        DeviceChoice::Cuda
    } else {
        DeviceChoice::Cpu
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
pub fn statement_infos(
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

pub fn training_info(
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
pub fn write_files(
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
