//! The training ECGs that prototypes stand for: inside a simulated bundle, in
//! the user's data folder for a model that was trained on one.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::{Bundle, Manifest};
use crate::dataset::{DataSet, DataSetError, Entry};
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
    #[error(
        "prototype {0} has no known source: the file that the model was imported from has the vector and not the training ECG that it came from"
    )]
    UnknownSource(usize),
    #[error(
        "the training ECG is record {ecg_id}, and the imported model has no checksum of its signal; import it again with the data folder to see it"
    )]
    NoChecksum { ecg_id: u32 },
}

impl ExemplarError {
    /// The reason as it may stand on a sheet: without any folder, since the
    /// names of files and folders count as identity.
    pub fn on_a_sheet(&self) -> String {
        match self {
            Self::NoDataFolder { .. }
            | Self::NoPrototype(_)
            | Self::UnknownSource(_)
            | Self::NoChecksum { .. } => self.to_string(),
            Self::NotThere { ecg_id, data, .. } => {
                format!("record {ecg_id} of {data} is not in the folder that was named for it")
            }
            Self::OtherSignal { ecg_id, .. } => format!(
                "record {ecg_id} is there with another signal than the one that the model was trained on"
            ),
            Self::Unreadable { ecg_id, .. } => format!("record {ecg_id} cannot be read"),
        }
    }
}

/// Reads the training ECG of a prototype. Clones share the table of the data
/// set, which is read once.
#[derive(Clone, Debug)]
pub struct Exemplars {
    manifest: Manifest,
    inside: Option<PathBuf>,
    data_folder: Option<PathBuf>,
    data_set: Arc<OnceLock<DataSet>>,
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
            data_set: Arc::default(),
        }
    }

    /// Whether the bundle brings its training ECGs along.
    pub fn in_bundle(&self) -> bool {
        self.inside.is_some()
    }

    /// From and to, in seconds, of the window that a prototype is; `None` for
    /// one without a time axis.
    pub fn window_s(&self, prototype: usize) -> Option<(f64, f64)> {
        self.manifest.source_window_s(prototype)
    }

    /// From and to, in seconds, of everything that a prototype was computed
    /// from; `None` for one without a time axis.
    pub fn receptive_field_s(&self, prototype: usize) -> Option<(f64, f64)> {
        self.manifest.source_field_s(prototype)
    }

    /// The recording of a prototype's source, checked against the checksum
    /// that projection wrote down.
    pub fn read(&self, prototype: usize) -> Result<Recording, ExemplarError> {
        let source = self
            .manifest
            .prototypes
            .get(prototype)
            .ok_or(ExemplarError::NoPrototype(prototype))?;
        let ecg_id = source
            .ecg_id
            .ok_or(ExemplarError::UnknownSource(prototype))?;
        let expected = source
            .recording_sha256
            .as_ref()
            .ok_or(ExemplarError::NoChecksum { ecg_id })?;
        let unreadable = |folder: &Path, what: String| ExemplarError::Unreadable {
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
            let data = self.manifest.data_name().to_owned();
            let folder = self
                .data_folder
                .as_ref()
                .ok_or_else(|| ExemplarError::NoDataFolder {
                    ecg_id,
                    data: data.clone(),
                })?;
            let set = self
                .data_set(folder)
                .map_err(|e| unreadable(folder, e.to_string()))?;
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
        if found != *expected {
            return Err(ExemplarError::OtherSignal {
                ecg_id,
                folder: folder.display().to_string(),
                found,
                expected: expected.clone(),
            });
        }
        Ok(Recording {
            age_years: source.age_years,
            sex: source.sex,
            ..recording
        })
    }

    /// The row of a record in the named data set, if the signal of that record
    /// at either of its rates has this checksum; `None` as well without a data
    /// set, and for a record that cannot be read.
    pub fn row_of(&self, ecg_id: u32, sha256: &str) -> Option<&Entry> {
        let set = self.named_data_set()?;
        let row = set.entry(ecg_id)?;
        let is_it = |signal: Option<Recording>| signal.is_some_and(|s| s.sha256() == sha256);
        let found = is_it(set.read(row).ok()) || is_it(set.read_500_hz(row).ok().flatten());
        found.then_some(row)
    }

    /// The ECGs of a patient in the named data set; none without one.
    pub fn ecgs_of(&self, patient_id: i64) -> Vec<u32> {
        let rows = self.named_data_set().map(DataSet::entries);
        rows.into_iter()
            .flatten()
            .filter(|row| row.patient_id == Some(patient_id))
            .map(|row| row.ecg_id)
            .collect()
    }

    /// The data set in the named folder, unless the bundle brings its own ECGs:
    /// then the numbers of the folder's records mean others.
    fn named_data_set(&self) -> Option<&DataSet> {
        let folder = self.data_folder.as_ref().filter(|_| !self.in_bundle())?;
        self.data_set(folder).ok()
    }

    fn data_set(&self, folder: &Path) -> Result<&DataSet, DataSetError> {
        if let Some(set) = self.data_set.get() {
            return Ok(set);
        }
        let set = DataSet::open(folder)?;
        Ok(self.data_set.get_or_init(|| set))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sheet goes to other people; the folder may have somebody's name.
    #[test]
    fn the_reason_on_a_sheet_has_no_folder() {
        let folder = || "/home/somebody/ecg".to_owned();
        let (ecg_id, data) = (7, "PTB-XL".to_owned());
        let errors = [
            ExemplarError::NoDataFolder {
                ecg_id,
                data: data.clone(),
            },
            ExemplarError::NotThere {
                ecg_id,
                folder: folder(),
                data,
            },
            ExemplarError::OtherSignal {
                ecg_id,
                folder: folder(),
                found: "aa".into(),
                expected: "bb".into(),
            },
            ExemplarError::Unreadable {
                ecg_id,
                folder: folder(),
                what: format!("{}/7.hea: no such file", folder()),
            },
        ];
        for error in errors {
            let reason = error.on_a_sheet();
            assert!(
                reason.contains("record 7") && !reason.contains("somebody"),
                "{reason}"
            );
        }
    }
}
