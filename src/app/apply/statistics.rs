//! The numbers that come of rating.

use std::path::PathBuf;

use crate::app::application::Application;
use crate::app::command::{Place, Screen};
use crate::app::statistics::SHOWN;
use crate::app::worker::{Priority, StoreJob, Summary};

impl Application {
    /// Reads the training ECGs of the worst and the best prototypes.
    pub(super) fn fetch_ends(&mut self) {
        let Some(Summary::Prototypes(results)) = &self.state.statistics.results else {
            return;
        };
        let ranked = results.by_prototype.iter().map(|p| p.prototype);
        let (worst, best) = (ranked.clone().take(SHOWN), ranked.rev().take(SHOWN));
        for prototype in worst.chain(best).collect::<Vec<_>>() {
            self.fetch_exemplar(prototype, Priority::Background);
        }
    }

    pub(super) fn refresh_statistics(&mut self) {
        if self.state.screen != Screen::Statistics {
            return;
        }
        if let Some(study) = self.study() {
            self.state.statistics.reading = true;
            self.send_to_store(StoreJob::Summarise { study });
        }
    }

    pub(super) fn export(&mut self, folder: PathBuf) {
        if let Some(study) = self.study() {
            self.state.statistics.exporting = true;
            self.state.statistics.exported = None;
            self.state.solved(Place::Statistics);
            self.send_to_store(StoreJob::Export { study, folder });
        }
    }
}
