//! The test ECGs of a study of pairs, and where those of any study are.

use crate::app::application::Application;
use crate::app::worker::{Priority, TestEcgs};
use crate::review::Slot;

impl Application {
    /// Where the test ECGs of a study are, in the folder that the settings name.
    pub(super) fn test_ecgs(&self, data: &str) -> TestEcgs {
        TestEcgs::new(self.state.saved.ptbxl_dir.clone(), data)
    }

    /// Has the test ECGs of these places read; nothing where prototypes are rated.
    pub(super) fn fetch_pair_ecgs(&mut self, places: &[(Slot, Priority)]) {
        let (Some(session), Some(workers)) = (&mut self.state.review.session, &self.workers) else {
            return;
        };
        let wanted = places.iter().filter_map(|(slot, priority)| {
            let pair = session.pairs.get(&slot.prototype)?;
            Some((pair.ecg_id, pair.recording_sha256.clone(), *priority))
        });
        for (priority, job) in session.sheets.want(wanted.collect()) {
            workers.files(priority, job);
        }
    }

    /// The folder of the data set is another one.
    pub(super) fn move_test_ecgs(&mut self) {
        let folder = self.state.saved.ptbxl_dir.clone();
        if let Some(sheets) = self.state.review.test_sheets() {
            sheets.move_to(folder);
        }
    }
}
