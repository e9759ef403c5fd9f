//! The Read screen's state: one recording, its prediction, the chosen evidence.

use std::collections::HashMap;
use std::sync::Arc;

use crate::app::command::PairView;
use crate::app::drawn::Drawn;
use crate::app::look::Look;
use crate::app::worker::NewestDraw;
use crate::bundle::SignalView;
use crate::ecg::Recording;
use crate::explain::{ClassExplanation, PrototypeEvidence};
use crate::inference::Prediction;
use crate::measurements::Measurements;
use crate::plausibility::Report;

/// A recording that is open. It is known by its checksum, not by its file.
pub struct OpenedRecording {
    pub recording: Arc<Recording>,
    /// The first eight digits of the checksum.
    pub id: String,
    pub sha256: String,
    pub report: Report,
    pub drawn: Box<Drawn>,
    /// `None` until it has been measured; or why it could not be.
    pub measurements: Option<Result<Arc<Measurements>, String>>,
}

/// The evidence and its view.
#[derive(Default)]
pub struct Reading {
    /// The newest number given to a file or a question to the model; an answer
    /// that carries an older one is stale.
    pub ticket: u64,
    /// The number of the question that the prediction answers.
    pub asked: u64,
    /// The number of the file that is on its way in.
    pub opening: Option<u64>,
    pub opened: Option<OpenedRecording>,
    pub predicting: bool,
    pub prediction: Option<Arc<Prediction>>,
    /// The chosen class, by output.
    pub class: Option<usize>,
    /// By output; a class that is not here yet is being explained.
    pub explanations: HashMap<usize, Arc<ClassExplanation>>,
    /// Rank of the chosen prototype, 0 the most similar.
    pub rank: usize,
    pub pair_view: PairView,
    /// Which signal is looked at.
    pub signal: SignalView,
    /// Where the page begins in the recording.
    pub page_start_s: f64,
    /// The look that the sheets are being drawn in, with its number.
    pub drawing: Option<(u64, Look)>,
    pub newest_draw: NewestDraw,
    pub printing: bool,
    /// What became of the last print.
    pub printed: Option<String>,
}

impl Reading {
    pub fn explanation(&self) -> Option<&Arc<ClassExplanation>> {
        self.explanations.get(&self.class?)
    }

    /// The chosen prototype.
    pub fn evidence(&self) -> Option<&PrototypeEvidence> {
        self.explanation()?.prototypes.get(self.rank)
    }
}

/// The training ECG of a prototype.
pub enum Exemplar {
    Reading,
    Ready(Box<Drawn>),
    /// Why it cannot be shown; nothing is shown in its stead.
    Missing(String),
}

/// Training ECGs that were read, by prototype, of one bundle.
#[derive(Default)]
pub struct ExemplarCache {
    pub bundle: String,
    /// How they are drawn.
    pub look: Look,
    drawn: HashMap<usize, Exemplar>,
    /// Prototypes, the one that was wanted last at the end.
    wanted: Vec<usize>,
}

impl ExemplarCache {
    /// Drawn sheets are a megabyte each; more than this are not kept.
    const MOST: usize = 24;

    /// Forgets everything, for another bundle or another folder.
    pub fn start_over(&mut self, bundle: &str) {
        *self = Self {
            bundle: bundle.to_owned(),
            look: std::mem::take(&mut self.look),
            ..Self::default()
        };
    }

    /// Something that is wanted is not there yet.
    pub fn is_reading(&self) -> bool {
        self.drawn
            .values()
            .any(|exemplar| matches!(exemplar, Exemplar::Reading))
    }

    pub fn get(&self, prototype: usize) -> Option<&Exemplar> {
        self.drawn.get(&prototype)
    }

    /// Notes that a prototype is wanted; true if it has to be read.
    pub fn want(&mut self, prototype: usize) -> bool {
        self.wanted.retain(|wanted| *wanted != prototype);
        self.wanted.push(prototype);
        while self.wanted.len() > Self::MOST {
            let oldest = self.wanted.remove(0);
            self.drawn.remove(&oldest);
        }
        if self.drawn.contains_key(&prototype) {
            return false;
        }
        self.drawn.insert(prototype, Exemplar::Reading);
        true
    }

    /// Keeps what was read, if it is still wanted as it was drawn.
    pub fn put(&mut self, prototype: usize, exemplar: Exemplar) {
        if matches!(&exemplar, Exemplar::Ready(drawn) if drawn.look != self.look) {
            // It is being read again, in the look that is wanted now.
            return;
        }
        if let Some(place) = self.drawn.get_mut(&prototype) {
            *place = exemplar;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_reads_each_once_and_forgets_the_oldest() {
        let mut cache = ExemplarCache::default();
        assert!(cache.want(1));
        assert!(!cache.want(1));
        for prototype in 2..=ExemplarCache::MOST {
            cache.want(prototype);
        }
        cache.want(1);
        cache.want(100);
        assert!(cache.get(1).is_some(), "wanted again, so not the oldest");
        assert!(cache.get(2).is_none());
        cache.put(2, Exemplar::Missing(String::new()));
        assert!(
            cache.get(2).is_none(),
            "what is not wanted any more is not kept"
        );
    }
}
