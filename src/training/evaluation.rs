//! Macro AUROC of a fold with its interval, and the table per statement: the
//! same computation in the training process and in `protoecg evaluate`.

use super::error::TrainingError;
use crate::bundle::{ClassMetrics, FoldMetrics, StatementInfo};
use crate::dataset::{self, DataSet};
use crate::inference::{Model, sigmoid};
use crate::statistics::{Bootstrap, ClassScores, auprc, auroc, f1_at, macro_auroc};

/// Scores one fold of a data set with a loaded model, from files to metrics.
/// `tick(done, of)` answers whether to go on.
pub fn evaluate(
    model: &Model,
    set: &DataSet,
    fold: u8,
    tick: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<FoldMetrics, TrainingError> {
    let entries = set.folds(&[fold]);
    if entries.is_empty() {
        return Err(TrainingError::NoRecords { folds: vec![fold] });
    }
    let mut inputs = Vec::with_capacity(entries.len());
    for (done, entry) in entries.iter().enumerate() {
        if !tick(done, entries.len()) {
            return Err(TrainingError::Cancelled);
        }
        let input = model.manifest().preprocessing.apply(&set.read(entry)?);
        inputs.push(input.map_err(|source| TrainingError::Record {
            ecg_id: entry.ecg_id,
            source,
        })?);
    }
    let logits: Vec<Vec<f64>> = model.read(&inputs).into_iter().map(|r| r.logits).collect();
    let labels = model.manifest().architecture.labels().labels();
    let labels = dataset::labels(&entries, &labels);
    Ok(metrics_of(
        fold,
        &model.manifest().statements,
        &logits,
        &labels,
    ))
}

/// Metrics from logits (N rows of C) and labels (N x C, row by row).
pub fn metrics_of(
    fold: u8,
    infos: &[StatementInfo],
    logits: &[Vec<f64>],
    labels: &[f32],
) -> FoldMetrics {
    let columns = Columns::new(infos.len(), logits, labels);
    let bootstrap = Bootstrap::default();
    let classes = infos.iter().enumerate().map(|(c, info)| {
        let (scores, truth) = columns.class(c);
        let probabilities: Vec<f64> = scores.iter().map(|&x| sigmoid(x)).collect();
        ClassMetrics {
            code: info.code.clone(),
            train_positives: info.training_positives,
            positives: truth.iter().filter(|&&l| l).count(),
            auroc: auroc(scores, truth),
            auroc_ci: bootstrap.auroc(scores, truth).map(|i| (i.low, i.high)),
            auprc: auprc(scores, truth),
            f1: f1_at(&probabilities, truth, info.threshold),
            threshold: info.threshold,
        }
    });
    let classes = classes.collect();
    let all = columns.all();
    let value = macro_auroc(&all);
    FoldMetrics {
        fold,
        records: logits.len(),
        statements_scored: value.map_or(0, |v| v.classes_scored),
        macro_auroc: value.map(|v| v.value),
        macro_auroc_ci: bootstrap.macro_auroc(&all).map(|i| (i.low, i.high)),
        ci_method: bootstrap.ci_method(),
        classes,
    }
}

/// Scores and labels turned from rows to columns.
pub(super) struct Columns {
    scores: Vec<Vec<f64>>,
    labels: Vec<Vec<bool>>,
}

impl Columns {
    pub(super) fn new(classes: usize, logits: &[Vec<f64>], labels: &[f32]) -> Self {
        let column = |c: usize| logits.iter().map(|row| row[c]).collect();
        let truth = |c: usize| labels.chunks(classes).map(|row| row[c] > 0.5).collect();
        Self {
            scores: (0..classes).map(column).collect(),
            labels: (0..classes).map(truth).collect(),
        }
    }

    pub(super) fn class(&self, c: usize) -> (&[f64], &[bool]) {
        (&self.scores[c], &self.labels[c])
    }

    /// Some columns, in this order.
    pub(super) fn some(&self, columns: &[usize]) -> Vec<ClassScores<'_>> {
        let class = |&c: &usize| ClassScores {
            scores: &self.scores[c],
            labels: &self.labels[c],
        };
        columns.iter().map(class).collect()
    }

    fn all(&self) -> Vec<ClassScores<'_>> {
        self.some(&(0..self.scores.len()).collect::<Vec<_>>())
    }

    pub(super) fn macro_auroc(&self) -> Option<f64> {
        macro_auroc(&self.all()).map(|m| m.value)
    }
}
