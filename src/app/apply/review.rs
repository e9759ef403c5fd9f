//! Rating, and the numbers that come of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::app::application::Application;
use crate::app::command::{Place, ReviewCommand, ReviewPage, Screen};
use crate::app::state::{Draft, Exemplar, LoadedModel, Session};
use crate::app::statistics::SHOWN;
use crate::app::worker::{FoundStudy, ModelJob, Priority, Resumed, StoreEvent, StoreJob, StudyOf};
use crate::inference::Prediction;
use crate::review::{Answer, Blinding, EventId, Rater, items_of};

impl Application {
    fn study_of(&self, model: &LoadedModel) -> StudyOf {
        StudyOf {
            reviews_dir: self.reviews_dir.clone(),
            bundle_name: model.manifest.name.clone(),
            bundle_sha256: model.sha256.clone(),
            items: items_of(&model.manifest),
            // Who is rating stays with the file she began, whatever is chosen meanwhile.
            database: match &self.state.review.session {
                Some(session) => Some(session.database.clone()),
                None => self.state.review.chosen.clone(),
            },
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
            ReviewCommand::ChooseStudy(database) => self.state.review.chosen = database,
            ReviewCommand::Close => self.close_queue(),
            other => self.edit_answer(other),
        }
    }

    /// Whether the ECG of the current prototype is on the screen: one that
    /// cannot be seen cannot be rated, only excluded.
    fn sheet_is_shown(&self) -> bool {
        let review = &self.state.review;
        let Some(session) = &review.session else {
            return false;
        };
        let blinded = session.protocol.blinding == Blinding::ClassOnly;
        let current = session.prototype();
        current.is_some_and(|p| {
            matches!(self.state.exemplars.get(p), Some(Exemplar::Ready(_)))
                && (blinded || review.predictions.contains_key(&p))
        })
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
            ReviewCommand::Rate(question, rating) => {
                if let Some(question) = session.protocol.questions.get(question) {
                    session.draft.rate(&question.id.clone(), rating);
                }
            }
            ReviewCommand::Exclude(exclusion) => session.draft.exclude(exclusion),
            ReviewCommand::Mark(mark) => session.draft.mark = mark,
            ReviewCommand::Comment(comment) => session.draft.comment = comment,
            ReviewCommand::Reason(reason) => session.draft.change_reason = reason,
            ReviewCommand::ShowPage(page) => session.page = page,
            ReviewCommand::TurnPage(forward) => self.turn_page(forward),
            ReviewCommand::Back => {
                let position = session.position.saturating_sub(1);
                self.go_to(position);
            }
            ReviewCommand::Undo => self.undo(),
            ReviewCommand::GoTo(position) => self.go_to(position),
            ReviewCommand::BreakTaken => session.rating_since = Instant::now(),
            ReviewCommand::ChooseStudy(_)
            | ReviewCommand::Start(_)
            | ReviewCommand::Leave
            | ReviewCommand::Close
            | ReviewCommand::Next => {}
        }
    }

    fn turn_page(&mut self, forward: bool) {
        let (Some(session), Some(model)) =
            (&mut self.state.review.session, self.state.model.bundle())
        else {
            return;
        };
        let Some(prototype) = session.prototype() else {
            return;
        };
        let pages = ReviewPage::of(model.exemplars.window_s(prototype).is_some());
        let place = pages.iter().position(|page| *page == session.page);
        let place = place.unwrap_or(0);
        let next = if forward {
            (place + 1).min(pages.len() - 1)
        } else {
            place.saturating_sub(1)
        };
        session.page = pages.get(next).copied().unwrap_or_default();
    }

    /// What was chosen here is taken back; with nothing chosen, the answer that
    /// was saved last is opened again.
    fn undo(&mut self) {
        let Some(session) = &mut self.state.review.session else {
            return;
        };
        let saved = session.saved().map(Draft::of).unwrap_or_default();
        if !session.draft.says_the_same(&saved) {
            session.draft = saved;
            self.fields.comment.clone_from(&session.draft.comment);
            self.fields.change_reason.clear();
        } else if let Some(place) = session.last_place.take() {
            self.go_to(place);
            if let Some(session) = &mut self.state.review.session {
                "undone at once".clone_into(&mut session.draft.change_reason);
                self.fields
                    .change_reason
                    .clone_from(&session.draft.change_reason);
            }
        }
    }

    /// Asks once; the second time the queue is ended.
    fn close_queue(&mut self) {
        let study = self.study();
        let Some(session) = &mut self.state.review.session else {
            return;
        };
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
        }
        if let Err(message) = result {
            let title = "The queue was not closed";
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
        if review.session.is_none()
            && let [new] = new[..]
        {
            review.chosen = Some(new.database.clone());
        }
        let is_there = |chosen: &PathBuf| studies.iter().any(|f| f.database == *chosen);
        review.chosen = review.chosen.take().filter(is_there);
        review.found = studies;
        self.refresh_statistics();
        self.start_waiting_rater();
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
        if self.state.review.finding {
            return;
        }
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
        self.state.review.predictions.clear();
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
                let mut session = Session::new(rater, resumed);
                let position = session.next_unanswered(0).unwrap_or(session.queue.len());
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
        self.fields
            .change_reason
            .clone_from(&session.draft.change_reason);
        self.fields.focus_comment = false;
        self.fields.focus_reason = false;
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
            .and_then(|place| session.queue.get(place).copied());
        let shows_predictions = session.protocol.blinding == Blinding::WithPrediction;
        let wanted = [
            (next.map(|slot| slot.prototype), Priority::Background),
            (current, Priority::Seen),
        ];
        for (prototype, priority) in wanted {
            let Some(prototype) = prototype else { continue };
            self.fetch_exemplar(prototype, priority);
            if shows_predictions {
                self.fetch_exemplar_prediction(prototype, priority);
            }
        }
    }

    /// The rater is to see what the model says, and it has not said it yet.
    pub(in crate::app) fn awaits_prediction(&self) -> bool {
        let review = &self.state.review;
        let session = review.session.as_ref();
        let shown = session.filter(|s| s.protocol.blinding == Blinding::WithPrediction);
        let current = shown.and_then(Session::prototype);
        current.is_some_and(|prototype| !review.predictions.contains_key(&prototype))
    }

    fn fetch_exemplar_prediction(&self, prototype: usize, priority: Priority) {
        if self.state.review.predictions.contains_key(&prototype) {
            return;
        }
        if let (Some(model), Some(workers)) = (self.state.model.bundle(), &self.workers) {
            let job = ModelJob::PredictExemplar {
                bundle: model.sha256.clone(),
                exemplars: Arc::clone(&model.exemplars),
                prototype,
            };
            workers.model(priority, job);
        }
    }

    pub(super) fn exemplar_predicted(
        &mut self,
        bundle: &str,
        prototype: usize,
        result: Result<Arc<Prediction>, String>,
    ) {
        let loaded = self.state.model.bundle().map(|model| model.sha256.as_str());
        if loaded == Some(bundle) {
            self.state.review.predictions.insert(prototype, result);
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
            // Only the reason is missing: the keyboard goes there.
            self.fields.focus_reason = session.saved().is_some()
                && session.draft.missing(&session.protocol.questions).is_none();
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
                session.last_place = Some(session.position);
                session.answers.insert(answer.slot(), answer);
                // Also after a change of mind: to what is open.
                let next = session.next_unanswered(session.position + 1);
                let next = next.unwrap_or(session.queue.len());
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
            StoreEvent::Found { bundle, studies } => self.studies_found(&bundle, studies),
            StoreEvent::Closed { rater, result } => self.queue_closed(&rater, result),
            StoreEvent::BackupFailed(message) => {
                let title = "A backup could not be made; the answers are saved";
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

    /// Reads the training ECGs of the worst and the best prototypes.
    fn fetch_ends(&mut self) {
        let Some(results) = &self.state.statistics.results else {
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
