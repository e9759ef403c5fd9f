//! QRS: which part of the ventricles is excited when, and where it points.

use crate::simulator::condition::{Condition, Conduction, Found, Region, Stage};
use crate::simulator::lead_field::{LeadField, lead_i_and_avf, leads};
use crate::simulator::patient::Patient;
use crate::simulator::wave::{
    Dipole, Wave, length, scaled, sum, turned_frontal, turned_horizontal,
};

/// One part of QRS: start, peak and end as shares of its duration.
type Part = (f64, f64, f64, Dipole);

/// Septum, apex and anterior wall, free walls, base, outflow tract.
const NORMAL: [Part; 5] = [
    (0.00, 0.17, 0.40, [-0.14, 0.00, -0.30]),
    (0.10, 0.36, 0.62, [0.62, 0.52, -0.20]),
    (0.26, 0.50, 0.76, [1.06, 0.85, 0.52]),
    (0.45, 0.68, 1.00, [0.16, 0.08, 0.70]),
    (0.62, 0.82, 1.00, [-0.16, -0.06, 0.16]),
];

/// Complete right bundle branch block: the left side as always, then the right
/// ventricle slowly, to the right and the front.
const RIGHT_BUNDLE: [Part; 5] = [
    (0.00, 0.12, 0.28, [-0.14, 0.00, -0.30]),
    (0.07, 0.25, 0.44, [0.65, 0.50, -0.25]),
    (0.18, 0.35, 0.54, [0.95, 0.75, 0.40]),
    (0.38, 0.58, 0.84, [-0.38, -0.02, -0.30]),
    (0.52, 0.74, 1.00, [-0.52, -0.06, -0.52]),
];

/// Incomplete right bundle branch block: a small, short terminal part.
const INCOMPLETE_RIGHT_BUNDLE: [Part; 5] = [
    (0.00, 0.15, 0.34, [-0.14, 0.00, -0.30]),
    (0.09, 0.31, 0.54, [0.64, 0.52, -0.22]),
    (0.22, 0.44, 0.66, [1.00, 0.80, 0.50]),
    (0.42, 0.58, 0.80, [0.05, 0.06, 0.46]),
    (0.62, 0.80, 1.00, [-0.40, -0.06, -0.36]),
];

/// Left bundle branch block: the septum from right to left, then the free wall
/// late, which makes two humps; no septal q.
const LEFT_BUNDLE: [Part; 4] = [
    (0.00, 0.13, 0.34, [0.22, 0.14, -0.10]),
    (0.06, 0.32, 0.65, [0.80, 0.38, 0.98]),
    (0.40, 0.69, 1.00, [0.86, 0.28, 0.90]),
    (0.60, 0.84, 1.00, [0.12, -0.04, 0.36]),
];

/// Incomplete left bundle branch block: the same way, less late.
const INCOMPLETE_LEFT_BUNDLE: [Part; 4] = [
    (0.00, 0.15, 0.38, [0.20, 0.16, -0.16]),
    (0.10, 0.38, 0.70, [0.82, 0.52, 0.30]),
    (0.30, 0.56, 0.86, [0.72, 0.48, 0.56]),
    (0.56, 0.78, 1.00, [0.10, 0.02, 0.46]),
];

/// A conduction delay of no particular bundle: slurred, notched, no septal q.
const DELAYED: [Part; 5] = [
    (0.00, 0.20, 0.46, [0.16, 0.16, -0.26]),
    (0.12, 0.36, 0.60, [0.78, 0.50, -0.10]),
    (0.34, 0.54, 0.76, [0.62, 0.42, 0.46]),
    (0.46, 0.68, 0.92, [0.72, 0.55, 0.40]),
    (0.66, 0.84, 1.00, [0.10, 0.00, 0.30]),
];

/// Delta wave of a left lateral pathway (away from I, towards V1), then the
/// usual way, with the late part cancelled by what was excited before.
const LEFT_PATHWAY: [Part; 5] = [
    (0.00, 0.42, 0.76, [-0.06, 0.30, -0.38]),
    (0.32, 0.56, 0.78, [0.36, 0.44, -0.34]),
    (0.38, 0.62, 0.86, [0.62, 0.64, -0.30]),
    (0.56, 0.76, 1.00, [0.20, 0.12, 0.04]),
    (0.70, 0.86, 1.00, [-0.10, -0.04, 0.06]),
];

/// Delta wave of a right pathway: to the left and the back.
const RIGHT_PATHWAY: [Part; 5] = [
    (0.00, 0.38, 0.74, [0.40, 0.16, 0.14]),
    (0.28, 0.54, 0.78, [0.70, 0.34, 0.16]),
    (0.38, 0.62, 0.86, [0.96, 0.52, 0.56]),
    (0.56, 0.76, 1.00, [0.24, 0.10, 0.56]),
    (0.70, 0.86, 1.00, [-0.06, -0.02, 0.12]),
];

/// Left posterior fascicular block: up and left first, then down and right;
/// the chest leads keep their R.
const LEFT_POSTERIOR: [Part; 5] = [
    (0.00, 0.17, 0.38, [0.16, -0.30, -0.26]),
    (0.10, 0.34, 0.60, [0.74, 0.36, -0.20]),
    (0.26, 0.50, 0.76, [0.30, 1.15, 0.50]),
    (0.45, 0.68, 1.00, [-0.38, 0.64, 0.46]),
    (0.62, 0.82, 1.00, [-0.26, 0.10, 0.14]),
];

/// Right ventricular hypertrophy: the right wall outweighs the left.
const RIGHT_HYPERTROPHY: [Part; 5] = [
    (0.00, 0.15, 0.36, [0.10, 0.08, -0.26]),
    (0.10, 0.36, 0.62, [0.34, 0.52, -0.40]),
    (0.26, 0.50, 0.76, [-0.50, 0.72, -0.66]),
    (0.45, 0.68, 1.00, [-0.52, 0.26, 0.06]),
    (0.62, 0.82, 1.00, [-0.16, -0.06, 0.10]),
];

/// The QRS of a conducted beat, in seconds after its onset.
pub(super) fn qrs(patient: &Patient, gain: f64, field: &LeadField) -> Vec<Wave> {
    let parts = parts(patient);
    let mut qrs = Vec::with_capacity(parts.len() + 2);
    for (i, (&(start, peak, end, vector), detail)) in parts.iter().zip(&patient.details).enumerate()
    {
        // In fascicular block the septum starts towards the other fascicle.
        let vector = match (i, patient.conduction) {
            (0, Conduction::LeftAnteriorBlock | Conduction::Bifascicular) => [-0.10, 0.28, -0.26],
            (0, _) => scaled(vector, patient.septal_gain),
            _ => turned_horizontal(vector, patient.transition_deg),
        };
        let vector = sum(vector, [detail[0], detail[1], detail[2]]);
        let moved = if i == 0 || i == parts.len() - 1 {
            0.0
        } else if patient.conduction == Conduction::LeftBundleBlock {
            // The two humps stay apart.
            0.3 * detail[3]
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
    for found in &patient.findings {
        change(&mut qrs, found, patient.qrs_s, field);
    }
    qrs
}

fn parts(patient: &Patient) -> &'static [Part] {
    if patient.has(Condition::RightHypertrophy) {
        return &RIGHT_HYPERTROPHY;
    }
    match patient.conduction {
        Conduction::Normal | Conduction::LeftAnteriorBlock => &NORMAL,
        Conduction::LeftPosteriorBlock => &LEFT_POSTERIOR,
        Conduction::RightBundleBlock | Conduction::Bifascicular => &RIGHT_BUNDLE,
        Conduction::IncompleteRightBundleBlock => &INCOMPLETE_RIGHT_BUNDLE,
        Conduction::LeftBundleBlock => &LEFT_BUNDLE,
        Conduction::IncompleteLeftBundleBlock => &INCOMPLETE_LEFT_BUNDLE,
        Conduction::Delayed => &DELAYED,
        Conduction::LeftPathway => &LEFT_PATHWAY,
        Conduction::RightPathway => &RIGHT_PATHWAY,
    }
}

/// What a condition does to QRS.
fn change(qrs: &mut Vec<Wave>, found: &Found, qrs_s: f64, field: &LeadField) {
    match found.condition {
        Condition::Infarct(region, stage) => {
            let most_mv = if stage == Stage::Acute { 0.40 } else { 0.60 };
            die(qrs, region, found.between(0.30, most_mv), qrs_s);
        }
        Condition::Aneurysm => die(qrs, Region::Anteroseptal, found.between(0.4, 0.7), qrs_s),
        Condition::SeptalHypertrophy => {
            // A thick septum: deep and narrow q to the left, tall r in V1.
            let deep = scaled([-0.40, 0.08, -0.50], found.between(0.8, 1.1));
            qrs.push(Wave::new(0.0, 0.15 * qrs_s, 0.32 * qrs_s, deep));
            scale(qrs, 1.15);
        }
        Condition::LeftHypertrophy => {
            // The free wall, which is excited in the middle of QRS, is thick.
            let middle = 0.42 * qrs_s..0.58 * qrs_s;
            for wave in qrs.iter_mut().filter(|w| middle.contains(&w.peak_s)) {
                wave.vector_mv = sum(wave.vector_mv, [0.40, -0.12, 0.46]);
            }
            let target_mv = found.between(3.8, 5.4);
            let found_mv = Voltage::of(qrs, qrs_s, field).sokolow_lyon_mv;
            scale(qrs, target_mv / found_mv);
        }
        Condition::LeftVoltage => {
            let target_mv = found.between(3.65, 4.4);
            let found_mv = Voltage::of(qrs, qrs_s, field).sokolow_lyon_mv;
            scale(qrs, target_mv / found_mv);
        }
        Condition::RightHypertrophy => {
            let target_mv = found.between(0.85, 1.5);
            let found_mv = Voltage::of(qrs, qrs_s, field).r_v1_mv;
            scale(qrs, target_mv / found_mv);
        }
        Condition::HighVoltage => {
            let target_mv = found.between(2.7, 3.6);
            let found_mv = Voltage::of(qrs, qrs_s, field).chest_r_mv;
            scale(qrs, target_mv / found_mv);
        }
        Condition::LowVoltage => {
            let voltage = Voltage::of(qrs, qrs_s, field);
            let limbs = found.between(0.44, 0.30) / voltage.limbs_mv;
            let chest = found.between(0.90, 0.65) / voltage.chest_mv;
            scale(qrs, limbs.min(chest));
        }
        Condition::Fragmented => {
            // The wave is broken by two short ones that oppose it.
            let main = qrs.get(2).map_or([0.0; 3], |wave| wave.vector_mv);
            let depth = found.between(0.40, 0.55);
            for (peak, share) in [(0.50, -1.0), (0.76, 0.7)] {
                let vector = turned_horizontal(scaled(main, depth * share), 20.0);
                let (start, end) = ((peak - 0.11) * qrs_s, (peak + 0.11) * qrs_s);
                qrs.push(Wave::new(start, peak * qrs_s, end, vector));
            }
        }
        _ => {}
    }
}

/// A wall that is dead is not excited: what pointed to it is lost, early
/// excitation most, and what remains points away.
fn die(qrs: &mut Vec<Wave>, region: Region, q_mv: f64, qrs_s: f64) {
    let wall = region.direction();
    // In a heart of high voltage an infarct has one too.
    let largest = qrs.iter().map(|wave| length(wave.vector_mv));
    let q_mv = q_mv * (largest.fold(0.0, f64::max) / 1.3).max(1.0);
    // The posterior wall is excited late: there R grows in V1, and no q is seen.
    let (early, late_share) = match region {
        Region::Posterior => (0.90, 0.30),
        Region::Inferoposterior | Region::Inferoposterolateral => (0.48, 0.70),
        _ => (0.48, 0.30),
    };
    for wave in qrs.iter_mut() {
        let is_early = wave.peak_s < early * qrs_s;
        let share = if is_early { 0.92 } else { late_share };
        let towards: f64 = wave.vector_mv.iter().zip(wall).map(|(a, b)| a * b).sum();
        wave.vector_mv = sum(wave.vector_mv, scaled(wall, -share * towards.max(0.0)));
    }
    let (peak, end) = match region {
        Region::Posterior => (0.42, 0.80),
        Region::Anteroseptal | Region::Anterior | Region::Inferior => (0.25, 0.56),
        _ => (0.29, 0.68),
    };
    // A wall that is seen by more leads is larger.
    let size = match region {
        Region::Inferolateral | Region::Inferoposterolateral => 1.6,
        Region::Anterolateral => 1.35,
        Region::Lateral => 1.25,
        Region::Inferoposterior => 1.6,
        _ => 1.0,
    };
    let lost = scaled(wall, -size * q_mv);
    qrs.push(Wave::new(0.0, peak * qrs_s, end * qrs_s, lost));
}

fn scale(qrs: &mut [Wave], by: f64) {
    for wave in qrs {
        wave.vector_mv = scaled(wave.vector_mv, by);
    }
}

/// The voltages that criteria ask for, without noise.
struct Voltage {
    /// S in V1 and the greater R of V5 and V6 (Sokolow and Lyon 1949).
    sokolow_lyon_mv: f64,
    r_v1_mv: f64,
    chest_r_mv: f64,
    /// From the highest to the lowest point, of the greatest lead.
    limbs_mv: f64,
    chest_mv: f64,
}

impl Voltage {
    fn of(qrs: &[Wave], qrs_s: f64, field: &LeadField) -> Self {
        let mut most = [0.0_f64; 12];
        let mut least = [0.0_f64; 12];
        for step in 0..=100 {
            let time_s = qrs_s * f64::from(step) / 100.0;
            let dipole = qrs.iter().fold([0.0; 3], |d, wave| sum(d, wave.at(time_s)));
            let seen = leads(&field.potentials(dipole));
            for ((most, least), mv) in most.iter_mut().zip(&mut least).zip(seen) {
                *most = most.max(mv);
                *least = least.min(mv);
            }
        }
        let range = |from: usize, to: usize| {
            (from..to)
                .map(|lead| most[lead] - least[lead])
                .fold(1e-3, f64::max)
        };
        Self {
            sokolow_lyon_mv: (most[10].max(most[11]) - least[6]).max(1e-3),
            r_v1_mv: most[6].max(1e-3),
            chest_r_mv: most[8..].iter().copied().fold(1e-3, f64::max),
            limbs_mv: range(0, 6),
            chest_mv: range(6, 12),
        }
    }
}

/// Turns QRS until its frontal axis is the patient's. The septum, which comes
/// first, follows by less than the free walls. In right bundle branch block
/// the axis is that of the left ventricle, and the late right one stays.
fn turn_to_axis(qrs: &mut [Wave], patient: &Patient) {
    let left = match patient.conduction {
        Conduction::RightBundleBlock | Conduction::Bifascicular => 3,
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
