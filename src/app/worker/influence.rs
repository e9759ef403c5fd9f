//! Measures what the pair on the screen hangs on, in small steps, so that whatever
//! is asked of the model meanwhile is answered first.

use std::sync::Arc;

use super::events::{Event, Events};
use super::guarded;
use crate::app::texts::worker as texts;
use crate::ecg::Recording;
use crate::explain::{BranchInfluence, MeasuringInfluence};
use crate::inference::{Changes, Model};

/// A measurement as it goes on.
pub struct RunningInfluence {
    /// The question that it belongs to.
    pub ticket: u64,
    branch: usize,
    measuring: MeasuringInfluence,
}

impl RunningInfluence {
    /// `None` where it could not begin, which is told.
    pub fn begin(
        model: &Model,
        recording: &Recording,
        changes: &Changes,
        (ticket, branch): (u64, usize),
        events: &Events,
    ) -> Option<Self> {
        let begun = guarded(texts::MEASURING_INFLUENCE, || {
            MeasuringInfluence::begin(model, recording, changes, branch)
                .map_err(|error| error.to_string())
        });
        match begun {
            Ok(measuring) => Some(Self {
                ticket,
                branch,
                measuring,
            }),
            Err(message) => {
                tell(events, (ticket, branch), Err(message));
                None
            }
        }
    }

    /// Reads a few ECGs more; `None` after the last, when the result is told.
    pub fn step(mut self, model: &Model, events: &Events) -> Option<Self> {
        let step = guarded(texts::MEASURING_INFLUENCE, || {
            Ok(self.measuring.step(model))
        });
        match step.transpose() {
            None => Some(self),
            Some(result) => {
                tell(events, (self.ticket, self.branch), result);
                None
            }
        }
    }
}

fn tell(events: &Events, (ticket, branch): (u64, usize), result: Result<BranchInfluence, String>) {
    events.send(Event::InfluenceMeasured {
        ticket,
        branch,
        result: result.map(Arc::new),
    });
}
