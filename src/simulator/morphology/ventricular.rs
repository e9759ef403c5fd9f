//! Beats that start in a ventricle: premature, paced, escaped.

use super::Complex;
use super::repolarisation::Recovery;
use crate::simulator::random::Random;
use crate::simulator::wave::{Dipole, Wave, length, scaled, turned_frontal, turned_horizontal};

/// Early, middle and late part of a beat that starts in a ventricle, apart
/// from its direction.
const VENTRICULAR_SHAPE: [(f64, f64, f64, f64); 3] = [
    (0.00, 0.30, 0.62, 0.55),
    (0.16, 0.46, 0.80, 0.85),
    (0.38, 0.66, 1.00, 0.55),
];

impl Complex {
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
            recovery: Recovery {
                t_mv: scaled(turned_frontal(unit, random.normal(0.0, 10.0)), -t_share),
                st_mv: scaled(unit, -random.uniform(0.05, 0.10)),
                u_mv: [0.0; 3],
                t_foot: 0.70,
                t_rise_power: 1.15,
                st_peak_s: 0.03,
                qt_extra_s: 0.055,
            },
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
}
