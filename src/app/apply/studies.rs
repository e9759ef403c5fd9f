//! Which study is rated, who rates it, and where it begins and ends; and what the
//! thread of the review database reports.

use std::path::PathBuf;

use crate::app::application::Application;
use crate::app::command::Place;
use crate::app::state::{LoadedModel, Session};
use crate::app::texts::problems as texts;
use crate::app::worker::{Begun, FoundStudy, StoreEvent, StoreJob, StudyOf};
use crate::review::{EventId, Rater, items_of};

impl Application {
    fn study_of(&self, model: &LoadedModel) -> StudyOf {
        StudyOf {
            reviews_dir: self.reviews_dir.clone(),
            bundle_name: model.manifest.name.clone(),
            bundle_sha256: model.sha256.clone(),
            items: items_of(&model.manifest),
            // Who is rating stays with the file she began, whatever is chosen meanwhile.
            database: match self.state.review.database() {
                Some(database) => Some(database.clone()),
                None => self.state.review.chosen.clone(),
            },
        }
    }

    /// The study of the loaded bundle.
    pub(super) fn study(&self) -> Option<StudyOf> {
        self.state.model.bundle().map(|model| self.study_of(model))
    }

    pub(super) fn send_to_store(&self, job: StoreJob) {
        if let Some(workers) = &self.workers {
            workers.store(job);
        }
    }

    /// Asks once; the second time the queue is ended.
    pub(super) fn close_queue(&mut self) {
        let study = self.study();
        let Some(session) = &mut self.state.review.session else {
            return;
        };
        if session.saving {
            return;
        }
        if session.has_unsaved() {
            session.confirm_close = false;
            self.state.problem(
                Place::Review,
                texts::AN_ANSWER_IS_NOT_SAVED,
                texts::SAVE_BEFORE_CLOSING,
            );
            return;
        }
        if !session.confirm_close {
            session.confirm_close = true;
            return;
        }
        let rater = session.rater.clone();
        if let Some(study) = study {
            session.saving = true;
            self.send_to_store(StoreJob::Close { study, rater });
        }
    }

    fn queue_closed(&mut self, rater: &Rater, result: Result<EventId, String>) {
        let session = self.state.review.session.as_mut();
        if let Some(session) = session.filter(|session| session.rater == *rater) {
            session.saving = false;
            session.closed = result.is_ok();
            let end = session.queue.len();
            if session.closed {
                self.go_to(end);
                self.fetch_metrics();
            }
        }
        let reader = self.state.review.reader.as_mut();
        if let Some(reader) = reader.filter(|reader| reader.rater == *rater) {
            reader.saving = false;
            reader.closed = result.is_ok();
        }
        if let Err(message) = result {
            let title = texts::QUEUE_NOT_CLOSED;
            self.state.problem(Place::Review, title, message);
        }
    }

    /// Looks for studies of protocols beside the quick one.
    pub(super) fn find_studies(&mut self) {
        if let Some(study) = self.study() {
            self.state.review.finding = true;
            self.send_to_store(StoreJob::Find { study });
        }
    }

    fn studies_found(&mut self, bundle: &str, studies: Vec<FoundStudy>) {
        // Of a bundle that is not the loaded one any more: the answer to its own question comes.
        let loaded = self.state.model.bundle().map(|model| model.sha256.as_str());
        if loaded.is_some_and(|loaded| loaded != bundle) {
            return;
        }
        let review = &mut self.state.review;
        review.finding = false;
        let is_new =
            |study: &&FoundStudy| !review.found.iter().any(|f| f.database == study.database);
        // Who made a study wants it rated; what was chosen before stays, and of several new
        // ones (a site's file beside the study, say) none is more likely than the others.
        let new: Vec<&FoundStudy> = studies.iter().filter(is_new).collect();
        if !review.is_begun()
            && let [new] = new[..]
        {
            review.chosen = Some(new.database.clone());
        }
        let is_there = |chosen: &PathBuf| studies.iter().any(|f| f.database == *chosen);
        review.chosen = review.chosen.take().filter(is_there);
        review.found = studies;
        self.refresh_statistics();
        self.fetch_ratings();
        self.start_waiting_rater();
    }

    /// Has read what the prototypes of the loaded model got.
    pub(super) fn fetch_ratings(&mut self) {
        if let Some(study) = self.study() {
            self.send_to_store(StoreJob::Ratings { study });
        }
    }

    /// Has read what was measured of them without people.
    pub(super) fn fetch_metrics(&mut self) {
        if let Some(study) = self.study() {
            self.send_to_store(StoreJob::Metrics { study });
        }
    }

    pub(super) fn start_review(&mut self, code: &str) {
        self.state.solved(Place::Review);
        let rater = match Rater::new(code.trim()) {
            Ok(rater) => rater,
            Err(error) => {
                self.state
                    .problem(Place::Review, texts::RATER_CODE_UNUSABLE, error.to_string());
                return;
            }
        };
        rater.as_str().clone_into(&mut self.state.saved.rater);
        rater.as_str().clone_into(&mut self.fields.rater);
        self.state.review.starting = true;
        if self.state.review.finding {
            return;
        }
        match self.study() {
            Some(study) => self.send_to_store(StoreJob::Start { study, rater }),
            // The bundle is still being opened; it goes on when it is there.
            None if self.state.model.is_busy() => {}
            None => {
                self.state.review.starting = false;
                let detail = texts::REVIEWING_NEEDS_A_MODEL;
                self.state
                    .problem(Place::Review, texts::NO_MODEL_LOADED, detail);
            }
        }
    }

    /// Somebody asked to start before the bundle was there.
    pub(super) fn start_waiting_rater(&mut self) {
        if self.state.review.starting {
            let code = self.state.saved.rater.clone();
            self.start_review(&code);
        }
    }

    pub(super) fn leave_review(&mut self) {
        self.state.review.session = None;
        self.state.review.reader = None;
        self.state.review.predictions.clear();
        self.state.review.metrics = None;
    }

    fn started(&mut self, rater: Rater, result: Result<Begun, String>) {
        self.state.review.starting = false;
        let loaded = self.state.model.bundle().map(|model| model.sha256.as_str());
        match result {
            Ok(Begun::Reading(resumed)) => {
                if loaded == Some(resumed.bundle.as_str()) {
                    self.begin_reading(rater, *resumed);
                }
            }
            Ok(Begun::Rating(resumed)) => {
                if loaded != Some(resumed.bundle.as_str()) {
                    return;
                }
                let test_ecgs = self.test_ecgs(&resumed.data);
                let mut session = Session::new(rater, resumed, test_ecgs);
                let position = session.beginning();
                session.go_to(position);
                self.state.review.session = Some(session);
                self.go_to(position);
                self.fetch_metrics();
            }
            Err(message) => self
                .state
                .problem(Place::Review, texts::REVIEWS_NOT_OPENED, message),
        }
    }

    pub(super) fn receive_store(&mut self, event: StoreEvent) {
        match event {
            StoreEvent::Started { rater, result } => self.started(rater, result),
            StoreEvent::Recorded {
                rater,
                answer,
                result,
            } => self.recorded(&rater, answer, result),
            StoreEvent::ReadingRecorded {
                rater,
                answer,
                result,
            } => self.reading_recorded(&rater, answer, result),
            StoreEvent::Found { bundle, studies } => self.studies_found(&bundle, studies),
            StoreEvent::Closed { rater, result } => self.queue_closed(&rater, result),
            StoreEvent::MayStop { rater, may_stop } => {
                let session = self.state.review.session.as_mut();
                if let Some(session) = session.filter(|session| session.rater == rater) {
                    session.may_stop = may_stop;
                }
            }
            StoreEvent::BackupFailed(message) => {
                let title = texts::NO_BACKUP;
                self.state.problem(Place::Review, title, message);
            }
            StoreEvent::Summarised { bundle, result } => {
                let statistics = &mut self.state.statistics;
                statistics.reading = false;
                match result {
                    Ok(results) => {
                        statistics.bundle = bundle;
                        statistics.results = results;
                        self.fetch_ends();
                    }
                    Err(message) => {
                        statistics.results = None;
                        self.state
                            .problem(Place::Statistics, texts::REVIEWS_NOT_READ, message);
                    }
                }
            }
            StoreEvent::Rated { bundle, result } => {
                let loaded = self.state.model.bundle().map(|model| &model.sha256);
                if loaded == Some(&bundle) {
                    // What is wrong with the file is said where it is opened to rate.
                    self.state.ratings = result.unwrap_or_else(|message| {
                        tracing::warn!("ratings are not shown: {message}");
                        None
                    });
                }
            }
            StoreEvent::Measured { bundle, result } => {
                let loaded = self.state.model.bundle().map(|model| &model.sha256);
                if loaded == Some(&bundle) {
                    self.state.review.metrics = result.transpose();
                }
            }
            StoreEvent::Exported { result } => {
                self.state.statistics.exporting = false;
                match result {
                    Ok(report) => {
                        self.state.statistics.exported = Some(report);
                        self.state.solved(Place::Statistics);
                    }
                    Err(message) => {
                        self.state
                            .problem(Place::Statistics, texts::TABLES_NOT_EXPORTED, message);
                    }
                }
            }
        }
    }
}
