//! F1 and the threshold that maximises it. Positive means score >= threshold.

use super::discrimination::Ranking;

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
    let (mut hits, mut misses_and_false_alarms) = (0_usize, 0_usize);
    for (&score, &label) in scores.iter().zip(labels) {
        match (score >= threshold, label) {
            (true, true) => hits += 1,
            (false, false) => {}
            _ => misses_and_false_alarms += 1,
        }
    }
    let denominator = 2 * hits + misses_and_false_alarms;
    (denominator > 0).then(|| 2.0 * hits as f64 / denominator as f64)
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
    let positives = labels.iter().filter(|&&l| l).count();
    if positives == 0 {
        return None;
    }
    let (mut called, mut hits) = (0, 0);
    let mut best: Option<F1Threshold> = None;
    for tie in ranking.ties().rev() {
        let Some(first) = tie.first() else { continue };
        called += tie.len();
        hits += tie.iter().filter(|r| r.label).count();
        let f1 = 2.0 * hits as f64 / (called + positives) as f64;
        if best.is_none_or(|b| f1 > b.f1) {
            best = Some(F1Threshold {
                threshold: first.score,
                f1,
            });
        }
    }
    best
}
