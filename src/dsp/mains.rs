//! Hum of the power line, found as a sine and taken away.

use std::f64::consts::TAU;

use super::{DspError, all_finite};

/// Grids keep within 0.2 Hz, small generators within 0.5 Hz.
const SEARCH_HZ: f64 = 0.5;
/// A sine is fitted to so much at a time: long enough that heartbeats weigh
/// little, short enough that the grid's frequency holds still.
const BLOCK_S: f64 = 10.0;
/// The shortest signal in which 50 Hz can be told from 49 Hz.
const SHORTEST_S: f64 = 1.0;

/// A signal without its hum, and how strong that was.
#[derive(Clone, Debug, PartialEq)]
pub struct MainsSubtracted {
    pub samples: Vec<f64>,
    /// The hum of each block of about 10 s, in order.
    pub hum: Vec<Hum>,
}

/// A sine in the unit of the signal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hum {
    pub frequency_hz: f64,
    /// From the mean to the peak.
    pub amplitude: f64,
}

/// Fits a sine near `mains_hz` (50 or 60) by least squares, frequency,
/// amplitude and phase, in blocks of about 10 s, and subtracts it. Unlike a
/// notch it leaves QRS as it is; hum whose amplitude changes within a block
/// stays in part.
///
/// Equal to `scipy.optimize.least_squares` on the same model.
///
/// # Errors
/// A frequency whose search (0.5 Hz to either side) passes half of `rate_hz`:
/// a recording at 100 Hz has no 50 Hz; less than a second; a sample that is
/// not finite.
pub fn subtract_mains(x: &[f64], mains_hz: f64, rate_hz: f64) -> Result<MainsSubtracted, DspError> {
    let below_hz = rate_hz / 2.0 - SEARCH_HZ;
    if !(mains_hz > SEARCH_HZ && mains_hz < below_hz) {
        return Err(DspError::Edge {
            found_hz: mains_hz,
            above_hz: SEARCH_HZ,
            below_hz,
        });
    }
    all_finite(x)?;
    let shortest = (SHORTEST_S * rate_hz).ceil() as usize;
    if x.len() < shortest {
        return Err(DspError::TooShort {
            found: x.len(),
            expected: shortest,
        });
    }
    let blocks = (x.len() as f64 / rate_hz / BLOCK_S).round().max(1.0) as usize;
    let mut samples = Vec::with_capacity(x.len());
    let mut hum = Vec::with_capacity(blocks);
    for block in x.chunks(x.len().div_ceil(blocks)) {
        let sine = Sine::fitted(block, mains_hz / rate_hz, SEARCH_HZ / rate_hz);
        samples.extend(block.iter().enumerate().map(|(n, v)| v - sine.at(n)));
        hum.push(Hum {
            frequency_hz: sine.frequency * rate_hz,
            amplitude: sine.cosine.hypot(sine.sine),
        });
    }
    Ok(MainsSubtracted { samples, hum })
}

/// cosine * cos(w n) + sine * sin(w n), frequency in cycles per sample.
#[derive(Clone, Copy)]
struct Sine {
    frequency: f64,
    cosine: f64,
    sine: f64,
}

impl Sine {
    fn at(&self, n: usize) -> f64 {
        let (sin, cos) = (TAU * self.frequency * n as f64).sin_cos();
        self.cosine * cos + self.sine * sin
    }

    /// The best of a grid finer than a lobe of the spectrum, then Gauss-Newton
    /// to the bottom.
    fn fitted(x: &[f64], centre: f64, search: f64) -> Self {
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        let x: Vec<f64> = x.iter().map(|v| v - mean).collect();
        let steps = (2.0 * search * x.len() as f64 / 0.2).ceil().max(2.0) as usize;
        let start = (0..=steps)
            .map(|i| centre - search + 2.0 * search * i as f64 / steps as f64)
            .map(|frequency| Self::of_frequency(&x, frequency))
            .max_by(|a, b| f64::total_cmp(&a.power(), &b.power()));
        let start = start.unwrap_or_else(|| Self::of_frequency(&x, centre));
        let mut best = start;
        for _ in 0..30 {
            let Some(next) = best.stepped(&x) else {
                return start;
            };
            let step = (next.frequency - best.frequency).abs();
            best = Self::of_frequency(&x, next.frequency);
            if (best.frequency - centre).abs() > search {
                // No hum: the search ran off along noise.
                return start;
            }
            if step < 1e-15 {
                break;
            }
        }
        best
    }

    fn power(&self) -> f64 {
        self.cosine.powi(2) + self.sine.powi(2)
    }

    /// Amplitude and phase by least squares at a frequency.
    fn of_frequency(x: &[f64], frequency: f64) -> Self {
        let (mut cc, mut cs, mut ss, mut xc, mut xs) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (n, v) in x.iter().enumerate() {
            let (sin, cos) = (TAU * frequency * n as f64).sin_cos();
            cc += cos * cos;
            cs += cos * sin;
            ss += sin * sin;
            xc += v * cos;
            xs += v * sin;
        }
        let determinant = cc * ss - cs * cs;
        Self {
            frequency,
            cosine: (xc * ss - xs * cs) / determinant,
            sine: (xs * cc - xc * cs) / determinant,
        }
    }

    /// One step of Gauss-Newton in all three parameters; `None` where the
    /// equations have no solution, since there is nothing to fit.
    fn stepped(&self, x: &[f64]) -> Option<Self> {
        let mut normal = [[0.0; 4]; 3];
        for (n, v) in x.iter().enumerate() {
            let angle = TAU * n as f64;
            let (sin, cos) = (angle * self.frequency).sin_cos();
            let by_frequency = angle * (self.sine * cos - self.cosine * sin);
            let row = [cos, sin, by_frequency];
            let residual = v - self.cosine * cos - self.sine * sin;
            for (equation, a) in normal.iter_mut().zip(row) {
                for (term, b) in equation.iter_mut().zip(row) {
                    *term += a * b;
                }
                equation[3] += a * residual;
            }
        }
        let [cosine, sine, frequency] = solved(normal)?;
        Some(Self {
            frequency: self.frequency + frequency,
            cosine: self.cosine + cosine,
            sine: self.sine + sine,
        })
    }
}

/// Three linear equations by Gauss's elimination; the matrix is symmetric and
/// positive, which needs no pivoting.
fn solved(mut m: [[f64; 4]; 3]) -> Option<[f64; 3]> {
    for column in 0..3 {
        let pivot = m[column];
        if pivot[column].is_nan() || pivot[column].abs() < 1e-300 {
            return None;
        }
        for (row, equation) in m.iter_mut().enumerate() {
            if row != column {
                let factor = equation[column] / pivot[column];
                for (value, p) in equation.iter_mut().zip(pivot) {
                    *value -= factor * p;
                }
            }
        }
    }
    let solution = [0, 1, 2].map(|i| m[i][3] / m[i][i]);
    solution.iter().all(|v| v.is_finite()).then_some(solution)
}
