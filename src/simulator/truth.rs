//! What is known about a simulated ECG, for whoever measures it.

use super::lead_field::{LeadField, leads};
use super::rhythm::Rhythm;
pub use super::template::LeadTruth;
use super::template::Template;
use super::wave::{Wave, sum};

/// A wave begins and ends where it first and last differs by this much from
/// nothing in any lead: five steps of a recording of 1 µV resolution.
pub const VISIBLE_MV: f64 = 0.005;

/// How a beat came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BeatKind {
    /// Conducted from the atria.
    Normal,
    /// Conducted from a premature atrial beat.
    AtrialPremature,
    /// A cycle of a supraventricular re-entry.
    Reentrant,
    JunctionalEscape,
    /// Ventricular premature complex.
    Ventricular,
    VentricularEscape,
    /// Ventricular paced.
    Paced,
}

impl BeatKind {
    /// Its name in `beats.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::AtrialPremature => "atrial_premature",
            Self::Reentrant => "reentrant",
            Self::JunctionalEscape => "junctional_escape",
            Self::Ventricular => "ventricular_premature",
            Self::VentricularEscape => "ventricular_escape",
            Self::Paced => "paced",
        }
    }

    pub fn is_premature(self) -> bool {
        matches!(self, Self::AtrialPremature | Self::Ventricular)
    }
}

/// One beat; times in seconds from the start of the recording, whose limits
/// they may pass at its ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beat {
    pub kind: BeatKind,
    /// The P wave that led to the beat.
    pub p_onset_s: Option<f64>,
    pub p_offset_s: Option<f64>,
    pub qrs_onset_s: f64,
    /// Where the root mean square of the twelve leads is greatest in QRS.
    pub r_peak_s: f64,
    pub qrs_offset_s: f64,
    /// Where the T wave alone, without the ST deviation, becomes visible, at
    /// the earliest at the end of QRS. ST runs into T without a corner, so no
    /// measurement will find it to a few milliseconds.
    pub t_onset_s: f64,
    /// Of the T wave alone, wherever ST deviates.
    pub t_peak_s: f64,
    pub t_end_s: f64,
}

/// The beats of a record and the values that a cart would print.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    pub rhythm: Rhythm,
    /// Beats whose R peak is in the recording, in order.
    pub beats: Vec<Beat>,
    /// Onsets of atrial beats in the recording that led to no QRS; those that
    /// retrograde conduction made are among them.
    pub lone_p_onsets_s: Vec<f64>,
    /// Of flutter, in waves per minute.
    pub flutter_rate_bpm: Option<f64>,
    /// Ventricular, from the first to the last R peak.
    pub heart_rate_bpm: f64,
    /// Median over conducted beats that are not premature.
    pub pr_ms: Option<f64>,
    /// Median over the beats of the most frequent kind that is not premature.
    pub qrs_ms: f64,
    /// Median over the beats of the most frequent kind that is not premature.
    pub qt_ms: f64,
    /// Frontal axes from the areas under I and aVF, -180 to 180 degrees: of
    /// the sinus or paced P, and of QRS and T of the beat that `qrs_ms` is of.
    pub p_axis_deg: Option<f64>,
    pub qrs_axis_deg: Option<f64>,
    pub t_axis_deg: Option<f64>,
    /// The same beat, lead by lead in standard order.
    pub leads: [LeadTruth; 12],
}

impl Truth {
    pub(super) fn new(
        rhythm: Rhythm,
        beats: Vec<Beat>,
        lone_p_onsets_s: Vec<f64>,
        flutter_rate_bpm: Option<f64>,
        template: Template,
    ) -> Self {
        let kind = dominant(&beats);
        let of_kind = |value: &dyn Fn(&Beat) -> f64| {
            median(
                beats
                    .iter()
                    .filter(|b| Some(b.kind) == kind)
                    .map(value)
                    .collect(),
            )
        };
        let pr = beats
            .iter()
            .filter(|b| matches!(b.kind, BeatKind::Normal | BeatKind::Paced))
            .filter_map(|b| Some(1000.0 * (b.qrs_onset_s - b.p_onset_s?)));
        Self {
            rhythm,
            heart_rate_bpm: heart_rate_bpm(&beats),
            pr_ms: median(pr.collect()),
            qrs_ms: of_kind(&|b| 1000.0 * (b.qrs_offset_s - b.qrs_onset_s)).unwrap_or(0.0),
            qt_ms: of_kind(&|b| 1000.0 * (b.t_end_s - b.qrs_onset_s)).unwrap_or(0.0),
            beats,
            lone_p_onsets_s,
            flutter_rate_bpm,
            p_axis_deg: template.p_axis_deg,
            qrs_axis_deg: template.qrs_axis_deg,
            t_axis_deg: template.t_axis_deg,
            leads: template.leads,
        }
    }

    /// Median duration of the P waves that were conducted.
    pub fn p_ms(&self) -> Option<f64> {
        let conducted = self
            .beats
            .iter()
            .filter(|b| matches!(b.kind, BeatKind::Normal | BeatKind::Paced));
        median(
            conducted
                .filter_map(|b| Some(1000.0 * (b.p_offset_s? - b.p_onset_s?)))
                .collect(),
        )
    }

    /// QTc by Fridericia's formula from the mean RR.
    pub fn qtc_fridericia_ms(&self) -> f64 {
        self.qt_ms / (60.0 / self.heart_rate_bpm.max(1.0)).cbrt()
    }

    /// From R peak to R peak, in seconds.
    pub fn rr_s(&self) -> Vec<f64> {
        self.beats
            .windows(2)
            .map(|pair| pair[1].r_peak_s - pair[0].r_peak_s)
            .collect()
    }

    /// How many beats are of this kind.
    pub fn count(&self, kind: BeatKind) -> usize {
        self.beats.iter().filter(|beat| beat.kind == kind).count()
    }
}

fn heart_rate_bpm(beats: &[Beat]) -> f64 {
    match beats {
        [first, .., last] => 60.0 * (beats.len() - 1) as f64 / (last.r_peak_s - first.r_peak_s),
        _ => 0.0,
    }
}

/// The most frequent kind that is not premature; of equally frequent ones that
/// of the earlier beat.
pub(super) fn dominant(beats: &[Beat]) -> Option<BeatKind> {
    let count = |kind| beats.iter().filter(|b| b.kind == kind).count();
    let mut best: Option<(usize, BeatKind)> = None;
    for beat in beats.iter().filter(|b| !b.kind.is_premature()) {
        if best.is_none_or(|(most, _)| count(beat.kind) > most) {
            best = Some((count(beat.kind), beat.kind));
        }
    }
    best.map(|(_, kind)| kind)
}

pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    Some((upper + values.get(middle.wrapping_sub(1))?) / 2.0)
}

/// What can be seen of a group of waves: first and last time at which some
/// lead shows it, and where the leads together are largest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    pub onset_s: f64,
    pub peak_s: f64,
    pub offset_s: f64,
}

/// The extent of the sum of `waves`, to a millisecond.
pub(super) fn extent(waves: &[Wave], field: &LeadField) -> Option<Extent> {
    const STEP_S: f64 = 0.001;
    let start_s = waves
        .iter()
        .map(Wave::start_s)
        .fold(f64::INFINITY, f64::min);
    let end_s = waves
        .iter()
        .map(Wave::end_s)
        .fold(f64::NEG_INFINITY, f64::max);
    let steps = ((end_s - start_s) / STEP_S).clamp(0.0, 5000.0) as usize;
    let time_s = |step: usize| start_s + step as f64 * STEP_S;
    let dipole = |step: usize| {
        let time_s = time_s(step);
        waves
            .iter()
            .fold([0.0; 3], |d, wave| sum(d, wave.at(time_s)))
    };
    let is_visible = |&step: &usize| {
        let leads = leads(&field.potentials(dipole(step)));
        leads.iter().any(|lead| lead.abs() >= VISIBLE_MV)
    };
    let first = (0..=steps).find(is_visible)?;
    let last = (first..=steps).rev().find(is_visible)?;
    let power = |step: usize| field.power(dipole(step));
    // One wave alone is greatest where it says.
    let at_peak = |wave: &Wave| ((wave.peak_s - start_s) / STEP_S) as usize;
    let (from, to) = match waves {
        [alone] => (at_peak(alone).max(first), (at_peak(alone) + 1).min(last)),
        _ => (first, last),
    };
    let peak = (from..=to)
        .map(|step| (step, power(step)))
        .fold(
            (from, 0.0),
            |most, now| if now.1 > most.1 { now } else { most },
        );
    Some(Extent {
        onset_s: time_s(first),
        peak_s: time_s(peak.0),
        offset_s: time_s(last),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_even_counts_is_between_the_middle_two() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0]), Some(3.0));
        assert_eq!(median(vec![4.0, 1.0, 3.0, 2.0]), Some(2.5));
    }
}
