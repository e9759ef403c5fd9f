//! Which windows the prototypes of an imported model are: its file names a
//! record at most, so the record is read and given to the model.

use std::collections::BTreeMap;

use super::{InferenceError, Model, Prediction};
use crate::bundle::Prototype;
use crate::dataset::{DataSet, DataSetError};

/// Least cosine of a prototype with the window that it is said to be. A
/// projected prototype is a copy: with its own source the cosine is 1 to
/// rounding. Other ECGs of the class come close, since the network was trained
/// to bring them close: in our model of the PTB-XL excerpt 17 % of all other
/// training ECGs reach 0.9 with a rhythm prototype, and 8 % 0.99. So the limit
/// is as high as another machine's arithmetic allows; it finds the record of
/// another data set, and cannot tell two ECGs that the network takes for one.
pub const LEAST_COSINE_OF_SOURCE: f64 = 0.99;

/// A record that a prototype is said to come from, and does not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OtherRecord {
    pub prototype: usize,
    pub ecg_id: u32,
    /// Of its most similar window; `None` where that is not a number.
    pub cosine: Option<f64>,
}

/// What [`find_sources`] found.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The model's prototypes, with everything that the data set says of
    /// their sources.
    pub prototypes: Vec<Prototype>,
    /// Records that the model names and the data set does not have.
    pub not_there: Vec<u32>,
    /// Records that are there and are not the source: their prototypes have
    /// none in [`Self::prototypes`].
    pub others: Vec<OtherRecord>,
}

/// Why a training ECG could not be given to the model.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error(
        "the data set is of {}, and the model is said to be trained on {}: its record numbers mean other ECGs{}",
        ecgs(*.simulated),
        ecgs(!.simulated),
        if *.simulated { " (--simulated says that it was trained on simulated ones)" } else { "" }
    )]
    OtherKind { simulated: bool },
    #[error(transparent)]
    DataSet(#[from] DataSetError),
    #[error(transparent)]
    Inference(#[from] InferenceError),
}

fn ecgs(simulated: bool) -> &'static str {
    match simulated {
        true => "simulated ECGs",
        false => "recorded ECGs",
    }
}

/// Looks up the record of every prototype and takes the window of it that is
/// most similar to the prototype. Below [`LEAST_COSINE_OF_SOURCE`] it is the
/// record of another data set with the same number, and the prototype has no
/// known source. `tick(done, of)` is told of the progress.
///
/// # Errors
/// Simulated ECGs for a model of recorded ones or the other way round; a record that cannot be read or does not fit the model.
pub fn find_sources(
    model: &Model,
    set: &DataSet,
    tick: &mut dyn FnMut(usize, usize),
) -> Result<Sources, SourceError> {
    let simulated = set.is_simulated();
    if simulated != model.manifest().simulated {
        return Err(SourceError::OtherKind { simulated });
    }
    let mut read: BTreeMap<u32, Prediction> = BTreeMap::new();
    let mut prototypes: Vec<Prototype> = Vec::new();
    let (mut not_there, mut others) = (Vec::new(), Vec::new());
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
                    if found.cosine.is_some_and(|c| c >= LEAST_COSINE_OF_SOURCE) {
                        found.duplicate_of = prototypes.iter().position(|p| same_source(p, &found));
                    } else {
                        others.push(OtherRecord {
                            prototype: j,
                            ecg_id,
                            cosine: found.cosine.filter(|c| c.is_finite()),
                        });
                        found = Prototype {
                            ecg_id: None,
                            ..prototype.clone()
                        };
                    }
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
        others,
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
