//! Whose ECG is explained, as far as the training set tells: a prototype that
//! comes from the same patient is no evidence, and has to be marked.
//!
//! A file has no patient number that a training set would know. What it has is
//! its signal: where that is a training ECG, its patient is known.

use std::collections::BTreeSet;

use crate::bundle::{Exemplars, Prototype};
use crate::inference::{Model, Prediction};

/// Training ECGs whose cosines with all prototypes differ by more than this
/// (root mean square) are other recordings: the similarities were kept with 16
/// bits, and the 500 Hz record of an ECG is resampled a little differently.
const FURTHEST: f64 = 0.02;

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

/// The training ECGs that the model cannot tell from the recording, the most
/// alike first.
fn alike(model: &Model, prediction: &Prediction) -> Vec<u32> {
    let manifest = model.manifest();
    let own: Vec<(f64, f64)> = prediction
        .similarities
        .iter()
        .enumerate()
        .filter_map(|(p, similarity)| {
            Some((*similarity, manifest.branch_of(p)?.prototypes.scale()))
        })
        .collect();
    if own.is_empty() {
        return Vec::new();
    }
    let distance = |row: &[f32]| {
        let mut sum = 0.0;
        for (theirs, (ours, scale)) in row.iter().zip(&own) {
            let difference = (f64::from(*theirs) - ours) / scale;
            sum += difference * difference;
        }
        (sum / own.len() as f64).sqrt()
    };
    let training = model.training_similarities();
    let rows = training.ecg_ids.iter().zip(&training.similarities);
    let mut found: Vec<(f64, u32)> = rows
        .map(|(ecg_id, row)| (distance(row), *ecg_id))
        .filter(|(distance, _)| *distance <= FURTHEST)
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found.truncate(MOST_READ);
    found.into_iter().map(|(_, ecg_id)| ecg_id).collect()
}
