//! Atrial activity without beats: fibrillation and flutter.
//!
//! Besides the dipole it has a part that only the electrodes over the right
//! atrium see, V1 most: one dipole cannot give f waves that are largest in V1.

use super::random::Random;
use super::wave::Dipole;

/// The atria at one sample.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct AtrialSample {
    pub dipole_mv: Dipole,
    /// At V1; V2 sees [`NEAR_V2`] of it, V3 [`NEAR_V3`].
    pub near_v1_mv: f64,
}

pub(super) const NEAR_V2: f64 = 0.45;
pub(super) const NEAR_V3: f64 = 0.12;

/// Fibrillatory waves, 4 to 8 per second, after Stridh and Sörnmo 2001: a
/// sawtooth of few harmonics whose frequency and amplitude wander.
pub(super) fn fibrillation(random: &mut Random, samples: usize, rate_hz: f64) -> Vec<AtrialSample> {
    let coarse_mv = random.uniform(0.035, 0.10);
    let frequency_hz = random.uniform(4.9, 7.2);
    let mut near = Oscillator::new(random, frequency_hz);
    let other_hz = (frequency_hz * random.uniform(0.9, 1.1)).clamp(4.4, 7.6);
    let mut far = Oscillator::new(random, other_hz);
    let axis = [
        random.uniform(-0.15, 0.25),
        random.uniform(0.6, 1.0),
        random.uniform(-0.45, -0.1),
    ];
    (0..samples)
        .map(|_| {
            let inferior_mv = 0.60 * coarse_mv * far.next(random, rate_hz);
            AtrialSample {
                dipole_mv: axis.map(|part| part * inferior_mv),
                near_v1_mv: coarse_mv * near.next(random, rate_hz),
            }
        })
        .collect()
}

/// A sawtooth whose frequency and amplitude drift.
struct Oscillator {
    frequency_hz: f64,
    phase: f64,
    /// Deviations from the mean, as first-order random walks drawn to 0.
    detune: f64,
    swell: f64,
}

impl Oscillator {
    fn new(random: &mut Random, frequency_hz: f64) -> Self {
        Self {
            frequency_hz,
            phase: random.phase(),
            detune: 0.0,
            swell: random.normal(0.0, 0.3),
        }
    }

    fn next(&mut self, random: &mut Random, rate_hz: f64) -> f64 {
        let step_s = 1.0 / rate_hz;
        // Time constants of 0.25 s and 0.5 s, deviations of 9 % and 35 %.
        self.detune +=
            -self.detune * step_s / 0.25 + random.normal(0.0, 0.09 * (2.0 * step_s / 0.25).sqrt());
        self.swell +=
            -self.swell * step_s / 0.5 + random.normal(0.0, 0.35 * (2.0 * step_s / 0.5).sqrt());
        let frequency_hz = (self.frequency_hz * (1.0 + self.detune)).clamp(4.0, 8.0);
        self.phase += std::f64::consts::TAU * frequency_hz * step_s;
        let tooth =
            self.phase.sin() - 0.42 * (2.0 * self.phase).sin() + 0.16 * (3.0 * self.phase).sin();
        tooth * (1.0 + self.swell).clamp(0.25, 1.9)
    }
}

/// The inferior leads over one cycle of typical flutter, as phase and share: a
/// slow descent, the steep negative wave, the steep return past the baseline.
const SAWTOOTH: [(f64, f64); 8] = [
    (0.00, 0.42),
    (0.16, 0.30),
    (0.34, 0.12),
    (0.50, -0.16),
    (0.68, -0.86),
    (0.76, -0.72),
    (0.88, 0.20),
    (0.95, 0.42),
];

/// Typical (counterclockwise) flutter: sawtooth in II, III, aVF, discrete
/// positive waves in V1.
pub(super) fn flutter(
    random: &mut Random,
    first_s: f64,
    cycle_s: f64,
    times_s: impl Iterator<Item = f64>,
) -> Vec<AtrialSample> {
    let inferior_mv = random.uniform(0.14, 0.26);
    let v1_mv = random.uniform(0.10, 0.20);
    // Lead I is nearly flat where x is 0.37 of y (Dower's row of lead I).
    let axis = [random.uniform(0.28, 0.42), 1.0, random.uniform(-0.05, 0.15)];
    times_s
        .map(|time_s| {
            let phase = ((time_s - first_s) / cycle_s).rem_euclid(1.0);
            let inferior = inferior_mv * sawtooth(phase);
            let from_peak = (phase - 0.84) / 0.22;
            let positive = if from_peak.abs() < 1.0 {
                0.5 + 0.5 * (std::f64::consts::PI * from_peak).cos()
            } else {
                0.0
            };
            AtrialSample {
                dipole_mv: axis.map(|part| part * inferior),
                near_v1_mv: v1_mv * (positive - 0.22),
            }
        })
        .collect()
}

/// [`SAWTOOTH`] through a periodic cubic (Catmull and Rom).
fn sawtooth(phase: f64) -> f64 {
    let n = SAWTOOTH.len();
    let at = SAWTOOTH
        .iter()
        .rposition(|knot| knot.0 <= phase)
        .unwrap_or(n - 1);
    let knot = |offset: usize| SAWTOOTH[(at + offset) % n];
    let (before, from, to, after) = (knot(n - 1), knot(0), knot(1), knot(2));
    // Distances are taken around the cycle, so that the last knot joins the first.
    let gap = |a: (f64, f64), b: (f64, f64)| (b.0 - a.0).rem_euclid(1.0);
    let width = gap(from, to);
    let slope_from = (to.1 - before.1) / (gap(before, from) + width);
    let slope_to = (after.1 - from.1) / (width + gap(to, after));
    let u = (phase - from.0) / width;
    let (u2, u3) = (u * u, u * u * u);
    (2.0 * u3 - 3.0 * u2 + 1.0) * from.1
        + (u3 - 2.0 * u2 + u) * width * slope_from
        + (3.0 * u2 - 2.0 * u3) * to.1
        + (u3 - u2) * width * slope_to
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sawtooth_passes_its_knots_and_closes() {
        for (phase, share) in SAWTOOTH {
            assert!((sawtooth(phase) - share).abs() < 1e-12);
        }
        assert!((sawtooth(1.0 - 1e-9) - sawtooth(0.0)).abs() < 1e-6);
    }
}
