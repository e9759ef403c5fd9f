//! What was measured: one value for the screen, the PDF and the JSON.

use serde::{Deserialize, Serialize};

use super::amplitudes::LeadAmplitudes;
use super::delineate::Fiducials;
use super::intervals::{Qtc, RrStatistics};
use super::median_beat::MedianBeat;
use super::quantity::Quantity;
use super::rhythm::RhythmEvidence;
use crate::ecg::Lead;

/// All measurements of a recording. Whatever has no value says why
/// ([`Quantity`]).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurements {
    /// Of the recording, not of the measuring (500 Hz).
    pub rate_hz: f64,
    pub duration_s: f64,
    /// How it was measured, for the page: filters, baseline, beats.
    pub method: String,
    pub rhythm: RhythmEvidence,
    /// Ventricular, from the first to the last R peak, all beats counted.
    pub heart_rate_bpm: Quantity,
    pub rr: Option<RrStatistics>,
    pub p_ms: Quantity,
    pub pr_ms: Quantity,
    pub qrs_ms: Quantity,
    pub qt_ms: Quantity,
    pub qtc: Option<Qtc>,
    pub p_axis_deg: Quantity,
    pub qrs_axis_deg: Quantity,
    pub t_axis_deg: Quantity,
    pub sokolow_lyon_mv: Quantity,
    pub cornell_mv: Quantity,
    pub leads: Vec<LeadMeasurements>,
    pub beats: Vec<Beat>,
    /// Limits of the waves in the median beat; none where there is no beat.
    pub fiducials: Option<Fiducials>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median_beat: Option<MedianBeat>,
}

/// One lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeadMeasurements {
    /// `V1`, or the file's name for a lead that is not one of the twelve.
    pub name: String,
    pub lead: Option<Lead>,
    /// Root mean square above 20 Hz between the QRS complexes.
    pub noise_mv: f64,
    /// Range of the baseline below 0.5 Hz.
    pub wander_mv: f64,
    /// None where there is no beat.
    pub amplitudes: Option<LeadAmplitudes>,
}

/// One beat of the ventricles.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Beat {
    /// From the start of the recording.
    pub r_peak_s: f64,
    /// Beats of one number have one shape; none where the recording begins or
    /// ends within the beat.
    pub shape: Option<usize>,
    /// Sooner than 80 % of the usual RR.
    pub premature: bool,
    /// Part of the median beat.
    pub typical: bool,
}
