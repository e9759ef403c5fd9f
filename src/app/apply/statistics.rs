//! The numbers that come of rating.

use std::path::PathBuf;

use crate::app::application::Application;
use crate::app::command::{Place, Screen};
use crate::app::statistics::SHOWN;
use crate::app::texts::problems as texts;
use crate::app::worker::{ModelJob, Priority, StoreJob, Summary};

impl Application {
    /// Reads the training ECGs of the worst and the best prototypes.
    pub(super) fn fetch_ends(&mut self) {
        let Some(Summary::Prototypes { results, .. }) = &self.state.statistics.results else {
            return;
        };
        let ranked = results.by_prototype.iter().map(|p| p.shown_prototype());
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

    /// Has the prototypes of the loaded model measured, one after the other,
    /// when nothing else is asked of it.
    pub(super) fn measure_prototypes(&mut self) {
        let (Some(study), Some(model), Some(workers)) =
            (self.study(), self.state.model.bundle(), &self.workers)
        else {
            return;
        };
        if self.state.statistics.measuring.is_some() {
            return;
        }
        let count = model.manifest.prototypes.len();
        let ticket = self.state.statistics.measure(count);
        let job = ModelJob::Audit {
            ticket,
            bundle: model.sha256.clone(),
            data: self.state.saved.ptbxl_dir.clone(),
            file: study.audit_file(),
        };
        workers.model(Priority::Seen, job);
        self.state.solved(Place::Statistics);
    }

    pub(super) fn stop_measuring(&mut self) {
        self.state.statistics.measuring = None;
        if let Some(workers) = &self.workers {
            workers.model(Priority::Seen, ModelJob::StopAudit);
        }
    }

    pub(super) fn all_measured(&mut self, ticket: u64, result: Result<(), String>) {
        if !self.state.statistics.all_measured(ticket) {
            return;
        }
        match result {
            Ok(()) => {
                self.refresh_statistics();
                self.fetch_metrics();
            }
            Err(message) => {
                let title = texts::PROTOTYPES_NOT_MEASURED;
                self.state.problem(Place::Statistics, title, message);
            }
        }
    }
}
