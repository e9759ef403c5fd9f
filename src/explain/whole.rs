//! Everything that is said about one prediction, as one value: the JSON is this
//! value, the PDF and the window show it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::{Deserialize, Serialize};

use super::attention::{AttentionExplanation, attention};
use super::{ClassExplanation, Rating, Subject, explain, influence};
use crate::ecg::Recording;
use crate::inference::{Changes, ClassPrediction, InferenceError, Model, Prediction};

/// The explanation of a prediction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// What was changed for a "what if"; absent where nothing was.
    #[serde(default, skip_serializing_if = "Changes::is_none")]
    pub changes: Changes,
    /// What the model says without the changes; absent where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unchanged: Vec<ClassPrediction>,
    /// No assessed statement reaches its threshold: a state of its own, which
    /// does not mean that the ECG is normal.
    pub nothing_above_threshold: bool,
    pub classes: Vec<ClassExplanation>,
    /// Of a network with attention.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub attention: Option<AttentionExplanation>,
}

impl Explanation {
    /// The explanation of the outputs that are wanted. `unchanged` is the
    /// prediction of the recording as it is; the same one where nothing was
    /// changed.
    ///
    /// # Errors
    /// When the model refuses the recording.
    pub fn of(
        model: &Model,
        recording: &Recording,
        prediction: &Prediction,
        unchanged: &Prediction,
        subject: &Subject,
        wanted: impl Fn(usize) -> bool,
    ) -> Result<Self, InferenceError> {
        let classes = (0..prediction.classes.len()).filter(|class| wanted(*class));
        let classes = classes.filter_map(|class| explain(model, prediction, class, subject));
        let attention = attention(model, recording, prediction)?;
        let classes = classes.collect();
        Ok(Self::from_parts(prediction, unchanged, classes, attention))
    }

    /// The explanation from what was worked out before.
    pub fn from_parts(
        prediction: &Prediction,
        unchanged: &Prediction,
        classes: Vec<ClassExplanation>,
        attention: Option<AttentionExplanation>,
    ) -> Self {
        Self {
            changes: prediction.changes.clone(),
            unchanged: match prediction.changes.is_none() {
                true => Vec::new(),
                false => unchanged.classes.clone(),
            },
            nothing_above_threshold: prediction.nothing_positive(),
            classes,
            attention,
        }
    }

    /// Measures what the similarity of a pair hangs on, for each statement that
    /// `shown` names a prototype of.
    ///
    /// # Errors
    /// When the model refuses the recording.
    pub fn measure_influence(
        &mut self,
        model: &Model,
        recording: &Recording,
        shown: impl Fn(&ClassExplanation) -> Option<usize>,
    ) -> Result<(), InferenceError> {
        let mut measured = BTreeMap::new();
        for class in &mut self.classes {
            let Some(prototype) = shown(class) else {
                continue;
            };
            let branch = model.manifest().prototypes.get(prototype).map(|p| p.branch);
            let Some(branch) = branch else { continue };
            let found = match measured.entry(branch) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => {
                    place.insert(influence(model, recording, &self.changes, branch)?)
                }
            };
            class.influence = found.on(prototype);
        }
        Ok(())
    }

    /// Notes what reviewers gave to a prototype, wherever it stands.
    pub fn rate(&mut self, prototype: usize, rating: Rating) {
        for class in &mut self.classes {
            let counter = class.counter_case.iter_mut().map(|c| &mut c.prototype);
            let all = class.prototypes.iter_mut().chain(counter);
            for evidence in all.filter(|e| e.prototype == prototype) {
                evidence.rating = Some(rating);
            }
        }
    }
}
