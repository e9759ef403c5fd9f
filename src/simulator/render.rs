//! A schedule and a patient to electrode potentials and truth.

use super::atria::{self, AtrialSample, NEAR_V2, NEAR_V3};
use super::lead_field::{ELECTRODES, LeadField, Potentials};
use super::morphology::{Complex, p_waves};
use super::patient::Patient;
use super::random::Random;
use super::rhythm::{AtrialActivity, Rhythm, Schedule, VentricularEvent};
use super::template::Template;
use super::truth::{Beat, BeatKind, Truth, dominant, extent, median};
use super::wave::{Dipole, Wave, scaled, sum, turned_frontal, turned_horizontal};

/// Length of the recording in seconds.
pub(super) const DURATION_S: f64 = 10.0;

/// The shapes that the beats of one record have.
pub(super) struct Shapes {
    conducted: Complex,
    aberrant: Complex,
    strained: Complex,
    premature: Complex,
    escape: Complex,
    paced: Complex,
}

impl Shapes {
    pub fn new(patient: &Patient, field: &LeadField, strain_mv: f64, random: &mut Random) -> Self {
        let conducted = Complex::conducted(patient, field, random);
        Self {
            aberrant: conducted.aberrant(random),
            strained: conducted.strained(strain_mv),
            premature: Complex::premature(random),
            escape: Complex::escape(random),
            paced: Complex::paced(random),
            conducted,
        }
    }

    fn of(&self, kind: BeatKind) -> &Complex {
        match kind {
            BeatKind::Normal | BeatKind::JunctionalEscape => &self.conducted,
            BeatKind::AtrialPremature => &self.aberrant,
            BeatKind::Reentrant => &self.strained,
            BeatKind::Ventricular => &self.premature,
            BeatKind::VentricularEscape => &self.escape,
            BeatKind::Paced => &self.paced,
        }
    }
}

/// All waves of a record, and what is known about them.
pub(super) struct Scene {
    waves: Vec<Wave>,
    spikes: Vec<Wave>,
    pub truth: Truth,
}

impl Scene {
    pub fn new(
        rhythm: Rhythm,
        schedule: &Schedule,
        shapes: &Shapes,
        patient: &Patient,
        field: &LeadField,
        random: &mut Random,
    ) -> Self {
        let mut waves = Vec::new();
        let atrial: Vec<Vec<Wave>> = schedule
            .atrial
            .iter()
            .map(|event| {
                let gain = random.within(1.0, 0.03, 0.9, 1.1);
                let p = p_waves(event.origin, event.onset_s, patient);
                p.into_iter().map(|wave| wave.scaled(gain)).collect()
            })
            .collect();
        let mut beats = Vec::new();
        for (i, event) in schedule.ventricular.iter().enumerate() {
            let previous = schedule.ventricular.get(..i).unwrap_or_default();
            let qt_s =
                qt_s(patient, shapes.of(event.kind), event, previous) + random.normal(0.0, 0.002);
            let complex = shapes.of(event.kind);
            let qrs = complex.qrs_at(event.onset_s, random.within(1.0, 0.012, 0.96, 1.04));
            let t =
                complex.repolarisation_at(event.onset_s, qt_s, random.within(1.0, 0.025, 0.9, 1.1));
            let p = event
                .from_atrial
                .and_then(|p| extent(atrial.get(p)?, field));
            // The T wave alone has onset and peak; ST ends with its peak.
            let t_alone = t.get(..1).unwrap_or_default();
            if let (Some(q), Some(t_extent)) = (extent(&qrs, field), extent(t_alone, field)) {
                beats.push(Beat {
                    kind: event.kind,
                    p_onset_s: p.map(|p| p.onset_s),
                    p_offset_s: p.map(|p| p.offset_s),
                    qrs_onset_s: q.onset_s,
                    r_peak_s: q.peak_s,
                    qrs_offset_s: q.offset_s,
                    t_onset_s: t_extent.onset_s.max(q.offset_s),
                    t_peak_s: t_extent.peak_s,
                    t_end_s: t_extent.offset_s,
                });
            }
            waves.extend(qrs);
            waves.extend(t);
            waves.push(complex.u_at(event.onset_s, qt_s));
        }
        beats.retain(|beat| (0.0..DURATION_S).contains(&beat.r_peak_s));
        let lone_p_onsets_s = lone_p_onsets_s(schedule, &atrial, field);
        let template = template(schedule, shapes, &beats, patient, field);
        let flutter_rate_bpm = match schedule.activity {
            AtrialActivity::Flutter { cycle_s, .. } => Some(60.0 / cycle_s),
            _ => None,
        };
        waves.extend(atrial.into_iter().flatten());
        Self {
            waves,
            spikes: spikes(schedule, random),
            truth: Truth::new(rhythm, beats, lone_p_onsets_s, flutter_rate_bpm, template),
        }
    }

    /// What the electrodes see of the heart at `times_s`, which rise by
    /// `1 / rate_hz`.
    pub fn potentials(
        &self,
        activity: AtrialActivity,
        patient: &Patient,
        field: &LeadField,
        times_s: &[f64],
        rate_hz: f64,
        random: &mut Random,
    ) -> Vec<Potentials> {
        let atria = match activity {
            AtrialActivity::Beats => vec![AtrialSample::default(); times_s.len()],
            AtrialActivity::Fibrillation => atria::fibrillation(random, times_s.len(), rate_hz),
            AtrialActivity::Flutter { first_s, cycle_s } => {
                atria::flutter(random, first_s, cycle_s, times_s.iter().copied())
            }
        };
        let mut dipoles: Vec<Dipole> = atria.iter().map(|sample| sample.dipole_mv).collect();
        let start_s = times_s.first().copied().unwrap_or(0.0);
        for wave in self.waves.iter().chain(&self.spikes) {
            let first = ((wave.start_s() - start_s) * rate_hz).floor().max(0.0) as usize;
            let last = ((wave.end_s() - start_s) * rate_hz).ceil().max(0.0) as usize;
            for (dipole, &time_s) in dipoles.iter_mut().zip(times_s).take(last + 1).skip(first) {
                *dipole = sum(*dipole, wave.at(time_s));
            }
        }
        let breath = Breath::new(patient, random);
        let see = |((dipole, sample), &time_s): ((Dipole, &AtrialSample), &f64)| {
            let mut potentials = field.potentials(breath.moved(dipole, time_s));
            let [_, _, _, v1, v2, v3, ..] = &mut potentials;
            *v1 += sample.near_v1_mv;
            *v2 += NEAR_V2 * sample.near_v1_mv;
            *v3 += NEAR_V3 * sample.near_v1_mv;
            potentials
        };
        let all: Vec<[f64; ELECTRODES]> = dipoles
            .into_iter()
            .zip(&atria)
            .zip(times_s)
            .map(see)
            .collect();
        all
    }
}

/// The beat that the record is measured by.
fn template(
    schedule: &Schedule,
    shapes: &Shapes,
    beats: &[Beat],
    patient: &Patient,
    field: &LeadField,
) -> Template {
    let Some(kind) = dominant(beats) else {
        return Template::default();
    };
    let of_kind = beats.iter().filter(|beat| beat.kind == kind);
    let qt_s = median(of_kind.map(|b| b.t_end_s - b.qrs_onset_s).collect()).unwrap_or(0.4);
    let origin = schedule
        .ventricular
        .iter()
        .filter(|event| event.kind == kind)
        .find_map(|event| Some(schedule.atrial.get(event.from_atrial?)?.origin));
    let p = origin.map_or(Vec::new(), |origin| p_waves(origin, 0.0, patient));
    let complex = shapes.of(kind);
    let (qrs, t) = (
        complex.qrs_at(0.0, 1.0),
        complex.repolarisation_at(0.0, qt_s, 1.0),
    );
    Template::new(&p, &qrs, &t, complex.qrs_s, field)
}

/// QT by Fridericia's formula from the RR before the beat and those before,
/// since repolarisation follows the rate with a lag.
fn qt_s(
    patient: &Patient,
    complex: &Complex,
    event: &VentricularEvent,
    previous: &[VentricularEvent],
) -> f64 {
    let onsets_s: Vec<f64> = previous
        .iter()
        .rev()
        .take(5)
        .rev()
        .chain([event])
        .map(|e| e.onset_s)
        .collect();
    let rr_s: Vec<f64> = onsets_s.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let effective_s = match rr_s.last() {
        Some(last) => 0.3 * last + 0.7 * rr_s.iter().sum::<f64>() / rr_s.len() as f64,
        None => 0.8,
    };
    patient.qtc_s * effective_s.clamp(0.25, 2.2).cbrt() + complex.qt_extra_s()
}

/// Onsets in the recording of atrial beats that no QRS followed.
fn lone_p_onsets_s(schedule: &Schedule, atrial: &[Vec<Wave>], field: &LeadField) -> Vec<f64> {
    let mut onsets_s: Vec<f64> = atrial
        .iter()
        .enumerate()
        .filter(|(i, _)| {
            !schedule
                .ventricular
                .iter()
                .any(|v| v.from_atrial == Some(*i))
        })
        .filter_map(|(_, waves)| extent(waves, field).map(|p| p.onset_s))
        .filter(|onset_s| (0.0..DURATION_S).contains(onset_s))
        .collect();
    onsets_s.sort_by(f64::total_cmp);
    onsets_s
}

/// The pulses of a pacemaker, about 2 ms wide as a cart of 150 Hz shows them.
fn spikes(schedule: &Schedule, random: &mut Random) -> Vec<Wave> {
    // Bipolar electrodes give small spikes, unipolar ones large.
    let mv = if random.chance(0.5) {
        random.uniform(0.5, 0.9)
    } else {
        random.uniform(1.0, 1.8)
    };
    let ventricle = [
        random.uniform(-0.5, -0.2),
        random.uniform(-1.0, -0.6),
        random.uniform(-0.2, 0.5),
    ];
    let atrium = [
        random.uniform(-0.4, 0.4),
        random.uniform(0.4, 0.9),
        random.uniform(-0.4, 0.1),
    ];
    let spike = |&(at_s, in_ventricle): &(f64, bool)| {
        let vector = if in_ventricle {
            ventricle
        } else {
            scaled(atrium, 0.8)
        };
        Wave::new(at_s - 0.002, at_s + 0.001, at_s + 0.004, scaled(vector, mv))
    };
    schedule.spikes.iter().map(spike).collect()
}

/// The heart turns and the chest fills with every breath.
struct Breath {
    hz: f64,
    phase: f64,
    frontal_deg: f64,
    horizontal_deg: f64,
    gain: f64,
}

impl Breath {
    fn new(patient: &Patient, random: &mut Random) -> Self {
        Self {
            hz: patient.respiration_hz,
            phase: random.phase(),
            frontal_deg: random.uniform(1.0, 4.0),
            horizontal_deg: random.uniform(0.5, 3.0),
            gain: random.uniform(0.01, 0.04),
        }
    }

    fn moved(&self, dipole: Dipole, time_s: f64) -> Dipole {
        let breath = (std::f64::consts::TAU * self.hz * time_s + self.phase).sin();
        let turned = turned_frontal(dipole, self.frontal_deg * breath);
        let turned = turned_horizontal(turned, self.horizontal_deg * breath);
        scaled(turned, 1.0 - self.gain * breath)
    }
}
