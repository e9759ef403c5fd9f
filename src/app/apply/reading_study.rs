//! Reading one test ECG after the other, arm by arm. An answer is saved once:
//! there is no way back to it, since the next arm shows more.

use std::time::Instant;

use crate::app::application::Application;
use crate::app::command::{Place, ReadingCommand, ReadingPage};
use crate::app::drawn::Drawn;
use crate::app::state::{Exemplar, ReadingSession};
use crate::app::texts::problems as texts;
use crate::app::worker::{AttendedTest, Priority, ReadingResumed, StoreJob, TestEcgs};
use crate::review::reading::{Arm, ReadingAnswer};
use crate::review::{EventId, Rater};

impl Application {
    pub(super) fn begin_reading(&mut self, rater: Rater, resumed: ReadingResumed) {
        let test_ecgs = self.test_ecgs(&resumed.study.data);
        self.state.review.reader = Some(ReadingSession::new(rater, resumed, test_ecgs));
        self.show_place();
    }

    pub(super) fn apply_reading_study(&mut self, command: ReadingCommand) {
        match command {
            ReadingCommand::Leave => {
                self.leave_review();
                self.fields.rater.clear();
                self.fields.focus_rater = true;
                return;
            }
            ReadingCommand::Next => return self.save_reading(),
            ReadingCommand::Close => return self.close_reading(),
            _ => {}
        }
        let reader = self.state.review.reader.as_mut();
        let Some(reader) = reader.filter(|reader| !reader.saving && !reader.closed) else {
            return;
        };
        match command {
            ReadingCommand::ShowPage(page) => reader.page = page,
            ReadingCommand::TurnPage(forward) => reader.page = turned(reader, forward),
            ReadingCommand::BreakTaken => reader.break_taken(),
            // What is not on the screen yet cannot be diagnosed.
            _ if reader.shown_at.is_none() => {}
            ReadingCommand::Toggle(code) => {
                let most = reader.study.protocol.most_statements;
                reader.draft.toggle(&code, most);
            }
            ReadingCommand::Confide(confidence) => reader.draft.confide(confidence),
            ReadingCommand::Clear => reader.draft.clear(),
            ReadingCommand::AsBefore => {
                if let Some(before) = reader.before() {
                    reader.draft.statements = before.statements.clone();
                }
            }
            ReadingCommand::Leave | ReadingCommand::Next | ReadingCommand::Close => {}
        }
    }

    /// Saves the answer; the next place comes when it is on the disk.
    fn save_reading(&mut self) {
        let reader = self.state.review.reader.as_ref();
        let Some(reader) = reader.filter(|reader| !reader.saving) else {
            return;
        };
        let (Some(answer), rater) = (reader.answer(), reader.rater.clone()) else {
            return;
        };
        let Some(study) = self.study() else { return };
        if let Some(reader) = &mut self.state.review.reader {
            reader.saving = true;
        }
        self.state.solved(Place::Review);
        self.send_to_store(StoreJob::RecordReading {
            study,
            rater,
            answer,
        });
    }

    pub(super) fn reading_recorded(
        &mut self,
        rater: &Rater,
        answer: ReadingAnswer,
        result: Result<EventId, String>,
    ) {
        let reader = self.state.review.reader.as_mut();
        let reader = reader.filter(|reader| reader.rater == *rater);
        match (reader, result) {
            (Some(reader), Ok(event)) => {
                reader.saving = false;
                reader.last_saved = Some(event.sequence);
                reader.answers.insert(answer.place(), answer);
                reader.go_on();
                self.show_place();
            }
            (reader, Err(message)) => {
                if let Some(reader) = reader {
                    reader.saving = false;
                }
                let title = texts::ANSWER_NOT_SAVED;
                self.state.problem(Place::Review, title, message);
            }
            (None, Ok(_)) => {}
        }
    }

    /// Asks once; the second time the queue is ended.
    fn close_reading(&mut self) {
        let study = self.study();
        let Some(reader) = &mut self.state.review.reader else {
            return;
        };
        if !reader.confirm_close {
            reader.confirm_close = true;
            return;
        }
        let rater = reader.rater.clone();
        if let Some(study) = study {
            reader.saving = true;
            self.send_to_store(StoreJob::Close { study, rater });
        }
    }

    /// Shows the place that is open, and reads the ECG after it.
    fn show_place(&mut self) {
        self.fields.statement.clear();
        self.fields.statement_hit = 0;
        self.fields.focus_statement = false;
        self.fields.review_zoom.fit();
        self.fetch_test_ecgs();
        self.reader_sees();
    }

    pub(super) fn fetch_test_ecgs(&mut self) {
        let (Some(reader), Some(workers)) = (&mut self.state.review.reader, &self.workers) else {
            return;
        };
        let ecgs = [
            (reader.ecg(), Priority::Seen),
            (reader.next_ecg(), Priority::Background),
        ];
        let wanted: Vec<(u32, String, Priority)> = ecgs
            .into_iter()
            .filter_map(|(ecg, priority)| {
                let ecg = ecg?;
                Some((ecg.ecg_id, ecg.recording_sha256.clone(), priority))
            })
            .collect();
        // The prototype is fetched before its arm, so that the time it takes says nothing.
        let prototype = reader.ecg().and_then(|ecg| ecg.shown.prototype);
        for (priority, job) in reader.sheets.want(wanted) {
            workers.files(priority, job);
        }
        if let Some(prototype) = prototype {
            self.fetch_exemplar(prototype, Priority::Seen);
        }
    }

    pub(super) fn test_ecg_read(
        &mut self,
        from: &TestEcgs,
        ecg_id: u32,
        result: Result<Box<Drawn>, String>,
    ) {
        let sheet = match result {
            Ok(drawn) => Exemplar::Ready(drawn),
            Err(message) => Exemplar::Missing(message),
        };
        let sheets = self.state.review.test_sheets();
        if !sheets.is_some_and(|sheets| sheets.put(from, ecg_id, sheet)) {
            return;
        }
        self.attend_test_ecg(ecg_id);
        // The rater's time begins when both ECGs of the pair are there: the later
        // of the two sets it.
        if let Some(session) = &mut self.state.review.session
            && session.pair().is_some_and(|pair| pair.ecg_id == ecg_id)
        {
            session.shown_at = Instant::now();
        }
        self.reader_sees();
    }

    /// Has measured where the network looked, where an arm shows it: ahead of that
    /// arm, so that the time it takes says nothing.
    fn attend_test_ecg(&mut self, ecg_id: u32) {
        let (Some(reader), Some(workers)) = (&mut self.state.review.reader, &self.workers) else {
            return;
        };
        if !reader.study.protocol.shows(Arm::WithAttention) {
            return;
        }
        let is_seen = reader.ecg().is_some_and(|ecg| ecg.ecg_id == ecg_id);
        let bundle = reader.study.bundle_sha256.as_str();
        if let Some(job) = reader.sheets.attend(ecg_id, bundle) {
            let priority = match is_seen {
                true => Priority::Seen,
                false => Priority::Background,
            };
            workers.model(priority, job);
        }
    }

    pub(super) fn test_ecg_attended(
        &mut self,
        from: &TestEcgs,
        ecg_id: u32,
        result: Result<Box<AttendedTest>, String>,
    ) {
        if let Some(reader) = &mut self.state.review.reader {
            reader.sheets.put_attended(from, ecg_id, result);
        }
        self.reader_sees();
    }

    /// The reader's time begins when everything of the arm is there to see.
    pub(super) fn reader_sees(&mut self) {
        let Some(reader) = &mut self.state.review.reader else {
            return;
        };
        let is_ready = |sheet: Option<&Exemplar>| matches!(sheet, Some(Exemplar::Ready(_)));
        let prototype = reader.prototype();
        let has_prototype = prototype.is_none_or(|p| is_ready(self.state.exemplars.get(p)));
        let has_attention = !reader.shows_attention() || matches!(reader.attended(), Some(Ok(_)));
        let has_all = is_ready(reader.sheet()) && has_prototype && has_attention;
        if reader.shown_at.is_none() && has_all {
            reader.shown_at = Some(Instant::now());
        }
    }
}

/// The page after this one, or before it.
fn turned(reader: &ReadingSession, forward: bool) -> ReadingPage {
    let pages = ReadingPage::of(reader.place().map(|place| place.arm));
    let place = pages.iter().position(|page| *page == reader.page);
    let place = place.unwrap_or(0);
    let next = if forward {
        (place + 1).min(pages.len() - 1)
    } else {
        place.saturating_sub(1)
    };
    pages.get(next).copied().unwrap_or_default()
}
