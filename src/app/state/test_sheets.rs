//! The sheets of test ECGs: the one on the screen and the one after it.

use std::collections::HashMap;
use std::path::PathBuf;

use super::reading::Exemplar;
use crate::app::worker::{FileJob, Priority, TestEcgs};

pub struct TestSheets {
    /// Where they are read from.
    source: TestEcgs,
    ecgs: HashMap<u32, Exemplar>,
}

impl TestSheets {
    pub fn new(source: TestEcgs) -> Self {
        Self {
            source,
            ecgs: HashMap::new(),
        }
    }

    /// Notes which sheets are wanted, by record number and checksum of the
    /// signal, and says what has to be read for that. Others are forgotten.
    pub fn want(&mut self, wanted: Vec<(u32, String, Priority)>) -> Vec<(Priority, FileJob)> {
        self.ecgs
            .retain(|id, _| wanted.iter().any(|(ecg_id, ..)| ecg_id == id));
        let mut jobs = Vec::new();
        for (ecg_id, sha256, priority) in wanted {
            if self.ecgs.contains_key(&ecg_id) {
                continue;
            }
            self.ecgs.insert(ecg_id, Exemplar::Reading);
            let test_ecgs = self.source.clone();
            let job = FileJob::TestEcg {
                test_ecgs,
                ecg_id,
                sha256,
            };
            jobs.push((priority, job));
        }
        jobs
    }

    /// All are to be read again, from another folder.
    pub fn move_to(&mut self, folder: Option<PathBuf>) {
        *self = Self::new(self.source.in_folder(folder));
    }

    /// Keeps a sheet, if it is still wanted.
    pub fn put(&mut self, ecg_id: u32, sheet: Exemplar) {
        if let Some(place) = self.ecgs.get_mut(&ecg_id) {
            *place = sheet;
        }
    }

    pub fn get(&self, ecg_id: u32) -> Option<&Exemplar> {
        self.ecgs.get(&ecg_id)
    }

    pub fn is_reading(&self) -> bool {
        let mut sheets = self.ecgs.values();
        sheets.any(|sheet| matches!(sheet, Exemplar::Reading))
    }
}
