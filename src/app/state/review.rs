//! The Review and Statistics screens' state.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::draft::Draft;
use super::reading_session::ReadingSession;
use super::test_sheets::TestSheets;
use crate::app::command::ReviewPage;
use crate::app::texts::review::questions as texts;
use crate::app::worker::{FoundStudy, Resumed, Summary, TestEcgs, Written};
use crate::inference::Prediction;
use crate::review::{Answer, MetricsShown, Pair, Phase, Protocol, Rater, Slot};
use crate::statistics::study::MetricTable;

/// The Review screen.
#[derive(Default)]
pub struct ReviewState {
    /// The database is being opened.
    pub starting: bool,
    /// The folder is being looked through for studies.
    pub finding: bool,
    /// Studies of protocols for the loaded bundle.
    pub found: Vec<FoundStudy>,
    /// The one that is chosen; `None` for the quick one.
    pub chosen: Option<PathBuf>,
    pub session: Option<Session>,
    /// In its stead where the study is one of reading.
    pub reader: Option<ReadingSession>,
    /// What the model says about training ECGs, by prototype, where the
    /// protocol shows it.
    pub predictions: BTreeMap<usize, Result<Arc<Prediction>, String>>,
    /// What was measured of the prototypes without people, or why that is not
    /// used; whoever shows it asks [`Session::may_see_metrics`].
    pub metrics: Option<Result<MetricTable, String>>,
}

impl ReviewState {
    /// The test ECGs of the reader or of the rater of pairs at work.
    pub fn test_sheets(&mut self) -> Option<&mut TestSheets> {
        let of_session = self.session.as_mut().map(|session| &mut session.sheets);
        let of_reader = self.reader.as_mut().map(|reader| &mut reader.sheets);
        of_reader.or(of_session)
    }

    /// Somebody is signed in.
    pub fn is_begun(&self) -> bool {
        self.session.is_some() || self.reader.is_some()
    }

    /// Who is signed in.
    pub fn rater(&self) -> Option<&Rater> {
        let session = self.session.as_ref().map(|session| &session.rater);
        session.or(self.reader.as_ref().map(|reader| &reader.rater))
    }

    /// The database of who is signed in.
    pub fn database(&self) -> Option<&PathBuf> {
        let session = self.session.as_ref().map(|session| &session.database);
        session.or(self.reader.as_ref().map(|reader| &reader.database))
    }
}

/// One rater at work.
pub struct Session {
    pub rater: Rater,
    pub database: PathBuf,
    pub title: String,
    pub protocol: Arc<Protocol>,
    /// All places in this rater's order.
    pub queue: Arc<Vec<Slot>>,
    /// What is saved, by place.
    pub answers: BTreeMap<Slot, Answer>,
    /// The queue was ended for good.
    pub closed: bool,
    /// Place in the queue; its length when everything is answered.
    pub position: usize,
    pub draft: Draft,
    /// Drafts that were left without being saved, by place.
    drafts: BTreeMap<Slot, Draft>,
    pub page: ReviewPage,
    /// When the prototype came on the screen.
    pub shown_at: Instant,
    /// An answer is on its way to the disk.
    pub saving: bool,
    /// What was acknowledged last, for the line under the questions.
    pub last_saved: Option<i64>,
    /// Where that was, for undo.
    pub last_place: Option<usize>,
    /// Since the last break, or the start.
    pub rating_since: Instant,
    /// Closing was asked for once and is to be confirmed.
    pub confirm_close: bool,
    /// The protocol lets this rater stop before everything is answered.
    pub may_stop: bool,
    /// In a study of pairs what each number stands for.
    pub pairs: Arc<BTreeMap<usize, Pair>>,
    /// The test ECGs of the pairs.
    pub sheets: TestSheets,
}

impl Session {
    /// A session at the first place.
    pub fn new(rater: Rater, resumed: Resumed, test_ecgs: TestEcgs) -> Self {
        Self {
            rater,
            database: resumed.database,
            title: resumed.title,
            protocol: resumed.protocol,
            queue: resumed.queue,
            answers: resumed.answers,
            closed: resumed.closed,
            position: 0,
            draft: Draft::default(),
            drafts: BTreeMap::new(),
            page: ReviewPage::default(),
            shown_at: Instant::now(),
            saving: false,
            last_saved: None,
            last_place: None,
            rating_since: Instant::now(),
            confirm_close: false,
            may_stop: false,
            pairs: resumed.pairs,
            sheets: TestSheets::new(test_ecgs),
        }
    }

    /// The place on the screen; `None` at the end.
    pub fn slot(&self) -> Option<Slot> {
        self.queue.get(self.position).copied()
    }

    /// The prototype on the screen, by its number in the bundle.
    pub fn prototype(&self) -> Option<usize> {
        self.slot().map(|slot| self.prototype_of(slot))
    }

    /// The prototype that is shown at a place.
    pub fn prototype_of(&self, slot: Slot) -> usize {
        let pair = self.pairs.get(&slot.prototype);
        pair.map_or(slot.prototype, |pair| pair.prototype)
    }

    /// Pairs of a test ECG and a prototype are rated.
    pub fn is_of_pairs(&self) -> bool {
        self.protocol.pairs.is_some()
    }

    /// The pair on the screen.
    pub fn pair(&self) -> Option<&Pair> {
        self.pairs.get(&self.slot()?.prototype)
    }

    /// The cosine of the pair on the screen, if the rater may see it: once her
    /// queue is closed, before that if the protocol says so.
    pub fn seen_cosine(&self) -> Option<f64> {
        let pairs = self.protocol.pairs.as_ref()?;
        let pair = self.pair().filter(|_| self.closed || pairs.show_cosine);
        pair.map(|pair| pair.cosine)
    }

    pub fn is_training(&self) -> bool {
        self.slot()
            .is_some_and(|slot| slot.phase == Phase::Training)
    }

    /// The answer that is saved for the place on the screen.
    pub fn saved(&self) -> Option<&Answer> {
        self.answers.get(&self.slot()?)
    }

    pub fn is_done(&self) -> bool {
        self.answers.len() >= self.queue.len()
    }

    /// The first place without an answer from `from` on, then from the start.
    pub fn next_unanswered(&self, from: usize) -> Option<usize> {
        let open = |&place: &usize| !self.answers.contains_key(&self.queue[place]);
        (from..self.queue.len())
            .find(open)
            .or_else(|| (0..from.min(self.queue.len())).find(open))
    }

    /// Where the rater begins: at what is open, or at the end of a queue that is
    /// closed.
    pub fn beginning(&self) -> usize {
        let open = self.next_unanswered(0).filter(|_| !self.closed);
        open.unwrap_or(self.queue.len())
    }

    /// Whether the rater may see the metrics of the prototype on the screen:
    /// never before she has answered it, unless the protocol says so.
    pub fn may_see_metrics(&self) -> bool {
        match self.protocol.metrics {
            MetricsShown::AfterClosing => self.closed,
            MetricsShown::AfterEachRating => self.closed || self.saved().is_some(),
            MetricsShown::BeforeRating => true,
        }
    }

    /// Whether what is on the screen may be answered or answered anew: not in a
    /// queue that is closed, and not once the metrics are seen beside an answer.
    pub fn may_be_changed(&self) -> bool {
        let is_final = self.protocol.metrics.answers_are_final() && self.saved().is_some();
        !(self.closed || is_final)
    }

    /// Shows a place, with the saved answer where there is one, or with the
    /// draft that was left there unsaved.
    pub fn go_to(&mut self, position: usize) {
        if let Some(left) = self.slot() {
            let draft = std::mem::take(&mut self.draft);
            let saved = self.answers.get(&left).map(Draft::of).unwrap_or_default();
            if !draft.says_the_same(&saved) && !draft.says_the_same(&Draft::default()) {
                self.drafts.insert(left, draft);
            }
        }
        self.position = position.min(self.queue.len());
        let current = self.slot();
        let kept = current.and_then(|slot| self.drafts.remove(&slot));
        self.draft = kept
            .or_else(|| self.saved().map(Draft::of))
            .unwrap_or_default();
        self.page = ReviewPage::first(self.is_of_pairs());
        self.confirm_close = false;
        self.shown_at = Instant::now();
    }

    /// Something was chosen or typed that is not saved, here or at a place that
    /// was left.
    pub fn has_unsaved(&self) -> bool {
        let saved = self.saved().map(Draft::of).unwrap_or_default();
        !self.drafts.is_empty() || !self.draft.says_the_same(&saved)
    }

    /// The draft as an answer to the prototype on the screen, if it is one.
    pub fn answer(&self) -> Option<Answer> {
        let response_time_ms =
            u64::try_from(self.shown_at.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.missing().is_none().then_some(())?;
        Some(self.draft.answer(self.slot()?, response_time_ms))
    }

    /// What is still missing, for people.
    pub fn missing(&self) -> Option<String> {
        let missing = self.draft.missing(&self.protocol.questions);
        missing.or_else(|| {
            let needs_reason = self.saved().is_some() && !self.is_unchanged();
            (needs_reason && self.draft.change_reason.trim().is_empty())
                .then(|| texts::SAY_WHY.to_owned())
        })
    }

    /// The draft is what is saved already.
    pub fn is_unchanged(&self) -> bool {
        self.saved()
            .is_some_and(|answer| Draft::of(answer).says_the_same(&self.draft))
    }

    /// What is left at the median pace so far, in minutes; `None` until five
    /// answers tell a pace.
    pub fn minutes_left(&self) -> Option<u64> {
        let times_ms = self.answers.values().map(|a| a.response_time_ms);
        minutes_left(times_ms.collect(), self.queue.len())
    }

    /// How long there was no break, where it is time for one.
    pub fn break_due(&self) -> Option<Duration> {
        let every = Duration::from_secs(60 * u64::from(self.protocol.break_every_min));
        let since = self.rating_since.elapsed();
        let goes_on = !self.is_done() && !self.closed;
        (!every.is_zero() && since >= every && goes_on).then_some(since)
    }
}

/// What is left of `total` answers at the median of these times, in minutes.
pub(super) fn minutes_left(mut times_ms: Vec<u64>, total: usize) -> Option<u64> {
    if times_ms.len() < 5 {
        return None;
    }
    let left = total.saturating_sub(times_ms.len()) as u64;
    times_ms.sort_unstable();
    let median_ms = times_ms[times_ms.len() / 2];
    Some((left * median_ms).div_ceil(60_000))
}

/// The Statistics screen.
#[derive(Default)]
pub struct StatisticsState {
    pub reading: bool,
    /// Of which bundle the numbers are.
    pub bundle: String,
    /// `None` where nobody has rated.
    pub results: Option<Summary>,
    pub exporting: bool,
    pub exported: Option<Written>,
    /// The prototypes of the loaded model are being measured without people.
    pub measuring: Option<Measuring>,
    /// The number given to the last measuring.
    measuring_ticket: u64,
}

impl StatisticsState {
    /// A measuring of so many prototypes begins; its reports carry this number.
    pub fn measure(&mut self, of: usize) -> u64 {
        self.measuring_ticket += 1;
        self.measuring = Some(Measuring {
            ticket: self.measuring_ticket,
            done: 0,
            of,
            since: Instant::now(),
        });
        self.measuring_ticket
    }

    /// Takes in how far it is, unless it was stopped meanwhile.
    pub fn measured(&mut self, ticket: u64, done: usize, of: usize) {
        let measuring = self.measuring.as_mut();
        if let Some(measuring) = measuring.filter(|measuring| measuring.ticket == ticket) {
            (measuring.done, measuring.of) = (done, of);
        }
    }

    /// It has ended; false for one that was stopped before.
    pub fn all_measured(&mut self, ticket: u64) -> bool {
        let is_it = |measuring: &mut Measuring| measuring.ticket == ticket;
        self.measuring.take_if(is_it).is_some()
    }
}

/// How far that is.
pub struct Measuring {
    /// Reports with another number are of one that was stopped.
    ticket: u64,
    pub done: usize,
    pub of: usize,
    pub since: Instant,
}

impl Measuring {
    /// At the pace so far; `None` until there is one.
    pub fn seconds_left(&self) -> Option<f64> {
        let each_s = self.since.elapsed().as_secs_f64() / self.done as f64;
        (self.done > 0).then(|| each_s * self.of.saturating_sub(self.done) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::{BundleRef, Exclusion};

    #[test]
    fn reports_of_a_measuring_that_was_stopped_are_passed_over() {
        let mut statistics = StatisticsState::default();
        let stopped = statistics.measure(80);
        statistics.measuring = None;
        let second = statistics.measure(80);
        let done = |statistics: &StatisticsState| statistics.measuring.as_ref().map(|m| m.done);
        statistics.measured(stopped, 79, 80);
        assert!(!statistics.all_measured(stopped));
        assert_eq!(done(&statistics), Some(0));
        statistics.measured(second, 1, 80);
        assert_eq!(done(&statistics), Some(1));
        assert!(statistics.all_measured(second));
        assert_eq!(done(&statistics), None);
    }

    fn slot(prototype: usize) -> Slot {
        Slot {
            phase: Phase::Main,
            prototype,
        }
    }

    fn session() -> Session {
        Session::new(
            Rater::new("R1").unwrap(),
            Resumed {
                bundle: String::new(),
                protocol: Arc::new(Protocol::quick(BundleRef::default())),
                title: String::new(),
                queue: Arc::new([7, 3, 5].map(slot).to_vec()),
                answers: BTreeMap::new(),
                closed: false,
                database: PathBuf::new(),
                pairs: Arc::default(),
                data: String::new(),
            },
            TestEcgs::new(None, ""),
        )
    }

    #[test]
    fn a_draft_that_was_left_is_there_on_coming_back() {
        let mut session = session();
        session.draft.rate("clarity", 2);
        session.draft.comment = "wandering baseline".to_owned();
        session.go_to(2);
        assert_eq!(session.draft, Draft::default());
        session.go_to(0);
        assert_eq!(session.draft.ratings["clarity"], 2);
        assert_eq!(session.draft.comment, "wandering baseline");
        // A saved answer that nobody touched is shown as it was saved.
        session
            .answers
            .insert(slot(3), Answer::rated(3, 4, 5, 1000));
        session.go_to(1);
        session.go_to(2);
        session.go_to(1);
        assert!(session.is_unchanged());
    }

    #[test]
    fn resuming_goes_to_the_first_open_place_and_wraps_round() {
        let mut session = session();
        assert_eq!(session.next_unanswered(0), Some(0));
        session.answers.insert(slot(7), Answer::rated(7, 1, 1, 0));
        session.answers.insert(slot(5), Answer::rated(5, 1, 1, 0));
        assert_eq!(session.next_unanswered(0), Some(1));
        assert_eq!(session.next_unanswered(2), Some(1));
        session.answers.insert(slot(3), Answer::rated(3, 1, 1, 0));
        assert_eq!(session.next_unanswered(0), None);
        assert!(session.is_done());
    }

    #[test]
    fn a_change_of_a_saved_answer_needs_a_reason() {
        let mut session = session();
        let saved = Answer::rated(7, 4, 2, 0).with_comment("noisy");
        session.answers.insert(slot(7), saved);
        session.go_to(0);
        assert_eq!(session.draft.comment, "noisy");
        assert!(session.is_unchanged() && session.missing().is_none());
        session.draft.rate("clarity", 3);
        assert!(!session.is_unchanged() && session.answer().is_none());
        session.draft.change_reason = "a slip".to_owned();
        let answer = session.answer().unwrap();
        assert_eq!(answer.change_reason.as_deref(), Some("a slip"));
        // One choice was replaced.
        assert_eq!(answer.reconsidered, 1);
    }

    #[test]
    fn the_time_left_follows_the_median_pace() {
        let mut session = session();
        session.queue = Arc::new((0..45).map(slot).collect());
        assert_eq!(session.minutes_left(), None);
        for prototype in 0..5 {
            let excluded = Answer::excluded(prototype, Exclusion::CannotJudge, 15_000);
            session.answers.insert(slot(prototype), excluded);
        }
        assert_eq!(session.minutes_left(), Some(10));
    }
}
