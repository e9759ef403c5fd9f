//! The Train screen's state: a form that was checked, or a run that is watched.

use std::sync::Arc;

use super::Exemplar;
use crate::app::worker::{CheckedForm, Form};
use crate::training::{ProjectedSource, WatchedRun};

/// Everything about trainings that does not outlive the window.
#[derive(Default)]
pub struct TrainingState {
    /// The newest check that was asked for; the answer to an older one is stale.
    pub ticket: u64,
    /// What was checked, or is being checked; `None` of a form that makes no
    /// sense as it stands.
    pub checked_form: Option<Form>,
    /// While the next one is checked the one before stays on the screen: it
    /// would flicker at every key.
    pub checked: Option<Box<CheckedForm>>,
    pub checking: bool,
    /// A run is being started or opened.
    pub opening: bool,
    /// Asked to end after the current step, which takes a moment.
    pub cancelling: bool,
    pub run: Option<Arc<WatchedRun>>,
    /// The chosen one among the projected prototypes.
    pub chosen: usize,
    /// Its training ECG.
    pub shown: Option<ShownSource>,
}

/// The training ECG of a projected prototype.
pub struct ShownSource {
    pub source: ProjectedSource,
    pub drawn: Exemplar,
}

impl TrainingState {
    /// Something that was asked for has not come yet. A training that goes on
    /// is not waited for.
    pub fn is_waiting(&self) -> bool {
        let reading = |shown: &ShownSource| matches!(shown.drawn, Exemplar::Reading);
        self.opening || self.checking || self.shown.as_ref().is_some_and(reading)
    }
}
