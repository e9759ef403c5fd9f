//! Percentile bootstrap of the AUROC by patient.
//!
//! Each resample draws as many patients as there are, with replacement and all
//! ECGs of each, and all classes see the same draw, so that the dependence
//! between the ECGs of a patient and the labels of an ECG is kept. A resample in which a class has lost one outcome leaves that
//! class out of that resample's mean, as [`macro_auroc`](super::macro_auroc)
//! does with the whole sample. The alternative, drawing until every class has
//! both outcomes, has no bound when a class has one positive record, and
//! conditions the interval on the lucky draws.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::discrimination::{ClassScores, Ranking, mean_over_scored};
use super::patients::Patients;

/// How to resample. The same settings give the same interval on every machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bootstrap {
    pub resamples: usize,
    /// Two-sided level: 0.95 for 95 %.
    pub level: f64,
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self {
            resamples: 1000,
            level: 0.95,
            seed: 0,
        }
    }
}

/// A percentile interval and how many resamples it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BootstrapInterval {
    pub low: f64,
    pub high: f64,
    /// Resamples in which the statistic was defined.
    pub resamples_used: usize,
}

impl Bootstrap {
    /// What was done, in words, for `ci_method` in documents and model cards.
    pub fn ci_method(&self) -> String {
        format!(
            "{} % percentile bootstrap, {} resamples of patients (seed {}), all classes in the \
             same resample; a class without both outcomes in a resample is left out of it",
            self.level * 100.0,
            self.resamples,
            self.seed
        )
    }

    /// Interval of [`macro_auroc`](super::macro_auroc). `patients` holds a
    /// number per record that only tells apart. `None` when a score is NaN or
    /// no resample has a class with both outcomes.
    ///
    /// # Panics
    /// When the classes differ in their number of records.
    pub fn macro_auroc(
        &self,
        classes: &[ClassScores],
        patients: &[u64],
    ) -> Option<BootstrapInterval> {
        let records = patients.len();
        let rankings = classes
            .iter()
            .map(|c| {
                assert_eq!(c.scores.len(), records, "the same records in every class");
                Ranking::new(c.scores, c.labels)
            })
            .collect::<Option<Vec<_>>>()?;
        self.interval(patients, |times| {
            let each = rankings.iter().map(|r| r.auroc(|record| times[record]));
            mean_over_scored(each).map(|mean| mean.value)
        })
    }

    /// Interval of [`auroc`](super::auroc) of one class; resamples with one
    /// outcome only are left out. `None` when a score is NaN or one outcome is
    /// absent.
    ///
    /// # Panics
    /// When the slices differ in length.
    pub fn auroc(
        &self,
        scores: &[f64],
        labels: &[bool],
        patients: &[u64],
    ) -> Option<BootstrapInterval> {
        self.macro_auroc(&[ClassScores { scores, labels }], patients)
    }

    fn interval(
        &self,
        patients: &[u64],
        statistic: impl Fn(&[u32]) -> Option<f64>,
    ) -> Option<BootstrapInterval> {
        let records = Patients::new(patients);
        let mut times = vec![0; patients.len()];
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        // The high word of the product: uniform to one part in 2^64 / n, and
        // stable, which the `rand` crate does not promise of its ranges.
        let mut below = |n: usize| ((u128::from(rng.next_u64()) * n as u128) >> 64) as usize;
        let mut values: Vec<f64> = (0..self.resamples)
            .filter_map(|_| {
                records.draw(&mut below, &mut times);
                statistic(&times)
            })
            .collect();
        values.sort_by(f64::total_cmp);
        let tail = (1.0 - self.level) / 2.0;
        Some(BootstrapInterval {
            low: quantile_of_sorted(&values, tail)?,
            high: quantile_of_sorted(&values, 1.0 - tail)?,
            resamples_used: values.len(),
        })
    }
}

/// Quantile with linear interpolation (numpy's default, type 7).
fn quantile_of_sorted(sorted: &[f64], probability: f64) -> Option<f64> {
    let position = probability.clamp(0.0, 1.0) * sorted.len().checked_sub(1)? as f64;
    let below = *sorted.get(position.floor() as usize)?;
    let above = *sorted.get(position.ceil() as usize)?;
    Some(below + (above - below) * position.fract())
}
