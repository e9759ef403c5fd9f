//! Rating, and the numbers that come of it.

use std::collections::HashSet;
use std::path::PathBuf;

use crate::app::application::Application;
use crate::app::command::{Place, ReviewCommand, Screen};
use crate::app::state::{Draft, Exemplar, LoadedModel, Session};
use crate::app::worker::{Priority, Resumed, StoreEvent, StoreJob, StudyOf};
use crate::bundle::Manifest;
use crate::review::{Answer, EventId, Item, Rater};

/// The prototypes to rate: every one, but a training ECG that stands for the
/// same class twice is rated once.
fn items(manifest: &Manifest) -> Vec<Item> {
    let mut seen = HashSet::new();
    manifest
        .prototypes
        .iter()
        .enumerate()
        .filter(|(_, source)| match &source.recording_sha256 {
            Some(sha256) => seen.insert((source.class, sha256.as_str())),
            // Two unknown sources are not one.
            None => true,
        })
        .filter_map(|(prototype, _)| {
            let class_code = manifest.class_of(prototype)?.code.clone();
            Some(Item {
                prototype,
                class_code,
            })
        })
        .collect()
}

impl Application {
    fn study_of(&self, model: &LoadedModel) -> StudyOf {
        StudyOf {
            reviews_dir: self.reviews_dir.clone(),
            bundle_name: model.manifest.name.clone(),
            bundle_sha256: model.sha256.clone(),
            items: items(&model.manifest),
        }
    }

    /// The study of the loaded bundle.
    fn study(&self) -> Option<StudyOf> {
        self.state.model.bundle().map(|model| self.study_of(model))
    }

    fn send_to_store(&self, job: StoreJob) {
        if let Some(workers) = &self.workers {
            workers.store(job);
        }
    }

    pub(super) fn apply_review(&mut self, command: ReviewCommand) {
        match command {
            ReviewCommand::Start(code) => self.start_review(&code),
            ReviewCommand::Leave => {
                self.leave_review();
                self.fields.rater.clear();
                self.fields.focus_rater = true;
            }
            ReviewCommand::Next => self.next_prototype(),
            other => self.edit_answer(other),
        }
    }

    /// Whether the ECG of the current prototype is on the screen: one that
    /// cannot be seen cannot be rated, only excluded.
    fn sheet_is_shown(&self) -> bool {
        let current = self
            .state
            .review
            .session
            .as_ref()
            .and_then(Session::prototype);
        current.is_some_and(|p| matches!(self.state.exemplars.get(p), Some(Exemplar::Ready(_))))
    }

    fn edit_answer(&mut self, command: ReviewCommand) {
        if matches!(command, ReviewCommand::Rate(..)) && !self.sheet_is_shown() {
            return;
        }
        let Some(session) = self
            .state
            .review
            .session
            .as_mut()
            .filter(|session| !session.saving)
        else {
            return;
        };
        match command {
            ReviewCommand::Rate(criterion, rating) => session.draft.rate(criterion, rating),
            ReviewCommand::Exclude(exclusion) => session.draft.exclude(exclusion),
            ReviewCommand::Comment(comment) => session.draft.comment = comment,
            ReviewCommand::Back => {
                let position = session.position.saturating_sub(1);
                self.go_to(position);
            }
            ReviewCommand::GoTo(position) => self.go_to(position),
            ReviewCommand::Start(_) | ReviewCommand::Leave | ReviewCommand::Next => {}
        }
    }

    fn start_review(&mut self, code: &str) {
        self.state.solved(Place::Review);
        let rater = match Rater::new(code.trim()) {
            Ok(rater) => rater,
            Err(error) => {
                self.state.problem(
                    Place::Review,
                    "This rater code cannot be used",
                    error.to_string(),
                );
                return;
            }
        };
        rater.as_str().clone_into(&mut self.state.saved.rater);
        rater.as_str().clone_into(&mut self.fields.rater);
        self.state.review.starting = true;
        match self.study() {
            Some(study) => self.send_to_store(StoreJob::Start { study, rater }),
            // The bundle is still being opened; it goes on when it is there.
            None if self.state.model.is_busy() => {}
            None => {
                self.state.review.starting = false;
                let detail = "Reviewing rates the prototypes of a model. Choose a bundle in the settings first.";
                self.state
                    .problem(Place::Review, "No model is loaded", detail);
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
    }

    fn started(&mut self, rater: Rater, result: Result<Resumed, String>) {
        self.state.review.starting = false;
        match result {
            Ok(resumed) => {
                if self
                    .state
                    .model
                    .bundle()
                    .is_none_or(|model| model.sha256 != resumed.bundle)
                {
                    return;
                }
                let Resumed {
                    order,
                    answers,
                    database,
                    ..
                } = resumed;
                let mut session = Session::new(rater, database, order, answers);
                let position = session.next_unanswered(0).unwrap_or(session.order.len());
                session.go_to(position);
                self.state.review.session = Some(session);
                self.go_to(position);
            }
            Err(message) => {
                self.state
                    .problem(Place::Review, "The reviews could not be opened", message)
            }
        }
    }

    /// Shows a place in the rater's order, and reads the sheet after it.
    fn go_to(&mut self, position: usize) {
        let Some(session) = &mut self.state.review.session else {
            return;
        };
        session.go_to(position);
        self.fields.comment.clone_from(&session.draft.comment);
        self.fields.focus_comment = false;
        self.fields.review_zoom.fit();
        self.fetch_review_sheets();
    }

    pub(super) fn fetch_review_sheets(&mut self) {
        let Some(session) = &self.state.review.session else {
            return;
        };
        let current = session.prototype();
        let next = session
            .next_unanswered(session.position + 1)
            .and_then(|place| session.order.get(place).copied());
        if let Some(next) = next {
            self.fetch_exemplar(next, Priority::Background);
        }
        if let Some(current) = current {
            self.fetch_exemplar(current, Priority::Seen);
        }
    }

    /// Saves the answer; the next prototype comes when it is on the disk.
    fn next_prototype(&mut self) {
        let Some(session) = self
            .state
            .review
            .session
            .as_mut()
            .filter(|session| !session.saving)
        else {
            return;
        };
        if session.is_unchanged() {
            let next = session.position + 1;
            self.go_to(next);
            return;
        }
        let Some(answer) = session.answer() else {
            return;
        };
        let rater = session.rater.clone();
        let Some(study) = self.study() else { return };
        if let Some(session) = &mut self.state.review.session {
            session.saving = true;
        }
        self.state.solved(Place::Review);
        self.send_to_store(StoreJob::Record {
            study,
            rater,
            answer,
        });
    }

    fn recorded(&mut self, rater: &Rater, answer: Answer, result: Result<EventId, String>) {
        let title = "This answer was not saved";
        let Some(session) = self
            .state
            .review
            .session
            .as_mut()
            .filter(|session| session.rater == *rater)
        else {
            if let Err(message) = result {
                self.state.problem(Place::Review, title, message);
            }
            return;
        };
        session.saving = false;
        match result {
            Ok(event) => {
                session.draft = Draft::default();
                session.last_saved = Some(format!("Saved as event {}", event.sequence));
                let was_new = session.answers.insert(answer.prototype, answer).is_none();
                // After a change of mind one goes on where one was; else to what is open.
                let next = session.position + 1;
                let next = if was_new {
                    session.next_unanswered(next).unwrap_or(session.order.len())
                } else {
                    next
                };
                self.go_to(next);
            }
            Err(message) => {
                session.draft.comment.clone_from(&self.fields.comment);
                self.state.problem(Place::Review, title, message);
            }
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
            StoreEvent::Summarised { bundle, result } => {
                let statistics = &mut self.state.statistics;
                statistics.reading = false;
                match result {
                    Ok(summary) => {
                        statistics.bundle = bundle;
                        statistics.summary = summary;
                    }
                    Err(message) => {
                        statistics.summary = None;
                        self.state.problem(
                            Place::Statistics,
                            "The reviews could not be read",
                            message,
                        );
                    }
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
                        self.state.problem(
                            Place::Statistics,
                            "The tables could not be exported",
                            message,
                        );
                    }
                }
            }
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
