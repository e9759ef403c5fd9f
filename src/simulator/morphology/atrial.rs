//! The P wave.

use crate::simulator::condition::Condition;
use crate::simulator::patient::Patient;
use crate::simulator::wave::{Wave, scaled, turned_frontal};

/// Where an atrial wave comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::simulator) enum AtrialOrigin {
    Sinus,
    /// Another place in the atria, by number; each has its own shape.
    Ectopic(u8),
    /// Backwards from the ventricles: inverted in the inferior leads.
    Retrograde,
    /// After the spike of an atrial electrode.
    Paced,
}

/// Right atrium, then left atrium.
pub(in crate::simulator) fn p_waves(
    origin: AtrialOrigin,
    onset_s: f64,
    patient: &Patient,
) -> Vec<Wave> {
    let mut waves = unturned(origin, onset_s, patient);
    if origin == AtrialOrigin::Sinus && patient.p_turn_deg != 0.0 {
        for wave in &mut waves {
            wave.vector_mv = turned_frontal(wave.vector_mv, patient.p_turn_deg);
        }
    }
    waves
}

fn unturned(origin: AtrialOrigin, onset_s: f64, patient: &Patient) -> Vec<Wave> {
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
    if origin == AtrialOrigin::Sinus {
        if patient.has(Condition::LeftAtrium) {
            // The left atrium comes late: two humps in II, and in V1 a deep
            // terminal part, since it lies at the back.
            return vec![
                Wave::new(at(0.00), at(0.30), at(0.62), scaled(right, patient.p_gain)),
                Wave::new(
                    at(0.36),
                    at(0.70),
                    at(1.00),
                    scaled([0.112, 0.074, 0.088], patient.p_gain),
                ),
            ];
        }
        if patient.has(Condition::RightAtrium) {
            return vec![
                Wave::new(
                    at(0.00),
                    at(0.44),
                    at(0.88),
                    scaled([0.040, 0.245, -0.105], patient.p_gain),
                ),
                Wave::new(at(0.24), at(0.64), at(1.00), scaled(left, 0.7)),
            ];
        }
    }
    vec![
        Wave::new(at(0.00), at(0.36), at(0.78), scaled(right, patient.p_gain)),
        Wave::new(at(0.24), at(0.64), at(1.00), scaled(left, patient.p_gain)),
    ]
}
