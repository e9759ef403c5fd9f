//! ST, T and U of a conducted beat.

use crate::simulator::condition::{Condition, Conduction, Found, Region, Repolarisation, Stage};
use crate::simulator::patient::Patient;
use crate::simulator::wave::{Dipole, scaled, sum, turned_frontal};

/// The vectors of repolarisation and their course in time.
#[derive(Clone, Debug)]
pub(super) struct Recovery {
    pub t_mv: Dipole,
    pub st_mv: Dipole,
    pub u_mv: Dipole,
    /// Where T begins to rise, as a share of QRS.
    pub t_foot: f64,
    /// More makes a T that rises late and steeply.
    pub t_rise_power: f64,
    /// From the J point to the greatest ST deviation.
    pub st_peak_s: f64,
    /// Added to the QT that the rate asks for.
    pub qt_extra_s: f64,
}

/// Repolarisation of this patient; `gain` is this recording's.
pub(super) fn recovery(patient: &Patient, gain: f64) -> Recovery {
    let base = turned_frontal([0.28, 0.26, -0.13], patient.t_axis_deg - 42.0);
    // Secondary changes: T leaves the late, slow part of QRS.
    let secondary = match patient.conduction {
        Conduction::RightBundleBlock | Conduction::Bifascicular => [0.10, 0.02, 0.22],
        Conduction::Delayed => [-0.22, -0.12, -0.06],
        Conduction::LeftBundleBlock => [-0.62, -0.38, -0.26],
        Conduction::IncompleteLeftBundleBlock => [-0.26, -0.20, -0.14],
        Conduction::LeftPathway => [-0.12, -0.30, 0.34],
        Conduction::RightPathway => [-0.42, -0.24, -0.16],
        _ => [0.0; 3],
    };
    let t_mv = scaled(sum(base, secondary), patient.t_gain * gain);
    let st_mv = match patient.conduction {
        Conduction::LeftBundleBlock => [-0.11, -0.03, -0.17],
        Conduction::IncompleteLeftBundleBlock => [-0.05, -0.02, -0.06],
        Conduction::LeftPathway => [-0.01, -0.05, 0.06],
        Conduction::RightPathway => [-0.07, -0.03, -0.05],
        _ => scaled(t_mv, patient.st_gain),
    };
    let mut recovery = Recovery {
        t_mv,
        st_mv,
        u_mv: scaled([0.012, 0.012, -0.022], patient.u_gain),
        t_foot: 0.92,
        t_rise_power: 2.2,
        st_peak_s: 0.03,
        qt_extra_s: (patient.qrs_s - 0.09).max(0.0) * 0.8,
    };
    for found in &patient.findings {
        recovery.change(found);
    }
    recovery
}

impl Recovery {
    fn change(&mut self, found: &Found) {
        match found.condition {
            Condition::Infarct(region, stage) => {
                let wall = region.direction();
                match stage {
                    Stage::Acute => {
                        let st_mv = found.between(0.18, 0.34);
                        self.shift_st(wall, st_mv);
                        self.t_mv = sum(self.t_mv, scaled(wall, 1.1 * st_mv));
                        self.t_rise_power = 1.3;
                    }
                    Stage::Evolving => {
                        self.shift_st(wall, found.between(0.06, 0.12));
                        self.invert(wall, found.between(0.15, 0.30));
                    }
                    // About half of the T waves of old infarcts are low.
                    Stage::Old => self.weaken(wall, found.between(0.2, 0.9)),
                }
            }
            Condition::Aneurysm => {
                let wall = Region::Anteroseptal.direction();
                self.shift_st(wall, found.between(0.14, 0.24));
                self.invert(wall, found.between(0.02, 0.10));
            }
            Condition::Injury(region) => {
                self.weaken(region.direction(), 0.85);
                self.shift_st(region.direction(), -found.between(0.12, 0.22));
                self.st_peak_s = 0.06;
            }
            Condition::Ischaemia(region) => {
                self.t_mv = scaled(self.t_mv, 0.55);
                self.invert(region.direction(), found.between(0.36, 0.54));
                self.shift_st(region.direction(), -found.between(0.01, 0.04));
                // Symmetrical: the rise waits until it is as short as the fall.
                self.t_rise_power = 4.2;
            }
            Condition::LeftHypertrophy => {
                let size = found.between(0.8, 1.4);
                self.t_mv = scaled([-0.24, -0.02, -0.22], size);
                self.st_mv = scaled([-0.11, -0.03, -0.09], size);
                self.st_peak_s = 0.05;
            }
            Condition::RightHypertrophy => {
                self.t_mv = scaled([0.24, -0.04, 0.30], found.between(0.8, 1.3));
                self.st_mv = scaled([0.00, -0.02, 0.06], found.between(0.8, 1.3));
            }
            Condition::LowVoltage => self.t_mv = scaled(self.t_mv, 0.55),
            Condition::HighVoltage => self.t_mv = scaled(self.t_mv, 1.35),
            Condition::Repolarisation(kind) => self.become_abnormal(kind, found),
            _ => {}
        }
    }

    fn become_abnormal(&mut self, kind: Repolarisation, found: &Found) {
        let wall = found.wall.direction();
        // Most of the left ventricle's leads look from here.
        let left = [0.72, 0.62, -0.10];
        match kind {
            Repolarisation::Abnormal => self.invert(wall, found.between(0.05, 0.12)),
            Repolarisation::NonDiagnosticT => {
                self.t_mv = scaled(self.t_mv, found.between(0.40, 0.20));
                self.invert(wall, 0.03);
            }
            Repolarisation::NonSpecificT => {
                let turned = turned_frontal(self.t_mv, found.between(20.0, -35.0));
                self.t_mv = scaled(turned, found.between(0.50, 0.35));
            }
            Repolarisation::NonSpecificSt => {
                self.t_mv = scaled(self.t_mv, 0.65);
                self.shift_st(left, -found.between(0.035, 0.06));
                self.st_peak_s = 0.05;
            }
            Repolarisation::Depressed => {
                self.t_mv = scaled(self.t_mv, 0.55);
                self.st_mv = scaled(left, -found.between(0.085, 0.15));
                self.st_peak_s = 0.06;
            }
            Repolarisation::Elevated => {
                self.st_mv = scaled([0.42, 0.50, -0.62], found.between(0.16, 0.26));
                self.t_mv = scaled(self.t_mv, 1.15);
            }
            Repolarisation::Inverted => {
                self.invert(wall, found.between(0.16, 0.34));
                self.t_rise_power = 3.2;
            }
            Repolarisation::Low => self.t_mv = scaled(self.t_mv, found.between(0.22, 0.12)),
            Repolarisation::LongQt => {
                self.t_mv = scaled(self.t_mv, found.between(0.8, 1.2));
                self.t_rise_power = 3.0;
            }
            Repolarisation::Digitalis => {
                // Sagging: deepest in the middle of ST, like a moustache.
                self.t_mv = scaled(self.t_mv, 0.32);
                self.st_mv = scaled(left, -found.between(0.15, 0.23));
                self.st_peak_s = 0.10;
            }
            Repolarisation::Hyperkalaemia => {
                let tall = sum(scaled(self.t_mv, 1.5), [0.26, 0.14, -0.30]);
                self.t_mv = scaled(tall, found.between(1.0, 1.5));
                self.t_rise_power = 6.5;
            }
            Repolarisation::Hypokalaemia => {
                self.t_mv = scaled(self.t_mv, 0.25);
                self.st_mv = scaled(left, -found.between(0.05, 0.09));
                self.u_mv = scaled([0.09, 0.09, -0.11], found.between(0.9, 1.4));
            }
            Repolarisation::Ischaemic => {
                self.invert([0.78, 0.40, -0.30], found.between(0.10, 0.24));
                self.st_mv = scaled(left, -found.between(0.07, 0.12));
                self.st_peak_s = 0.05;
                self.t_rise_power = 3.2;
            }
        }
    }

    fn shift_st(&mut self, wall: Dipole, mv: f64) {
        self.st_mv = sum(self.st_mv, scaled(wall, mv));
    }

    /// Takes away this share of T towards a wall.
    fn weaken(&mut self, wall: Dipole, share: f64) {
        let towards: f64 = self.t_mv.iter().zip(wall).map(|(a, b)| a * b).sum();
        self.t_mv = sum(self.t_mv, scaled(wall, -share * towards.max(0.0)));
    }

    /// T of a wall becomes negative by so much.
    fn invert(&mut self, wall: Dipole, mv: f64) {
        self.weaken(wall, 1.0);
        self.t_mv = sum(self.t_mv, scaled(wall, -mv));
    }
}
