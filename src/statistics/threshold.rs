//! F1 and the threshold that maximises it. Positive means score >= threshold.

use super::discrimination::{ClassScores, Ranking};

/// A threshold and the F1 that it gives on the scores it was chosen on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct F1Threshold {
    pub threshold: f64,
    pub f1: f64,
}

/// F1 of calling a record positive when its score is at least `threshold`:
/// 2 TP / (2 TP + FP + FN). `None` when there is neither a positive record nor
/// a positive call (scikit-learn returns 0 there with a warning).
///
/// # Panics
/// When the slices differ in length.
pub fn f1_at(scores: &[f64], labels: &[bool], threshold: f64) -> Option<f64> {
    assert_eq!(scores.len(), labels.len(), "one label per score");
    f1_of(&ClassScores { scores, labels }, threshold, |_| 1)
}

/// [`f1_at`] of a sample in which each record occurs `times(record)` times.
pub(super) fn f1_of(
    class: &ClassScores,
    threshold: f64,
    times: impl Fn(usize) -> u32,
) -> Option<f64> {
    let (mut hits, mut called, mut positives) = (0, 0, 0);
    for (record, (&score, &label)) in class.scores.iter().zip(class.labels).enumerate() {
        let times = u64::from(times(record));
        let is_called = score >= threshold;
        called += if is_called { times } else { 0 };
        positives += if label { times } else { 0 };
        hits += if is_called && label { times } else { 0 };
    }
    f1(hits, called, positives)
}

/// F1 of so many hits among those called and those positive: the one formula
/// of all functions here. `None` where it is 0 / 0.
fn f1(hits: u64, called: u64, positives: u64) -> Option<f64> {
    let sum = called + positives;
    (sum > 0).then(|| 2.0 * hits as f64 / sum as f64)
}

/// The score that, taken as the threshold, gives the highest [`f1_at`] on
/// these records; the highest such score where several do, since that calls
/// the fewest records positive.
///
/// `None` without a positive record or when a score is NaN.
///
/// # Panics
/// When the slices differ in length.
pub fn best_f1_threshold(scores: &[f64], labels: &[bool]) -> Option<F1Threshold> {
    let ranking = Ranking::new(scores, labels)?;
    let positives = labels.iter().filter(|&&l| l).count() as u64;
    if positives == 0 {
        return None;
    }
    let (mut called, mut hits) = (0, 0);
    let mut best: Option<F1Threshold> = None;
    for tie in ranking.ties().rev() {
        let Some(first) = tie.first() else { continue };
        called += tie.len() as u64;
        hits += tie.iter().filter(|r| r.label).count() as u64;
        let Some(f1) = f1(hits, called, positives) else {
            continue;
        };
        if best.is_none_or(|b| f1 > b.f1) {
            best = Some(F1Threshold {
                threshold: first.score,
                f1,
            });
        }
    }
    best
}

/// The highest micro-averaged F1 over one threshold for all classes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FMax {
    /// The lowest threshold that gives it.
    pub threshold: f64,
    pub f1: f64,
}

/// Thresholds of [`f_max`]: 0, 0.01, ... 1.
const F_MAX_STEPS: u32 = 100;

/// Fmax as the published ProtoECGNet computes it: micro-F1 (all records and
/// classes in one table) at the thresholds 0 to 1 in steps of 0.01, on
/// probabilities. Other papers call the maximum of an F1 averaged by record
/// Fmax; the two must not be compared.
///
/// `None` without a positive label or when a probability is NaN.
///
/// # Panics
/// When scores and labels of a class differ in length.
pub fn f_max(classes: &[ClassScores]) -> Option<FMax> {
    f_max_of(classes, |_| 1)
}

/// [`f_max`] of a sample in which each record occurs `times(record)` times.
pub(super) fn f_max_of(classes: &[ClassScores], times: impl Fn(usize) -> u32) -> Option<FMax> {
    // By the number of thresholds that a probability reaches: calls and hits.
    let steps = F_MAX_STEPS as usize + 1;
    let (mut calls, mut hits) = (vec![0_u64; steps + 1], vec![0_u64; steps + 1]);
    let mut positives = 0_u64;
    for class in classes {
        assert_eq!(
            class.scores.len(),
            class.labels.len(),
            "one label per score"
        );
        for (record, (&score, &label)) in class.scores.iter().zip(class.labels).enumerate() {
            if score.is_nan() {
                return None;
            }
            let times = u64::from(times(record));
            let reached = thresholds_reached(score);
            calls[reached] += times;
            if label {
                hits[reached] += times;
                positives += times;
            }
        }
    }
    if positives == 0 {
        return None;
    }
    let (mut called, mut hit) = (0, 0);
    let mut best: Option<FMax> = None;
    for step in (0..steps).rev() {
        called += calls[step + 1];
        hit += hits[step + 1];
        let Some(f1) = f1(hit, called, positives) else {
            continue;
        };
        if best.is_none_or(|b| f1 >= b.f1) {
            let threshold = step as f64 / f64::from(F_MAX_STEPS);
            best = Some(FMax { threshold, f1 });
        }
    }
    best
}

/// How many of the thresholds are at most this probability.
fn thresholds_reached(probability: f64) -> usize {
    if probability < 0.0 {
        return 0;
    }
    let steps = f64::from(F_MAX_STEPS);
    let mut reached = (probability * steps).clamp(0.0, steps) as usize;
    // The product can round to either side of the threshold itself.
    while reached < F_MAX_STEPS as usize && (reached + 1) as f64 / steps <= probability {
        reached += 1;
    }
    while reached > 0 && reached as f64 / steps > probability {
        reached -= 1;
    }
    reached + 1
}
