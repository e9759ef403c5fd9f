//! Macro AUROC of a fold with its interval, and the table per statement: the
//! same computation in the training process and in `protoecg evaluate`.

use super::data::read_inputs;
use super::error::TrainingError;
use crate::bundle::{ClassMetrics, FoldMetrics, StatementInfo};
use crate::dataset::{self, DataSet, Entry, Signal};
use crate::inference::{Model, sigmoid};
use crate::statements::Label;
use crate::statistics::{Bootstrap, ClassScores, auprc, auroc, f1_at, macro_auroc};

/// One fold as a model reads it.
#[derive(Clone, Debug)]
pub struct ReadFold {
    pub fold: u8,
    pub entries: Vec<Entry>,
    /// Per record one per output that the data set's labels know.
    pub logits: Vec<Vec<f64>>,
    /// Records x those outputs, of 0 and 1, row by row.
    pub labels: Vec<f32>,
}

impl ReadFold {
    /// Of each record, which patient's it is.
    pub(super) fn patients(&self) -> Vec<u64> {
        patients_of(&self.entries)
    }
}

/// Scores one fold of a data set with a loaded model, from files to metrics, on
/// the statements that the data set's labels know.
/// `tick(done, of)` answers whether to go on.
pub fn evaluate(
    model: &Model,
    set: &DataSet,
    fold: u8,
    tick: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<FoldMetrics, TrainingError> {
    let read = read_fold(model, set, fold, tick)?;
    let infos = known_statements(model, set)?;
    Ok(metrics_of(&read, &infos))
}

/// Gives every record of a fold to a model. `tick(done, of)` answers whether
/// to go on.
///
/// # Errors
/// A fold without records, a record that cannot be read or does not fit.
pub fn read_fold(
    model: &Model,
    set: &DataSet,
    fold: u8,
    tick: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<ReadFold, TrainingError> {
    let entries = set.folds(&[fold]);
    if entries.is_empty() {
        return Err(TrainingError::NoRecords { folds: vec![fold] });
    }
    // Before the records are read.
    let known = known_outputs(set, &model.manifest().statements)?;
    let preprocessing = &model.manifest().preprocessing;
    let mut inputs = Vec::with_capacity(entries.len());
    let input = |input, _: &Signal| input;
    read_inputs(set, &entries, preprocessing, tick, input, |some| {
        inputs.extend(some);
    })?;
    let readings = model.read(&inputs).into_iter();
    let logits: Vec<Vec<f64>> = readings
        .map(|r| known.iter().map(|&c| r.logits[c]).collect())
        .collect();
    let labels = dataset::labels(&entries, &known_labels(model, set));
    Ok(ReadFold {
        fold,
        logits,
        labels,
        entries: entries.into_iter().cloned().collect(),
    })
}

/// The outputs that the labels of `set` know: that another statement is absent
/// from them means nothing, and it is not scored.
///
/// # Errors
/// [`TrainingError::NothingMapped`] where there is none.
pub(super) fn known_outputs(
    set: &DataSet,
    infos: &[StatementInfo],
) -> Result<Vec<usize>, TrainingError> {
    let all = 0..infos.len();
    let known: Vec<usize> = all.filter(|&c| set.labels_tell(&infos[c].code)).collect();
    match known.is_empty() {
        true => Err(TrainingError::NothingMapped),
        false => Ok(known),
    }
}

/// The statements of a model that are scored on `set`.
///
/// # Errors
/// [`TrainingError::NothingMapped`] where there is none.
pub fn known_statements(model: &Model, set: &DataSet) -> Result<Vec<StatementInfo>, TrainingError> {
    let infos = &model.manifest().statements;
    let known = known_outputs(set, infos)?;
    Ok(known.into_iter().map(|c| infos[c].clone()).collect())
}

/// What those statements mean in a table.
pub(super) fn known_labels(model: &Model, set: &DataSet) -> Vec<Label> {
    let labels = model.manifest().architecture.labels().labels();
    let known = |label: &Label| set.labels_tell(&label.code);
    labels.into_iter().filter(known).collect()
}

/// [`metrics_of`] the outputs that the labels of `set` know, of all outputs.
///
/// # Errors
/// [`TrainingError::NothingMapped`] where there is none.
pub(super) fn metrics_on(
    set: &DataSet,
    read: &ReadFold,
    infos: &[StatementInfo],
) -> Result<FoldMetrics, TrainingError> {
    let known = known_outputs(set, infos)?;
    let infos_known: Vec<StatementInfo> = known.iter().map(|&c| infos[c].clone()).collect();
    let logits: Vec<Vec<f64>> = read
        .logits
        .iter()
        .map(|row| known.iter().map(|&c| row[c]).collect())
        .collect();
    let labels: Vec<f32> = read
        .labels
        .chunks(infos.len())
        .flat_map(|row| known.iter().map(|&c| row[c]))
        .collect();
    let of_known = ReadFold {
        logits,
        labels,
        ..read.clone()
    };
    Ok(metrics_of(&of_known, &infos_known))
}

/// A number that tells patients apart; a record without one is a patient of
/// its own.
fn patient_number(patient_id: Option<i64>, ecg_id: u32) -> u64 {
    match patient_id {
        Some(id) => id.cast_unsigned(),
        None => u64::MAX - u64::from(ecg_id),
    }
}

/// Of each record, which patient's it is.
pub(super) fn patients_of(entries: &[Entry]) -> Vec<u64> {
    let numbers = entries
        .iter()
        .map(|e| patient_number(e.patient_id, e.ecg_id));
    numbers.collect()
}

/// Metrics of a fold that was read, of the outputs that `infos` describe. The
/// intervals are by patient, and keep statements of which a resample has one
/// outcome only out of it ([`super::quality_of`] has those that draw again).
pub fn metrics_of(read: &ReadFold, infos: &[StatementInfo]) -> FoldMetrics {
    let columns = Columns::new(infos.len(), &read.logits, &read.labels);
    let patients = read.patients();
    let bootstrap = Bootstrap::default();
    let classes = infos.iter().enumerate().map(|(c, info)| {
        let (scores, truth) = columns.class(c);
        let probabilities: Vec<f64> = scores.iter().map(|&x| sigmoid(x)).collect();
        ClassMetrics {
            code: info.code.clone(),
            train_positives: info.training_positives,
            positives: columns.positives(c),
            auroc: auroc(scores, truth),
            auroc_ci: bootstrap
                .auroc(scores, truth, &patients)
                .map(|i| (i.low, i.high)),
            auprc: auprc(scores, truth),
            f1: f1_at(&probabilities, truth, info.threshold),
            threshold: info.threshold,
            threshold_shared: info.threshold_shared,
        }
    });
    let classes = classes.collect();
    let all = columns.all();
    let value = macro_auroc(&all);
    FoldMetrics {
        fold: read.fold,
        records: read.logits.len(),
        statements_scored: value.map_or(0, |v| v.classes_scored),
        macro_auroc: value.map(|v| v.value),
        macro_auroc_ci: bootstrap
            .macro_auroc(&all, &patients)
            .map(|i| (i.low, i.high)),
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

    /// The same labels with changed scores: `change(column, score)`.
    pub(super) fn map(&self, change: impl Fn(usize, f64) -> f64) -> Self {
        let column = |(c, scores): (usize, &Vec<f64>)| {
            scores.iter().map(|&score| change(c, score)).collect()
        };
        Self {
            scores: self.scores.iter().enumerate().map(column).collect(),
            labels: self.labels.clone(),
        }
    }

    /// Number of columns.
    pub(super) fn len(&self) -> usize {
        self.scores.len()
    }

    pub(super) fn records(&self) -> usize {
        self.labels.first().map_or(0, Vec::len)
    }

    /// Records with the label of a column.
    pub(super) fn positives(&self, c: usize) -> usize {
        self.labels[c].iter().filter(|&&l| l).count()
    }

    pub(super) fn class(&self, c: usize) -> (&[f64], &[bool]) {
        (&self.scores[c], &self.labels[c])
    }

    /// Scores and labels of some columns, one after the other.
    pub(super) fn pooled(&self, columns: &[usize]) -> (Vec<f64>, Vec<bool>) {
        let scores = columns.iter().flat_map(|&c| self.scores[c].clone());
        let labels = columns.iter().flat_map(|&c| self.labels[c].clone());
        (scores.collect(), labels.collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_without_a_patient_are_patients_of_their_own() {
        assert_eq!(patient_number(Some(5), 1), patient_number(Some(5), 2));
        assert_ne!(patient_number(None, 1), patient_number(None, 2));
        assert_ne!(patient_number(None, 1), patient_number(Some(1), 1));
    }
}
