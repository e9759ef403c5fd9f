//! Where a network with attention looked at a test ECG of a reading study.

use crate::app::drawn::{Drawn, Evidence, Source};
use crate::app::look::Look;
use crate::app::texts::worker as texts;
use crate::explain::{self, AttentionExplanation, marks};
use crate::inference::Model;

/// A test ECG and where the network looked at it.
pub struct AttendedTest {
    pub attention: AttentionExplanation,
    /// Marked: with the attention over time behind the traces.
    pub drawn: Drawn,
}

impl AttendedTest {
    /// Measured and drawn as for the Read screen, in the standard look. It is
    /// drawn here, since that is short beside what each lead is worth.
    ///
    /// # Errors
    /// For people, where the model refuses the ECG or has no attention.
    pub(super) fn of(model: &Model, source: Source) -> Result<Self, String> {
        let prediction = model.predict(&source.recording);
        let prediction = prediction.map_err(|error| error.to_string())?;
        let attention = explain::attention(model, &source.recording, &prediction)
            .map_err(|error| error.to_string())?
            .ok_or_else(|| texts::NO_ATTENTION.to_owned())?;
        let evidence = Evidence {
            heat: Some(marks::heat_map(&attention)),
            ..Evidence::default()
        };
        Ok(Self {
            attention,
            drawn: Drawn::of(Source { evidence, ..source }, Look::default()),
        })
    }
}
