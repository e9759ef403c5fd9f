//! What the window knows: [`Saved`] outlives it, everything else is transient.

mod draft;
mod model;
mod reading;
mod reading_session;
mod review;
mod saved;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use draft::Draft;
pub use model::{LoadedModel, ModelState};
pub use reading::{Exemplar, ExemplarCache, OpenedRecording, Reading};
pub use reading_session::ReadingSession;
pub use review::{ReviewState, Session, StatisticsState};
pub use saved::Saved;

use super::command::{Overlay, Place, Screen};
use super::widgets::SheetZoom;

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
            problems: BTreeMap::new(),
            dialog_open: false,
            models: Vec::new(),
        }
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
    pub comment: String,
    pub change_reason: String,
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
            ..Self::default()
        }
    }
}
