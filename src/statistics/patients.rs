//! Intervals of model quality by resampling patients.
//!
//! Several ECGs of one patient are no independent evidence, so a resample draws
//! patients and takes all ECGs of each. A resample in which a class loses one
//! of its outcomes is drawn again, and how often that happened is reported: the
//! interval is then one of "samples in which every class occurs".

use serde::Serialize;

use super::clustered_mean::Resampling;
use super::discrimination::{ClassScores, Ranking};
use super::interval::Interval;
use super::random::Mrg32k3a;
use super::replicates::Replicates;
use super::threshold::{f_max_of, f1_of};
use super::undefined::{Undefined, all_finite};

/// Resamples drawn per resample kept before one gives up.
const MOST_TRIES_PER_RESAMPLE: usize = 100;

/// What is measured over the classes of a fold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// Mean AUROC over classes.
    MacroAuroc,
    /// Mean average precision over classes.
    MacroAuprc,
    /// Mean over classes of F1 when score >= 0.5; a class neither called nor
    /// present counts 0, as in scikit-learn. For other thresholds give calls of
    /// 0 and 1 as scores.
    MacroF1,
    /// [`f_max`](super::f_max), of probabilities.
    FMax,
}

/// A value with its interval over patients.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PatientInterval {
    pub value: f64,
    /// Percentile interval.
    pub interval: Interval,
    pub patients: usize,
    pub resamples: usize,
    /// Resamples thrown away because a class had lost an outcome.
    pub redrawn: usize,
}

/// One value and its percentile interval by patient. `patients` holds a number
/// per record that only tells apart. Every class must have both outcomes
/// ([`Undefined::OneOutcome`]): which classes take part is the caller's choice
/// and printed. With classes of a handful of positives nearly every resample
/// loses one: [`Undefined::ResamplesLoseAClass`].
///
/// # Panics
/// When the records differ in number.
pub fn quality_by_patient(
    quality: Quality,
    classes: &[ClassScores],
    patients: &[u64],
    resampling: Resampling,
) -> Result<PatientInterval, Undefined> {
    let model = Model::new(quality, classes)?;
    by_patient(classes, patients, resampling, |times| model.value(times))
}

/// a - b of two models on the same records, both on each resample (paired).
///
/// # Panics
/// When the records differ in number.
pub fn difference_by_patient(
    quality: Quality,
    a: &[ClassScores],
    b: &[ClassScores],
    patients: &[u64],
    resampling: Resampling,
) -> Result<PatientInterval, Undefined> {
    let same = |(a, b): (&ClassScores, &ClassScores)| a.labels == b.labels;
    assert!(
        a.len() == b.len() && a.iter().zip(b).all(same),
        "the same records and labels"
    );
    let (first, second) = (Model::new(quality, a)?, Model::new(quality, b)?);
    by_patient(a, patients, resampling, |times| {
        Some(first.value(times)? - second.value(times)?)
    })
}

fn by_patient(
    classes: &[ClassScores],
    patients: &[u64],
    resampling: Resampling,
    statistic: impl Fn(&[u32]) -> Option<f64>,
) -> Result<PatientInterval, Undefined> {
    let records = Patients::new(patients);
    let mut times = vec![1; patients.len()];
    let value = statistic(&times).ok_or(Undefined::OneOutcome)?;
    let mut random = Mrg32k3a::seeded(resampling.seed);
    let mut below = |n: usize| random.below(n);
    let mut values = Vec::with_capacity(resampling.resamples);
    let mut redrawn = 0;
    while values.len() < resampling.resamples {
        records.draw(&mut below, &mut times);
        // The cheap question first: rare statements redraw tens of thousands of times.
        let value = all_outcomes(classes, &times).then(|| statistic(&times));
        match value.flatten() {
            Some(value) => values.push(value),
            None => redrawn += 1,
        }
        if redrawn > MOST_TRIES_PER_RESAMPLE * resampling.resamples.max(1) {
            let tries = redrawn + values.len();
            return Err(Undefined::ResamplesLoseAClass { tries });
        }
    }
    let replicates = Replicates::new(values);
    Ok(PatientInterval {
        value,
        interval: replicates.percentile(resampling.level)?,
        patients: records.first_and_count.len(),
        resamples: replicates.len(),
        redrawn,
    })
}

/// Whether every class has both outcomes in a resample.
fn all_outcomes(classes: &[ClassScores], times: &[u32]) -> bool {
    classes.iter().all(|class| {
        let drawn = |outcome: bool| {
            let mut records = class.labels.iter().zip(times);
            records.any(|(label, times)| *label == outcome && *times > 0)
        };
        drawn(true) && drawn(false)
    })
}

/// Records by patient.
pub(super) struct Patients {
    /// Records, those of one patient together, patients in the order of their
    /// number.
    records: Vec<usize>,
    /// Of each patient: where its records begin, and how many.
    first_and_count: Vec<(usize, usize)>,
}

impl Patients {
    pub(super) fn new(patients: &[u64]) -> Self {
        let mut records: Vec<usize> = (0..patients.len()).collect();
        records.sort_by_key(|&record| patients[record]);
        let mut first_and_count = Vec::new();
        let mut first = 0;
        for own in records.chunk_by(|&a, &b| patients[a] == patients[b]) {
            first_and_count.push((first, own.len()));
            first += own.len();
        }
        Self {
            records,
            first_and_count,
        }
    }

    /// How often each record occurs in one resample of patients. `below(n)`
    /// draws from 0 to n - 1.
    pub(super) fn draw(&self, below: &mut impl FnMut(usize) -> usize, times: &mut [u32]) {
        times.fill(0);
        for _ in 0..self.first_and_count.len() {
            let (first, count) = self.first_and_count[below(self.first_and_count.len())];
            for &record in &self.records[first..first + count] {
                times[record] += 1;
            }
        }
    }
}

/// The scores of one model, sorted once.
struct Model<'a> {
    quality: Quality,
    classes: &'a [ClassScores<'a>],
    rankings: Vec<Ranking>,
}

impl<'a> Model<'a> {
    fn new(quality: Quality, classes: &'a [ClassScores<'a>]) -> Result<Self, Undefined> {
        let records = classes.first().map_or(0, |c| c.scores.len());
        let mut rankings = Vec::with_capacity(classes.len());
        for class in classes {
            assert_eq!(
                class.scores.len(),
                records,
                "the same records in every class"
            );
            all_finite(class.scores)?;
            rankings.extend(Ranking::new(class.scores, class.labels));
        }
        if !all_outcomes(classes, &vec![1; records]) || classes.is_empty() {
            return Err(Undefined::OneOutcome);
        }
        Ok(Self {
            quality,
            classes,
            rankings,
        })
    }

    /// In a sample in which each record occurs `times[record]` times.
    fn value(&self, times: &[u32]) -> Option<f64> {
        let of = |record: usize| times[record];
        let each: Option<Vec<f64>> = match self.quality {
            Quality::MacroAuroc => self.rankings.iter().map(|r| r.auroc(of)).collect(),
            Quality::MacroAuprc => self.rankings.iter().map(|r| r.auprc(of)).collect(),
            Quality::MacroF1 => Some(
                self.classes
                    .iter()
                    .map(|c| f1_of(c, 0.5, of).unwrap_or(0.0))
                    .collect(),
            ),
            Quality::FMax => return f_max_of(self.classes, of).map(|best| best.f1),
        };
        super::mean(&each?)
    }
}
