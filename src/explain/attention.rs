//! Networks with attention: where they looked, and what each lead is worth to
//! each statement.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ecg::{Lead, Recording};
use crate::inference::{InferenceError, Model, Prediction, mask_lead, sigmoid};
use crate::nn::AttentionNetwork;

/// Stands wherever the attention is shown.
pub const NOT_PER_CLASS: &str = "Attention is one map per ECG and not per diagnosis: it shows where the network looked, \
     whatever it then said. It does not show why a statement is above or below its threshold.";

/// Where a network with attention looked at a recording, and what it makes of
/// the recording without a lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttentionExplanation {
    /// The leads in the order of the network's input.
    pub leads: Vec<Lead>,
    /// Share of each lead, by its name; sums to 1.
    pub lead_attention: BTreeMap<String, f64>,
    /// Lead x step; sums to 1 over the steps of a lead.
    pub temporal_attention: Vec<Vec<f64>>,
    /// Seconds of a step of the temporal attention.
    pub step_s: f64,
    /// By lead and statement: the probability less the probability with the
    /// lead set to 0 in what the network sees. Above 0 the lead speaks for the
    /// statement. Statements that are not assessed are left out.
    pub occlusion: BTreeMap<String, BTreeMap<String, f64>>,
    /// Always false: one map per ECG.
    pub attention_is_per_class: bool,
}

impl AttentionExplanation {
    /// Share of a lead.
    pub fn share(&self, lead: Lead) -> f64 {
        self.lead_attention.get(lead.name()).copied().unwrap_or(0.0)
    }

    /// What a lead is worth to a statement, where that is assessed.
    pub fn worth(&self, lead: Lead, code: &str) -> Option<f64> {
        self.occlusion.get(lead.name())?.get(code).copied()
    }

    /// The temporal attention of each lead, as shares of the largest of all.
    pub fn heat(&self) -> Vec<(Lead, Vec<f64>)> {
        let all = self.temporal_attention.iter().flatten().copied();
        let largest = all.fold(f64::MIN_POSITIVE, f64::max);
        let share = |row: &Vec<f64>| row.iter().map(|value| value / largest).collect();
        let rows = self.temporal_attention.iter().map(share);
        self.leads.iter().copied().zip(rows).collect()
    }
}

/// The attention behind a prediction, with the occlusion of every lead; `None`
/// for a network without attention. What was changed for the prediction is
/// changed here as well.
///
/// # Errors
/// When the model refuses the recording.
pub fn attention(
    model: &Model,
    recording: &Recording,
    prediction: &Prediction,
) -> Result<Option<AttentionExplanation>, InferenceError> {
    let Some(found) = &prediction.attention else {
        return Ok(None);
    };
    let preprocessing = &model.manifest().preprocessing;
    let leads = preprocessing.leads.clone();
    let names = || leads.iter().map(|lead| lead.name().to_owned());
    Ok(Some(AttentionExplanation {
        lead_attention: names().zip(found.lead.iter().copied()).collect(),
        temporal_attention: found.temporal.clone(),
        step_s: AttentionNetwork::STRIDE as f64 / preprocessing.rate_hz,
        occlusion: occlusion(model, recording, prediction)?,
        attention_is_per_class: false,
        leads,
    }))
}

/// By lead and statement, how far the probability falls without the lead.
fn occlusion(
    model: &Model,
    recording: &Recording,
    prediction: &Prediction,
) -> Result<BTreeMap<String, BTreeMap<String, f64>>, InferenceError> {
    let input = model.changed_input(recording, &prediction.changes)?;
    let leads = &model.manifest().preprocessing.leads;
    let without: Vec<_> = (0..leads.len())
        .map(|place| {
            let mut masked = input.clone();
            mask_lead(&mut masked, place);
            masked
        })
        .collect();
    let worth = |logits: &[f64]| -> BTreeMap<String, f64> {
        let classes = prediction.classes.iter().zip(logits);
        classes
            .filter_map(|(class, logit)| {
                Some((class.code.clone(), class.probability? - sigmoid(*logit)))
            })
            .collect()
    };
    let readings = model.read(&without);
    let rows = leads.iter().zip(&readings);
    Ok(rows
        .map(|(lead, reading)| (lead.name().to_owned(), worth(&reading.logits)))
        .collect())
}
