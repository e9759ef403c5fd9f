//! Who is simulated: age, sex, and what stays the same from one recording of
//! a patient to the next.

use super::condition::{Condition, Conduction, Found, Repolarisation};
use super::random::Random;
use super::rhythm::Rhythm;
use crate::ecg::Sex;

/// The constants of one heart in one chest. Millivolts are those of the
/// recording, seconds those at 60 beats per minute.
#[derive(Clone, Debug)]
pub(super) struct Patient {
    pub age_years: f64,
    pub sex: Sex,
    pub conduction: Conduction,
    /// Frontal axis of the areas of QRS in I and aVF.
    pub axis_deg: f64,
    /// Rotation in the horizontal plane; positive: late transition.
    pub transition_deg: f64,
    pub qrs_gain: f64,
    pub t_gain: f64,
    pub p_gain: f64,
    /// Turns the sinus P from nearly vertical to its usual axis.
    pub p_turn_deg: f64,
    /// The frontal axis of T follows that of QRS only in part.
    pub t_axis_deg: f64,
    pub septal_gain: f64,
    /// J point elevation of early repolarisation, along T.
    pub st_gain: f64,
    pub u_gain: f64,
    pub qrs_s: f64,
    pub pr_s: f64,
    pub p_s: f64,
    /// QT by Fridericia's formula.
    pub qtc_s: f64,
    pub respiration_hz: f64,
    /// Amplitude of respiratory sinus arrhythmia as a share of RR.
    pub rsa: f64,
    /// Small deviations of each part of QRS: three of direction, one of time.
    pub details: [[f64; 4]; 6],
    /// What is wrong besides the rhythm.
    pub findings: Vec<Found>,
}

impl Patient {
    /// A patient in whom these rhythms are not surprising.
    pub fn new(random: &mut Random, ages_years: (f64, f64), rhythms: &[Rhythm]) -> Self {
        let (youngest, oldest) = ages_years;
        let age_years = random.uniform(youngest, oldest).floor();
        let sex = if random.chance(0.5) {
            Sex::Male
        } else {
            Sex::Female
        };
        let male = sex == Sex::Male;
        let conduction = conduction(random, age_years, rhythms);
        // The axis turns left with age (Lepeschkin; Macfarlane 2010, table of
        // normal limits): about 60 degrees at 20, 25 at 80.
        let axis_deg = match conduction {
            Conduction::LeftAnteriorBlock => random.uniform(-62.0, -47.0),
            _ => random.within(60.0 - 0.55 * (age_years - 20.0), 20.0, -24.0, 82.0),
        };
        let qrs_s = match conduction {
            Conduction::RightBundleBlock => random.uniform(0.126, 0.150),
            Conduction::Delayed => random.uniform(0.118, 0.145),
            Conduction::LeftAnteriorBlock => random.uniform(0.092, 0.108),
            // No other is drawn here.
            _ => random.within(if male { 0.094 } else { 0.087 }, 0.007, 0.074, 0.106),
        };
        Self {
            age_years,
            sex,
            conduction,
            axis_deg,
            transition_deg: random.within(2.0, 10.0, -18.0, 24.0),
            qrs_gain: random.within(if male { 0.92 } else { 0.82 }, 0.16, 0.55, 1.35)
                * (1.0 - 0.002 * (age_years - 40.0)),
            t_gain: random.within(if male { 1.05 } else { 0.80 }, 0.18, 0.55, 1.5)
                * (1.0 - 0.004 * (age_years - 40.0)),
            p_gain: random.within(1.0, 0.18, 0.65, 1.4),
            p_turn_deg: 0.0,
            t_axis_deg: 42.0
                + 0.35 * (axis_deg.clamp(-10.0, 85.0) - 42.0)
                + random.normal(0.0, 7.0),
            septal_gain: random.within(0.95, 0.3, 0.35, 1.6),
            st_gain: if male && age_years < 45.0 {
                random.uniform(0.02, 0.12)
            } else {
                random.uniform(-0.02, 0.05)
            },
            u_gain: random.uniform(0.0, 1.0),
            qrs_s,
            pr_s: random.within(0.155 + 0.0002 * (age_years - 40.0), 0.012, 0.136, 0.190),
            p_s: random.within(0.102, 0.007, 0.086, 0.116),
            qtc_s: random.within(if male { 0.402 } else { 0.414 }, 0.012, 0.375, 0.438),
            respiration_hz: random.uniform(0.18, 0.32),
            rsa: 0.04
                * (1.0 - (age_years - 20.0) / 75.0).clamp(0.1, 1.0)
                * random.uniform(0.5, 1.2),
            details: std::array::from_fn(|_| {
                [
                    random.normal(0.0, 0.05),
                    random.normal(0.0, 0.05),
                    random.normal(0.0, 0.05),
                    random.within(0.0, 0.022, -0.045, 0.045),
                ]
            }),
            findings: Vec::new(),
        }
    }

    pub fn has(&self, condition: Condition) -> bool {
        self.findings
            .iter()
            .any(|found| found.condition == condition)
    }

    /// The same person with these findings instead of any block of the
    /// bundles, and with the axis and the intervals that they bring.
    pub fn with_findings(mut self, findings: Vec<Found>, random: &mut Random) -> Self {
        // A block would hide what they do to QRS, and a wide QRS has an ST and
        // a T of its own.
        let hidden = findings.iter().any(|f| {
            f.condition.shapes_qrs()
                || f.condition.shapes_st_and_t() && self.conduction != Conduction::LeftAnteriorBlock
        });
        if hidden {
            self.conduct(Conduction::Normal, random);
        }
        self.p_turn_deg = random.within(-22.0, 9.0, -40.0, -4.0);
        for found in &findings {
            match found.condition {
                Condition::Conduction(conduction) => self.conduct(conduction, random),
                Condition::LeftHypertrophy => {
                    self.axis_deg = random.uniform(-24.0, 35.0);
                    self.qrs_s = random.uniform(0.094, 0.108);
                    self.transition_deg = self.transition_deg.clamp(0.0, 16.0);
                }
                Condition::RightHypertrophy => {
                    self.axis_deg = random.uniform(104.0, 128.0);
                    self.transition_deg = self.transition_deg.clamp(-6.0, 6.0);
                }
                Condition::SeptalHypertrophy => {
                    self.septal_gain = 0.9;
                    self.axis_deg = self.axis_deg.clamp(0.0, 50.0);
                }
                Condition::Infarct(..) | Condition::Aneurysm => {
                    self.qrs_s = random.uniform(0.096, 0.112);
                    self.axis_deg = self.axis_deg.clamp(5.0, 60.0);
                    self.transition_deg = self.transition_deg.clamp(-8.0, 12.0);
                    self.t_gain = self.t_gain.clamp(0.6, 1.1);
                }
                Condition::LeftAtrium => {
                    self.p_s = random.uniform(0.134, 0.148);
                    self.p_gain = self.p_gain.clamp(0.85, 1.2);
                    self.pr_s = self.pr_s.max(0.168);
                }
                Condition::RightAtrium => {
                    self.p_gain = random.uniform(1.02, 1.3);
                    self.p_turn_deg = random.uniform(-6.0, 0.0);
                }
                Condition::Fragmented => self.qrs_s = random.uniform(0.096, 0.108),
                Condition::LowVoltage => self.p_gain = self.p_gain.min(0.9),
                Condition::Repolarisation(kind) => self.recover(kind, found),
                _ => {}
            }
            if found.condition.shapes_st_and_t() {
                self.st_gain = self.st_gain.min(0.03);
            }
        }
        // Towards the axis that T has in most people, 40 to 60 degrees.
        self.t_axis_deg -= 18.0;
        self.findings = findings;
        self
    }

    /// Less of what makes the patient differ from others, more of what is
    /// found.
    pub fn become_typical(&mut self) {
        for detail in self.details.iter_mut().flatten() {
            *detail *= 0.6;
        }
        for found in &mut self.findings {
            found.strength += 0.3 * (0.75 - found.strength);
        }
        self.transition_deg *= 0.7;
        self.septal_gain += 0.3 * (0.9 - self.septal_gain);
        self.qrs_gain = self.qrs_gain.clamp(0.7, 1.2);
    }

    fn conduct(&mut self, conduction: Conduction, random: &mut Random) {
        let age_axis_deg = 60.0 - 0.55 * (self.age_years - 20.0);
        let usual_deg = random.within(age_axis_deg, 20.0, -24.0, 82.0);
        let (axis_deg, shortest_s, longest_s) = match conduction {
            Conduction::Normal => (usual_deg, 0.080, 0.104),
            Conduction::LeftAnteriorBlock => (random.uniform(-62.0, -47.0), 0.092, 0.108),
            Conduction::LeftPosteriorBlock => (random.uniform(93.0, 103.0), 0.092, 0.108),
            Conduction::RightBundleBlock => (usual_deg, 0.128, 0.152),
            Conduction::Bifascicular => (random.uniform(-72.0, -52.0), 0.130, 0.154),
            Conduction::IncompleteRightBundleBlock => (usual_deg.max(10.0), 0.104, 0.115),
            Conduction::LeftBundleBlock => (random.uniform(-25.0, 40.0), 0.132, 0.166),
            Conduction::IncompleteLeftBundleBlock => (usual_deg.min(50.0), 0.108, 0.117),
            Conduction::Delayed => (usual_deg, 0.118, 0.145),
            Conduction::LeftPathway => (random.uniform(55.0, 80.0), 0.124, 0.142),
            Conduction::RightPathway => (random.uniform(-10.0, 35.0), 0.120, 0.142),
        };
        self.conduction = conduction;
        self.axis_deg = axis_deg;
        self.qrs_s = random.uniform(shortest_s, longest_s);
        self.t_axis_deg =
            42.0 + 0.35 * (axis_deg.clamp(-10.0, 85.0) - 42.0) + random.normal(0.0, 7.0);
        if conduction.is_preexcited() {
            // The delta wave begins where P ends.
            self.pr_s = random.uniform(0.090, 0.112);
            self.p_s = random.uniform(0.084, 0.094);
        }
        if conduction == Conduction::LeftBundleBlock {
            self.transition_deg = self.transition_deg.clamp(-4.0, 10.0);
        }
    }

    fn recover(&mut self, kind: Repolarisation, found: &Found) {
        match kind {
            Repolarisation::LongQt => self.qtc_s = found.between(0.485, 0.535),
            Repolarisation::Digitalis => self.qtc_s = found.between(0.375, 0.350),
            Repolarisation::Hyperkalaemia => {
                self.p_gain = self.p_gain.min(0.8);
                self.t_gain = self.t_gain.max(0.9);
            }
            Repolarisation::Elevated => self.t_gain = self.t_gain.max(0.85),
            // What cannot be seen in small T waves is not written down.
            Repolarisation::Inverted | Repolarisation::Abnormal => {
                self.t_gain = self.t_gain.clamp(0.7, 1.1);
            }
            _ => {}
        }
    }
}

fn conduction(random: &mut Random, age_years: f64, rhythms: &[Rhythm]) -> Conduction {
    if rhythms.contains(&Rhythm::ConductionDelay) {
        return Conduction::Delayed;
    }
    // Blocks are frequent in the old only, and where they would hide what the
    // rhythm is about they are left out.
    let plain = rhythms.iter().all(|rhythm| {
        matches!(
            rhythm,
            Rhythm::Sinus
                | Rhythm::SinusBradycardia
                | Rhythm::AtrialFibrillation
                | Rhythm::FirstDegreeBlock
        )
    });
    if !plain || age_years < 45.0 {
        return Conduction::Normal;
    }
    let which = random.uniform(0.0, 1.0);
    match which {
        _ if which < 0.06 => Conduction::RightBundleBlock,
        _ if which < 0.13 => Conduction::LeftAnteriorBlock,
        _ => Conduction::Normal,
    }
}
