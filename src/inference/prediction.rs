//! What a model says about one recording: plain values, no tensors.

use serde::{Deserialize, Serialize};

use super::Changes;

/// One statement of a [`Prediction`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassPrediction {
    pub code: String,
    pub description: String,
    /// Whether the model saw enough training ECGs with the statement to say
    /// anything about it.
    pub assessed: bool,
    /// The classifier's output: the f64 sum of the ledger.
    pub logit: f64,
    /// Sigmoid of the logit. `None` (in JSON: absent) where not assessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibrated_probability: Option<f64>,
    /// The calibration is the one of all statements of the branch together.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub calibration_shared: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// The threshold is the one of all statements of the branch together.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub threshold_shared: bool,
    /// `None` where not assessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positive: Option<bool>,
}

/// A model's reading of one recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// [`crate::ecg::Recording::sha256`].
    pub recording_sha256: String,
    /// What preprocessing did to it: "resampled from 500 Hz to 100 Hz".
    pub notes: Vec<String>,
    /// One per output, in output order.
    pub classes: Vec<ClassPrediction>,
    /// Similarity of the recording to each prototype, scale x pooled cosine;
    /// empty for a network without prototypes.
    pub similarities: Vec<f64>,
    /// For each prototype the windows that its similarity was pooled from, the
    /// most similar first; empty for a prototype without a time axis.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<Vec<PooledWindow>>,
    /// Of a network with attention.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attention: Option<Attention>,
    /// What was changed for a "what if"; nothing for a reading of the ECG as
    /// it is.
    #[serde(default, skip_serializing_if = "Changes::is_none")]
    pub changes: Changes,
}

/// Where a network with attention looked: one map per ECG, not one per
/// statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attention {
    /// Per lead of the model's input; sums to 1.
    pub lead: Vec<f64>,
    /// Per lead and step of 0.08 s; sums to 1 over the steps of a lead.
    pub temporal: Vec<Vec<f64>>,
}

/// A window of the recording and how similar it is to a prototype.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PooledWindow {
    /// Its first latent step.
    pub step: usize,
    pub cosine: f64,
}

/// What the network itself says of one recording.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// One per output.
    pub logits: Vec<f64>,
    /// One per prototype; empty for a network without prototypes.
    pub similarities: Vec<f64>,
    /// Of a network with attention.
    pub attention: Option<Attention>,
}

impl Prediction {
    /// No assessed statement reaches its threshold: a state of its own, not "normal".
    pub fn nothing_positive(&self) -> bool {
        self.classes.iter().all(|c| c.positive != Some(true))
    }

    /// The statement that a reader looks at first: the one whose probability is
    /// furthest above its threshold or, where nothing is positive, least below
    /// it. `None` where the model assesses nothing.
    pub fn leading(&self) -> Option<usize> {
        self.leading_of(|_| true)
    }

    /// [`Prediction::leading`] among some of the statements.
    pub fn leading_of(&self, among: impl Fn(&ClassPrediction) -> bool) -> Option<usize> {
        let margin = |c: &ClassPrediction| Some(c.probability? - c.threshold?);
        (0..self.classes.len())
            .filter(|&i| among(&self.classes[i]))
            .filter_map(|i| Some((i, margin(&self.classes[i])?)))
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(i, _)| i)
    }
}

#[cfg(test)]
impl ClassPrediction {
    /// Of a statement with threshold 0.5, for the tests of what is said of it.
    pub(crate) fn made_up(code: &str, probability: f64, positive: bool) -> Self {
        Self {
            code: code.to_owned(),
            description: String::new(),
            assessed: true,
            logit: 0.0,
            probability: Some(probability),
            calibrated_probability: None,
            calibration_shared: false,
            threshold: Some(0.5),
            threshold_shared: false,
            positive: Some(positive),
        }
    }
}
