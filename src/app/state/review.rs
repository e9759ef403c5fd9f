//! The Review and Statistics screens' state.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use crate::review::{Answer, Criterion, Exclusion, ExportReport, Rater, StudySummary};

/// The Review screen.
#[derive(Default)]
pub struct ReviewState {
    /// The database is being opened.
    pub starting: bool,
    pub session: Option<Session>,
}

/// One rater at work.
pub struct Session {
    pub rater: Rater,
    pub database: PathBuf,
    /// All prototypes in this rater's order.
    pub order: Vec<usize>,
    /// What is saved, by prototype.
    pub answers: BTreeMap<usize, Answer>,
    /// Place in the order; its length when everything is answered.
    pub position: usize,
    pub draft: Draft,
    /// Drafts that were left without being saved, by prototype.
    drafts: BTreeMap<usize, Draft>,
    /// When the prototype came on the screen.
    pub shown_at: Instant,
    /// An answer is on its way to the disk.
    pub saving: bool,
    /// What was acknowledged last, for the line under the questions.
    pub last_saved: Option<String>,
}

impl Session {
    /// A session at the first place; nothing is answered yet but `answers`.
    pub fn new(
        rater: Rater,
        database: PathBuf,
        order: Vec<usize>,
        answers: BTreeMap<usize, Answer>,
    ) -> Self {
        Self {
            rater,
            database,
            order,
            answers,
            position: 0,
            draft: Draft::default(),
            drafts: BTreeMap::new(),
            shown_at: Instant::now(),
            saving: false,
            last_saved: None,
        }
    }

    /// The prototype on the screen; `None` when all are done.
    pub fn prototype(&self) -> Option<usize> {
        self.order.get(self.position).copied()
    }

    pub fn is_done(&self) -> bool {
        self.answers.len() >= self.order.len()
    }

    /// The first place without an answer from `from` on, then from the start.
    pub fn next_unanswered(&self, from: usize) -> Option<usize> {
        let open = |&place: &usize| !self.answers.contains_key(&self.order[place]);
        (from..self.order.len())
            .find(open)
            .or_else(|| (0..from.min(self.order.len())).find(open))
    }

    /// Shows a place, with the saved answer where there is one, or with the
    /// draft that was left there unsaved.
    pub fn go_to(&mut self, position: usize) {
        if let Some(left) = self.prototype() {
            let draft = std::mem::take(&mut self.draft);
            let saved = self.answers.get(&left).map(Draft::of).unwrap_or_default();
            if draft != saved && draft != Draft::default() {
                self.drafts.insert(left, draft);
            }
        }
        self.position = position.min(self.order.len());
        let current = self.prototype();
        let kept = current.and_then(|prototype| self.drafts.remove(&prototype));
        let saved = current.and_then(|prototype| self.answers.get(&prototype));
        self.draft = kept.or_else(|| saved.map(Draft::of)).unwrap_or_default();
        self.shown_at = Instant::now();
    }

    /// The draft as an answer to the prototype on the screen, if it is one.
    pub fn answer(&self) -> Option<Answer> {
        let response_time_ms =
            u64::try_from(self.shown_at.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.draft.answer(self.prototype()?, response_time_ms)
    }

    /// The draft is what is saved already.
    pub fn is_unchanged(&self) -> bool {
        let saved = self
            .prototype()
            .and_then(|prototype| self.answers.get(&prototype));
        saved.is_some_and(|answer| Draft::of(answer) == self.draft)
    }
}

/// An answer in the making. Nothing is chosen at first: a default is an
/// answer that nobody gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    pub representativeness: Option<u8>,
    pub clarity: Option<u8>,
    pub exclusion: Option<Exclusion>,
    pub comment: String,
}

impl Draft {
    pub fn of(answer: &Answer) -> Self {
        Self {
            representativeness: answer.representativeness,
            clarity: answer.clarity,
            exclusion: answer.exclusion,
            comment: answer.comment.clone().unwrap_or_default(),
        }
    }

    pub fn rating(&self, criterion: Criterion) -> Option<u8> {
        match criterion {
            Criterion::Representativeness => self.representativeness,
            Criterion::Clarity => self.clarity,
        }
    }

    /// A rating takes an exclusion back: one cannot be both.
    pub fn rate(&mut self, criterion: Criterion, rating: u8) {
        self.exclusion = None;
        match criterion {
            Criterion::Representativeness => self.representativeness = Some(rating),
            Criterion::Clarity => self.clarity = Some(rating),
        }
    }

    /// An exclusion takes the ratings back.
    pub fn exclude(&mut self, exclusion: Option<Exclusion>) {
        self.exclusion = exclusion;
        if exclusion.is_some() {
            self.representativeness = None;
            self.clarity = None;
        }
    }

    /// `None` while something is missing.
    pub fn answer(&self, prototype: usize, response_time_ms: u64) -> Option<Answer> {
        let answer = match (self.exclusion, self.representativeness, self.clarity) {
            (Some(exclusion), _, _) => Answer::excluded(prototype, exclusion, response_time_ms),
            (None, Some(representativeness), Some(clarity)) => {
                Answer::rated(prototype, representativeness, clarity, response_time_ms)
            }
            _ => return None,
        };
        Some(answer.with_comment(&self.comment))
    }

    /// What is still missing, for people.
    pub fn missing(&self) -> Option<&'static str> {
        match (self.exclusion, self.representativeness, self.clarity) {
            (Some(_), _, _) | (None, Some(_), Some(_)) => None,
            (None, None, None) => Some("Rate both, or say why you cannot."),
            (None, None, Some(_)) => Some("Representativeness is missing."),
            (None, Some(_), None) => Some("Clarity is missing."),
        }
    }
}

/// The Statistics screen.
#[derive(Default)]
pub struct StatisticsState {
    pub reading: bool,
    /// Of which bundle the numbers are.
    pub bundle: String,
    /// `None` where nobody has rated.
    pub summary: Option<StudySummary>,
    pub exporting: bool,
    pub exported: Option<ExportReport>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Session {
        Session::new(
            Rater::new("R1").unwrap(),
            PathBuf::new(),
            vec![7, 3, 5],
            BTreeMap::new(),
        )
    }

    #[test]
    fn a_draft_that_was_left_is_there_on_coming_back() {
        let mut session = session();
        session.draft.rate(Criterion::Clarity, 2);
        session.draft.comment = "wandering baseline".to_owned();
        session.go_to(2);
        assert_eq!(session.draft, Draft::default());
        session.go_to(0);
        assert_eq!(session.draft.clarity, Some(2));
        assert_eq!(session.draft.comment, "wandering baseline");
        // A saved answer that nobody touched is shown as it was saved.
        session.answers.insert(3, Answer::rated(3, 4, 5, 1000));
        session.go_to(1);
        session.go_to(2);
        session.go_to(1);
        assert!(session.is_unchanged());
    }

    #[test]
    fn nothing_is_answered_by_default() {
        let draft = Draft::default();
        assert_eq!(draft.answer(1, 0), None);
        assert!(draft.missing().is_some());
    }

    #[test]
    fn a_rating_and_an_exclusion_never_stand_together() {
        let mut draft = Draft::default();
        draft.rate(Criterion::Representativeness, 4);
        draft.rate(Criterion::Clarity, 2);
        draft.exclude(Some(Exclusion::LabelError));
        assert_eq!((draft.representativeness, draft.clarity), (None, None));
        draft.rate(Criterion::Clarity, 5);
        assert_eq!(draft.exclusion, None);
        assert_eq!(draft.missing(), Some("Representativeness is missing."));
    }

    #[test]
    fn resuming_goes_to_the_first_open_place_and_wraps_round() {
        let mut session = session();
        assert_eq!(session.next_unanswered(0), Some(0));
        session.answers.insert(7, Answer::rated(7, 1, 1, 0));
        session.answers.insert(5, Answer::rated(5, 1, 1, 0));
        assert_eq!(session.next_unanswered(0), Some(1));
        assert_eq!(session.next_unanswered(2), Some(1));
        session.answers.insert(3, Answer::rated(3, 1, 1, 0));
        assert_eq!(session.next_unanswered(0), None);
        assert!(session.is_done());
    }

    #[test]
    fn going_back_shows_the_saved_answer() {
        let mut session = session();
        session
            .answers
            .insert(7, Answer::rated(7, 4, 2, 0).with_comment("noisy"));
        session.go_to(0);
        assert_eq!(session.draft.rating(Criterion::Clarity), Some(2));
        assert_eq!(session.draft.comment, "noisy");
        assert!(session.is_unchanged());
        session.draft.rate(Criterion::Clarity, 3);
        assert!(!session.is_unchanged());
    }
}
