//! What the window knows: [`Saved`] outlives it, everything else is transient.

mod comparison;
mod draft;
mod model;
mod reading;
mod reading_session;
mod review;
mod saved;
mod test_sheets;
mod training;
mod worklist;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

pub use comparison::{Compared, ComparedEcg, ComparedReading, Comparison, is_over};
pub use draft::Draft;
pub use model::{LoadedModel, ModelState};
pub use reading::{Awaited, Exemplar, ExemplarCache, Marked, OpenedRecording, Reading};
pub use reading_session::ReadingSession;
pub use review::{Measuring, ReviewState, Session, StatisticsState};
pub use saved::{Saved, TrainingChoices};
pub use training::{ShownSource, TrainingState};
pub use worklist::{Listed, ListedReading, Worklist, positive, positive_text};

use super::command::{Overlay, Place, PrintWhat, Screen};
use super::look::Look;
use super::notes::Notes;
use super::widgets::SheetZoom;
use super::worker::ConfigChoice;
use crate::bundle::SignalView;
use crate::explain::Rating;
use crate::review::Ratings;
use crate::sheet::PAGE_S;

/// The state of the window.
pub struct State {
    pub saved: Saved,
    pub screen: Screen,
    pub overlay: Option<Overlay>,
    /// The notice at start-up is still on the screen.
    pub notice: bool,
    pub model: ModelState,
    pub reading: Reading,
    pub exemplars: ExemplarCache,
    pub review: ReviewState,
    pub statistics: StatisticsState,
    /// What reviewers gave to the prototypes of the loaded model; whoever shows
    /// them asks [`State::rating_of`].
    pub ratings: Option<Ratings>,
    pub training: TrainingState,
    pub worklist: Worklist,
    pub comparison: Comparison,
    /// `None` until they are read, and where they cannot be.
    pub notes: Option<Notes>,
    pub loading_notes: bool,
    pub notes_changed: bool,
    pub saving_notes: bool,
    /// At most one problem for each place, the newest.
    pub problems: BTreeMap<Place, Problem>,
    /// Where a dialog was asked for and has not answered yet.
    pub dialog_open: bool,
    /// Model bundles beside the program.
    pub models: Vec<PathBuf>,
    /// The monitor that the window is on, see [`super::monitor`].
    pub monitor: String,
}

impl State {
    pub fn new(saved: Saved) -> Self {
        Self {
            saved,
            screen: Screen::default(),
            overlay: None,
            notice: true,
            model: ModelState::None,
            reading: Reading::default(),
            exemplars: ExemplarCache::default(),
            review: ReviewState::default(),
            statistics: StatisticsState::default(),
            ratings: None,
            training: TrainingState::default(),
            worklist: Worklist::default(),
            comparison: Comparison::default(),
            notes: None,
            loading_notes: false,
            notes_changed: false,
            saving_notes: false,
            problems: BTreeMap::new(),
            dialog_open: false,
            models: Vec::new(),
            monitor: String::new(),
        }
    }

    /// The entries of the worklist that its filters let through.
    pub fn listed_shown(&self) -> Vec<usize> {
        let notes = self.notes.as_ref();
        self.worklist
            .shown(|sha256| notes.is_some_and(|notes| notes.of(sha256).flagged))
    }

    /// How the open recording is to be drawn.
    pub fn look(&self) -> Look {
        let bundle = self.model.bundle();
        let signal = match bundle {
            Some(_) => self.reading.signal,
            None => SignalView::Clinician,
        };
        Look {
            display: self.saved.display,
            signal,
            preprocessing: bundle
                .filter(|_| signal != SignalView::Clinician)
                .map(|bundle| Arc::new(bundle.manifest.preprocessing.clone())),
            page_start_s: self.reading.page_start_s,
            fiducials: self.saved.fiducials,
        }
    }

    /// How ECGs side by side are to be drawn: as the open one, all from the
    /// same second on.
    pub fn comparison_look(&self) -> Look {
        Look {
            page_start_s: self.comparison.page_start_s,
            ..self.look()
        }
    }

    /// How training ECGs are to be drawn: beside the open recording as that,
    /// for raters and in the statistics always alike.
    pub fn exemplar_look(&self) -> Look {
        match self.screen {
            Screen::Read => self.look().of_the_first_page(),
            Screen::Review | Screen::Statistics | Screen::Train => Look::default(),
        }
    }

    /// What reviewers gave to a prototype, if whoever is at the screen may see
    /// that: never a rater who still has to rate.
    pub fn rating_of(&self, prototype: usize) -> Option<Rating> {
        let rater = self.review.session.as_ref().map(|session| &session.rater);
        let ratings = self.ratings.as_ref()?;
        let seen = ratings
            .may_be_seen_by(rater)
            .then_some(&ratings.by_prototype)?;
        let mean = seen.iter().find(|mean| mean.prototype == prototype)?;
        Some(Rating {
            mean: mean.mean,
            raters: mean.raters,
            bad: mean.bad,
        })
    }

    pub fn problem(&mut self, place: Place, title: impl Into<String>, detail: impl Into<String>) {
        self.problems.insert(
            place,
            Problem {
                title: title.into(),
                detail: detail.into(),
            },
        );
    }

    pub fn solved(&mut self, place: Place) {
        self.problems.remove(&place);
    }
}

/// Where the last page of a recording begins.
pub fn last_page_start_s(duration_s: f64) -> f64 {
    (duration_s - PAGE_S).max(0.0)
}

/// Something that did not work, for people.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// What was being done.
    pub title: String,
    /// What went wrong, and what to do.
    pub detail: String,
}

/// What widgets change themselves, without a command: the text in the fields
/// and how sheets are looked at.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    pub recording: String,
    pub bundle: String,
    pub ptbxl: String,
    pub rater: String,
    pub export: String,
    pub training: TrainingFields,
    /// The chosen one of the projected prototypes is to come into sight.
    pub scroll_to_source: bool,
    pub print: String,
    pub print_what: PrintWhat,
    /// The field of a path in what lies over the screen is to take the keyboard.
    pub focus_path: bool,
    pub folder: String,
    /// The note of the open ECG.
    pub note: String,
    /// Dots per inch of a printed picture.
    pub print_dpi: u16,
    /// What the calibration stands at while it is open.
    pub pixels_per_mm: f64,
    pub comment: String,
    pub change_reason: String,
    /// From and to of the seconds that a "what if" masks next.
    pub mask_span_s: (f64, f64),
    /// Part of a statement's code or description, to find it.
    pub statement: String,
    /// The place of the hit that Enter chooses.
    pub statement_hit: usize,
    /// The field of the statement is to take the keyboard.
    pub focus_statement: bool,
    /// The field of the rater's code is to take the keyboard.
    pub focus_rater: bool,
    /// The comment field is to take the keyboard.
    pub focus_comment: bool,
    /// The field of the reason for a change is to take the keyboard.
    pub focus_reason: bool,
    /// Shared by both sheets of a pair, so that their scale is always equal.
    pub read_zoom: SheetZoom,
    pub review_zoom: SheetZoom,
    pub source_zoom: SheetZoom,
    pub median_beat_zoom: SheetZoom,
}

/// The text of the form of a training.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrainingFields {
    /// A RON file, instead of a configuration that comes along.
    pub config: String,
    pub data: String,
    pub out: String,
    pub seed: String,
    /// The folder of a run to watch.
    pub run: String,
}

impl TrainingFields {
    fn new(choices: &TrainingChoices) -> Self {
        Self {
            config: match &choices.config {
                ConfigChoice::File(path) => path.display().to_string(),
                ConfigChoice::Shipped(_) => String::new(),
            },
            data: choices.data.display().to_string(),
            out: choices.out.display().to_string(),
            seed: choices.seed.map(|n| n.to_string()).unwrap_or_default(),
            run: String::new(),
        }
    }
}

impl Fields {
    pub fn new(saved: &Saved) -> Self {
        Self {
            ptbxl: saved
                .ptbxl_dir
                .as_ref()
                .map(|dir| dir.display().to_string())
                .unwrap_or_default(),
            rater: saved.rater.clone(),
            mask_span_s: (0.0, 1.0),
            training: TrainingFields::new(&saved.training),
            print_dpi: 300,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::{BundleRef, Protocol, PrototypeMean, Rater, RaterState};
    use std::sync::Arc;

    fn rater(code: &str, closed: bool) -> RaterState {
        RaterState {
            rater: Rater::new(code).unwrap(),
            specialty: String::new(),
            closed,
            answered: 1,
            total: 1,
            changed: 0,
            after_closing: 0,
            excluded: BTreeMap::new(),
            median_response_time_ms: None,
        }
    }

    fn signed_in(code: &str) -> Session {
        let resumed = crate::app::worker::Resumed {
            bundle: String::new(),
            protocol: Arc::new(Protocol::quick(BundleRef::default())),
            title: String::new(),
            queue: Arc::default(),
            answers: BTreeMap::new(),
            closed: false,
            database: PathBuf::new(),
            pairs: Arc::default(),
            data: String::new(),
        };
        let nowhere = crate::app::worker::TestEcgs::new(None, "");
        Session::new(Rater::new(code).unwrap(), resumed, nowhere)
    }

    #[test]
    fn ratings_are_kept_from_whoever_still_has_to_rate() {
        let mut state = State::new(Saved::default());
        let mean = PrototypeMean {
            prototype: 4,
            class_code: "SR".to_owned(),
            mean: 4.5,
            raters: 1,
            bad: 0,
            pair: None,
        };
        state.ratings = Some(Ratings {
            raters: vec![rater("R1", true), rater("R2", false)],
            by_prototype: vec![mean],
        });
        assert_eq!(state.rating_of(4), None, "R2's queue is open");
        state.review.session = Some(signed_in("R2"));
        assert_eq!(state.rating_of(4), None);
        state.review.session = Some(signed_in("R3"));
        assert_eq!(state.rating_of(4), None, "who has not begun");
        state.review.session = Some(signed_in("R1"));
        assert_eq!(state.rating_of(4).map(|rating| rating.mean), Some(4.5));
        assert_eq!(state.rating_of(5), None);
        state.review.session = None;
        state.ratings.as_mut().unwrap().raters[1].closed = true;
        assert!(state.rating_of(4).is_some());
    }
}
