//! The test ECGs of a study of pairs.

use std::sync::Arc;

use crate::app::application::Application;
use crate::app::state::TestSheets;
use crate::app::worker::{FileJob, Priority, TestEcgs};
use crate::review::{Pair, Slot};

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
        let pairs = Arc::clone(&session.pairs);
        let wanted: Vec<(&Pair, Priority)> = places
            .iter()
            .filter_map(|(slot, priority)| Some((pairs.get(&slot.prototype)?, *priority)))
            .collect();
        let keep: Vec<u32> = wanted.iter().map(|(pair, _)| pair.ecg_id).collect();
        for (pair, priority) in wanted {
            if session.sheets.want(pair.ecg_id, &keep) {
                let job = FileJob::TestEcg {
                    test_ecgs: session.sheets.source.clone(),
                    ecg_id: pair.ecg_id,
                    sha256: pair.recording_sha256.clone(),
                };
                workers.files(priority, job);
            }
        }
    }

    /// From another folder.
    pub(super) fn fetch_pair_ecgs_again(&mut self) {
        let Some(data) = self.state.review.session.as_ref().map(|s| s.data.clone()) else {
            return;
        };
        let source = self.test_ecgs(&data);
        if let Some(session) = &mut self.state.review.session {
            session.sheets = TestSheets::new(source);
        }
        self.fetch_review_sheets();
    }
}
