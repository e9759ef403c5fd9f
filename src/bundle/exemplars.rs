//! The training ECGs that prototypes stand for: inside a simulated bundle, in
//! the user's data folder for a model that was trained on one.

use std::path::PathBuf;

use super::{Bundle, Manifest};
use crate::dataset::DataSet;
use crate::ecg::Recording;
use crate::formats;

/// Why a training ECG cannot be shown. Nothing is ever shown in its stead.
#[derive(Debug, thiserror::Error)]
pub enum ExemplarError {
    #[error(
        "the training ECG is record {ecg_id} of {data}; name the folder of that data set in the settings to see it"
    )]
    NoDataFolder { ecg_id: u32, data: String },
    #[error("record {ecg_id} is not in {folder}; the model was trained on {data}")]
    NotThere {
        ecg_id: u32,
        folder: String,
        data: String,
    },
    #[error(
        "record {ecg_id} in {folder} is not the one that the model was trained on: its signal has SHA-256 {found}, expected {expected}"
    )]
    OtherSignal {
        ecg_id: u32,
        folder: String,
        found: String,
        expected: String,
    },
    #[error("record {ecg_id} in {folder}: {what}")]
    Unreadable {
        ecg_id: u32,
        folder: String,
        what: String,
    },
    #[error("the model has no prototype {0}")]
    NoPrototype(usize),
}

/// Reads the training ECG of a prototype.
#[derive(Clone, Debug)]
pub struct Exemplars {
    manifest: Manifest,
    inside: Option<PathBuf>,
    data_folder: Option<PathBuf>,
}

impl Exemplars {
    /// `data_folder` is the folder of the data set that the bundle was trained
    /// on, where the user has named one.
    pub fn new(bundle: &Bundle, data_folder: Option<PathBuf>) -> Self {
        let inside = bundle.file(Bundle::EXEMPLARS);
        Self {
            manifest: bundle.manifest.clone(),
            inside: inside.is_dir().then_some(inside),
            data_folder,
        }
    }

    /// The recording of a prototype's source, checked against the checksum
    /// that projection wrote down.
    pub fn read(&self, prototype: usize) -> Result<Recording, ExemplarError> {
        let source = self
            .manifest
            .prototypes
            .get(prototype)
            .ok_or(ExemplarError::NoPrototype(prototype))?;
        let ecg_id = source.ecg_id;
        let unreadable = |folder: &PathBuf, what: String| ExemplarError::Unreadable {
            ecg_id,
            folder: folder.display().to_string(),
            what,
        };
        let (folder, recording) = if let Some(folder) = &self.inside {
            let path = folder.join(format!("{ecg_id:05}.hea"));
            (
                folder,
                formats::open(&path).map_err(|e| unreadable(folder, e.to_string()))?,
            )
        } else {
            let data = self.manifest.training.data.clone();
            let folder = self
                .data_folder
                .as_ref()
                .ok_or_else(|| ExemplarError::NoDataFolder {
                    ecg_id,
                    data: data.clone(),
                })?;
            let set = DataSet::open(folder).map_err(|e| unreadable(folder, e.to_string()))?;
            let entry = set.entry(ecg_id).ok_or_else(|| ExemplarError::NotThere {
                ecg_id,
                folder: folder.display().to_string(),
                data,
            })?;
            (
                folder,
                set.read(entry)
                    .map_err(|e| unreadable(folder, e.to_string()))?,
            )
        };
        let found = recording.sha256();
        if found != source.recording_sha256 {
            return Err(ExemplarError::OtherSignal {
                ecg_id,
                folder: folder.display().to_string(),
                found,
                expected: source.recording_sha256.clone(),
            });
        }
        Ok(Recording {
            age_years: source.age_years,
            sex: source.sex,
            ..recording
        })
    }
}
