//! What a cardiologist measures: beats, intervals, axes, ST, voltages.
//!
//! Beats are found in all leads together ([`detect`]), sorted by shape
//! ([`group`]), and the median of the typical ones ([`median_beat`]) is
//! delineated ([`delineate`]); every value comes from there, so that it can be
//! shown where it was measured.
//!
//! Whether there is a P wave to measure is decided from the recording itself
//! ([`rhythm`]) unless the caller knows the rhythm: a model's or a
//! cardiologist's AFIB, AFLT or PACE is believed. docs/measurements.md has the
//! definitions, and bias and spread against simulated ECGs.

mod amplitudes;
mod baseline;
mod delineate;
mod detect;
mod error;
mod group;
mod intervals;
mod median_beat;
mod noise;
mod quantity;
mod report;
mod rhythm;
mod signal;
mod spikes;

pub use amplitudes::LeadAmplitudes;
pub use delineate::{Fiducials, WaveLimits};
pub use error::MeasurementError;
pub use intervals::{
    Qtc, RrBasis, RrStatistics, bazett_ms, framingham_ms, fridericia_ms, hodges_ms,
};
pub use median_beat::{MedianBeat, MedianLead};
pub use quantity::{Absence, Quantity};
pub use report::{Beat, LeadMeasurements, Measurements};
pub use rhythm::{Atria, RhythmEvidence};

use crate::dsp::{Band, butterworth};
use crate::ecg::Recording;
use amplitudes::Measured;
use group::Groups;
use signal::{RATE_HZ, Signal, seconds};

/// Shapes are compared and R peaks found below this.
const SHAPE_BELOW_HZ: f64 = 40.0;
/// Below this rate a sample lasts so long that it is part of an interval's
/// printed form.
const COARSE_BELOW_HZ: f64 = 250.0;

/// Measures a recording. `stated` is what a person or a model says about the
/// atria; without it the recording's own evidence decides whether PR and the P
/// axis exist.
///
/// # Errors
/// Less than 100 Hz, a rate that is no whole number, less than 2 s, or no lead
/// with a signal. Everything else that cannot be measured is absent in the
/// [`Measurements`] and says why.
pub fn measure(
    recording: &Recording,
    stated: Option<Atria>,
) -> Result<Measurements, MeasurementError> {
    measured(recording, stated, None)
}

/// As [`measure`], with the median beat, and all values that come from it, of
/// the beats of one shape ([`Beat::shape`]) instead of the dominant one.
///
/// # Errors
/// As [`measure`]; no beat of that shape.
pub fn measure_shape(
    recording: &Recording,
    stated: Option<Atria>,
    shape: usize,
) -> Result<Measurements, MeasurementError> {
    measured(recording, stated, Some(shape))
}

fn measured(
    recording: &Recording,
    stated: Option<Atria>,
    shape: Option<usize>,
) -> Result<Measurements, MeasurementError> {
    let signal = Signal::of(recording)?;
    let cutoff_hz = SHAPE_BELOW_HZ;
    let low_pass = butterworth(2, Band::LowPass { cutoff_hz }, RATE_HZ)?;
    let middles = detect::beats(&signal)?;
    let smooth = signal.mapped(|x| low_pass.filtfilt(x))?;
    let flat = baseline::removed(&signal, &smooth, &middles);
    let smooth = flat.mapped(|x| low_pass.filtfilt(x))?;
    let groups = group::grouped(&smooth, &middles);
    let shape = match shape {
        Some(wanted) if !groups.has(wanted) => {
            return Err(MeasurementError::NoSuchShape {
                wanted,
                shapes: groups.count(),
            });
        }
        wanted => wanted.or(groups.dominant),
    };
    let analysis = Analysis::of(&flat, &smooth, groups, shape)?;
    analysis.report(recording, &signal, stated)
}

/// Everything that values are read from.
struct Analysis {
    groups: Groups,
    r: Vec<usize>,
    typical: Vec<usize>,
    rr: Option<RrStatistics>,
    beat: Option<(MedianBeat, Fiducials)>,
    p_similarity: f64,
    flutter_similarity: f64,
}

impl Analysis {
    /// The median beat is of `shape`.
    fn of(
        flat: &Signal,
        smooth: &Signal,
        groups: Groups,
        shape: Option<usize>,
    ) -> Result<Self, MeasurementError> {
        let r: Vec<usize> = groups.beats.iter().map(|b| b.r).collect();
        let typical = groups.typical(shape);
        let rr_ms: Vec<f64> = r
            .windows(2)
            .map(|pair| 1000.0 * seconds(pair[1] - pair[0]))
            .collect();
        let rr = RrStatistics::of(&rr_ms);
        let rr_s = rr.map_or(1.0, |rr| rr.median_ms / 1000.0);
        let beat = (!typical.is_empty())
            .then(|| MedianBeat::of(flat, &typical, &r))
            .and_then(|beat| Some((delineate::fiducials(&beat, rr_s)?, beat)))
            .map(|(fiducials, beat)| (beat, fiducials));
        let p_similarity = beat
            .as_ref()
            .map_or(0.0, |(_, f)| rhythm::p_similarity(smooth, &typical, f));
        Ok(Self {
            flutter_similarity: rhythm::flutter_similarity(flat, &r)?,
            groups,
            r,
            typical,
            rr,
            beat,
            p_similarity,
        })
    }

    fn rhythm(&self, signal: &Signal, stated: Option<Atria>) -> RhythmEvidence {
        let of_shape: Vec<bool> = self
            .groups
            .beats
            .iter()
            .map(|b| b.group.is_none() || b.group == self.groups.dominant)
            .collect();
        let rate_bpm = self.rr.map_or(0.0, |rr| 60_000.0 / rr.median_ms);
        RhythmEvidence {
            atria: Atria::NoPWaves,
            stated: false,
            rr_irregularity: rhythm::irregularity(&self.r, &of_shape),
            p_similarity: self.p_similarity,
            flutter_similarity: self.flutter_similarity,
            pulses_per_beat: signal.spikes_s.len() as f64 / self.r.len().max(1) as f64,
        }
        .judged(stated, rate_bpm)
    }

    fn report(
        mut self,
        recording: &Recording,
        signal: &Signal,
        stated: Option<Atria>,
    ) -> Result<Measurements, MeasurementError> {
        let rhythm = self.rhythm(signal, stated);
        let without_p = intervals::without_p(rhythm.atria);
        if let (Some((_, fiducials)), true) = (&mut self.beat, without_p.is_some()) {
            fiducials.p = None;
        }
        let measured = self.beat.as_ref().map(|(beat, fiducials)| Measured {
            beat,
            fiducials: *fiducials,
        });
        let leads = self.leads(signal, measured.as_ref())?;
        let too_few = Quantity::absent(Absence::TooFewBeats);
        let of =
            |value: &dyn Fn(&Measured<'_>) -> Quantity| measured.as_ref().map_or(too_few, value);
        let interval = |from_s: f64, to_s: f64| interval_ms(from_s, to_s, recording.rate_hz);
        let no_p = Quantity::absent(without_p.unwrap_or(Absence::NoPWave));
        let qt_ms = of(&|m| match m.fiducials.t {
            Some(t) => interval(m.fiducials.qrs_onset_s, t.offset_s),
            None => Quantity::absent(Absence::NoTWave),
        });
        Ok(Measurements {
            rate_hz: recording.rate_hz,
            duration_s: recording.duration_s(),
            method: self.method(),
            rhythm,
            heart_rate_bpm: self
                .rr
                .map_or(too_few, |rr| Quantity::exact(60_000.0 / rr.mean_ms)),
            rr: self.rr,
            p_ms: of(&|m| {
                m.fiducials
                    .p
                    .map_or(no_p, |p| interval(p.onset_s, p.offset_s))
            }),
            pr_ms: of(&|m| {
                let onset_s = m.fiducials.qrs_onset_s;
                m.fiducials.p.map_or(no_p, |p| interval(p.onset_s, onset_s))
            }),
            qrs_ms: of(&|m| interval(m.fiducials.qrs_onset_s, m.fiducials.qrs_offset_s)),
            qt_ms,
            qtc: self.rr.as_ref().map(|rr| Qtc::of(qt_ms, rr, rhythm.atria)),
            p_axis_deg: of(&|m| m.fiducials.p.map_or(no_p, |_| m.p_axis_deg())),
            qrs_axis_deg: of(&|m| m.qrs_axis_deg()),
            t_axis_deg: of(&|m| m.t_axis_deg()),
            sokolow_lyon_mv: of(&|m| m.sokolow_lyon_mv()),
            cornell_mv: of(&|m| m.cornell_mv()),
            leads,
            beats: self.beats(),
            fiducials: measured.as_ref().map(|m| m.fiducials),
            median_beat: self.beat.map(|(beat, _)| beat),
        })
    }

    fn method(&self) -> String {
        format!(
            "median of {} of {} beats at {RATE_HZ} Hz, baseline taken away by a spline; beats found by zero-phase filters",
            self.typical.len(),
            self.r.len()
        )
    }

    fn leads(
        &self,
        signal: &Signal,
        measured: Option<&Measured<'_>>,
    ) -> Result<Vec<LeadMeasurements>, MeasurementError> {
        let lead = |(i, channel): (usize, &signal::Channel)| {
            let amplitudes = measured.and_then(|m| Some(m.lead(&m.beat.leads.get(i)?.samples_mv)));
            Ok(LeadMeasurements {
                name: channel.name.clone(),
                lead: channel.lead,
                noise_mv: noise::noise_mv(&channel.samples_mv, &self.r)?,
                wander_mv: noise::wander_mv(&channel.samples_mv)?,
                amplitudes,
            })
        };
        signal.channels.iter().enumerate().map(lead).collect()
    }

    fn beats(&self) -> Vec<Beat> {
        let beat = |b: &group::GroupedBeat| Beat {
            r_peak_s: seconds(b.r),
            shape: b.group,
            premature: b.premature,
            typical: self.typical.contains(&b.r),
        };
        self.groups.beats.iter().map(beat).collect()
    }
}

fn interval_ms(from_s: f64, to_s: f64, rate_hz: f64) -> Quantity {
    Quantity::Measured {
        value: 1000.0 * (to_s - from_s),
        plus_minus: (rate_hz < COARSE_BELOW_HZ).then(|| (1000.0 / rate_hz).ceil()),
    }
}
