//! What the window knows: [`Saved`] outlives it, everything else is transient.

mod draft;
mod model;
mod reading;
mod review;
mod saved;
mod worklist;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

pub use draft::Draft;
pub use model::{LoadedModel, ModelState};
pub use reading::{Exemplar, ExemplarCache, OpenedRecording, Reading};
pub use review::{ReviewState, Session, StatisticsState};
pub use saved::Saved;
pub use worklist::{Listed, ListedReading, Worklist, positive};

use super::command::{Overlay, Place, Screen};
use super::look::Look;
use super::notes::Notes;
use super::widgets::SheetZoom;
use crate::bundle::SignalView;

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
    pub worklist: Worklist,
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
            worklist: Worklist::default(),
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

    /// How training ECGs are to be drawn: beside the open recording as that,
    /// for raters and in the statistics always alike.
    pub fn exemplar_look(&self) -> Look {
        match self.screen {
            Screen::Read => self.look().of_the_first_page(),
            Screen::Review | Screen::Statistics => Look::default(),
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
    pub print: String,
    pub folder: String,
    /// The note of the open ECG.
    pub note: String,
    /// Dots per inch of a printed picture.
    pub print_dpi: u16,
    /// What the calibration stands at while it is open.
    pub pixels_per_mm: f64,
    pub comment: String,
    pub change_reason: String,
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
            print_dpi: 300,
            ..Self::default()
        }
    }
}
