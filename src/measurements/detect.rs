//! Where the ventricles beat.
//!
//! One activity for all leads: the band of QRS, squared, summed over the leads,
//! averaged over 80 ms (after Pan and Tompkins 1985, but with the whole
//! recording at hand, without delay, and without the derivative, under which a
//! wide ventricular beat nearly vanishes beside narrow ones). A lead that leaps
//! is held to twice its usual height, so that one loose electrode does not hide
//! the beats of the other leads.

use super::signal::{RATE_HZ, Signal, median, samples};
use crate::dsp::{Band, DspError, butterworth};

const BAND: Band = Band::BandPass {
    low_hz: 6.0,
    high_hz: 18.0,
};
const BAND_ORDER: usize = 2;
const AVERAGED_S: f64 = 0.08;
/// Tops are sought in pieces of this length: one beat at 25 per minute.
const PIECE_S: f64 = 2.4;
/// The usual height of QRS is that of the pieces around, to either side.
const USUAL_OVER_S: f64 = 12.0;
const HELD_TO: f64 = 2.0;
/// A beat has at least this share of the usual height.
const SHARE: f64 = 0.34;
/// The ventricles cannot beat again sooner.
const REFRACTORY_S: f64 = 0.20;
/// Until this after a beat, what is much lower is its T wave.
const T_UNTIL_S: f64 = 0.40;
const T_SHARE: f64 = 0.55;

/// What is much lower than a beat and so soon before it is its P wave.
const P_FROM_S: f64 = 0.28;
const P_SHARE: f64 = 0.5;
/// A wide beat may be low in the band of QRS, if it is large in a band that
/// reaches further down, and not as near to a beat as a T wave.
const WIDE_BAND: Band = Band::BandPass {
    low_hz: 1.0,
    high_hz: 18.0,
};
const WIDE_SHARE: f64 = 0.22;
const WIDE_SIZE: f64 = 0.70;
const WIDE_APART_S: f64 = 0.34;

/// The middles of the QRS complexes as samples of the signal, in order.
pub(super) fn beats(signal: &Signal) -> Result<Vec<usize>, DspError> {
    let activity = activity(signal, BAND)?;
    let tops = tops(&activity);
    let usual = UsualHeight::of(&activity);
    let mut beats: Vec<usize> = Vec::new();
    for &top in &tops {
        let height = activity[top];
        if height < SHARE * usual.at(top) {
            continue;
        }
        let Some(&last) = beats.last() else {
            beats.push(top);
            continue;
        };
        let (apart, last_height) = (top - last, activity[last]);
        let refractory = apart < samples(REFRACTORY_S);
        let after_p = apart < samples(P_FROM_S) && last_height < P_SHARE * height;
        if after_p || (refractory && height > last_height) {
            beats.pop();
            beats.push(top);
        } else if !refractory && (apart >= samples(T_UNTIL_S) || height >= T_SHARE * last_height) {
            beats.push(top);
        }
    }
    add_wide(
        signal,
        &mut beats,
        |top| activity[top] >= WIDE_SHARE * usual.at(top),
        &tops,
    )?;
    Ok(beats)
}

/// Adds the wide beats among `tops` that `is_active` lets through.
fn add_wide(
    signal: &Signal,
    beats: &mut Vec<usize>,
    is_active: impl Fn(usize) -> bool,
    tops: &[usize],
) -> Result<(), DspError> {
    let size = activity(signal, WIDE_BAND)?;
    let Some(usual) = median(&mut beats.iter().map(|&b| size[b]).collect::<Vec<_>>()) else {
        return Ok(());
    };
    let near = |n: usize| {
        let around = n.saturating_sub(samples(0.06))..(n + samples(0.06)).min(size.len());
        size[around].iter().copied().fold(0.0, f64::max)
    };
    for &top in tops {
        let next = beats.partition_point(|&b| b < top);
        let apart =
            |beat: Option<&usize>| beat.is_none_or(|b| b.abs_diff(top) >= samples(WIDE_APART_S));
        let alone = apart(next.checked_sub(1).and_then(|i| beats.get(i))) && apart(beats.get(next));
        if alone && is_active(top) && near(top) >= WIDE_SIZE * usual {
            beats.insert(next, top);
        }
    }
    Ok(())
}

/// Root mean square of a band over the leads.
fn activity(signal: &Signal, band: Band) -> Result<Vec<f64>, DspError> {
    let band = butterworth(BAND_ORDER, band, RATE_HZ)?;
    let mut sum = vec![0.0; signal.len()];
    for channel in &signal.channels {
        let x = band.filtfilt(&channel.samples_mv)?;
        let sizes: Vec<f64> = x.iter().map(|v| v.abs()).collect();
        let held = HELD_TO * usual_of_pieces(&sizes);
        for (total, size) in sum.iter_mut().zip(sizes) {
            *total += size.min(held).powi(2);
        }
    }
    let mean = averaged(&sum, samples(AVERAGED_S) / 2);
    Ok(mean.into_iter().map(f64::sqrt).collect())
}

/// Moving average over `half` samples to either side.
pub(super) fn averaged(x: &[f64], half: usize) -> Vec<f64> {
    let mut sums = Vec::with_capacity(x.len() + 1);
    let mut total = 0.0;
    sums.push(total);
    for value in x {
        total += value;
        sums.push(total);
    }
    (0..x.len())
        .map(|n| {
            let (from, to) = (n.saturating_sub(half), (n + half + 1).min(x.len()));
            (sums[to] - sums[from]) / (to - from) as f64
        })
        .collect()
}

fn usual_of_pieces(x: &[f64]) -> f64 {
    let mut heights: Vec<f64> = pieces(x).collect();
    median(&mut heights).unwrap_or(0.0)
}

/// The largest value of each piece; a short last piece counts with the one
/// before it.
fn pieces(x: &[f64]) -> impl Iterator<Item = f64> + '_ {
    let count = (x.len() / samples(PIECE_S)).max(1);
    x.chunks(x.len().div_ceil(count).max(1))
        .map(|piece| piece.iter().copied().fold(0.0, f64::max))
}

/// The median of the heights of the pieces around.
struct UsualHeight {
    piece: usize,
    heights: Vec<f64>,
}

impl UsualHeight {
    fn of(activity: &[f64]) -> Self {
        let count = (activity.len() / samples(PIECE_S)).max(1);
        let all: Vec<f64> = pieces(activity).collect();
        let reach = (USUAL_OVER_S / PIECE_S).ceil() as usize;
        let heights = (0..all.len())
            .map(|i| {
                let around = i.saturating_sub(reach)..(i + reach + 1).min(all.len());
                median(&mut all[around].to_vec()).unwrap_or(0.0)
            })
            .collect();
        Self {
            piece: activity.len().div_ceil(count).max(1),
            heights,
        }
    }

    fn at(&self, sample: usize) -> f64 {
        let i = (sample / self.piece).min(self.heights.len().saturating_sub(1));
        self.heights.get(i).copied().unwrap_or(0.0)
    }
}

/// Samples that are the highest within 60 ms.
fn tops(x: &[f64]) -> Vec<usize> {
    let reach = samples(0.06);
    let mut tops = Vec::new();
    for n in 0..x.len() {
        let around = &x[n.saturating_sub(reach)..(n + reach + 1).min(x.len())];
        let before = &x[n.saturating_sub(reach)..n];
        if x[n] > 0.0 && around.iter().all(|&v| v <= x[n]) && before.iter().all(|&v| v < x[n]) {
            tops.push(n);
        }
    }
    tops
}
