//! Where the test ECGs of a study of readers or of pairs are: in the folder of the data set
//! that the settings name.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

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
            return Err(format!(
                "the ECGs of this study are from {data}; name the folder of that data set in the settings"
            ));
        };
        let at = folder.display();
        let set = match self.set.get() {
            Some(set) => set,
            None => {
                let set = DataSet::open(folder).map_err(|error| error.to_string())?;
                self.set.get_or_init(|| set)
            }
        };
        let entry = set.entry(ecg_id);
        let entry = entry.ok_or_else(|| format!("an ECG of this study is not in {at}"))?;
        let recording = set.read(entry).map_err(|error| {
            tracing::error!("{error}");
            format!("an ECG of this study cannot be read from {at}; the log says more")
        })?;
        if recording.sha256() != sha256 {
            return Err(format!(
                "an ECG of this study has another signal in {at} than when the study was made"
            ));
        }
        // Neither age nor sex: the reader sees the ECG alone.
        Ok(Recording {
            age_years: None,
            sex: None,
            ..recording
        })
    }
}
