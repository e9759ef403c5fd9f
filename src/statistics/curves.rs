//! Curves and tables behind AUROC, average precision and F1.

use serde::Serialize;

use super::discrimination::Ranking;

/// One point of a curve: what calling positive from this score on gives.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CurvePoint {
    /// `None` for the first point, where nothing is called positive.
    pub threshold: Option<f64>,
    /// Share of the positive records that are called: sensitivity, recall.
    pub true_positive_rate: f64,
    /// Share of the negative records that are called: 1 - specificity.
    pub false_positive_rate: f64,
    /// Share of the called records that are positive; `None` where none is called.
    pub precision: Option<f64>,
}

/// Every point of the ROC and of the precision-recall curve, from the highest
/// score down, one per distinct score (scikit-learn's `roc_curve` without
/// dropping points, and its `precision_recall_curve` from the other end).
///
/// `None` when one outcome is absent or a score is NaN.
///
/// # Panics
/// When the slices differ in length.
pub fn curve(scores: &[f64], labels: &[bool]) -> Option<Vec<CurvePoint>> {
    let ranking = Ranking::new(scores, labels)?;
    let positives = labels.iter().filter(|&&l| l).count();
    let negatives = labels.len() - positives;
    if positives == 0 || negatives == 0 {
        return None;
    }
    let (mut hits, mut false_alarms) = (0_usize, 0_usize);
    let mut points = vec![CurvePoint {
        threshold: None,
        true_positive_rate: 0.0,
        false_positive_rate: 0.0,
        precision: None,
    }];
    for tie in ranking.ties().rev() {
        let tied_hits = tie.iter().filter(|r| r.label).count();
        hits += tied_hits;
        false_alarms += tie.len() - tied_hits;
        points.push(CurvePoint {
            threshold: tie.first().map(|r| r.score),
            true_positive_rate: hits as f64 / positives as f64,
            false_positive_rate: false_alarms as f64 / negatives as f64,
            precision: Some(hits as f64 / (hits + false_alarms) as f64),
        });
    }
    Some(points)
}

/// A 2x2 table of outcomes and calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Confusion {
    pub true_negatives: usize,
    pub false_positives: usize,
    pub false_negatives: usize,
    pub true_positives: usize,
}

/// The table of calling a record positive when its score is at least `threshold`.
///
/// # Panics
/// When the slices differ in length.
pub fn confusion_at(scores: &[f64], labels: &[bool], threshold: f64) -> Confusion {
    assert_eq!(scores.len(), labels.len(), "one label per score");
    let mut table = Confusion::default();
    for (&score, &label) in scores.iter().zip(labels) {
        let cell = match (label, score >= threshold) {
            (false, false) => &mut table.true_negatives,
            (false, true) => &mut table.false_positives,
            (true, false) => &mut table.false_negatives,
            (true, true) => &mut table.true_positives,
        };
        *cell += 1;
    }
    table
}

/// The highest threshold with at least this share of the positive records
/// called ([`super::best_f1_threshold`] is the other way to choose one).
///
/// `None` without a positive record, or when a score is NaN.
///
/// # Panics
/// When the slices differ in length.
pub fn sensitivity_threshold(scores: &[f64], labels: &[bool], sensitivity: f64) -> Option<f64> {
    let ranking = Ranking::new(scores, labels)?;
    let positives = labels.iter().filter(|&&l| l).count();
    let mut hits = 0;
    for tie in ranking.ties().rev() {
        hits += tie.iter().filter(|r| r.label).count();
        // In whole records: 0.9 of 10 positives are 9, whatever 0.9 * 10 rounds to.
        if positives > 0 && hits as f64 >= sensitivity * positives as f64 - 1e-9 {
            return tie.first().map(|r| r.score);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::{auprc, auroc, f1_at};

    const SCORES: [f64; 4] = [0.1, 0.4, 0.35, 0.8];
    const LABELS: [bool; 4] = [false, false, true, true];

    /// The example of scikit-learn's documentation of `roc_curve`.
    #[test]
    fn the_points_are_those_of_scikit_learn() {
        let points = curve(&SCORES, &LABELS).unwrap();
        let column = |of: fn(&CurvePoint) -> f64| points.iter().map(of).collect::<Vec<_>>();
        assert_eq!(column(|p| p.false_positive_rate), [0.0, 0.0, 0.5, 0.5, 1.0]);
        assert_eq!(column(|p| p.true_positive_rate), [0.0, 0.5, 0.5, 1.0, 1.0]);
        let thresholds: Vec<_> = points.iter().filter_map(|p| p.threshold).collect();
        assert_eq!(thresholds, [0.8, 0.4, 0.35, 0.1]);
        let precision: Vec<_> = points.iter().filter_map(|p| p.precision).collect();
        assert_eq!(precision, [1.0, 0.5, 2.0 / 3.0, 0.5]);
        assert_eq!(curve(&SCORES, &[true; 4]), None);
    }

    /// The areas under the points are the numbers that are reported.
    #[test]
    fn the_areas_are_auroc_and_average_precision() {
        let labels: Vec<bool> = (0..200).map(|i| i * i % 7 < 3).collect();
        let scores: Vec<f64> = (0..200).map(|i| f64::from(i * 37 % 41) / 41.0).collect();
        let points = curve(&scores, &labels).unwrap();
        let (mut roc, mut pr) = (0.0, 0.0);
        for pair in points.windows(2) {
            let [a, b] = pair else { continue };
            let middle = (a.true_positive_rate + b.true_positive_rate) / 2.0;
            roc += (b.false_positive_rate - a.false_positive_rate) * middle;
            pr += (b.true_positive_rate - a.true_positive_rate) * b.precision.unwrap();
        }
        assert!((roc - auroc(&scores, &labels).unwrap()).abs() < 1e-12);
        assert!((pr - auprc(&scores, &labels).unwrap()).abs() < 1e-12);
    }

    #[test]
    fn the_table_counts_every_record_once() {
        let table = confusion_at(&SCORES, &LABELS, 0.4);
        let counts = |c: &Confusion| {
            (
                c.true_negatives,
                c.false_positives,
                c.false_negatives,
                c.true_positives,
            )
        };
        assert_eq!(counts(&table), (1, 1, 1, 1));
        assert_eq!(f1_at(&SCORES, &LABELS, 0.4), Some(0.5));
        assert_eq!(counts(&confusion_at(&SCORES, &LABELS, 2.0)), (2, 0, 2, 0));
    }

    #[test]
    fn the_threshold_for_a_sensitivity_is_the_highest_that_has_it() {
        let scores: Vec<f64> = (0..20).map(f64::from).collect();
        let labels: Vec<bool> = (0..20).map(|i| i >= 10).collect();
        assert_eq!(sensitivity_threshold(&scores, &labels, 0.9), Some(11.0));
        assert_eq!(sensitivity_threshold(&scores, &labels, 0.91), Some(10.0));
        assert_eq!(sensitivity_threshold(&scores, &labels, 1.0), Some(10.0));
        assert_eq!(sensitivity_threshold(&scores, &[false; 20], 0.5), None);
    }
}
