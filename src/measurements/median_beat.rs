//! The median of the typical beats, per lead.

use serde::{Deserialize, Serialize};

use super::signal::{RATE_HZ, Signal, median, samples};
use crate::ecg::Lead;

/// What is kept before and after the R peak.
const BEFORE_S: f64 = 0.50;
const AFTER_S: f64 = 0.80;
/// Of a beat only what lies between its neighbours counts.
const AFTER_PREVIOUS_S: f64 = 0.20;
const BEFORE_NEXT_S: f64 = 0.06;

/// The median beat, without baseline, all leads of equal length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MedianBeat {
    pub rate_hz: f64,
    /// How many beats it is made of.
    pub beats: usize,
    /// The sample of the R peak.
    pub r_sample: usize,
    pub leads: Vec<MedianLead>,
}

/// One lead of the median beat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MedianLead {
    pub name: String,
    pub lead: Option<Lead>,
    pub samples_mv: Vec<f64>,
}

impl MedianBeat {
    /// `typical` are the R peaks of the beats to take, `all` those of all.
    pub(super) fn of(flat: &Signal, typical: &[usize], all: &[usize]) -> Self {
        let leads = flat.channels.iter().map(|channel| MedianLead {
            name: channel.name.clone(),
            lead: channel.lead,
            samples_mv: median_lead(&channel.samples_mv, typical, all),
        });
        Self {
            rate_hz: RATE_HZ,
            beats: typical.len(),
            r_sample: samples(BEFORE_S),
            leads: leads.collect(),
        }
    }

    /// The sample at a time from the R peak; before the beat's start 0.
    pub fn sample(&self, from_r_s: f64) -> usize {
        let n = self.r_sample as f64 + from_r_s * self.rate_hz;
        n.round().max(0.0) as usize
    }

    /// The samples of a standard lead in millivolts.
    pub fn lead(&self, lead: Lead) -> Option<&[f64]> {
        self.leads
            .iter()
            .find(|l| l.lead == Some(lead))
            .map(|l| l.samples_mv.as_slice())
    }
}

fn median_lead(x: &[f64], typical: &[usize], all: &[usize]) -> Vec<f64> {
    let before = samples(BEFORE_S);
    let limits: Vec<(usize, usize, usize)> = typical
        .iter()
        .map(|&r| {
            let previous = all.iter().rev().find(|&&other| other < r);
            let next = all.iter().find(|&&other| other > r);
            let from = previous.map_or(0, |&p| p + samples(AFTER_PREVIOUS_S));
            let to = next.map_or(x.len(), |&n| n.saturating_sub(samples(BEFORE_NEXT_S)));
            (r, from, to.min(x.len()))
        })
        .collect();
    let at = |offset: usize| {
        let sample = |&(r, from, to): &(usize, usize, usize)| {
            let n = (r + offset).checked_sub(before)?;
            (from..to).contains(&n).then(|| x[n])
        };
        median(&mut limits.iter().filter_map(sample).collect::<Vec<f64>>())
    };
    let mut lead: Vec<f64> = Vec::with_capacity(before + samples(AFTER_S));
    let found: Vec<Option<f64>> = (0..before + samples(AFTER_S)).map(at).collect();
    let first = found.iter().flatten().next().copied().unwrap_or(0.0);
    // Beyond what any beat shows, the last value that one did.
    for value in found {
        let last = lead.last().copied().unwrap_or(first);
        lead.push(value.unwrap_or(last));
    }
    lead
}
