//! Whose ECG is explained, as far as the training set tells: a prototype that
//! comes from the same patient is no evidence, and has to be marked.
//!
//! A file has no patient number that a training set would know. What it has is
//! its signal: where that is a training ECG, its patient is known.

use std::collections::BTreeSet;

use crate::bundle::{Exemplars, Prototype};
use crate::inference::{Model, Prediction};

/// How far a similarity that was written with 16 bits may be from the one that
/// the network computes here: the rounding, and other arithmetic.
const ROUNDING: f64 = 1.0 / 1024.0;
const ARITHMETIC: f64 = 2e-3;

/// At most so many training ECGs are read to see whether they are this one.
const MOST_READ: usize = 4;

/// What the training set knows of a recording.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The training ECG that the recording is.
    pub ecg_id: Option<u32>,
    /// Every ECG of the same patient that is known, with that one.
    ecg_ids: BTreeSet<u32>,
}

impl Subject {
    /// Looks for the recording among the sources of the prototypes and, where
    /// the data set is at hand, among all training ECGs. `prediction` is the
    /// one of the recording as it is.
    pub fn of(model: &Model, prediction: &Prediction, exemplars: &Exemplars) -> Self {
        let sha256 = &prediction.recording_sha256;
        let prototypes = &model.manifest().prototypes;
        let is_source = |p: &&Prototype| p.recording_sha256.as_ref() == Some(sha256);
        let source = prototypes.iter().find(is_source);
        let (ecg_id, patient_id) = match source {
            Some(source) => (source.ecg_id, source.patient_id),
            None => {
                let mut alike = alike(model, prediction).into_iter();
                match alike.find_map(|ecg_id| exemplars.row_of(ecg_id, sha256)) {
                    Some(row) => (Some(row.ecg_id), row.patient_id),
                    None => (None, None),
                }
            }
        };
        let mut ecg_ids: BTreeSet<u32> = ecg_id.into_iter().collect();
        if patient_id.is_some() {
            let own = prototypes.iter().filter(|p| p.patient_id == patient_id);
            ecg_ids.extend(own.filter_map(|p| p.ecg_id));
            ecg_ids.extend(patient_id.into_iter().flat_map(|id| exemplars.ecgs_of(id)));
        }
        Self { ecg_id, ecg_ids }
    }

    /// Whether a training ECG is known to be of the same patient.
    pub fn has(&self, ecg_id: u32) -> bool {
        self.ecg_ids.contains(&ecg_id)
    }
}

/// Training ECGs whose similarities to all prototypes are those of the
/// recording.
fn alike(model: &Model, prediction: &Prediction) -> Vec<u32> {
    let training = model.training_similarities();
    let same = |row: &[f32]| {
        row.len() == prediction.similarities.len()
            && row
                .iter()
                .zip(&prediction.similarities)
                .all(|(a, b)| (f64::from(*a) - b).abs() <= ROUNDING * b.abs() + ARITHMETIC)
    };
    if prediction.similarities.is_empty() {
        return Vec::new();
    }
    let rows = training.ecg_ids.iter().zip(&training.similarities);
    rows.filter(|(_, row)| same(row))
        .map(|(ecg_id, _)| *ecg_id)
        .take(MOST_READ)
        .collect()
}
