//! A reader at work on a reading study.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::reading::Exemplar;
use super::test_sheets::TestSheets;
use crate::app::command::ReadingPage;
use crate::app::texts::review::reading::answer as texts;
use crate::app::worker::{AttendedTest, ReadingResumed, TestEcgs};
use crate::review::Rater;
use crate::review::reading::{Arm, Place, ReadEcg, ReadingAnswer, ReadingStudy};

/// One reader at work.
pub struct ReadingSession {
    pub rater: Rater,
    pub database: PathBuf,
    pub study: Arc<ReadingStudy>,
    /// All places in this reader's order.
    pub queue: Arc<Vec<Place>>,
    /// What is saved, by place.
    pub answers: BTreeMap<Place, ReadingAnswer>,
    /// The queue was ended for good.
    pub closed: bool,
    /// Place in the queue; its length when everything is answered.
    pub position: usize,
    pub draft: ReadingDraft,
    pub page: ReadingPage,
    /// When everything of this place was on the screen; `None` until then.
    pub shown_at: Option<Instant>,
    /// An answer is on its way to the disk.
    pub saving: bool,
    /// What was acknowledged last, for the line under the questions.
    pub last_saved: Option<i64>,
    /// Since the last break, or the start.
    reading_since: Instant,
    /// Closing was asked for once and is to be confirmed.
    pub confirm_close: bool,
    pub sheets: TestSheets,
}

/// An answer in the making. Nothing is chosen at first, in no arm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadingDraft {
    /// In the order in which they were chosen.
    pub statements: Vec<String>,
    pub confidence: Option<u8>,
    /// How often a choice was taken back or replaced.
    reconsidered: u32,
}

impl ReadingDraft {
    /// Chooses a statement, or takes it back; at most so many.
    pub fn toggle(&mut self, code: &str, most: usize) {
        if let Some(place) = self.statements.iter().position(|c| c == code) {
            self.statements.remove(place);
            self.reconsidered += 1;
            return;
        }
        if self.statements.len() == most {
            if most > 1 {
                return;
            }
            // Where one can be said, another is said in its stead.
            self.statements.clear();
            self.reconsidered += 1;
        }
        self.statements.push(code.to_owned());
    }

    pub fn confide(&mut self, confidence: u8) {
        let before = self.confidence.replace(confidence);
        self.reconsidered += u32::from(before.is_some_and(|before| before != confidence));
    }

    /// Takes everything back.
    pub fn clear(&mut self) {
        let was_empty = self.statements.is_empty() && self.confidence.is_none();
        self.statements.clear();
        self.confidence = None;
        self.reconsidered += u32::from(!was_empty);
    }

    /// What is still missing, for people.
    pub fn missing(&self) -> Option<&'static str> {
        match (self.statements.is_empty(), self.confidence) {
            (true, _) => Some(texts::CHOOSE_STATEMENT),
            (false, None) => Some(texts::SAY_HOW_SURE),
            (false, Some(_)) => None,
        }
    }
}

impl ReadingSession {
    /// A session at the first open place.
    pub fn new(rater: Rater, resumed: ReadingResumed, test_ecgs: TestEcgs) -> Self {
        let mut session = Self {
            rater,
            database: resumed.database,
            study: resumed.study,
            queue: resumed.queue,
            answers: resumed.answers,
            closed: resumed.closed,
            position: 0,
            draft: ReadingDraft::default(),
            page: ReadingPage::default(),
            shown_at: None,
            saving: false,
            last_saved: None,
            reading_since: Instant::now(),
            confirm_close: false,
            sheets: TestSheets::new(test_ecgs),
        };
        session.go_on();
        session
    }

    /// To the first place without an answer; there is no way back.
    pub fn go_on(&mut self) {
        let open = |place: &Place| !self.answers.contains_key(place);
        let next = self.queue.iter().position(open);
        self.position = next.unwrap_or(self.queue.len());
        self.draft = ReadingDraft::default();
        self.page = ReadingPage::first(self.place().map(|place| place.arm));
        self.shown_at = None;
        self.confirm_close = false;
    }

    pub fn place(&self) -> Option<Place> {
        self.queue.get(self.position).copied()
    }

    /// The ECG on the screen.
    pub fn ecg(&self) -> Option<&ReadEcg> {
        self.study.ecg(self.place()?.ecg_id)
    }

    /// The prototype on the screen, in the arm that shows it.
    pub fn prototype(&self) -> Option<usize> {
        let shows = self.place()?.arm == Arm::WithPrototype;
        self.ecg()?.shown.prototype.filter(|_| shows)
    }

    /// Whether this arm shows where the network looked.
    pub fn shows_attention(&self) -> bool {
        self.place()
            .is_some_and(|place| place.arm == Arm::WithAttention)
    }

    /// Where the network looked at the ECG on the screen, or why that is not
    /// known, in the arm that shows it; `None` until it is measured.
    pub fn attended(&self) -> Option<Result<&AttendedTest, &str>> {
        let place = self.place().filter(|_| self.shows_attention())?;
        self.sheets.attended(place.ecg_id)
    }

    pub fn is_training(&self) -> bool {
        self.place()
            .is_some_and(|place| self.study.is_training(place.ecg_id))
    }

    /// Which of the arms this is, from 1.
    pub fn arm_number(&self) -> usize {
        let arm = self.place().map(|place| place.arm);
        let mut arms = self.study.protocol.arms.iter();
        arms.position(|a| Some(*a) == arm).map_or(0, |n| n + 1)
    }

    /// What was said of this ECG in the arm before this one.
    pub fn before(&self) -> Option<&ReadingAnswer> {
        let place = self.place()?;
        let arms = self.study.protocol.arms.iter().rev();
        let mut earlier = arms.filter(|arm| **arm < place.arm);
        earlier.find_map(|&arm| self.answers.get(&Place { arm, ..place }))
    }

    pub fn is_done(&self) -> bool {
        self.position >= self.queue.len()
    }

    /// The ECG of the next open place of another one, to be read ahead.
    pub fn next_ecg(&self) -> Option<&ReadEcg> {
        let current = self.place()?.ecg_id;
        let mut later = self.queue.get(self.position..)?.iter();
        let next = later.find(|p| p.ecg_id != current && !self.answers.contains_key(p))?;
        self.study.ecg(next.ecg_id)
    }

    /// The sheet of the ECG on the screen.
    pub fn sheet(&self) -> Option<&Exemplar> {
        self.sheets.get(self.place()?.ecg_id)
    }

    /// The draft as an answer, if it is one and what it is about was shown.
    pub fn answer(&self) -> Option<ReadingAnswer> {
        let place = self.place()?;
        let elapsed = self.shown_at?.elapsed();
        let confidence = self.draft.confidence?;
        self.draft.missing().is_none().then(|| ReadingAnswer {
            ecg_id: place.ecg_id,
            arm: place.arm,
            statements: self.draft.statements.clone(),
            confidence,
            response_time_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            reconsidered: self.draft.reconsidered,
        })
    }

    /// What is left at the median pace so far, in minutes; `None` until five
    /// answers tell a pace.
    pub fn minutes_left(&self) -> Option<u64> {
        let times_ms = self.answers.values().map(|a| a.response_time_ms);
        super::review::minutes_left(times_ms.collect(), self.queue.len())
    }

    /// How long there was no break, where it is time for one.
    pub fn break_due(&self) -> Option<Duration> {
        let every = Duration::from_secs(60 * u64::from(self.study.protocol.break_every_min));
        let since = self.reading_since.elapsed();
        (!every.is_zero() && since >= every && !self.is_done()).then_some(since)
    }

    pub fn break_taken(&mut self) {
        self.reading_since = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_taken_back_and_counted_and_there_is_a_most() {
        let mut draft = ReadingDraft::default();
        assert_eq!(draft.missing(), Some("Choose a statement."));
        for code in ["SR", "AFIB", "PACE"] {
            draft.toggle(code, 2);
        }
        assert_eq!(draft.statements, ["SR", "AFIB"]);
        assert_eq!(draft.reconsidered, 0);
        draft.toggle("SR", 2);
        draft.confide(3);
        draft.confide(4);
        assert_eq!((draft.reconsidered, draft.missing()), (2, None));
        // Where there is one, the last counts.
        draft.toggle("PACE", 1);
        assert_eq!(draft.statements, ["PACE"]);
        draft.clear();
        assert_eq!((draft.reconsidered, draft.missing().is_some()), (4, true));
    }
}
