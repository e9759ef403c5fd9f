//! How well scores separate the records with a label from those without.

/// Scores and labels of one class over the same records.
#[derive(Clone, Copy, Debug)]
pub struct ClassScores<'a> {
    pub scores: &'a [f64],
    pub labels: &'a [bool],
}

/// Mean AUROC over the classes that have both outcomes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MacroAuroc {
    pub value: f64,
    /// Classes in the mean.
    pub classes_scored: usize,
}

/// Area under the receiver operating characteristic: the share of pairs of a
/// positive and a negative record that the scores order rightly, ties counted
/// one half (midranks; equal to scikit-learn's `roc_auc_score`).
///
/// `None` when one outcome is absent or a score is NaN.
///
/// # Panics
/// When the slices differ in length.
pub fn auroc(scores: &[f64], labels: &[bool]) -> Option<f64> {
    Ranking::new(scores, labels)?.auroc(|_| 1)
}

/// The mean of [`auroc`] over the classes that have both outcomes among the
/// records; classes with one outcome only are left out and not counted. `None`
/// when no class is left.
pub fn macro_auroc(classes: &[ClassScores]) -> Option<MacroAuroc> {
    mean_over_scored(classes.iter().map(|c| auroc(c.scores, c.labels)))
}

/// Mean and number of those that are defined.
pub(super) fn mean_over_scored(values: impl Iterator<Item = Option<f64>>) -> Option<MacroAuroc> {
    let scored: Vec<f64> = values.flatten().collect();
    Some(MacroAuroc {
        value: super::mean(&scored)?,
        classes_scored: scored.len(),
    })
}

/// Area under the precision-recall curve as average precision: the sum over
/// thresholds of precision times the step in recall, without interpolation
/// (scikit-learn's `average_precision_score`).
///
/// `None` without a positive record or when a score is NaN.
///
/// # Panics
/// When the slices differ in length.
pub fn auprc(scores: &[f64], labels: &[bool]) -> Option<f64> {
    Ranking::new(scores, labels)?.auprc(|_| 1)
}

/// What the published program prints as `test_auc`: for every batch of
/// consecutive records the mean AUROC over the classes that have both outcomes
/// in it, averaged over the batches that have such a class. Not the AUROC of
/// the fold: shown beside it, to compare with published figures only.
///
/// `None` when no batch has a class with both outcomes, or a score is NaN.
///
/// # Panics
/// When a class's slices differ in length, or for a batch of 0.
pub fn batch_mean_auroc(classes: &[ClassScores], batch: usize) -> Option<f64> {
    let records = classes.first()?.scores.len();
    if classes.iter().any(|c| c.scores.iter().any(|s| s.is_nan())) {
        return None;
    }
    let of_batch = |start: usize| {
        let range = start..records.min(start + batch);
        let auroc_of = |c: &ClassScores| auroc(&c.scores[range.clone()], &c.labels[range.clone()]);
        mean_over_scored(classes.iter().map(auroc_of)).map(|m| m.value)
    };
    let batches: Vec<f64> = (0..records).step_by(batch).filter_map(of_batch).collect();
    super::mean(&batches)
}

/// Records of one class in ascending order of their score; sorted once, so
/// that a bootstrap of a thousand resamples needs one sort.
pub(super) struct Ranking {
    ranked: Vec<Ranked>,
}

#[derive(Clone, Copy)]
pub(super) struct Ranked {
    pub score: f64,
    pub label: bool,
    /// Position in the slices that were given.
    pub record: usize,
}

impl Ranking {
    /// `None` when a score is NaN.
    pub fn new(scores: &[f64], labels: &[bool]) -> Option<Self> {
        assert_eq!(scores.len(), labels.len(), "one label per score");
        if scores.iter().any(|s| s.is_nan()) {
            return None;
        }
        let mut ranked: Vec<Ranked> = scores
            .iter()
            .zip(labels)
            .enumerate()
            .map(|(record, (&score, &label))| Ranked {
                score,
                label,
                record,
            })
            .collect();
        ranked.sort_by(|a, b| a.score.total_cmp(&b.score));
        Some(Self { ranked })
    }

    /// Groups of equal score, ascending.
    pub fn ties(&self) -> impl DoubleEndedIterator<Item = &[Ranked]> {
        // `==` and not `total_cmp`, so that 0.0 and -0.0 tie.
        self.ranked.chunk_by(|a, b| a.score == b.score)
    }

    /// AUROC of a sample in which each record occurs `times(record)` times.
    pub fn auroc(&self, times: impl Fn(usize) -> u32) -> Option<f64> {
        let (mut negatives_below, mut positives, mut pairs_won) = (0_u64, 0_u64, 0.0);
        for tie in self.ties() {
            let (mut tied_positives, mut tied_negatives) = (0_u64, 0_u64);
            for ranked in tie {
                let times = u64::from(times(ranked.record));
                if ranked.label {
                    tied_positives += times;
                } else {
                    tied_negatives += times;
                }
            }
            pairs_won +=
                tied_positives as f64 * (negatives_below as f64 + tied_negatives as f64 / 2.0);
            negatives_below += tied_negatives;
            positives += tied_positives;
        }
        let pairs = positives as f64 * negatives_below as f64;
        (pairs > 0.0).then(|| pairs_won / pairs)
    }

    /// Average precision of a sample in which each record occurs
    /// `times(record)` times.
    pub fn auprc(&self, times: impl Fn(usize) -> u32) -> Option<f64> {
        let (mut called, mut hits, mut area) = (0_u64, 0_u64, 0.0);
        for tie in self.ties().rev() {
            let hits_before = hits;
            for ranked in tie {
                let times = u64::from(times(ranked.record));
                called += times;
                hits += if ranked.label { times } else { 0 };
            }
            if hits > hits_before {
                area += ((hits - hits_before) * hits) as f64 / called as f64;
            }
        }
        (hits > 0).then(|| area / hits as f64)
    }
}
