//! What is usual: how P, QRS and ST-T lie in the space of the eight recorded
//! leads, and how fast hearts go.
//!
//! From one half of the PTB-XL excerpt (Wagner et al. 2020, CC BY 4.0; 100 Hz,
//! patients with an even number); no sample of an ECG is in it. Printed by
//!
//! ```text
//! cargo test --no-default-features --lib plausibility::usual -- --ignored --nocapture
//! ```

/// I, II, V1 to V6.
pub(super) const LEADS: usize = 8;

/// Logarithm of the steepness of an ECG in Hz (`steepness_hz` in
/// `time_scale.rs`), mean and standard deviation. Medians were 13.2 Hz in
/// recordings at 100 Hz and 15.7 Hz at 500 Hz, where noise is wider (standard
/// deviations 0.15 and 0.09); the deviation here spans both.
pub(super) const STEEPNESS: [f64; 2] = [2.64, 0.2];

/// A symmetrical matrix over the leads: the lower triangle, row by row.
pub(super) struct Shape(pub [f64; 36]);

impl Shape {
    pub fn matrix(&self) -> [[f64; LEADS]; LEADS] {
        std::array::from_fn(|i| {
            std::array::from_fn(|j| {
                let (row, column) = (i.max(j), i.min(j));
                self.0[row * (row + 1) / 2 + column]
            })
        })
    }
}

/// Of P, QRS and ST-T: the inverse of the mean second moments of median beats,
/// each wave scaled to a mean square of 1, a thousandth of the mean variance
/// added to each lead.
#[rustfmt::skip]
pub(super) const SHAPES: [Shape; 3] = [
    Shape([
        3.929,
        -0.593, 2.824,
        2.258, -0.618, 5.363,
        -2.340, 1.404, -4.308, 9.274,
        0.324, -0.727, -0.118, -6.102, 14.444,
        0.998, -1.640, 0.340, -0.167, -9.118, 21.187,
        -0.732, -1.149, 0.449, 0.079, -0.860, -10.058, 29.087,
        -2.759, -2.149, 1.215, 0.321, 1.244, -1.076, -15.599, 25.816,
    ]),
    Shape([
        8.625,
        1.799, 8.408,
        6.001, 1.329, 9.800,
        -2.032, 0.902, -3.685, 3.851,
        -0.885, -1.230, -0.665, -2.175, 5.312,
        0.642, -1.019, 0.402, 0.457, -4.369, 9.611,
        -0.183, 0.608, -0.148, -0.358, 1.279, -9.053, 21.931,
        -3.808, -4.637, -0.066, 0.613, 0.995, 3.311, -17.103, 22.436,
    ]),
    Shape([
        10.710,
        -0.209, 7.455,
        5.035, 0.362, 8.659,
        -2.976, -0.463, -3.681, 4.632,
        0.124, -0.393, 0.394, -3.794, 7.818,
        0.848, -0.971, -0.564, 1.307, -6.551, 13.906,
        -1.782, 0.826, 0.658, 0.164, 1.558, -11.155, 25.051,
        -3.189, -5.366, 0.655, 0.161, 0.838, 2.777, -16.780, 24.145,
    ]),
];

/// Mean logarithms of heart rate (/min), QRS and QT (ms)...
pub(super) const PACE: [f64; 3] = [4.2795, 4.4813, 5.9497];
/// ...and the inverse of their covariances.
pub(super) const PACE_PRECISION: [[f64; 3]; 3] = [
    [45.692, -8.290, 68.067],
    [-8.290, 34.182, -27.037],
    [68.067, -27.037, 198.650],
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::DataSet;
    use crate::plausibility::electrodes::wave_moments;
    use crate::plausibility::judged::{Judged, Measured};

    /// Of the patients with an even number.
    fn fitted_on() -> Vec<Measured> {
        let folder = std::env::var_os("PROTOECG_PTBXL").expect("PROTOECG_PTBXL names PTB-XL");
        let set = DataSet::open(folder.as_ref()).unwrap();
        let even = |id: Option<i64>| id.is_some_and(|id| id % 2 == 0);
        let entries = set.entries().iter().filter(|e| even(e.patient_id));
        let measured = entries.filter_map(|e| {
            let recording = set.read(e).ok()?;
            Judged::of(&recording).measured
        });
        measured.collect()
    }

    fn inverse<const N: usize>(mut m: [[f64; N]; N]) -> [[f64; N]; N] {
        let mut inverse: [[f64; N]; N] =
            std::array::from_fn(|i| std::array::from_fn(|j| f64::from(u8::from(i == j))));
        for i in 0..N {
            let pivot = m[i][i];
            for j in 0..N {
                m[i][j] /= pivot;
                inverse[i][j] /= pivot;
            }
            for k in (0..N).filter(|&k| k != i) {
                let times = m[k][i];
                for j in 0..N {
                    m[k][j] -= times * m[i][j];
                    inverse[k][j] -= times * inverse[i][j];
                }
            }
        }
        inverse
    }

    fn shape(all: &[Measured], wave: usize) -> [[f64; LEADS]; LEADS] {
        let mut mean = [[0.0; LEADS]; LEADS];
        let mut count = 0.0;
        for measured in all {
            let Some(moments) = wave_moments(measured).and_then(|waves| waves[wave]) else {
                continue;
            };
            count += 1.0;
            for (row, of_one) in mean.iter_mut().zip(moments) {
                for (value, one) in row.iter_mut().zip(of_one) {
                    *value += one;
                }
            }
        }
        let trace: f64 = (0..LEADS).map(|i| mean[i][i]).sum();
        for (i, row) in mean.iter_mut().enumerate() {
            row[i] += 0.001 * trace / LEADS as f64;
            row.iter_mut().for_each(|v| *v /= count);
        }
        inverse(mean)
    }

    #[test]
    #[ignore = "prints the constants of this file from PTB-XL; a minute"]
    fn print() {
        let all = fitted_on();
        println!("{} records", all.len());
        for wave in 0..3 {
            let matrix = shape(&all, wave);
            println!("    Shape([");
            for (i, row) in matrix.iter().enumerate() {
                let cells: Vec<String> = row[..=i].iter().map(|v| format!("{v:.3}")).collect();
                println!("        {},", cells.join(", "));
            }
            println!("    ]),");
        }
        let paces: Vec<[f64; 3]> = all
            .iter()
            .map(|m| {
                let m = &m.measurements;
                [m.heart_rate_bpm, m.qrs_ms, m.qt_ms].map(|q| q.value().unwrap_or(f64::NAN).ln())
            })
            .filter(|pace| pace.iter().all(|v| v.is_finite()))
            .collect();
        let n = paces.len() as f64;
        let mean: [f64; 3] = std::array::from_fn(|i| paces.iter().map(|p| p[i]).sum::<f64>() / n);
        let covariance: [[f64; 3]; 3] = std::array::from_fn(|i| {
            std::array::from_fn(|j| {
                let products = paces.iter().map(|p| (p[i] - mean[i]) * (p[j] - mean[j]));
                products.sum::<f64>() / n
            })
        });
        println!("{mean:.4?}\n{:.3?}", inverse(covariance));
    }
}
