//! What one beat looks like: the waves of P, QRS, ST, T and U as parts of the
//! heart's dipole. The numbers are our own, drawn so that the twelve leads
//! show what textbooks describe.

use super::lead_field::lead_i_and_avf;
use super::patient::{Conduction, Patient};
use super::random::Random;
use super::wave::{Dipole, Wave, length, scaled, sum, turned_frontal, turned_horizontal};

/// One part of QRS: start, peak and end as shares of its duration.
type Part = (f64, f64, f64, Dipole);

/// Septum, apex and anterior wall, free walls, base, outflow tract.
const NORMAL_QRS: [Part; 5] = [
    (0.00, 0.17, 0.40, [-0.14, 0.00, -0.30]),
    (0.10, 0.36, 0.62, [0.62, 0.52, -0.20]),
    (0.26, 0.50, 0.76, [1.06, 0.85, 0.52]),
    (0.45, 0.68, 1.00, [0.16, 0.08, 0.70]),
    (0.62, 0.82, 1.00, [-0.16, -0.06, 0.16]),
];
/// Complete right bundle branch block: the left side as always, then the right
/// ventricle slowly, to the right and the front.
const RIGHT_BUNDLE_QRS: [Part; 5] = [
    (0.00, 0.12, 0.28, [-0.14, 0.00, -0.30]),
    (0.07, 0.25, 0.44, [0.65, 0.50, -0.25]),
    (0.18, 0.35, 0.54, [0.95, 0.75, 0.40]),
    (0.38, 0.58, 0.84, [-0.38, -0.02, -0.30]),
    (0.52, 0.74, 1.00, [-0.52, -0.06, -0.52]),
];

/// A conduction delay of no particular bundle: slurred, notched, no septal q.
const DELAYED_QRS: [Part; 5] = [
    (0.00, 0.20, 0.46, [0.16, 0.16, -0.26]),
    (0.12, 0.36, 0.60, [0.78, 0.50, -0.10]),
    (0.34, 0.54, 0.76, [0.62, 0.42, 0.46]),
    (0.46, 0.68, 0.92, [0.72, 0.55, 0.40]),
    (0.66, 0.84, 1.00, [0.10, 0.00, 0.30]),
];

/// Early, middle and late part of a beat that starts in a ventricle, apart
/// from its direction.
const VENTRICULAR_SHAPE: [(f64, f64, f64, f64); 3] = [
    (0.00, 0.30, 0.62, 0.55),
    (0.16, 0.46, 0.80, 0.85),
    (0.38, 0.66, 1.00, 0.55),
];

/// The waves of one kind of beat, and how its repolarisation is timed.
#[derive(Clone, Debug)]
pub(super) struct Complex {
    /// In seconds after the onset of QRS.
    qrs: Vec<Wave>,
    pub qrs_s: f64,
    t_mv: Dipole,
    st_mv: Dipole,
    u_mv: Dipole,
    /// Where T begins to rise, as a share of QRS.
    t_foot: f64,
    t_rise_power: f64,
    /// Added to the QT that the rate asks for: a wide QRS ends later.
    pub qt_extra_s: f64,
}

impl Complex {
    /// A conducted beat of this patient.
    pub fn conducted(patient: &Patient, random: &mut Random) -> Self {
        let parts = match patient.conduction {
            Conduction::RightBundleBlock => &RIGHT_BUNDLE_QRS,
            Conduction::Delayed => &DELAYED_QRS,
            _ => &NORMAL_QRS,
        };
        let gain = patient.qrs_gain * random.uniform(0.95, 1.05);
        let mut qrs = Vec::with_capacity(parts.len());
        for (i, (&(start, peak, end, vector), detail)) in
            parts.iter().zip(&patient.details).enumerate()
        {
            // In left anterior block the septum starts down and right.
            let vector = match (i, patient.conduction) {
                (0, Conduction::LeftAnteriorBlock) => [-0.10, 0.28, -0.26],
                (0, _) => scaled(vector, patient.septal_gain),
                _ => turned_horizontal(vector, patient.transition_deg),
            };
            let vector = sum(vector, [detail[0], detail[1], detail[2]]);
            let moved = if i == 0 || i == parts.len() - 1 {
                0.0
            } else {
                detail[3]
            };
            let (start, peak, end) = (start + moved.max(0.0), peak + moved, (end + moved).min(1.0));
            let s = patient.qrs_s;
            qrs.push(Wave::new(
                start * s,
                peak * s,
                end * s,
                scaled(vector, gain),
            ));
        }
        turn_to_axis(&mut qrs, patient);
        let base = turned_frontal([0.28, 0.26, -0.13], patient.t_axis_deg - 42.0);
        let secondary = match patient.conduction {
            // Secondary changes: T leaves the late, slow part of QRS.
            Conduction::RightBundleBlock => [0.10, 0.02, 0.22],
            Conduction::Delayed => [-0.22, -0.12, -0.06],
            _ => [0.0; 3],
        };
        let t_mv = scaled(
            sum(base, secondary),
            patient.t_gain * random.uniform(0.92, 1.08),
        );
        Self {
            qrs,
            qrs_s: patient.qrs_s,
            t_mv,
            st_mv: scaled(t_mv, patient.st_gain),
            u_mv: scaled([0.012, 0.012, -0.022], patient.u_gain),
            t_foot: 0.92,
            t_rise_power: 2.2,
            qt_extra_s: (patient.qrs_s - 0.09).max(0.0) * 0.8,
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
        other.st_mv = sum(other.st_mv, [-st_mv, -0.9 * st_mv, 0.15 * st_mv]);
        other.t_mv = scaled(other.t_mv, 0.75);
        other
    }

    /// A beat that spreads from somewhere in the ventricles: slow, and
    /// repolarised in the opposite direction.
    fn ventricular(direction: Dipole, qrs_s: f64, mv: f64, random: &mut Random) -> Self {
        let unit = scaled(direction, mv / length(direction).max(1e-9));
        let mut qrs = Vec::with_capacity(4);
        for (start, peak, end, share) in VENTRICULAR_SHAPE {
            let bent = turned_frontal(unit, random.normal(0.0, 14.0));
            let bent = turned_horizontal(bent, random.normal(0.0, 14.0));
            qrs.push(Wave::new(
                start * qrs_s,
                peak * qrs_s,
                end * qrs_s,
                scaled(bent, share),
            ));
        }
        let t_share = random.uniform(0.30, 0.42);
        Self {
            qrs,
            qrs_s,
            t_mv: scaled(turned_frontal(unit, random.normal(0.0, 10.0)), -t_share),
            st_mv: scaled(unit, -random.uniform(0.05, 0.10)),
            u_mv: [0.0; 3],
            t_foot: 0.70,
            t_rise_power: 1.15,
            qt_extra_s: 0.055,
        }
    }

    /// A ventricular premature complex from one of four usual places.
    pub fn premature(random: &mut Random) -> Self {
        let direction = match random.below(4) {
            0 => [0.45, 1.35, 0.80], // right outflow tract: left bundle shape, axis down
            1 => [1.10, -0.80, 0.85], // right apex: left bundle shape, axis up
            2 => [-0.65, -1.05, -0.95], // left posterior fascicle: right bundle shape, axis up
            _ => [-0.55, 1.10, -1.05], // left base: right bundle shape, axis down
        };
        let qrs_s = random.uniform(0.134, 0.168);
        let mv = random.uniform(1.25, 1.85);
        Self::ventricular(direction, qrs_s, mv, random)
    }

    /// A beat paced at the apex of the right ventricle: left bundle shape, axis
    /// up and left.
    pub fn paced(random: &mut Random) -> Self {
        let direction = [
            random.uniform(0.75, 1.05),
            random.uniform(-1.05, -0.70),
            random.uniform(0.75, 1.05),
        ];
        let qrs_s = random.uniform(0.150, 0.180);
        let mv = random.uniform(1.05, 1.55);
        Self::ventricular(direction, qrs_s, mv, random)
    }

    /// An escape beat from low in the left ventricle.
    pub fn escape(random: &mut Random) -> Self {
        let direction = if random.chance(0.5) {
            [0.9, -0.5, 0.9]
        } else {
            [-0.6, -0.7, -0.9]
        };
        let qrs_s = random.uniform(0.134, 0.160);
        Self::ventricular(direction, qrs_s, random.uniform(1.1, 1.5), random)
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
        let foot_s = onset_s + self.t_foot * self.qrs_s;
        let mut t = Wave::new(foot_s, peak_s, onset_s + qt_s, scaled(self.t_mv, gain));
        t.rise_power = self.t_rise_power;
        let j_s = onset_s + self.qrs_s;
        let st = Wave::new(
            onset_s + 0.6 * self.qrs_s,
            j_s + 0.03,
            peak_s,
            scaled(self.st_mv, gain),
        );
        vec![t, st]
    }

    /// The U wave after T; nothing in beats of ventricular origin.
    pub fn u_at(&self, onset_s: f64, qt_s: f64) -> Wave {
        let t_end_s = onset_s + qt_s;
        Wave::new(t_end_s - 0.02, t_end_s + 0.07, t_end_s + 0.18, self.u_mv)
    }
}

/// Turns QRS until its frontal axis is the patient's. The septum, which comes
/// first, follows by less than the free walls. In right bundle branch block
/// the axis is that of the left ventricle, and the late right one stays.
fn turn_to_axis(qrs: &mut [Wave], patient: &Patient) {
    let left = match patient.conduction {
        Conduction::RightBundleBlock => 3,
        _ => qrs.len(),
    };
    let Some(qrs) = qrs.get_mut(..left) else {
        return;
    };
    for _ in 0..8 {
        let missing_deg = patient.axis_deg - frontal_axis_deg(qrs);
        let missing_deg = (missing_deg + 180.0).rem_euclid(360.0) - 180.0;
        for (i, wave) in qrs.iter_mut().enumerate() {
            let follows = if i == 0 { 0.3 } else { 1.0 };
            wave.vector_mv = turned_frontal(wave.vector_mv, follows * missing_deg);
        }
    }
}

/// The axis of the areas under I and aVF in degrees.
fn frontal_axis_deg(qrs: &[Wave]) -> f64 {
    let area = qrs.iter().fold([0.0; 3], |total, wave| {
        sum(
            total,
            scaled(wave.vector_mv, (wave.rise_s + wave.fall_s) / 2.0),
        )
    });
    let (i, avf) = lead_i_and_avf(area);
    // Goldberger's leads are smaller than Einthoven's by the root of 3 over 2.
    (avf * 2.0 / 3.0_f64.sqrt()).atan2(i).to_degrees()
}

/// Where an atrial wave comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum AtrialOrigin {
    Sinus,
    /// Another place in the atria, by number; each has its own shape.
    Ectopic(u8),
    /// Backwards from the ventricles: inverted in the inferior leads.
    Retrograde,
    /// After the spike of an atrial electrode.
    Paced,
}

/// Right atrium, then left atrium.
pub(super) fn p_waves(origin: AtrialOrigin, onset_s: f64, patient: &Patient) -> Vec<Wave> {
    let (right, left, duration_s) = match origin {
        AtrialOrigin::Sinus => ([0.036, 0.088, -0.056], [0.092, 0.066, 0.014], patient.p_s),
        AtrialOrigin::Paced => (
            [0.010, 0.070, -0.040],
            [0.070, 0.050, 0.030],
            patient.p_s + 0.012,
        ),
        AtrialOrigin::Retrograde => ([0.010, -0.100, -0.030], [-0.010, -0.110, -0.045], 0.080),
        AtrialOrigin::Ectopic(0) => ([-0.050, 0.060, -0.060], [-0.050, 0.080, -0.020], 0.096),
        AtrialOrigin::Ectopic(1) => ([0.040, -0.060, -0.030], [0.060, -0.080, 0.030], 0.088),
        AtrialOrigin::Ectopic(2) => ([0.040, 0.120, -0.020], [0.070, 0.110, 0.050], 0.108),
        AtrialOrigin::Ectopic(_) => ([0.070, 0.020, -0.060], [0.090, 0.000, 0.050], 0.092),
    };
    let at = |share: f64| onset_s + share * duration_s;
    vec![
        Wave::new(at(0.00), at(0.36), at(0.78), scaled(right, patient.p_gain)),
        Wave::new(at(0.24), at(0.64), at(1.00), scaled(left, patient.p_gain)),
    ]
}
