//! Measures the prototypes of the loaded model in small steps, so that whatever
//! is asked of the model meanwhile is answered first.

use std::path::{Path, PathBuf};

use crate::bundle::Exemplars;
use crate::explain::{Audit, AuditDocument, Auditing, TrainingData};
use crate::inference::Model;

/// An audit as it goes on.
pub struct RunningAudit {
    /// The number that its reports carry.
    pub ticket: u64,
    /// Where it is kept once it is whole.
    file: PathBuf,
    data: Option<TrainingData>,
    auditing: Auditing,
}

impl RunningAudit {
    /// `data` is the folder of the data set, if one is named.
    ///
    /// # Errors
    /// The training ECGs are there and nowhere else, and it cannot be read.
    pub fn begin(
        model: &Model,
        exemplars: &Exemplars,
        data: Option<&Path>,
        (ticket, file): (u64, PathBuf),
    ) -> Result<Self, String> {
        // Most of the metrics are of the training ECGs.
        let is_there = exemplars.read(0);
        let data = match TrainingData::for_model(model, data) {
            Ok(data) => data,
            // A folder in the settings that is of no use to this bundle.
            Err(_) if is_there.is_ok() => None,
            Err(error) => return Err(error.to_string()),
        };
        is_there.map_err(|error| error.to_string())?;
        Ok(Self {
            ticket,
            file,
            data,
            auditing: Auditing::default(),
        })
    }

    /// Prototypes measured, and in all.
    pub fn done(&self, model: &Model) -> (usize, usize) {
        (self.auditing.done(), model.manifest().prototypes.len())
    }

    /// Takes the next step; after the last the file is written. Says whether that
    /// was it.
    pub fn step(&mut self, model: &Model, exemplars: &Exemplars) -> Result<bool, String> {
        let data = self.data.as_ref();
        let went_on = self.auditing.step(model, exemplars, data);
        if went_on.map_err(|error| error.to_string())? {
            return Ok(false);
        }
        let measured = std::mem::take(&mut self.auditing.prototypes);
        let audit = Audit::of(model, data, measured);
        if let Some(folder) = self.file.parent() {
            let made = std::fs::create_dir_all(folder);
            made.map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        let document = AuditDocument::new(model.bundle(), audit);
        document
            .write(&self.file)
            .map_err(|error| error.to_string())?;
        Ok(true)
    }
}
