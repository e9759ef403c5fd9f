//! Axes, ST level and voltages, read from the median beat between its
//! fiducials.

use serde::{Deserialize, Serialize};

use super::delineate::Fiducials;
use super::median_beat::MedianBeat;
use super::quantity::{Absence, Quantity};
use super::signal::{RATE_HZ, samples};
use crate::ecg::Lead;

/// ST is read this long after J.
const J_PLUS_S: f64 = 0.060;
/// ST is the mean of so much, since a single sample is noise.
const READ_OVER_S: f64 = 0.008;
/// The level before QRS that counts as zero: so long, ending so long before.
const LEVEL_S: f64 = 0.016;
const LEVEL_BEFORE_QRS_S: f64 = 0.006;
/// An R wave below this is none; the S wave is then all of a QS complex.
const NO_R_MV: f64 = 0.05;
/// Areas below this, in I and aVF together, have no direction (mV s).
const NO_DIRECTION_MV_S: f64 = 0.0004;

/// R, S and ST of one lead, from the level just before QRS.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeadAmplitudes {
    /// Height of R; 0 in a QS complex.
    pub r_mv: f64,
    /// Depth of S, positive; of a QS complex its depth.
    pub s_mv: f64,
    /// ST 60 ms after J.
    pub st_j60_mv: f64,
}

/// The median beat and where its waves are.
pub(super) struct Measured<'a> {
    pub beat: &'a MedianBeat,
    pub fiducials: Fiducials,
}

impl Measured<'_> {
    fn sample(&self, from_r_s: f64) -> usize {
        self.beat.sample(from_r_s)
    }

    /// A lead from one moment to another, without the level before QRS.
    fn between(&self, x: &[f64], from_s: f64, to_s: f64) -> Vec<f64> {
        let end_s = self.fiducials.qrs_onset_s - LEVEL_BEFORE_QRS_S;
        let level = mean(slice(x, self.sample(end_s - LEVEL_S), self.sample(end_s)));
        let part = slice(x, self.sample(from_s), self.sample(to_s) + 1);
        part.iter().map(|v| v - level).collect()
    }

    pub fn lead(&self, x: &[f64]) -> LeadAmplitudes {
        let f = &self.fiducials;
        let qrs = self.between(x, f.qrs_onset_s, f.qrs_offset_s);
        let top = (0..qrs.len())
            .max_by(|&a, &b| f64::total_cmp(&qrs[a], &qrs[b]))
            .unwrap_or(0);
        let r_mv = qrs.get(top).copied().unwrap_or(0.0).max(0.0);
        let (r_mv, after) = if r_mv < NO_R_MV {
            (0.0, &qrs[..])
        } else {
            (r_mv, &qrs[top..])
        };
        let s_mv = 0.0 - after.iter().copied().fold(0.0, f64::min);
        let at_s = f.qrs_offset_s + J_PLUS_S;
        let st = self.between(x, at_s - READ_OVER_S / 2.0, at_s + READ_OVER_S / 2.0);
        LeadAmplitudes {
            r_mv,
            s_mv,
            st_j60_mv: mean(&st),
        }
    }

    /// The frontal axis of a part of the beat in degrees, -180 to 180, from the
    /// net areas in I and aVF. Goldberger's aVF is smaller than an Einthoven
    /// lead by the root of 3 over 2, which is made up for.
    fn axis_deg(&self, from_s: f64, to_s: f64, level_at_ends: bool) -> Quantity {
        let area = |lead: Lead| {
            let mut part = self.between(self.beat.lead(lead)?, from_s, to_s);
            if level_at_ends {
                part = above_its_ends(&part);
            }
            Some(part.iter().sum::<f64>() / RATE_HZ)
        };
        let (Some(i), Some(avf)) = (area(Lead::I), area(Lead::AVF)) else {
            return Quantity::absent(Absence::LeadMissing);
        };
        let avf = avf * 2.0 / 3.0_f64.sqrt();
        if i.hypot(avf) < NO_DIRECTION_MV_S {
            return Quantity::absent(Absence::Indeterminate);
        }
        Quantity::exact(avf.atan2(i).to_degrees())
    }

    pub fn p_axis_deg(&self) -> Quantity {
        match self.fiducials.p {
            Some(p) => self.axis_deg(p.onset_s, p.offset_s, true),
            None => Quantity::absent(Absence::NoPWave),
        }
    }

    pub fn qrs_axis_deg(&self) -> Quantity {
        self.axis_deg(
            self.fiducials.qrs_onset_s,
            self.fiducials.qrs_offset_s,
            false,
        )
    }

    pub fn t_axis_deg(&self) -> Quantity {
        match self.fiducials.t {
            Some(t) => self.axis_deg(t.onset_s, t.offset_s, false),
            None => Quantity::absent(Absence::NoTWave),
        }
    }

    fn amplitudes(&self, lead: Lead) -> Option<LeadAmplitudes> {
        Some(self.lead(self.beat.lead(lead)?))
    }

    /// S in V1 and the larger R of V5 and V6 (Sokolow and Lyon 1949).
    pub fn sokolow_lyon_mv(&self) -> Quantity {
        let r = |lead| Some(self.amplitudes(lead)?.r_mv);
        match (self.amplitudes(Lead::V1), r(Lead::V5), r(Lead::V6)) {
            (Some(v1), Some(v5), Some(v6)) => Quantity::exact(v1.s_mv + v5.max(v6)),
            _ => Quantity::absent(Absence::LeadMissing),
        }
    }

    /// R in aVL and S in V3 (Casale 1985).
    pub fn cornell_mv(&self) -> Quantity {
        match (self.amplitudes(Lead::AVL), self.amplitudes(Lead::V3)) {
            (Some(avl), Some(v3)) => Quantity::exact(avl.r_mv + v3.s_mv),
            _ => Quantity::absent(Absence::LeadMissing),
        }
    }
}

fn slice(x: &[f64], from: usize, to: usize) -> &[f64] {
    let to = to.min(x.len());
    x.get(from.min(to)..to).unwrap_or(&[])
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len().max(1) as f64
}

/// Without the line from the first to the last 8 ms: a P wave stands on the
/// foot of the T wave before it.
fn above_its_ends(x: &[f64]) -> Vec<f64> {
    let end = samples(0.008).min(x.len());
    let (first, last) = (
        mean(slice(x, 0, end)),
        mean(slice(x, x.len() - end, x.len())),
    );
    let steps = x.len().saturating_sub(1).max(1) as f64;
    x.iter()
        .enumerate()
        .map(|(n, v)| v - first - (last - first) * n as f64 / steps)
        .collect()
}
