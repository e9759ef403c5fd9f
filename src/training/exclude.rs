//! Taking prototypes out of use: a copy of a bundle in which their weights are
//! 0, with thresholds and calibration chosen anew and the AUROC before and
//! after in the model card.

use std::path::{Path, PathBuf};

use tch::Tensor;

use super::calibration::calibrations;
use super::card;
use super::config::TrainingConfig;
use super::error::TrainingError;
use super::evaluation::{Columns, ReadFold, known_statements, metrics_of, patients_of, read_fold};
use super::folders::io_error;
use super::thresholds::thresholds;
use crate::bundle::{
    Bundle, BundleWriter, ExcludedPrototypes, FoldChange, Manifest, OutOfUse, StatementInfo,
};
use crate::dataset::DataSet;
use crate::inference::{DeviceChoice, Model, sigmoid};
use crate::nn::Weights;
use crate::statistics::{ClassScores, Quality, Resampling, difference_by_patient, macro_auroc};

const RESAMPLES: usize = 1000;

/// Writes a copy of `bundle` to `out` in which these prototypes, and those with
/// the same class and source window, are out of use. `set` is the data set that
/// the model was trained on; `tick(done, of)` answers whether to go on.
///
/// # Errors
/// A bundle whose training is not known; a prototype that it does not have or
/// that is out of use; a class that would have none left; a folder that is
/// there.
pub fn exclude(
    bundle: Bundle,
    set: &DataSet,
    out_of_use: &[OutOfUse],
    study_id: Option<&str>,
    out: &Path,
    tick: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Bundle, TrainingError> {
    let wrong = |what: String| TrainingError::Exclude { what };
    let all = with_linked(&bundle.manifest, out_of_use).map_err(wrong)?;
    let training = bundle.manifest.training.as_ref();
    let training = training.ok_or_else(|| wrong("the bundle's folds are not known".to_owned()))?;
    let folds = [&training.validation_folds[..], &training.test_folds].concat();
    let config: TrainingConfig = ron::from_str(&training.config)
        .map_err(|error| wrong(format!("the bundle's configuration: {error}")))?;
    if out.exists() {
        let path = out.display().to_string();
        return Err(crate::bundle::BundleError::Exists { path }.into());
    }
    let source = bundle.dir.clone();
    let before = Model::load(bundle, DeviceChoice::Auto)?;
    let partial = beside(out);
    let written = write(&before, &source, &partial, &all, study_id, |after| {
        measured(&before, after, set, &folds, &config, tick)
    });
    if written.is_err() {
        std::fs::remove_dir_all(&partial).ok();
    }
    written?;
    std::fs::rename(&partial, out).map_err(io_error(out))?;
    Ok(Bundle::open(out)?)
}

fn beside(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    out.with_file_name(name)
}

/// These prototypes and those that are the same one under another number,
/// ascending, with those that were out of use already.
fn with_linked(manifest: &Manifest, out_of_use: &[OutOfUse]) -> Result<Vec<OutOfUse>, String> {
    let mut all: Vec<OutOfUse> = manifest
        .excluded
        .iter()
        .flat_map(|excluded| excluded.prototypes.clone())
        .collect();
    let have = manifest.prototypes.len();
    for one in out_of_use {
        let own = manifest.prototypes.get(one.prototype);
        let own = own.ok_or_else(|| format!("prototype {} of {have}", one.prototype))?;
        for (number, other) in manifest.prototypes.iter().enumerate() {
            let is_same = number == one.prototype
                || (own.recording_sha256.is_some()
                    && (own.class, own.window_samples, &own.recording_sha256)
                        == (other.class, other.window_samples, &other.recording_sha256));
            if is_same && !all.iter().any(|known| known.prototype == number) {
                all.push(OutOfUse {
                    prototype: number,
                    reason: one.reason.clone(),
                });
            }
        }
    }
    all.sort_by_key(|one| one.prototype);
    let is_out = |prototype: &usize| all.iter().any(|one| one.prototype == *prototype);
    for (class, statement) in manifest.statements.iter().enumerate() {
        let own = manifest.prototypes_of(class);
        if !own.is_empty() && own.iter().all(is_out) {
            return Err(format!("{} would have no prototype left", statement.code));
        }
    }
    let known = manifest.excluded.as_ref().map_or(0, |e| e.prototypes.len());
    if all.len() == known {
        return Err("no prototype that is in use was named".to_owned());
    }
    Ok(all)
}

/// What is measured on the copy: new statements, folds.
type Measured = (
    Vec<StatementInfo>,
    Vec<crate::bundle::FoldMetrics>,
    Vec<FoldChange>,
);

fn write(
    before: &Model,
    source: &Path,
    partial: &Path,
    all: &[OutOfUse],
    study_id: Option<&str>,
    measure: impl FnOnce(&mut Model) -> Result<Measured, TrainingError>,
) -> Result<(), TrainingError> {
    let writer = BundleWriter::new(partial)?;
    let manifest = before.manifest();
    for file in manifest.files.keys().filter(|f| *f != Bundle::MODEL_CARD) {
        let to = partial.join(file);
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder).map_err(io_error(folder))?;
        }
        std::fs::copy(source.join(file), &to).map_err(io_error(&to))?;
    }
    without_weights(&partial.join(Bundle::WEIGHTS), all)?;
    let mut manifest = Manifest {
        version: Manifest::WITH_EXCLUDED,
        excluded: Some(ExcludedPrototypes {
            of_bundle_sha256: before.bundle().sha256.clone(),
            study_id: study_id.map(str::to_owned),
            prototypes: all.to_vec(),
            folds: Vec::new(),
        }),
        ..manifest.clone()
    };
    let unfinished = Bundle {
        dir: partial.to_owned(),
        manifest: manifest.clone(),
        sha256: String::new(),
    };
    let mut after = Model::load(unfinished, DeviceChoice::Auto)?;
    let (statements, metrics, folds) = measure(&mut after)?;
    manifest.statements = statements;
    manifest.metrics = metrics;
    // It was measured with all prototypes in use.
    manifest.free_prototypes = None;
    if let Some(excluded) = &mut manifest.excluded {
        excluded.folds = folds;
    }
    let path = partial.join(Bundle::MODEL_CARD);
    std::fs::write(&path, card::model_card(&manifest)).map_err(io_error(&path))?;
    writer.finish(manifest)?;
    Ok(())
}

/// Sets the classifier's column of each prototype to 0: its similarity moves no
/// logit, of its own class or another.
fn without_weights(path: &Path, all: &[OutOfUse]) -> Result<(), TrainingError> {
    let mut weights = Weights::read(path)?;
    let classifier = weights.get("classifier.weight", &path.display().to_string())?;
    let columns: Vec<i64> = all.iter().map(|one| one.prototype as i64).collect();
    let changed = classifier.copy();
    let _ = changed
        .shallow_clone()
        .index_fill_(1, &Tensor::from_slice(&columns), 0.0);
    weights
        .tensors
        .insert("classifier.weight".to_owned(), changed);
    Ok(weights.write(path)?)
}

/// Thresholds, calibration and metrics of the copy, and the change.
fn measured(
    before: &Model,
    after: &mut Model,
    set: &DataSet,
    folds: &[u8],
    config: &TrainingConfig,
    tick: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Measured, TrainingError> {
    let mut read = Vec::new();
    for &fold in folds {
        match read_fold(before, set, fold, tick) {
            Ok(old) => read.push((old, read_fold(after, set, fold, tick)?)),
            // A collection without test records is scored on what it has.
            Err(TrainingError::NoRecords { .. }) => {}
            Err(other) => return Err(other),
        }
    }
    let is_validation =
        |read: &&(ReadFold, ReadFold)| config.validation_folds.contains(&read.1.fold);
    let validation: Vec<&ReadFold> = read.iter().filter(is_validation).map(|r| &r.1).collect();
    let infos = known_statements(after, set)?;
    let chosen = chosen_anew(&infos, &validation, config, after.manifest());
    // Statements that these labels do not know keep what they had.
    let statements: Vec<StatementInfo> = after
        .manifest()
        .statements
        .iter()
        .map(|old| {
            let new = chosen.iter().find(|new| new.code == old.code);
            new.unwrap_or(old).clone()
        })
        .collect();
    let metrics = read.iter().map(|(_, new)| metrics_of(new, &chosen));
    let changes = read
        .iter()
        .map(|(old, new)| change(old, new, infos.len(), config.seed));
    Ok((statements, metrics.collect(), changes.collect()))
}

/// As when the bundle was trained, on the validation folds.
fn chosen_anew(
    infos: &[StatementInfo],
    validation: &[&ReadFold],
    config: &TrainingConfig,
    manifest: &Manifest,
) -> Vec<StatementInfo> {
    let logits: Vec<Vec<f64>> = validation.iter().flat_map(|r| r.logits.clone()).collect();
    let labels: Vec<f32> = validation.iter().flat_map(|r| r.labels.clone()).collect();
    if logits.is_empty() {
        return infos.to_vec();
    }
    let columns = Columns::new(infos.len(), &logits, &labels);
    let place = |output: usize| {
        let code = &manifest.statements[output].code;
        infos.iter().position(|info| info.code == *code)
    };
    let branches: Vec<Vec<usize>> = config
        .model
        .branches()
        .iter()
        .map(|branch| config.model.outputs_of(branch.labels))
        .map(|outputs| outputs.into_iter().filter_map(place).collect())
        .collect();
    let calibrations = calibrations(&columns, &branches);
    let probabilities = columns.map(|_, x| sigmoid(x));
    let thresholds = thresholds(config.thresholds, &probabilities, &branches);
    infos
        .iter()
        .enumerate()
        .map(|(c, info)| StatementInfo {
            threshold: thresholds[c].probability,
            threshold_shared: thresholds[c].shared,
            calibration: calibrations[c],
            ..info.clone()
        })
        .collect()
}

fn change(old: &ReadFold, new: &ReadFold, outputs: usize, seed: u64) -> FoldChange {
    let columns = |read: &ReadFold| Columns::new(outputs, &read.logits, &read.labels);
    let (old_columns, new_columns) = (columns(old), columns(new));
    let both: Vec<usize> = (0..outputs)
        .filter(|&c| (1..new.entries.len()).contains(&new_columns.positives(c)))
        .collect();
    let (old_scores, new_scores) = (old_columns.some(&both), new_columns.some(&both));
    let value = |scores: &[ClassScores]| macro_auroc(scores).map(|m| m.value);
    let resampling = Resampling {
        resamples: RESAMPLES,
        level: 0.95,
        // Below 2^31, as `Resampling` wants it.
        seed: (seed & 0x7fff_ffff) as u32,
    };
    let patients = patients_of(&new.entries);
    let difference = difference_by_patient(
        Quality::MacroAuroc,
        &new_scores,
        &old_scores,
        &patients,
        resampling,
    );
    FoldChange {
        fold: new.fold,
        records: new.entries.len(),
        macro_auroc_before: value(&old_scores),
        macro_auroc_after: value(&new_scores),
        difference_ci: difference.ok().map(|d| (d.interval.low, d.interval.high)),
    }
}
