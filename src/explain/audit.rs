//! Metrics of prototypes that need no people: what a bundle and its training
//! ECGs say about the quality of the prototypes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::consistency::{CONSISTENT, Consistency, Looking};
use super::probe::{Own, Probe, changed};
use super::training_data::{KnownPatients, TrainingData, nearest};
use crate::bundle::{Exemplars, Prototype, TrainingSimilarities};
use crate::ecg::Recording;
use crate::inference::{InferenceError, Model};
use crate::statistics::study::PrototypeMetrics;
use crate::statistics::{mean, median};

/// How many nearest training ECGs the label purity looks at.
pub const NEAREST: usize = 10;

/// The metrics of a bundle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Audit {
    pub prototypes: Vec<PrototypeAudit>,
    /// Distinct training ECGs that prototypes come from.
    pub unique_sources: usize,
    /// Prototypes with the source window of one before them.
    pub duplicates: usize,
    /// Classes all of whose prototypes come from one ECG.
    pub one_source_classes: Vec<String>,
    /// Prototypes whose patient is also in a fold that was not trained on:
    /// must be 0. `None` without the data set.
    pub leaking: Option<usize>,
    /// Label purity leaves out all ECGs of the source's patient; without the
    /// data set the source alone.
    pub purity_without_patient: bool,
    pub sparsity: Sparsity,
    pub summary: Summary,
}

/// How many weights of the classifier are not zero.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sparsity {
    pub weights: usize,
    pub not_zero: usize,
    /// Mean over statements: how many prototypes a logit adds up.
    pub per_statement: Option<f64>,
}

/// Medians over the prototypes that have a value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    pub label_purity: Option<f64>,
    pub stability: Option<f64>,
    pub kept_without_surroundings: Option<f64>,
    pub faithfulness_drop: Option<f64>,
    /// Share of prototypes with a window that stay at their place under every
    /// noise.
    pub place_kept_under_noise: Option<f64>,
    pub consistency: Option<f64>,
    /// Share of the prototypes with a consistency whose one is
    /// [`CONSISTENT`] or more.
    pub consistent: Option<f64>,
}

/// One prototype. `None` where its training ECG is not at hand, or where the
/// metric needs a window and it has none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrototypeAudit {
    pub prototype: usize,
    pub class_code: String,
    /// Share of the 10 most similar training ECGs that carry its statement, its
    /// own source left out and, where patients are known, all other ECGs of
    /// that patient: they resemble it for another reason.
    pub label_purity: Option<f64>,
    pub noise: Option<Noise>,
    pub window: Option<WindowAudit>,
    /// Absent in audits of earlier programs.
    pub consistency: Option<Consistency>,
}

/// The prototype on its own training ECG with noise added: baseline wander
/// (0.3 Hz, 0.15 mV), mains (50 Hz, 0.05 mV), muscle (white, SD 0.03 mV).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Noise {
    /// Similarity with noise over that without, in this order.
    pub kept: [f64; 3],
    /// How many latent steps the best window moved at most; `None` for a
    /// prototype without a time axis.
    pub moved_steps: Option<usize>,
}

/// What a window is worth on its own training ECG.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowAudit {
    /// Similarity over the whole one when all outside the window is flat: how
    /// much of it comes from the window.
    pub kept_without_surroundings: f64,
    /// Steps that the best window moved then.
    pub moved_steps: usize,
    /// Fall of the logit of its statement when the window is a straight line
    /// from its beginning to its end.
    pub faithfulness_drop: f64,
}

impl PrototypeAudit {
    /// What stands beside the ratings of people.
    pub fn metrics(&self) -> PrototypeMetrics {
        let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
        PrototypeMetrics {
            prototype: self.prototype,
            label_purity: finite(self.label_purity),
            stability: finite(self.noise.map(|noise| noise.least_kept())),
            kept_without_surroundings: finite(self.window.map(|w| w.kept_without_surroundings)),
            faithfulness_drop: finite(self.window.map(|w| w.faithfulness_drop)),
            consistency: finite(self.consistency.map(|c| c.share)),
        }
    }
}

impl Noise {
    /// What the worst of the noises leaves.
    pub fn least_kept(&self) -> f64 {
        self.kept.into_iter().fold(f64::INFINITY, f64::min)
    }
}

/// Computes all metrics; `data` is what the model was trained on, `progress`
/// gets the number of prototypes done.
///
/// # Errors
/// When the model refuses a training ECG that was read.
pub fn audit(
    model: &Model,
    exemplars: &Exemplars,
    data: Option<&TrainingData>,
    mut progress: impl FnMut(usize),
) -> Result<Audit, InferenceError> {
    let mut running = Auditing::default();
    while running.step(model, exemplars, data)? {
        progress(running.done());
    }
    Ok(Audit::of(model, data, running.prototypes))
}

/// An audit in steps that take no longer than some predictions.
#[derive(Debug, Default)]
pub struct Auditing {
    /// Those that are measured.
    pub prototypes: Vec<PrototypeAudit>,
    /// What the last of them is still compared with.
    looking: Option<Looking>,
}

impl Auditing {
    /// One prototype, or one ECG of its consistency; false where nothing is left
    /// to do.
    ///
    /// # Errors
    /// When the model refuses a training ECG that was read.
    pub fn step(
        &mut self,
        model: &Model,
        exemplars: &Exemplars,
        data: Option<&TrainingData>,
    ) -> Result<bool, InferenceError> {
        if let Some(mut looking) = self.looking.take() {
            if let (false, Some(data)) = (looking.is_done(), data) {
                looking.step(model, data);
                self.looking = Some(looking);
            } else if let Some(last) = self.prototypes.last_mut() {
                last.consistency = looking.end();
            }
            return Ok(true);
        }
        let number = self.prototypes.len();
        if number == model.manifest().prototypes.len() {
            return Ok(false);
        }
        self.prototypes
            .push(audit_prototype(model, exemplars, data, number)?);
        self.looking = data.and_then(|data| Looking::begin(model, number, data));
        Ok(true)
    }

    /// Prototypes of which nothing is left to measure.
    pub fn done(&self) -> usize {
        self.prototypes.len() - usize::from(self.looking.is_some())
    }
}

/// The metrics of one prototype but its consistency: seven predictions at most.
fn audit_prototype(
    model: &Model,
    exemplars: &Exemplars,
    data: Option<&TrainingData>,
    number: usize,
) -> Result<PrototypeAudit, InferenceError> {
    let manifest = model.manifest();
    let source = &manifest.prototypes[number];
    let class_code = manifest.class_of(number).map(|class| class.code.clone());
    let similarities = model.training_similarities();
    let mut found = PrototypeAudit {
        prototype: number,
        class_code: class_code.unwrap_or_default(),
        label_purity: label_purity(similarities, number, source, data.map(|d| &d.patients)),
        noise: None,
        window: None,
        consistency: None,
    };
    let Ok(recording) = exemplars.read(number) else {
        return Ok(found);
    };
    let own = Own::of(model, &recording, number)?;
    // What is left of a similarity of 0 says nothing.
    if own.similarity == 0.0 {
        return Ok(found);
    }
    found.noise = Some(noise(model, &recording, number, own)?);
    let window_s = exemplars.window_s(number);
    found.window = window_s
        .map(|window_s| window(model, &recording, (number, source.class), window_s, own))
        .transpose()?;
    Ok(found)
}

impl Audit {
    /// What the prototypes, each measured, say of the bundle.
    pub fn of(model: &Model, data: Option<&TrainingData>, prototypes: Vec<PrototypeAudit>) -> Self {
        let sources = model.manifest().prototypes.iter();
        Self {
            unique_sources: self::sources(model).len(),
            duplicates: sources.filter(|p| p.duplicate_of.is_some()).count(),
            one_source_classes: one_source_classes(model),
            leaking: data.map(|data| leaking(model, &data.patients)),
            purity_without_patient: data.is_some(),
            sparsity: sparsity(model),
            summary: summary(&prototypes),
            prototypes,
        }
    }
}

fn label_purity(
    similarities: &TrainingSimilarities,
    prototype: usize,
    source: &Prototype,
    patients: Option<&KnownPatients>,
) -> Option<f64> {
    let near = nearest(similarities, prototype, source, patients);
    let near = near.iter().take(NEAREST);
    let with: Vec<f64> = near.map(|n| f64::from(u8::from(n.carries))).collect();
    mean(&with)
}

fn noise(
    model: &Model,
    recording: &Recording,
    number: usize,
    own: Own,
) -> Result<Noise, InferenceError> {
    let mut kept = [0.0; 3];
    let mut moved_steps = None;
    for (kept, noise) in kept.iter_mut().zip(Probe::NOISES) {
        let noisy = noise.applied(recording, number as u64);
        let found = Own::of(model, &noisy, number)?;
        *kept = own.kept(found);
        moved_steps = moved_steps.max(own.moved(found));
    }
    Ok(Noise { kept, moved_steps })
}

fn window(
    model: &Model,
    recording: &Recording,
    (number, class): (usize, usize),
    window_s: (f64, f64),
    own: Own,
) -> Result<WindowAudit, InferenceError> {
    let inside = |s: f64| s >= window_s.0 && s < window_s.1;
    let medians: Vec<f64> = recording
        .channels
        .iter()
        .map(|channel| median(&channel.samples_mv).unwrap_or(0.0))
        .collect();
    let alone = changed(
        recording,
        |channel, _, s, sample| {
            if inside(s) { sample } else { medians[channel] }
        },
    );
    let at = |channel: usize, s: f64| {
        let samples = &recording.channels[channel].samples_mv;
        let place = (s * recording.rate_hz).round().max(0.0) as usize;
        samples[place.min(samples.len() - 1)]
    };
    let without = changed(recording, |channel, _, s, sample| {
        let share = (s - window_s.0) / (window_s.1 - window_s.0);
        let ends = (at(channel, window_s.0), at(channel, window_s.1));
        if inside(s) {
            ends.0 + share * (ends.1 - ends.0)
        } else {
            sample
        }
    });
    let found = Own::of(model, &alone, number)?;
    let logit = |recording: &Recording| -> Result<f64, InferenceError> {
        let prediction = model.predict(recording)?;
        Ok(prediction.classes.get(class).map_or(0.0, |c| c.logit))
    };
    Ok(WindowAudit {
        kept_without_surroundings: own.kept(found),
        moved_steps: own.moved(found).unwrap_or(0),
        faithfulness_drop: logit(recording)? - logit(&without)?,
    })
}

fn sources(model: &Model) -> BTreeSet<u32> {
    model
        .manifest()
        .prototypes
        .iter()
        .filter_map(|p| p.ecg_id)
        .collect()
}

fn one_source_classes(model: &Model) -> Vec<String> {
    let manifest = model.manifest();
    let classes = manifest.statements.iter().enumerate();
    classes
        .filter(|(class, _)| {
            let own = manifest.prototypes_of(*class);
            let known = own.iter().filter_map(|p| manifest.prototypes[*p].ecg_id);
            let known: Vec<u32> = known.collect();
            let sources: BTreeSet<&u32> = known.iter().collect();
            known.len() > 1 && known.len() == own.len() && sources.len() == 1
        })
        .map(|(_, statement)| statement.code.clone())
        .collect()
}

/// By the fold that projection wrote down, by the patient that it wrote down,
/// and by the patient that the data set has for the source now.
fn leaking(model: &Model, patients: &KnownPatients) -> usize {
    let manifest = model.manifest();
    let trained = manifest.training.as_ref().map(|t| &t.train_folds);
    let leaks = |p: &&Prototype| {
        let outside = |fold| trained.is_some_and(|trained| !trained.contains(&fold));
        let in_data = p.ecg_id.and_then(|id| patients.of_ecg.get(&id).copied());
        let mut known = p.patient_id.into_iter().chain(in_data);
        p.fold.is_some_and(outside) || known.any(|id| patients.held_out.contains(&id))
    };
    manifest.prototypes.iter().filter(leaks).count()
}

fn sparsity(model: &Model) -> Sparsity {
    let statements = model.manifest().statements.len();
    let rows: Vec<&[f64]> = (0..statements).filter_map(|c| model.weights(c)).collect();
    let not_zero = |row: &&[f64]| row.iter().filter(|w| **w != 0.0).count();
    let counts: Vec<f64> = rows.iter().map(|row| not_zero(row) as f64).collect();
    Sparsity {
        weights: rows.iter().map(|row| row.len()).sum(),
        not_zero: rows.iter().map(not_zero).sum(),
        per_statement: mean(&counts),
    }
}

fn summary(prototypes: &[PrototypeAudit]) -> Summary {
    let metrics: Vec<PrototypeMetrics> = prototypes.iter().map(PrototypeAudit::metrics).collect();
    let middle = |value: fn(&PrototypeMetrics) -> Option<f64>| {
        median(&metrics.iter().filter_map(value).collect::<Vec<f64>>())
    };
    let stays = prototypes.iter().filter_map(|p| {
        let moved = p.noise?.moved_steps?;
        Some(f64::from(u8::from(moved == 0)))
    });
    let consistent = metrics.iter().filter_map(|m| {
        let share = m.consistency?;
        Some(f64::from(u8::from(share >= CONSISTENT)))
    });
    Summary {
        label_purity: middle(|m| m.label_purity),
        stability: middle(|m| m.stability),
        kept_without_surroundings: middle(|m| m.kept_without_surroundings),
        faithfulness_drop: middle(|m| m.faithfulness_drop),
        place_kept_under_noise: mean(&stays.collect::<Vec<f64>>()),
        consistency: middle(|m| m.consistency),
        consistent: mean(&consistent.collect::<Vec<f64>>()),
    }
}
