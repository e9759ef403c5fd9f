//! The part of a recording that is judged, and what was measured in it.

use super::JUDGED_S;
use crate::dsp::{Band, butterworth};
use crate::ecg::{Channel, Lead, Recording};
use crate::measurements::{Measurements, measure};

/// Raw amplitudes between which a recording is measured as it is.
const MEASURED_AS_IT_IS_MV: std::ops::RangeInclusive<f64> = 0.1..=5.0;
/// Otherwise it is scaled to this, the usual one, since measuring knows what a
/// flat lead is in millivolts.
const USUAL_AMPLITUDE_MV: f64 = 0.6;

pub(super) struct Judged {
    pub rate_hz: f64,
    pub leads: Vec<JudgedLead>,
    /// The median over the leads of the 99th percentile of the absolute signal
    /// without baseline; `None` where no lead has a signal.
    pub amplitude_mv: Option<f64>,
    /// What was measured, if it could be.
    pub measured: Option<Measured>,
}

pub(super) struct JudgedLead {
    pub lead: Lead,
    /// Missing samples hold the value before them, so that what is judged is
    /// the signal; they are a finding of their own.
    pub samples_mv: Vec<f64>,
    pub median_mv: f64,
    /// Largest minus smallest sample.
    pub range_mv: f64,
}

/// Beats, intervals and the median beat, whatever the unit.
pub(super) struct Measured {
    pub measurements: Measurements,
    /// Millivolts of the recording for one millivolt of `measurements`.
    pub scale: f64,
}

impl Judged {
    pub fn of(recording: &Recording) -> Self {
        let samples = (JUDGED_S * recording.rate_hz).round() as usize;
        let leads: Vec<JudgedLead> = Lead::STANDARD
            .into_iter()
            .filter_map(|lead| {
                let all_mv = recording.lead(lead)?;
                JudgedLead::of(lead, &all_mv[..samples.min(all_mv.len())])
            })
            .collect();
        let amplitude_mv = amplitude(&leads, recording.rate_hz);
        let measured = amplitude_mv.and_then(|mv| Measured::of(recording, samples, mv));
        Self {
            rate_hz: recording.rate_hz,
            leads,
            amplitude_mv,
            measured,
        }
    }

    /// The height of QRS in the median beat of a lead, in millivolts.
    pub fn qrs_mv(&self, lead: Lead) -> Option<f64> {
        let measured = self.measured.as_ref()?;
        let (beat, qrs) = measured.qrs()?;
        Some(measured.scale * range(beat.lead(lead)?.get(qrs)?))
    }
}

impl JudgedLead {
    fn of(lead: Lead, samples_mv: &[f64]) -> Option<Self> {
        let samples_mv = filled(samples_mv)?;
        Some(Self {
            lead,
            median_mv: quantile(&samples_mv, 0.5)?,
            range_mv: range(&samples_mv),
            samples_mv,
        })
    }
}

impl Measured {
    fn of(recording: &Recording, samples: usize, amplitude_mv: f64) -> Option<Self> {
        let scale = if MEASURED_AS_IT_IS_MV.contains(&amplitude_mv) {
            1.0
        } else {
            amplitude_mv / USUAL_AMPLITUDE_MV
        };
        let start = scaled_start(recording, samples, scale);
        let measurements = measure(&start, None).ok()?;
        measurements.fiducials?;
        Some(Self {
            measurements,
            scale,
        })
    }

    /// The median beat and the samples of its QRS complex.
    pub fn qrs(&self) -> Option<(&crate::measurements::MedianBeat, std::ops::Range<usize>)> {
        let fiducials = self.measurements.fiducials?;
        let beat = self.measurements.median_beat.as_ref()?;
        let (from, to) = (
            beat.sample(fiducials.qrs_onset_s),
            beat.sample(fiducials.qrs_offset_s),
        );
        Some((beat, from..to + 1))
    }
}

/// The first samples of every channel, divided by `scale`.
pub(super) fn scaled_start(recording: &Recording, samples: usize, scale: f64) -> Recording {
    let channel = |c: &Channel| Channel {
        name: c.name.clone(),
        lead: c.lead,
        samples_mv: c
            .samples_mv
            .iter()
            .take(samples)
            .map(|v| v / scale)
            .collect(),
    };
    Recording::of_signals(
        recording.rate_hz,
        recording.channels.iter().map(channel).collect(),
    )
}

fn amplitude(leads: &[JudgedLead], rate_hz: f64) -> Option<f64> {
    let amplitudes_mv: Vec<f64> = leads
        .iter()
        .filter(|lead| lead.range_mv > 0.0)
        .filter_map(|lead| quantile(&detrended(lead, rate_hz), 0.99))
        .collect();
    quantile(&amplitudes_mv, 0.5)
}

/// The absolute signal without its baseline.
fn detrended(lead: &JudgedLead, rate_hz: f64) -> Vec<f64> {
    let high_pass = butterworth(1, Band::HighPass { cutoff_hz: 0.5 }, rate_hz);
    let filtered = high_pass.and_then(|filter| filter.filtfilt(&lead.samples_mv));
    // A signal too short or too slow for the filter is refused elsewhere.
    let around_zero =
        filtered.unwrap_or_else(|_| lead.samples_mv.iter().map(|v| v - lead.median_mv).collect());
    around_zero.into_iter().map(f64::abs).collect()
}

/// `None` where no sample has a value.
pub(super) fn filled(samples_mv: &[f64]) -> Option<Vec<f64>> {
    let mut last = samples_mv.iter().copied().find(|v| v.is_finite())?;
    let hold = |&v: &f64| {
        last = if v.is_finite() { v } else { last };
        last
    };
    Some(samples_mv.iter().map(hold).collect())
}

/// Largest minus smallest value.
pub(super) fn range(values: &[f64]) -> f64 {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let smallest = values.iter().copied().fold(f64::INFINITY, f64::min);
    largest - smallest
}

/// The value below which the fraction `q` of finite `values` lies.
pub(super) fn quantile(values: &[f64], q: f64) -> Option<f64> {
    let index = (q * values.len().saturating_sub(1) as f64).round() as usize;
    let mut values = values.to_vec();
    let (_, value, _) =
        (index < values.len()).then(|| values.select_nth_unstable_by(index, f64::total_cmp))?;
    Some(*value)
}
