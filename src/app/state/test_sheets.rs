//! The sheets of test ECGs: the one on the screen and the one after it.

use std::collections::HashMap;

use super::reading::Exemplar;
use crate::app::worker::TestEcgs;

pub struct TestSheets {
    /// Where they are read from.
    pub source: TestEcgs,
    ecgs: HashMap<u32, Exemplar>,
}

impl TestSheets {
    pub fn new(source: TestEcgs) -> Self {
        Self {
            source,
            ecgs: HashMap::new(),
        }
    }

    /// Notes that a sheet is wanted; true if it has to be read. Others than
    /// `keep` are forgotten.
    pub fn want(&mut self, ecg_id: u32, keep: &[u32]) -> bool {
        self.ecgs.retain(|id, _| keep.contains(id));
        if self.ecgs.contains_key(&ecg_id) {
            return false;
        }
        self.ecgs.insert(ecg_id, Exemplar::Reading);
        true
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
