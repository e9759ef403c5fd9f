//! Beginning, peak and end of P, QRS and T in the median beat, for all leads
//! together: a wave begins where the first lead shows it and ends where the
//! last one does.

use serde::{Deserialize, Serialize};

use super::detect::averaged;
use super::median_beat::MedianBeat;
use super::signal::{RATE_HZ, across_leads, samples, seconds};

/// Moments of the median beat in seconds from its R peak (before it negative).
/// Added to a beat's `r_peak_s` they are that beat's, if it is a typical one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fiducials {
    pub p: Option<WaveLimits>,
    pub qrs_onset_s: f64,
    pub qrs_offset_s: f64,
    pub t: Option<WaveLimits>,
}

/// Of one wave, in seconds from the R peak.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WaveLimits {
    pub onset_s: f64,
    pub peak_s: f64,
    pub offset_s: f64,
}

/// QRS ends and begins where the slope falls to this share of its largest...
const ONSET_SHARE: f64 = 0.04;
const OFFSET_SHARE: f64 = 0.04;
/// ...and stays there so long.
const QUIET_S: f64 = 0.012;
const QRS_REACH_S: f64 = 0.14;
/// Noise of the slope is this many times the quietest.
const TIMES_QUIETEST: f64 = 1.5;

/// Root mean square over the leads of the smallest T wave.
const SMALLEST_T_MV: f64 = 0.02;
/// T ends beyond the tangent's foot by this share of the way from the steepest
/// point to the foot: a tangent leaves out the last, flat part of a wave that
/// a reader of all leads still sees.
const BEYOND_TANGENT: f64 = 0.3;
/// A later top is the P wave if it has this share of the highest.
const LATER_P_SHARE: f64 = 0.5;
/// Tops so near to each other are of one P wave.
const ONE_P_S: f64 = 0.08;
/// Samples by which smoothing widens a P wave at either end.
const SMOOTHED_BY: f64 = 1.5;

pub(super) fn fiducials(beat: &MedianBeat, rr_s: f64) -> Option<Fiducials> {
    let leads: Vec<Vec<f64>> = beat
        .leads
        .iter()
        .map(|lead| averaged(&lead.samples_mv, 2))
        .collect();
    let r = beat.r_sample;
    let (onset, offset) = qrs(&leads, r)?;
    let slow: Vec<Vec<f64>> = beat
        .leads
        .iter()
        .map(|lead| averaged(&averaged(&lead.samples_mv, 5), 5))
        .collect();
    let from_r = |n: f64| (n - r as f64) / RATE_HZ;
    let t = t_wave(&slow, onset, offset, rr_s);
    let p = p_wave(&slow, onset, t, rr_s);
    let limits = |wave: Wave| WaveLimits {
        onset_s: from_r(wave.onset),
        peak_s: from_r(wave.peak as f64),
        offset_s: from_r(wave.offset),
    };
    Some(Fiducials {
        p: p.map(limits),
        qrs_onset_s: from_r(onset as f64),
        qrs_offset_s: from_r(offset as f64),
        t: t.map(limits),
    })
}

/// Limits as samples of the median beat.
#[derive(Clone, Copy, Debug)]
struct Wave {
    onset: f64,
    peak: usize,
    offset: f64,
}

/// Slope of all leads together in mV/s.
fn slopes(leads: &[Vec<f64>]) -> Vec<f64> {
    let length = leads.first().map_or(0, Vec::len);
    let reach = 2;
    (0..length)
        .map(|n| {
            let (from, to) = (n.saturating_sub(reach), (n + reach).min(length - 1));
            across_leads(leads, |lead| (lead[to] - lead[from]) / seconds(to - from))
        })
        .collect()
}

fn qrs(leads: &[Vec<f64>], r: usize) -> Option<(usize, usize)> {
    let v = slopes(leads);
    let reach = samples(QRS_REACH_S);
    let (first, last) = (r.checked_sub(reach)?, (r + reach).min(v.len() - 1));
    let steepest = v[first..=last].iter().copied().fold(0.0, f64::max);
    let quietest = |from: usize, to: usize| {
        let means = averaged(v.get(from..to).unwrap_or(&[]), samples(0.01));
        means.into_iter().fold(f64::INFINITY, f64::min)
    };
    let limit = |quiet: f64, share: f64| {
        let quiet = TIMES_QUIETEST * quiet.min(steepest);
        quiet + share * (steepest - quiet).max(0.0)
    };
    let before = limit(quietest(r - samples(0.25), r - samples(0.03)), ONSET_SHARE);
    let after = limit(quietest(r + samples(0.05), r + samples(0.20)), OFFSET_SHARE);
    let quiet = samples(QUIET_S);
    let mut onset = r;
    while onset > first
        && v[onset.saturating_sub(quiet)..onset]
            .iter()
            .any(|&s| s > before)
    {
        onset -= 1;
    }
    let mut offset = r;
    while offset < last
        && v[offset + 1..(offset + 1 + quiet).min(v.len())]
            .iter()
            .any(|&s| s > after)
    {
        offset += 1;
    }
    // The slope is seen through 14 ms, so that it rises before the wave does.
    Some((onset + 1, offset - 1))
}

/// Size of all leads together at a sample, from the level at another.
fn distances(leads: &[Vec<f64>], level: usize) -> Vec<f64> {
    let length = leads.first().map_or(0, Vec::len);
    (0..length)
        .map(|n| across_leads(leads, |lead| lead[n] - lead[level]))
        .collect()
}

fn t_wave(leads: &[Vec<f64>], onset: usize, offset: usize, rr_s: f64) -> Option<Wave> {
    let length = leads.first().map_or(0, Vec::len);
    let level = onset.saturating_sub(samples(0.008));
    let size = distances(leads, level);
    let last = (onset + samples(rr_s - 0.03)).min(length - 1);
    let peak_until = (onset + samples(0.47 * rr_s.clamp(0.25, 1.6).sqrt())).min(last);
    let from = offset + samples(0.06);
    if from >= peak_until {
        return None;
    }
    let peak = (from..peak_until).max_by(|&a, &b| f64::total_cmp(&size[a], &size[b]))?;
    if size[peak] < SMALLEST_T_MV * (leads.len() as f64).sqrt() {
        return None;
    }
    // One direction of all leads: noise keeps its sign and averages out.
    let direction = direction(leads, peak, level);
    let y = along(leads, &direction, level);
    let until = end_of_fall(&y, peak, (peak + samples(0.30)).min(last));
    let steepest = steepest_fall(&y, peak, until)?;
    let foot = steepest as f64 + y[steepest] / -slope_at(&y, steepest);
    let offset_t = foot + BEYOND_TANGENT * (foot - steepest as f64);
    let rise_from = offset + samples(0.01);
    let rise =
        (rise_from..peak).max_by(|&a, &b| f64::total_cmp(&slope_at(&y, a), &slope_at(&y, b)));
    let onset_t = rise.map_or(offset as f64, |n| {
        (n as f64 - (y[n] - y[rise_from].min(y[n])) / slope_at(&y, n).max(1e-9)).max(offset as f64)
    });
    Some(Wave {
        onset: onset_t,
        peak,
        offset: offset_t.min(last as f64),
    })
}

fn p_wave(leads: &[Vec<f64>], onset: usize, t: Option<Wave>, rr_s: f64) -> Option<Wave> {
    let wide = samples(0.06);
    // The T wave of the beat before has mostly fallen; in tachycardia P begins
    // on its foot.
    let previous_t = t.map_or(0.0, |t| {
        t.peak as f64 + 0.5 * (t.offset - t.peak as f64) - rr_s * RATE_HZ
    });
    let previous_t = previous_t.max(0.0) as usize;
    let first = onset
        .saturating_sub(samples(0.30))
        .max(previous_t)
        .max(wide);
    let until = onset.saturating_sub(samples(0.03));
    if first >= until {
        return None;
    }
    let after = |n: usize| (n + wide).min(onset.saturating_sub(samples(0.006)));
    let stands_out = |n: usize| bump(leads, n - wide, n, after(n));
    // A top, not the edge of the search, where T may still be higher.
    let heights: Vec<f64> = (first..until).map(stands_out).collect();
    let reach = samples(0.008);
    let is_top = |&i: &usize| {
        let around = heights.get(i.wrapping_sub(reach)..=i + reach);
        around.is_some_and(|around| around.iter().all(|h| *h <= heights[i]))
    };
    let tops: Vec<usize> = (0..heights.len()).filter(is_top).collect();
    let highest = tops.iter().map(|&i| heights[i]).fold(0.0, f64::max);
    // Of several waves the last, since in tachycardia the one before it is T;
    // of the tops of a notched wave the highest.
    let last = *tops
        .iter()
        .rfind(|&&i| heights[i] >= LATER_P_SHARE * highest)?;
    let top = tops
        .into_iter()
        .filter(|&i| i <= last && last - i < samples(ONE_P_S))
        .max_by(|&a, &b| f64::total_cmp(&heights[a], &heights[b]))?;
    let peak = first + top;
    let level = |from: usize, to: usize, size: &[f64]| {
        (from..to).min_by(|&a, &b| f64::total_cmp(&size[a], &size[b]))
    };
    // The level beside the wave: where it is least unlike itself.
    let size = {
        let direction = direction(leads, peak, onset.saturating_sub(samples(0.006)));
        along(leads, &direction, onset.saturating_sub(samples(0.006)))
    };
    let left = level(
        peak.saturating_sub(samples(0.12)).max(previous_t),
        peak,
        &size,
    )?;
    let right = level(peak, (peak + samples(0.12)).min(onset), &size)?;
    let rising = distances(leads, left);
    let falling = distances(leads, right);
    let rise = steepest_rise(&rising, left, peak)?;
    let fall = steepest_fall(&falling, peak, right)?;
    let foot_before = rise as f64 - rising[rise] / slope_at(&rising, rise);
    let foot_after = fall as f64 - falling[fall] / slope_at(&falling, fall);
    Some(Wave {
        onset: (foot_before + SMOOTHED_BY).clamp(left as f64, peak as f64),
        peak,
        offset: (foot_after - SMOOTHED_BY).clamp(peak as f64, onset as f64),
    })
}

/// How far all leads together stand out at a sample from two others. What
/// stands out from one of them alone is the flank of another wave, and counts
/// little.
fn bump(leads: &[Vec<f64>], before: usize, n: usize, after: usize) -> f64 {
    let (mut out, mut left, mut right) = (0.0, 0.0, 0.0);
    for x in leads {
        let (rise, fall) = (x[n] - x[before], x[n] - x[after]);
        let both = (rise + fall) / 2.0;
        out += both * both;
        left += rise * both;
        right += fall * both;
    }
    let on_both_sides = f64::min(left, right) > 0.15 * f64::max(left, right);
    out.sqrt() * if on_both_sides { 1.0 } else { 0.2 }
}

/// Where the fall after a peak ends: at the limit, or where the next wave
/// rises.
fn end_of_fall(y: &[f64], peak: usize, limit: usize) -> usize {
    let mut lowest = peak;
    for n in peak..limit {
        if y[n] < y[lowest] {
            lowest = n;
        }
        if y[lowest] < 0.7 * y[peak] && y[n] > y[lowest] + 0.08 * y[peak] {
            return lowest.max(peak + 1);
        }
    }
    limit
}

/// The unit vector over the leads from the level at one sample to the value
/// at another.
fn direction(leads: &[Vec<f64>], at: usize, level: usize) -> Vec<f64> {
    let vector: Vec<f64> = leads.iter().map(|lead| lead[at] - lead[level]).collect();
    let length = vector.iter().map(|v| v * v).sum::<f64>().sqrt().max(1e-12);
    vector.into_iter().map(|v| v / length).collect()
}

fn along(leads: &[Vec<f64>], direction: &[f64], level: usize) -> Vec<f64> {
    let length = leads.first().map_or(0, Vec::len);
    (0..length)
        .map(|n| {
            let parts = leads.iter().zip(direction);
            parts.map(|(lead, d)| d * (lead[n] - lead[level])).sum()
        })
        .collect()
}

/// Per sample, over 12 ms to either side.
fn slope_at(y: &[f64], n: usize) -> f64 {
    let (from, to) = (n.saturating_sub(6), (n + 6).min(y.len() - 1));
    (y[to] - y[from]) / (to - from) as f64
}

fn steepest_fall(y: &[f64], from: usize, to: usize) -> Option<usize> {
    (from..to)
        .min_by(|&a, &b| f64::total_cmp(&slope_at(y, a), &slope_at(y, b)))
        .filter(|&n| slope_at(y, n) < 0.0)
}

fn steepest_rise(y: &[f64], from: usize, to: usize) -> Option<usize> {
    (from..to)
        .max_by(|&a, &b| f64::total_cmp(&slope_at(y, a), &slope_at(y, b)))
        .filter(|&n| slope_at(y, n) > 0.0)
}
