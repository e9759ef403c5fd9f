//! Which windows the prototypes of an imported model are: its file names a
//! record at most, so the record is read and given to the model.

use std::collections::BTreeMap;

use super::{InferenceError, Model, Prediction};
use crate::bundle::Prototype;
use crate::dataset::{DataSet, DataSetError};

/// What [`find_sources`] found.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The model's prototypes, with everything that the data set says of
    /// their sources.
    pub prototypes: Vec<Prototype>,
    /// Records that the model names and the data set does not have.
    pub not_there: Vec<u32>,
}

/// Why a training ECG could not be given to the model.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error(transparent)]
    DataSet(#[from] DataSetError),
    #[error(transparent)]
    Inference(#[from] InferenceError),
}

/// Looks up the record of every prototype and takes the window of it that is
/// most similar to the prototype; how similar is written down, so that a
/// record of another data set with the same number shows. `tick(done, of)` is
/// told of the progress.
///
/// # Errors
/// A record that cannot be read or does not fit the model.
pub fn find_sources(
    model: &Model,
    set: &DataSet,
    tick: &mut dyn FnMut(usize, usize),
) -> Result<Sources, SourceError> {
    let mut read: BTreeMap<u32, Prediction> = BTreeMap::new();
    let mut prototypes: Vec<Prototype> = Vec::new();
    let mut not_there = Vec::new();
    let all = &model.manifest().prototypes;
    for (j, prototype) in all.iter().enumerate() {
        tick(j, all.len());
        let mut found = prototype.clone();
        if let Some(ecg_id) = prototype.ecg_id {
            match set.entry(ecg_id) {
                Some(entry) => {
                    let prediction = match read.entry(ecg_id) {
                        std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
                        std::collections::btree_map::Entry::Vacant(place) => {
                            place.insert(model.predict(&set.read(entry)?)?)
                        }
                    };
                    found = described(model, entry, prediction, j, found);
                    found.duplicate_of = prototypes.iter().position(|p| same_source(p, &found));
                }
                None => not_there.push(ecg_id),
            }
        }
        prototypes.push(found);
    }
    not_there.sort_unstable();
    not_there.dedup();
    Ok(Sources {
        prototypes,
        not_there,
    })
}

fn described(
    model: &Model,
    entry: &crate::dataset::Entry,
    prediction: &Prediction,
    number: usize,
    prototype: Prototype,
) -> Prototype {
    let window = model.best_window(prediction, number);
    let kind = model.manifest().branch_of(number).map(|b| b.prototypes);
    let preprocessing = &model.manifest().preprocessing;
    Prototype {
        patient_id: entry.patient_id,
        fold: Some(entry.fold),
        recording_sha256: Some(prediction.recording_sha256.clone()),
        window_samples: kind
            .zip(window)
            .and_then(|(kind, window)| preprocessing.window_samples(kind, window.step)),
        cosine: window.map(|w| w.cosine),
        source_statements: entry.codes().map(str::to_owned).collect(),
        age_years: entry.age_years,
        sex: entry.sex,
        ..prototype
    }
}

fn same_source(a: &Prototype, b: &Prototype) -> bool {
    a.branch == b.branch
        && a.recording_sha256.is_some()
        && a.recording_sha256 == b.recording_sha256
        && a.window_samples == b.window_samples
}
