//! The Read screen's state: one recording, its prediction, the chosen evidence.

use std::collections::HashMap;
use std::sync::Arc;

use crate::app::command::{EvidencePane, PairView};
use crate::app::drawn::Drawn;
use crate::app::look::Look;
use crate::app::worker::{EvidenceKey, NewestDraw, ReadRecording};
use crate::bundle::SignalView;
use crate::ecg::Recording;
use crate::explain::{
    AttentionExplanation, Checks, ClassExplanation, CounterCase, Order, PrototypeEvidence,
};
use crate::inference::{Changes, Prediction};
use crate::measurements::Measurements;
use crate::plausibility::Report;
use crate::sheet::Scene;

/// A recording that is open. It is known by its checksum, not by its file.
#[derive(Clone)]
pub struct OpenedRecording {
    /// What a model is given; what is shown is in `drawn`.
    pub recording: Arc<Recording>,
    /// The first eight digits of the checksum.
    pub id: String,
    pub sha256: String,
    pub report: Report,
    pub drawn: Box<Drawn>,
    /// `None` until it has been measured; or why it could not be.
    pub measurements: Option<Result<Arc<Measurements>, String>>,
    /// Drawn when it is asked for.
    pub median_beat: Option<Box<Scene>>,
}

impl OpenedRecording {
    pub fn new(read: ReadRecording) -> Self {
        let ReadRecording {
            recording,
            sha256,
            report,
            drawn,
        } = read;
        Self {
            recording,
            id: sha256.chars().take(8).collect(),
            sha256,
            report,
            drawn,
            measurements: None,
            median_beat: None,
        }
    }
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
    /// What the model says, of the changed ECG where something is changed.
    pub prediction: Option<Arc<Prediction>>,
    /// What it says of the ECG as it is.
    pub unchanged: Option<Arc<Prediction>>,
    /// The "what if" that was asked for last; nothing for the ECG as it is.
    pub changes: Changes,
    /// Of a network with attention; `None` while it is being measured.
    pub attention: Option<Arc<AttentionExplanation>>,
    /// The attention is being measured.
    pub attending: bool,
    /// How steady the pair is that was checked last.
    pub checks: Option<Arc<Checks>>,
    pub checking: bool,
    /// The chosen class, by output.
    pub class: Option<usize>,
    /// By output; a class that is not here yet is being explained.
    pub explanations: HashMap<usize, Arc<ClassExplanation>>,
    /// Rank of the chosen prototype in the chosen order, from 0.
    pub rank: usize,
    pub order: Order,
    /// The counter-case stands beside the pair.
    pub against: bool,
    pub pair_view: PairView,
    pub pane: EvidencePane,
    /// The read ECG with the evidence marked on it: the newest that was asked
    /// for, and its sheets when they are drawn.
    pub marked: Option<(EvidenceKey, Option<Box<Drawn>>)>,
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

    /// All that is said of the chosen statement is there.
    pub fn is_explained(&self) -> bool {
        let has_attention = |prediction: &Prediction| prediction.attention.is_some();
        let awaits_attention =
            self.attention.is_none() && self.prediction.as_deref().is_some_and(has_attention);
        // While changes are answered, what stands there is of those before.
        self.explanation().is_some() && !awaits_attention && !self.predicting
    }

    /// The prototype that stands beside the ECG.
    pub fn evidence(&self) -> Option<&PrototypeEvidence> {
        self.at_rank(self.rank)
    }

    /// A prototype of the chosen class by its rank in the chosen order.
    pub fn at_rank(&self, rank: usize) -> Option<&PrototypeEvidence> {
        self.explanation()?.at_rank(self.order, rank)
    }

    /// The rank of a prototype of the chosen class in the chosen order.
    pub fn rank_of(&self, prototype: usize) -> Option<usize> {
        let explanation = self.explanation()?;
        let places = explanation.ordered(self.order);
        let is_it = |place: &usize| explanation.prototypes[*place].prototype == prototype;
        places.iter().position(is_it)
    }

    /// What speaks for another statement than the chosen one.
    pub fn counter_case(&self) -> Option<&CounterCase> {
        self.explanation()?.counter_case.as_ref()
    }

    /// The checks of the pair on the screen, if it was checked.
    pub fn checks_of_evidence(&self) -> Option<&Checks> {
        let prototype = self.evidence()?.prototype;
        let checks = self.checks.as_deref();
        // The changes that were answered, not those that were asked for last.
        let shown = self.prediction.as_deref();
        let unchanged = shown.is_some_and(|prediction| prediction.changes.is_none());
        checks.filter(|checks| checks.prototype == prototype && unchanged)
    }

    /// What is marked on the read ECG; `None` where nothing is to be, or where
    /// the whole strip is, which every drawing has.
    pub fn evidence_key(&self) -> Option<EvidenceKey> {
        let opened = self.opened.as_ref()?;
        let influence = self.checks_of_evidence().is_some();
        let prototype = match self.evidence() {
            Some(evidence) if evidence.whole_recording && !influence => return None,
            Some(evidence) => Some(evidence.prototype),
            None if self.attention.is_some() => None,
            None => return None,
        };
        Some(EvidenceKey {
            asked: self.asked,
            prototype,
            influence,
            look: opened.drawn.look.clone(),
            measured: opened.drawn.source.measurements.is_some(),
        })
    }

    /// The read ECG with the evidence on it, when that is drawn.
    pub fn marked(&self) -> Option<&Drawn> {
        let (key, drawn) = self.marked.as_ref()?;
        drawn
            .as_deref()
            .filter(|_| self.evidence_key().as_ref() == Some(key))
    }

    /// The drawing that is asked for is not there yet.
    pub fn is_drawing(&self) -> bool {
        self.marked
            .as_ref()
            .is_some_and(|(_, drawn)| drawn.is_none())
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
