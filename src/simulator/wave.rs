//! The building block: one smooth wave of the heart's dipole with a beginning
//! and an end.

/// A dipole in Frank's axes, in the millivolts that Dower's matrix expects:
/// x to the left, y to the feet, z to the back.
pub(super) type Dipole = [f64; 3];

pub(super) fn scaled(d: Dipole, by: f64) -> Dipole {
    d.map(|component| component * by)
}

pub(super) fn sum(a: Dipole, b: Dipole) -> Dipole {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

pub(super) fn length(d: Dipole) -> f64 {
    d.iter().map(|c| c * c).sum::<f64>().sqrt()
}

/// Turned in the frontal plane: positive from the left (lead I) to the feet
/// (aVF), as electrical axes are counted.
pub(super) fn turned_frontal(d: Dipole, degrees: f64) -> Dipole {
    let (sin, cos) = degrees.to_radians().sin_cos();
    [d[0] * cos - d[1] * sin, d[0] * sin + d[1] * cos, d[2]]
}

/// Turned in the horizontal plane: positive from the left to the back, which
/// moves the transition of the chest leads towards V6.
pub(super) fn turned_horizontal(d: Dipole, degrees: f64) -> Dipole {
    let (sin, cos) = degrees.to_radians().sin_cos();
    [d[0] * cos - d[2] * sin, d[1], d[0] * sin + d[2] * cos]
}

/// A raised cosine with its own rise and fall. Unlike a Gaussian it is exactly
/// zero outside, so that an interval has a definite beginning and end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wave {
    pub peak_s: f64,
    pub rise_s: f64,
    pub fall_s: f64,
    /// 1 is the raised cosine; more makes a gentler foot of the rise.
    pub rise_power: f64,
    pub vector_mv: Dipole,
}

impl Wave {
    /// A wave from `start_s` over `peak_s` to `end_s`.
    pub fn new(start_s: f64, peak_s: f64, end_s: f64, vector_mv: Dipole) -> Self {
        Self {
            peak_s,
            rise_s: peak_s - start_s,
            fall_s: end_s - peak_s,
            rise_power: 1.0,
            vector_mv,
        }
    }

    pub fn start_s(&self) -> f64 {
        self.peak_s - self.rise_s
    }

    pub fn end_s(&self) -> f64 {
        self.peak_s + self.fall_s
    }

    pub fn shifted(mut self, by_s: f64) -> Self {
        self.peak_s += by_s;
        self
    }

    pub fn scaled(mut self, by: f64) -> Self {
        self.vector_mv = scaled(self.vector_mv, by);
        self
    }

    /// The share of the peak at a time, 0 to 1.
    pub fn shape(&self, time_s: f64) -> f64 {
        let from_peak = time_s - self.peak_s;
        let (support, power) = if from_peak < 0.0 {
            (self.rise_s, self.rise_power)
        } else {
            (self.fall_s, 1.0)
        };
        if support <= 0.0 || from_peak.abs() >= support {
            return 0.0;
        }
        let cosine = 0.5 + 0.5 * (std::f64::consts::PI * from_peak / support).cos();
        if power == 1.0 {
            cosine
        } else {
            cosine.powf(power)
        }
    }

    pub fn at(&self, time_s: f64) -> Dipole {
        scaled(self.vector_mv, self.shape(time_s))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_is_one_at_its_peak_half_in_the_middle_and_nothing_outside() {
        let wave = Wave::new(0.1, 0.2, 0.5, [2.0, 0.0, 0.0]);
        assert_eq!(wave.at(0.2), [2.0, 0.0, 0.0]);
        assert!((wave.shape(0.15) - 0.5).abs() < 1e-12);
        assert!((wave.shape(0.35) - 0.5).abs() < 1e-12);
        assert_eq!(
            (wave.shape(0.1), wave.shape(0.5), wave.shape(0.6)),
            (0.0, 0.0, 0.0)
        );
    }

    #[test]
    fn the_axis_turns_from_lead_i_to_avf() {
        let turned = turned_frontal([1.0, 0.0, 0.5], 90.0);
        assert!(turned[0].abs() < 1e-12 && (turned[1] - 1.0).abs() < 1e-12);
        let turned = turned_horizontal([1.0, 0.3, 0.0], 90.0);
        assert!((turned[2] - 1.0).abs() < 1e-12 && turned[1] == 0.3);
    }
}
