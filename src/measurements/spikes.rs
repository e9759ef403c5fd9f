//! Pulses of a pacemaker: a millisecond or two, in most leads at once.

use super::signal::{Channel, median};

/// Below this a pulse is less than a sample and a half, and anti-aliasing has
/// made it a part of QRS.
const LOWEST_RATE_HZ: f64 = 250.0;
/// A pulse stands out from its neighbours at this distance...
const NEAR_S: f64 = 0.006;
/// ...as much as from those at this one; the tip of an R wave does not.
const FAR_S: f64 = 0.012;
const SHARE_OF_FAR: f64 = 0.75;
/// Smallest pulse, as root mean square over the leads.
const SMALLEST_MV: f64 = 0.08;
/// A pulse is this many times the median of what noise and QRS do.
const TIMES_NOISE: f64 = 8.0;
/// Pulses come no closer: an atrial and a ventricular one.
const APART_S: f64 = 0.05;

/// Finds the pulses, in seconds, and bridges them in all channels; nothing
/// below 250 Hz.
pub(super) fn take_out(channels: &mut [Channel], rate_hz: f64) -> Vec<f64> {
    let length = channels.first().map_or(0, |c| c.samples_mv.len());
    if rate_hz < LOWEST_RATE_HZ {
        return Vec::new();
    }
    let near = (NEAR_S * rate_hz).round() as usize;
    let far = (FAR_S * rate_hz).round() as usize;
    if length <= 2 * far {
        return Vec::new();
    }
    let height = |n: usize, apart: usize| {
        let squares = channels.iter().map(|c| {
            let x = &c.samples_mv;
            (x[n] - (x[n - apart] + x[n + apart]) / 2.0).powi(2)
        });
        (squares.sum::<f64>() / channels.len() as f64).sqrt()
    };
    let heights: Vec<f64> = (far..length - far).map(|n| height(n, near)).collect();
    let usual = median(&mut heights.clone()).unwrap_or(0.0);
    let limit_mv = SMALLEST_MV.max(TIMES_NOISE * usual);
    let mut found: Vec<usize> = Vec::new();
    for (i, &h) in heights.iter().enumerate() {
        let n = i + far;
        let around = &heights[i.saturating_sub(near)..(i + near + 1).min(heights.len())];
        let is_top = around.iter().all(|&other| other <= h);
        if h < limit_mv || !is_top || h < SHARE_OF_FAR * height(n, far) {
            continue;
        }
        if found
            .last()
            .is_none_or(|&last| (n - last) as f64 > APART_S * rate_hz)
        {
            found.push(n);
        }
    }
    for channel in channels {
        for &n in &found {
            bridge(&mut channel.samples_mv, n - near, n + near);
        }
    }
    found.into_iter().map(|n| n as f64 / rate_hz).collect()
}

/// A straight line from one sample to another.
fn bridge(x: &mut [f64], from: usize, to: usize) {
    let (first, last) = (x[from], x[to]);
    let steps = (to - from) as f64;
    for (i, value) in x[from..=to].iter_mut().enumerate() {
        *value = first + (last - first) * i as f64 / steps;
    }
}
