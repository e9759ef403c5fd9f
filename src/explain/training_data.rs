//! What the data set that a model was trained on adds to an audit: whose ECG a
//! training ECG is, and its signal.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::bundle::{Prototype, TrainingSimilarities};
use crate::dataset::{DataSet, DataSetError};
use crate::inference::Model;

/// Patients, and where the ECGs are at hand those.
#[derive(Clone, Debug, Default)]
pub struct TrainingData {
    pub patients: KnownPatients,
    pub ecgs: Option<DataSet>,
}

impl TrainingData {
    /// Of the folder with the data set that a model was trained on. `None`
    /// without one, for other data, and for an imported model, which does not
    /// say which folds it has seen.
    ///
    /// # Errors
    /// A folder that is no data set.
    pub fn for_model(model: &Model, data: Option<&Path>) -> Result<Option<Self>, DataSetError> {
        let (Some(folder), Some(training)) = (data, &model.manifest().training) else {
            return Ok(None);
        };
        let data = DataSet::open(folder)?;
        // A folder that stands in the environment may be of other data.
        let is_own = data.is_simulated() == model.manifest().simulated;
        Ok(is_own.then(|| Self {
            patients: KnownPatients::of(&data, &training.train_folds),
            ecgs: Some(data),
        }))
    }
}

/// Which ECG of the data set is of which patient, and who was not trained on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownPatients {
    pub of_ecg: BTreeMap<u32, i64>,
    /// Patients with an ECG in a fold that was not trained on.
    pub held_out: BTreeSet<i64>,
}

impl KnownPatients {
    /// As the table of a data set has them.
    pub fn of(data: &DataSet, train_folds: &[u8]) -> Self {
        let entries = || data.entries().iter();
        let held_out = entries().filter(|entry| !train_folds.contains(&entry.fold));
        Self {
            of_ecg: entries()
                .filter_map(|entry| Some((entry.ecg_id, entry.patient_id?)))
                .collect(),
            held_out: held_out.filter_map(|entry| entry.patient_id).collect(),
        }
    }
}

/// A training ECG as a prototype sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Near {
    pub ecg_id: u32,
    pub similarity: f32,
    /// It carries the statement of the prototype.
    pub carries: bool,
}

/// The training ECGs, the most similar to a prototype first, without its own
/// source and, where patients are known, all other ECGs of that patient: they
/// resemble it for another reason.
pub(super) fn nearest(
    similarities: &TrainingSimilarities,
    prototype: usize,
    source: &Prototype,
    patients: Option<&KnownPatients>,
) -> Vec<Near> {
    let patient_of = |ecg_id: u32| patients.and_then(|known| known.of_ecg.get(&ecg_id));
    let patient = source.ecg_id.and_then(patient_of);
    let is_own = |ecg_id: u32| {
        Some(ecg_id) == source.ecg_id || (patient.is_some() && patient_of(ecg_id) == patient)
    };
    let rows = similarities.ecg_ids.iter().zip(&similarities.similarities);
    let mut ranked: Vec<Near> = rows
        .zip(&similarities.labels)
        .filter(|((ecg_id, _), _)| !is_own(**ecg_id))
        .filter_map(|((ecg_id, row), labels)| {
            Some(Near {
                ecg_id: *ecg_id,
                similarity: *row.get(prototype)?,
                carries: *labels.get(source.class)?,
            })
        })
        .collect();
    ranked.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
    ranked
}
