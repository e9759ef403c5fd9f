//! What the window knows: [`Saved`] outlives it, everything else is transient.

mod draft;
mod model;
mod reading;
mod review;
mod saved;
mod training;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use draft::Draft;
pub use model::{LoadedModel, ModelState};
pub use reading::{Exemplar, ExemplarCache, OpenedRecording, Reading};
pub use review::{ReviewState, Session, StatisticsState};
pub use saved::{Saved, TrainingChoices};
pub use training::{ShownSource, TrainingState};

use super::command::{Overlay, Place, Screen};
use super::widgets::SheetZoom;
use super::worker::ConfigChoice;
use crate::explain::Rating;
use crate::review::Ratings;

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
    /// At most one problem for each place, the newest.
    pub problems: BTreeMap<Place, Problem>,
    /// Where a dialog was asked for and has not answered yet.
    pub dialog_open: bool,
    /// Model bundles beside the program.
    pub models: Vec<PathBuf>,
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
            problems: BTreeMap::new(),
            dialog_open: false,
            models: Vec::new(),
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
    pub comment: String,
    pub change_reason: String,
    /// From and to of the seconds that a "what if" masks next.
    pub mask_span_s: (f64, f64),
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
        };
        Session::new(Rater::new(code).unwrap(), resumed)
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
