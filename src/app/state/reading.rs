//! The Read screen's state: one recording, its prediction, the chosen evidence.

use std::collections::HashMap;
use std::sync::Arc;

use crate::app::command::{EvidencePane, PairView};
use crate::app::drawn::Drawn;
use crate::app::look::Look;
use crate::app::worker::{EvidenceKey, NewestDraw, ReadRecording};
use crate::bundle::SignalView;
use crate::ecg::Recording;
use crate::explain::words::Unmeasured;
use crate::explain::{
    AttentionExplanation, BranchInfluence, Checks, ClassExplanation, CounterCase, Influence, Order,
    PrototypeEvidence,
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
    /// The number of the question that was asked last.
    pub asked: u64,
    /// The number of the question that the prediction answers.
    pub answered: u64,
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
    /// Of a network with attention; `None` while it is being measured, and
    /// where it could not be.
    pub attention: Option<Arc<AttentionExplanation>>,
    /// The attention is being measured.
    pub attending: bool,
    /// What the similarities hang on, of the prediction, by branch; `None`
    /// where it could not be measured.
    pub influences: HashMap<usize, Option<Arc<BranchInfluence>>>,
    /// The branch whose influence is being measured.
    pub measuring: Option<usize>,
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
    /// The sheets have the whole screen.
    pub enlarged: bool,
    pub pane: EvidencePane,
    /// The read ECG with the evidence marked on it: the newest that was asked
    /// for, and its sheets when they are drawn.
    pub marked: Option<Marked>,
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
        self.awaited().is_none()
    }

    /// What the explanation of the chosen statement waits for. What could not be
    /// measured is not waited for.
    pub fn awaited(&self) -> Option<Awaited> {
        // While changes are answered, what stands there is of those before.
        if self.predicting {
            Some(Awaited::Prediction)
        } else if self.explanation().is_none() {
            Some(Awaited::Explanation)
        } else if self.attending {
            Some(Awaited::Attention)
        } else if self.measuring.is_some() {
            Some(Awaited::Influence)
        } else {
            None
        }
    }

    /// What of the prediction could not be measured.
    pub fn unmeasured(&self) -> Option<Unmeasured> {
        let prediction = self.prediction.as_deref()?;
        let is_pair = self.evidence().is_some() && self.measuring.is_none();
        if prediction.attention.is_some() && self.attention.is_none() && !self.attending {
            Some(Unmeasured::Attention)
        } else if is_pair && self.influence_of_evidence().is_none() {
            Some(Unmeasured::Influence)
        } else {
            None
        }
    }

    /// What the similarity of the pair on the screen hangs on, once that is
    /// measured.
    pub fn influence_of_evidence(&self) -> Option<Influence> {
        let prototype = self.evidence()?.prototype;
        let mut measured = self.influences.values().flatten();
        measured.find_map(|branch| branch.on(prototype))
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
        let influence = self.influence_of_evidence().is_some();
        let prototype = match self.evidence() {
            Some(evidence) if evidence.whole_recording && !influence => return None,
            Some(evidence) => Some(evidence.prototype),
            None if self.attention.is_some() => None,
            None => return None,
        };
        Some(EvidenceKey {
            answered: self.answered,
            prototype,
            influence,
            look: opened.drawn.look.clone(),
            measured: opened.drawn.source.measurements.is_some(),
        })
    }

    /// The read ECG with the evidence on it, when that is drawn.
    pub fn marked(&self) -> Option<&Drawn> {
        let (key, drawn) = self.marked.as_ref()?.drawn.as_ref()?;
        let wanted = self.evidence_key()?;
        key.has_marks_of(&wanted).then_some(drawn)
    }

    /// The drawing that is asked for is not there yet.
    pub fn is_drawing(&self) -> bool {
        let is_here = |marked: &Marked| {
            let drawn = marked.drawn.as_ref();
            drawn.is_some_and(|(key, _)| *key == marked.asked)
        };
        self.marked.as_ref().is_some_and(|marked| !is_here(marked))
    }
}

/// What the explanation of a statement may wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// The model's answer.
    Prediction,
    /// What it rests on; or nothing was asked.
    Explanation,
    Attention,
    Influence,
}

/// The read ECG with the evidence on it.
pub struct Marked {
    /// What was asked for last.
    pub asked: EvidenceKey,
    /// The newest drawing of those marks: without the tint until it is drawn
    /// with it, so that the marks do not vanish meanwhile.
    pub drawn: Option<(EvidenceKey, Box<Drawn>)>,
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

    fn parsed<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> T {
        serde_json::from_value(value).unwrap()
    }

    fn of_a_model_with_attention() -> Reading {
        let class: ClassExplanation = parsed(serde_json::json!({
            "code": "MI", "description": "", "assessed": true, "logit": 0.0, "prototypes": [],
        }));
        let prediction: Prediction = parsed(serde_json::json!({
            "recording_sha256": "", "notes": [], "classes": [], "similarities": [],
            "attention": {"lead": [], "temporal": []},
        }));
        Reading {
            prediction: Some(Arc::new(prediction)),
            class: Some(0),
            explanations: HashMap::from([(0, Arc::new(class))]),
            ..Reading::default()
        }
    }

    #[test]
    fn an_explanation_waits_for_measurements_and_goes_without_those_that_failed() {
        let mut reading = of_a_model_with_attention();
        reading.attending = true;
        assert_eq!(reading.awaited(), Some(Awaited::Attention));
        assert_eq!(reading.unmeasured(), None);
        reading.attending = false;
        assert!(reading.is_explained());
        assert_eq!(reading.unmeasured(), Some(Unmeasured::Attention));
        reading.measuring = Some(0);
        assert_eq!(reading.awaited(), Some(Awaited::Influence));
        reading.predicting = true;
        assert_eq!(reading.awaited(), Some(Awaited::Prediction));
        assert_eq!(Reading::default().awaited(), Some(Awaited::Explanation));
    }

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
