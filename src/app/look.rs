//! How the sheets of the window are drawn.

use std::sync::Arc;

use crate::bundle::{Preprocessing, SignalView};
use crate::sheet::DisplayOptions;

/// Everything that a sheet depends on besides the recording and its marks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    pub display: DisplayOptions,
    pub signal: SignalView,
    /// The loaded model's, where the signal is what that model saw.
    pub preprocessing: Option<Arc<Preprocessing>>,
    /// Where the page begins in the recording.
    pub page_start_s: f64,
    /// Beginnings and ends of waves are marked.
    pub fiducials: bool,
}

impl Look {
    /// The same for another recording: its page begins at its beginning.
    pub fn of_the_first_page(self) -> Self {
        Self {
            page_start_s: 0.0,
            ..self
        }
    }

    /// The signal that is drawn is the same.
    pub fn same_signal(&self, other: &Self) -> bool {
        self.display.filter == other.display.filter
            && self.signal == other.signal
            && self.preprocessing == other.preprocessing
    }
}
