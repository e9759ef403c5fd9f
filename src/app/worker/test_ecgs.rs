//! Where the test ECGs of a study of readers or of pairs are: in the folder of the data set
//! that the settings name.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use crate::app::texts::worker as texts;
use crate::dataset::DataSet;
use crate::ecg::Recording;

/// Reads test ECGs. Clones share the table of the data set, which is read once.
#[derive(Clone)]
pub struct TestEcgs {
    folder: Option<PathBuf>,
    /// What people call the data.
    data: String,
    set: Arc<OnceLock<DataSet>>,
}

impl TestEcgs {
    pub fn new(folder: Option<PathBuf>, data: &str) -> Self {
        Self {
            folder,
            data: data.to_owned(),
            set: Arc::default(),
        }
    }

    /// The same data in another folder, whose table is read anew.
    pub fn in_folder(&self, folder: Option<PathBuf>) -> Self {
        Self::new(folder, &self.data)
    }

    /// Whether this is the other one or a clone of it. Record numbers say nothing
    /// of that: two studies may have the same, of other ECGs.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.set, &other.set)
    }

    /// The ECG that was drawn, known by the checksum of its signal.
    ///
    /// # Errors
    /// Why it cannot be shown, without its number, which the reader is not to
    /// know.
    pub fn read(&self, ecg_id: u32, sha256: &str) -> Result<Recording, String> {
        let Some(folder) = &self.folder else {
            let data = &self.data;
            return Err(texts::name_folder_of(data));
        };
        let set = match self.set.get() {
            Some(set) => set,
            None => {
                let set = DataSet::open(folder).map_err(|error| error.to_string())?;
                self.set.get_or_init(|| set)
            }
        };
        let entry = set.entry(ecg_id);
        let entry = entry.ok_or_else(|| texts::test_ecg_missing(folder))?;
        let recording = set.read(entry).map_err(|error| {
            tracing::error!("{error}");
            texts::test_ecg_unreadable(folder)
        })?;
        if recording.sha256() != sha256 {
            return Err(texts::test_ecg_changed(folder));
        }
        // Neither age nor sex: the reader sees the ECG alone.
        Ok(Recording {
            age_years: None,
            sex: None,
            ..recording
        })
    }
}
