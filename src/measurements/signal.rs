//! The leads that are measured, at one rate.

use super::MeasurementError;
use super::spikes;
use crate::dsp::resample;
use crate::ecg::{Lead, Recording};

/// Everything is measured at this rate. Recordings at 100 Hz are interpolated
/// to it (band-limited), so that a wave's edge is found between its samples.
pub(super) const RATE_HZ: f64 = 500.0;
pub(super) const LOWEST_RATE_HZ: f64 = 100.0;
const SHORTEST_S: f64 = 2.0;
/// With fewer standard leads than this every channel is taken for a lead, as
/// in a recording of `MLII` and `V5`.
const ENOUGH_STANDARD_LEADS: usize = 3;
const FLAT_MV: f64 = 0.01;

/// Samples of a time in seconds, rounded.
pub(super) fn samples(seconds: f64) -> usize {
    (seconds * RATE_HZ).round().max(0.0) as usize
}

pub(super) fn seconds(samples: usize) -> f64 {
    samples as f64 / RATE_HZ
}

/// One lead in millivolts at [`RATE_HZ`], without missing samples.
#[derive(Clone, Debug)]
pub(super) struct Channel {
    pub name: String,
    pub lead: Option<Lead>,
    pub samples_mv: Vec<f64>,
}

/// The leads of a recording, of equal length.
#[derive(Clone, Debug)]
pub(super) struct Signal {
    pub channels: Vec<Channel>,
    /// Pulses of a pacemaker, which were taken out of the channels.
    pub spikes_s: Vec<f64>,
}

impl Signal {
    pub fn of(recording: &Recording) -> Result<Self, MeasurementError> {
        let rate_hz = recording.rate_hz;
        if rate_hz.is_nan() || rate_hz < LOWEST_RATE_HZ {
            return Err(MeasurementError::Rate {
                found_hz: rate_hz,
                lowest_hz: LOWEST_RATE_HZ,
            });
        }
        if recording.duration_s() < SHORTEST_S {
            return Err(MeasurementError::TooShort {
                found_s: recording.duration_s(),
                shortest_s: SHORTEST_S,
            });
        }
        let mut channels = usable(recording);
        if channels.is_empty() {
            return Err(MeasurementError::NoSignal);
        }
        let spikes_s = spikes::take_out(&mut channels, rate_hz);
        for channel in &mut channels {
            channel.samples_mv = resample(&channel.samples_mv, rate_hz, RATE_HZ)?;
        }
        Ok(Self { channels, spikes_s })
    }

    pub fn len(&self) -> usize {
        self.channels.first().map_or(0, |c| c.samples_mv.len())
    }

    /// The same leads with other samples.
    pub fn mapped<E>(&self, f: impl Fn(&[f64]) -> Result<Vec<f64>, E>) -> Result<Self, E> {
        let channels = self.channels.iter().map(|c| {
            Ok(Channel {
                name: c.name.clone(),
                lead: c.lead,
                samples_mv: f(&c.samples_mv)?,
            })
        });
        Ok(Self {
            channels: channels.collect::<Result<_, E>>()?,
            spikes_s: self.spikes_s.clone(),
        })
    }
}

/// The leads with a signal, missing samples bridged.
fn usable(recording: &Recording) -> Vec<Channel> {
    let standard: Vec<_> = Lead::STANDARD
        .into_iter()
        .filter_map(|lead| recording.channels.iter().find(|c| c.lead == Some(lead)))
        .collect();
    let taken = if standard.len() < ENOUGH_STANDARD_LEADS {
        recording.channels.iter().collect()
    } else {
        standard
    };
    let channels = taken.into_iter().filter_map(|c: &crate::ecg::Channel| {
        Some(Channel {
            name: c.lead.map_or(c.name.clone(), |lead| lead.name().to_owned()),
            lead: c.lead,
            samples_mv: bridged(&c.samples_mv)?,
        })
    });
    channels.filter(|c| !is_flat(&c.samples_mv)).collect()
}

fn is_flat(samples_mv: &[f64]) -> bool {
    let largest = samples_mv.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let smallest = samples_mv.iter().copied().fold(f64::INFINITY, f64::min);
    largest - smallest < FLAT_MV
}

/// Missing samples hold the value before them; `None` where more than a tenth
/// is missing.
fn bridged(samples_mv: &[f64]) -> Option<Vec<f64>> {
    let missing = samples_mv.iter().filter(|v| !v.is_finite()).count();
    if missing * 10 > samples_mv.len() {
        return None;
    }
    let mut last = samples_mv.iter().copied().find(|v| v.is_finite())?;
    let hold = |&v: &f64| {
        last = if v.is_finite() { v } else { last };
        last
    };
    Some(samples_mv.iter().map(hold).collect())
}

/// Root of the sum of squares over leads at a sample.
pub(super) fn across_leads(leads: &[Vec<f64>], value: impl Fn(&[f64]) -> f64) -> f64 {
    leads
        .iter()
        .map(|lead| value(lead).powi(2))
        .sum::<f64>()
        .sqrt()
}

/// The middle value; of an even count the mean of the two in the middle.
pub(super) fn median(values: &mut [f64]) -> Option<f64> {
    let middle = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some(if values.len().is_multiple_of(2) {
        (lower + upper) / 2.0
    } else {
        upper
    })
}
