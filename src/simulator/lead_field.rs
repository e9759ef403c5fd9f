//! From the dipole to nine electrodes, and from nine electrodes to twelve
//! leads.
//!
//! Everything, noise included, passes through the electrodes, so that
//! Einthoven's and Goldberger's equations hold as they do in a cart.

use super::random::Random;
use super::wave::Dipole;

/// Dower, Machado and Osborne 1980: I, II, V1 to V6 from Frank's x, y, z.
const DOWER: [[f64; 3]; 8] = [
    [0.632, -0.235, 0.059],
    [0.235, 1.066, -0.132],
    [-0.515, 0.157, -0.917],
    [0.044, 0.164, -1.387],
    [0.882, 0.098, -1.277],
    [1.213, 0.127, -0.601],
    [1.125, 0.127, -0.086],
    [0.831, 0.076, 0.230],
];

/// Dower's chest leads are larger beside the limb leads than those of most
/// recordings, V3 to V5 most; these bring them to the usual proportions.
const THORAX: [f64; 6] = [0.95, 0.90, 0.85, 0.82, 0.88, 0.95];

/// Right arm, left arm, left leg, V1 to V6.
pub(super) const ELECTRODES: usize = 9;

/// Potentials of the electrodes in millivolts.
pub(super) type Potentials = [f64; ELECTRODES];

/// What each electrode sees of the dipole in one recording.
#[derive(Clone, Debug)]
pub(super) struct LeadField {
    electrodes: [[f64; 3]; ELECTRODES],
    /// Coefficients of the power of the leads: squares, then products.
    form: [f64; 6],
}

impl LeadField {
    /// Dower's field with each chest electrode a little off its place and a
    /// little nearer or farther.
    pub fn with_electrodes_placed(random: &mut Random) -> Self {
        let mut field = Self::dower().electrodes;
        let chest = field;
        for ((i, row), usual) in field.iter_mut().enumerate().skip(3).zip(THORAX) {
            let shift = random.within(0.0, 0.10, -0.25, 0.25);
            let neighbour = if shift < 0.0 {
                i.max(4) - 1
            } else {
                (i + 1).min(ELECTRODES - 1)
            };
            let gain = usual * random.within(1.0, 0.06, 0.85, 1.15);
            let Some(other) = chest.get(neighbour) else {
                continue;
            };
            for (value, other) in row.iter_mut().zip(other) {
                *value = gain * (*value * (1.0 - shift.abs()) + other * shift.abs());
            }
        }
        Self::new(field)
    }

    fn new(electrodes: [[f64; 3]; ELECTRODES]) -> Self {
        let of_axis = |axis: usize| leads(&electrodes.map(|row| row[axis]));
        let (x, y, z) = (of_axis(0), of_axis(1), of_axis(2));
        let product =
            |a: &[f64; 12], b: &[f64; 12]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let form = [
            product(&x, &x),
            product(&y, &y),
            product(&z, &z),
            2.0 * product(&x, &y),
            2.0 * product(&x, &z),
            2.0 * product(&y, &z),
        ];
        Self { electrodes, form }
    }

    fn dower() -> Self {
        let [i, ii, chest @ ..] = DOWER;
        let of_axis = |axis: usize| {
            // The central terminal, their mean, is zero by convention.
            let right_arm = -(i[axis] + ii[axis]) / 3.0;
            [right_arm, right_arm + i[axis], right_arm + ii[axis]]
        };
        let limbs = [of_axis(0), of_axis(1), of_axis(2)];
        let mut field = [[0.0; 3]; ELECTRODES];
        for (electrode, row) in field.iter_mut().enumerate() {
            *row = match electrode {
                0..3 => limbs.map(|axis| axis[electrode]),
                _ => chest[electrode - 3],
            };
        }
        Self::new(field)
    }

    /// The sum of the squares of the twelve leads, which is a quadratic form
    /// of the dipole.
    pub fn power(&self, [x, y, z]: Dipole) -> f64 {
        let [xx, yy, zz, xy, xz, yz] = self.form;
        xx * x * x + yy * y * y + zz * z * z + xy * x * y + xz * x * z + yz * y * z
    }

    pub fn potentials(&self, dipole: Dipole) -> Potentials {
        self.electrodes
            .map(|row| row.iter().zip(dipole).map(|(r, d)| r * d).sum())
    }
}

/// Lead I and aVF of a dipole, on which electrode placement has no influence.
pub(super) fn lead_i_and_avf(dipole: Dipole) -> (f64, f64) {
    let [i, ii, ..] = DOWER.map(|row| row.iter().zip(dipole).map(|(r, d)| r * d).sum::<f64>());
    (i, ii - i / 2.0)
}

/// The twelve leads in standard order, in millivolts.
pub(super) fn leads(p: &Potentials) -> [f64; 12] {
    let &[ra, la, ll, v1, v2, v3, v4, v5, v6] = p;
    let terminal = (ra + la + ll) / 3.0;
    [
        la - ra,
        ll - ra,
        ll - la,
        ra - (la + ll) / 2.0,
        la - (ra + ll) / 2.0,
        ll - (ra + la) / 2.0,
        v1 - terminal,
        v2 - terminal,
        v3 - terminal,
        v4 - terminal,
        v5 - terminal,
        v6 - terminal,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_electrodes_give_back_dowers_leads() {
        let dipole = [0.7, -0.4, 1.1];
        let leads = leads(&LeadField::dower().potentials(dipole));
        let expected = DOWER.map(|row| row.iter().zip(dipole).map(|(r, d)| r * d).sum::<f64>());
        for (at, wanted) in [0, 1, 6, 7, 8, 9, 10, 11].into_iter().zip(expected) {
            assert!((leads[at] - wanted).abs() < 1e-12, "lead {at}");
        }
        let power: f64 = leads.iter().map(|mv| mv * mv).sum();
        assert!((LeadField::dower().power(dipole) - power).abs() < 1e-12);
    }
}
