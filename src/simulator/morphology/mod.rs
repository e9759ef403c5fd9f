//! What one beat looks like: the waves of P, QRS, ST, T and U as parts of the
//! heart's dipole. The numbers are our own, drawn so that the twelve leads
//! show what textbooks describe.

mod atrial;
mod excitation;
mod repolarisation;
mod ventricular;

pub(super) use atrial::{AtrialOrigin, p_waves};

use super::lead_field::LeadField;
use super::patient::Patient;
use super::random::Random;
use super::wave::{Wave, scaled, sum, turned_horizontal};
use repolarisation::Recovery;

/// The waves of one kind of beat, and how its repolarisation is timed.
#[derive(Clone, Debug)]
pub(super) struct Complex {
    /// In seconds after the onset of QRS.
    qrs: Vec<Wave>,
    pub qrs_s: f64,
    recovery: Recovery,
}

impl Complex {
    /// A conducted beat of this patient, as these electrodes see it.
    pub fn conducted(patient: &Patient, field: &LeadField, random: &mut Random) -> Self {
        let qrs_gain = patient.qrs_gain * random.uniform(0.95, 1.05);
        Self {
            qrs: excitation::qrs(patient, qrs_gain, field),
            qrs_s: patient.qrs_s,
            recovery: repolarisation::recovery(patient, random.uniform(0.92, 1.08)),
        }
    }

    /// The same beat with slightly other conduction, as after a short cycle.
    pub fn aberrant(&self, random: &mut Random) -> Self {
        let mut other = self.clone();
        let last = other.qrs.len().saturating_sub(2);
        for wave in other.qrs.iter_mut().skip(last) {
            let turn = random.uniform(5.0, 18.0);
            wave.vector_mv = turned_horizontal(wave.vector_mv, -turn);
        }
        other
    }

    /// Depressed ST and flat T of a very fast rhythm.
    pub fn strained(&self, st_mv: f64) -> Self {
        let mut other = self.clone();
        other.recovery.st_mv = sum(other.recovery.st_mv, [-st_mv, -0.9 * st_mv, 0.15 * st_mv]);
        other.recovery.t_mv = scaled(other.recovery.t_mv, 0.75);
        other
    }

    /// Added to the QT that the rate asks for: a wide QRS ends later.
    pub fn qt_extra_s(&self) -> f64 {
        self.recovery.qt_extra_s
    }

    /// QRS of a beat whose QRS begins at `onset_s`.
    pub fn qrs_at(&self, onset_s: f64, gain: f64) -> Vec<Wave> {
        self.qrs
            .iter()
            .map(|wave| wave.shifted(onset_s).scaled(gain))
            .collect()
    }

    /// ST and T, so that T ends `qt_s` after the onset.
    pub fn repolarisation_at(&self, onset_s: f64, qt_s: f64, gain: f64) -> Vec<Wave> {
        let peak_s = onset_s + 0.745 * qt_s;
        let foot_s = onset_s + self.recovery.t_foot * self.qrs_s;
        let mut t = Wave::new(
            foot_s,
            peak_s,
            onset_s + qt_s,
            scaled(self.recovery.t_mv, gain),
        );
        t.rise_power = self.recovery.t_rise_power;
        let j_s = onset_s + self.qrs_s;
        let st = Wave::new(
            onset_s + 0.6 * self.qrs_s,
            j_s + self.recovery.st_peak_s,
            peak_s,
            scaled(self.recovery.st_mv, gain),
        );
        vec![t, st]
    }

    /// The U wave after T; nothing in beats of ventricular origin.
    pub fn u_at(&self, onset_s: f64, qt_s: f64) -> Wave {
        let t_end_s = onset_s + qt_s;
        Wave::new(
            t_end_s - 0.02,
            t_end_s + 0.07,
            t_end_s + 0.18,
            self.recovery.u_mv,
        )
    }
}
