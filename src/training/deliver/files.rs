//! The files of a bundle beside its manifest and model card.

use std::path::Path;

use tch::Kind;
use tch::nn::VarStore;

use crate::bundle::{Bundle, Manifest, TrainingSimilarities};
use crate::dataset::{self, DataSet};
use crate::formats;
use crate::inference::Reading;
use crate::nn::Weights;
use crate::training::data::labels_of;
use crate::training::error::TrainingError;
use crate::training::folders::{Folders, LOG, io_error};
use crate::training::fusion::has_16_bits;
use crate::training::{Split, TrainingConfig};

/// Weights, training similarities and, for simulated data, the exemplars.
pub(super) fn write(
    folders: &Folders,
    set: &DataSet,
    config: &TrainingConfig,
    manifest: &Manifest,
    variables: &VarStore,
    train: &Split,
    readings: &[Reading],
) -> Result<(), TrainingError> {
    let out = &folders.partial;
    std::fs::copy(folders.log_file(), out.join(LOG)).map_err(io_error(out))?;
    let mut weights = Weights::of(variables);
    for (name, tensor) in &mut weights.tensors {
        if has_16_bits(name, tensor) {
            *tensor = tensor.to_kind(Kind::Half);
        }
    }
    weights.write(&out.join(Bundle::WEIGHTS))?;
    let labels = labels_of(&train.labels);
    let similarities = TrainingSimilarities {
        ecg_ids: train.entries.iter().map(|e| e.ecg_id).collect(),
        similarities: readings
            .iter()
            .map(|r| r.similarities.iter().map(|&s| s as f32).collect())
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
    let mut ids: Vec<u32> = manifest
        .prototypes
        .iter()
        .filter_map(|p| p.ecg_id)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    for ecg_id in ids {
        if let Some(entry) = set.entry(ecg_id) {
            formats::wfdb::write(&folder, &format!("{ecg_id:05}"), &set.read(entry)?, 1000.0)?;
        }
    }
    write_example(out, set, config)
}

/// An ECG of the last fold, for a user who has none: a rhythm worth explaining.
fn write_example(out: &Path, set: &DataSet, config: &TrainingConfig) -> Result<(), TrainingError> {
    let unseen = |e: &&dataset::Entry| {
        !config.train_folds.contains(&e.fold) && !config.validation_folds.contains(&e.fold)
    };
    // Through the folds, which leave out what `--skip-missing` left out.
    let folds: Vec<u8> = (1..=10).collect();
    let entries = set.folds(&folds);
    let entry = entries.into_iter().filter(unseen).find(|e| e.has("AFIB"));
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
