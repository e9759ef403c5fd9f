//! Rating one prototype after the other.

use std::sync::Arc;
use std::time::Instant;

use crate::app::application::Application;
use crate::app::command::{Place, ReviewCommand, ReviewPage};
use crate::app::state::{Draft, Exemplar, Session};
use crate::app::texts::{problems as texts, review};
use crate::app::worker::{ModelJob, Priority, StoreJob};
use crate::inference::Prediction;
use crate::review::{Answer, Blinding, EventId, MetricsShown, Rater, Slot};

impl Application {
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

    /// Whether the ECG of the current prototype is on the screen, and whatever
    /// the protocol shows with it: one that cannot be seen cannot be rated,
    /// only excluded.
    fn sheet_is_shown(&self) -> bool {
        let review = &self.state.review;
        let Some(session) = &review.session else {
            return false;
        };
        let protocol = &session.protocol;
        let blinded = protocol.blinding == Blinding::ClassOnly;
        let measured = |p: usize| {
            let table = review.metrics.as_ref().and_then(|read| read.as_ref().ok());
            table.is_some_and(|table| table.of(p).is_some())
        };
        let unmeasured = protocol.metrics != MetricsShown::BeforeRating;
        let is_ready = |sheet: Option<&Exemplar>| matches!(sheet, Some(Exemplar::Ready(_)));
        let pair = session.pair();
        let has_ecg = pair.is_none_or(|pair| is_ready(session.sheets.get(pair.ecg_id)));
        let current = session.prototype();
        current.is_some_and(|p| {
            is_ready(self.state.exemplars.get(p))
                && has_ecg
                && (blinded || review.predictions.contains_key(&p))
                && (unmeasured || measured(p))
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
            .filter(|session| session.may_be_changed() || !command.is_of_an_answer())
        else {
            return;
        };
        // Whoever goes on rating has not confirmed anything.
        session.confirm_close = false;
        match command {
            ReviewCommand::Rate(question, rating) => {
                if let Some(question) = session.protocol.questions.get(question) {
                    session.draft.rate(&question.id.clone(), rating);
                }
            }
            ReviewCommand::Exclude(exclusion) => session.draft.exclude(exclusion),
            // Marks are of prototypes.
            ReviewCommand::Mark(_) if session.is_of_pairs() => {}
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
        let has_window = model.exemplars.window_s(prototype).is_some();
        let pages = ReviewPage::of(has_window, session.is_of_pairs());
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
            if let Some(session) = &mut self.state.review.session
                && session.may_be_changed()
            {
                review::UNDONE_AT_ONCE.clone_into(&mut session.draft.change_reason);
                self.fields
                    .change_reason
                    .clone_from(&session.draft.change_reason);
            }
        }
    }

    /// Shows a place in the rater's order, and reads the sheet after it.
    pub(super) fn go_to(&mut self, position: usize) {
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
        let current = session.slot();
        let next = match session.closed {
            true => Some(session.position + 1),
            false => session.next_unanswered(session.position + 1),
        };
        let next = next.and_then(|place| session.queue.get(place).copied());
        let shows_predictions = session.protocol.blinding == Blinding::WithPrediction;
        let wanted = [(next, Priority::Background), (current, Priority::Seen)];
        let wanted: Vec<(Slot, Priority)> = wanted
            .into_iter()
            .filter_map(|(slot, priority)| Some((slot?, priority)))
            .collect();
        let prototypes: Vec<usize> = wanted
            .iter()
            .map(|(slot, _)| session.prototype_of(*slot))
            .collect();
        for (prototype, (_, priority)) in prototypes.into_iter().zip(&wanted) {
            self.fetch_exemplar(prototype, *priority);
            if shows_predictions {
                self.fetch_exemplar_prediction(prototype, *priority);
            }
        }
        self.fetch_pair_ecgs(&wanted);
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
        if session.is_unchanged() || session.closed {
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

    pub(super) fn recorded(
        &mut self,
        rater: &Rater,
        answer: Answer,
        result: Result<EventId, String>,
    ) {
        let title = texts::ANSWER_NOT_SAVED;
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
                session.last_saved = Some(event.sequence);
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
}
