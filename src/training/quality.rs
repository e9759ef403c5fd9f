//! How good a model is on a fold, over all its statements: macro averages with
//! intervals by patient, and what the published program would print.

use serde::Serialize;

use super::evaluation::{Columns, ReadFold};
use crate::bundle::{FoldMetrics, StatementInfo};
use crate::inference::sigmoid;
use crate::statistics::study::Outcome;
use crate::statistics::{
    PatientInterval, Quality, Resampling, Undefined, auprc, batch_mean_auroc, f_max, mean,
    quality_by_patient,
};

/// Batch of the published program, over which it averages its `test_auc`.
const PUBLISHED_BATCH: usize = 32;

/// Intervals are given over all statements, and over those that a resample
/// seldom loses.
const LEAST_POSITIVES: [usize; 2] = [1, 10];

const RESAMPLES: usize = 1000;

/// Averages over the statements with both outcomes in the fold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FoldQuality {
    pub macro_auprc: Option<f64>,
    /// At the bundle's thresholds; a statement that is neither called nor
    /// present counts 0.
    pub macro_f1: Option<f64>,
    /// Micro-averaged F1 at the best common threshold, as the published
    /// program computes it.
    pub f_max: Option<f64>,
    pub f_max_threshold: Option<f64>,
    /// What the published program prints as `test_auc`: a mean over batches of
    /// 32 records, and not the AUROC of the fold.
    pub published_batch_auroc: Option<f64>,
    pub by_patient: Vec<ByPatient>,
}

/// Values with percentile intervals: patients are drawn, with all ECGs of
/// each, and a resample in which a statement loses an outcome is drawn again.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ByPatient {
    /// Statements with at least so many positive records in the fold.
    pub least_positives: usize,
    pub statements: usize,
    pub macro_auroc: Outcome<PatientInterval>,
    pub macro_auprc: Outcome<PatientInterval>,
    pub macro_f1: Outcome<PatientInterval>,
    pub f_max: Outcome<PatientInterval>,
}

/// Measures a fold that was read, beyond its [`super::metrics_of`].
pub fn quality_of(read: &ReadFold, infos: &[StatementInfo], metrics: &FoldMetrics) -> FoldQuality {
    let columns = Columns::new(infos.len(), &read.logits, &read.labels);
    let probabilities = columns.map(|_, x| sigmoid(x));
    let called = probabilities.map(|c, p| f64::from(u8::from(p >= infos[c].threshold)));
    let positives: Vec<usize> = (0..infos.len()).map(|c| columns.positives(c)).collect();
    let records = read.logits.len();
    let both = |least: usize| -> Vec<usize> {
        let enough = |&c: &usize| positives[c] >= least && positives[c] < records;
        (0..infos.len()).filter(enough).collect()
    };
    let scored = both(1);
    let best = f_max(&probabilities.some(&scored));
    let mean_of = |of: fn(&[f64], &[bool]) -> Option<f64>| {
        let values = columns.some(&scored).into_iter();
        let values: Option<Vec<f64>> = values.map(|c| of(c.scores, c.labels)).collect();
        mean(&values?)
    };
    let f1_of = scored.iter().map(|&c| metrics.classes[c].f1.unwrap_or(0.0));
    FoldQuality {
        macro_auprc: mean_of(auprc),
        macro_f1: mean(&f1_of.collect::<Vec<f64>>()),
        f_max: best.map(|b| b.f1),
        f_max_threshold: best.map(|b| b.threshold),
        published_batch_auroc: batch_mean_auroc(&columns.some(&scored), PUBLISHED_BATCH),
        by_patient: LEAST_POSITIVES
            .into_iter()
            .map(|least| {
                by_patient(
                    read,
                    [&columns, &probabilities, &called],
                    least,
                    &both(least),
                )
            })
            .collect(),
    }
}

fn by_patient(
    read: &ReadFold,
    [logits, probabilities, called]: [&Columns; 3],
    least_positives: usize,
    scored: &[usize],
) -> ByPatient {
    let patients = read.patients();
    let resampling = Resampling {
        resamples: RESAMPLES,
        ..Resampling::default()
    };
    let measure = |quality: Quality, of: &Columns| {
        quality_by_patient(quality, &of.some(scored), &patients, resampling)
    };
    let macro_auroc = measure(Quality::MacroAuroc, logits);
    // The same patients are drawn for every quality: where one loses a
    // statement too often, all do.
    let or_same = |quality: Quality, of: &Columns| match macro_auroc {
        Err(why @ Undefined::ResamplesLoseAClass { .. }) => Outcome(Err(why)),
        _ => Outcome(measure(quality, of)),
    };
    ByPatient {
        least_positives,
        statements: scored.len(),
        macro_auprc: or_same(Quality::MacroAuprc, logits),
        macro_f1: or_same(Quality::MacroF1, called),
        f_max: or_same(Quality::FMax, probabilities),
        macro_auroc: Outcome(macro_auroc),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::metrics_of;

    fn measured(read: &ReadFold, infos: &[StatementInfo]) -> FoldQuality {
        quality_of(read, infos, &metrics_of(read, infos))
    }
    use crate::dataset::Entry;

    /// Two ECGs each of 30 patients, two statements; the second has two positives.
    fn fold() -> (ReadFold, Vec<StatementInfo>) {
        let entry = |i: u32| Entry {
            ecg_id: i,
            patient_id: Some(i64::from(i / 2)),
            age_years: None,
            sex: None,
            statements: Vec::new(),
            fold: 10,
            path_lr: String::new(),
            path_hr: None,
        };
        let info = |code: &str, threshold| StatementInfo {
            code: code.to_owned(),
            training_positives: None,
            threshold,
            threshold_shared: false,
            calibration: None,
        };
        let read = ReadFold {
            fold: 10,
            entries: (0..60).map(entry).collect(),
            logits: (0..60)
                .map(|i| vec![f64::from(i * 7 % 60) / 10.0 - 3.0, f64::from(i) / 30.0])
                .collect(),
            labels: (0..60)
                .flat_map(|i| [f32::from(u8::from(i % 2 == 0)), f32::from(u8::from(i > 57))])
                .collect(),
        };
        (read, vec![info("SR", 0.5), info("AFIB", 0.85)])
    }

    #[test]
    fn the_interval_holds_the_value_and_says_how_often_it_was_redrawn() {
        let (read, infos) = fold();
        let quality = measured(&read, &infos);
        let all = &quality.by_patient[0];
        assert_eq!((all.least_positives, all.statements), (1, 2));
        let auroc = all.macro_auroc.0.unwrap();
        assert!(auroc.interval.low <= auroc.value && auroc.value <= auroc.interval.high);
        assert_eq!((auroc.patients, auroc.resamples), (30, 1000));
        // The only patient of the second statement is missing from a third of
        // the resamples: 1 - (29/30)^30 keep it.
        let kept = 1.0 - (29.0_f64 / 30.0).powi(30);
        let share = 1000.0 / (1000.0 + auroc.redrawn as f64);
        assert!((share - kept).abs() < 0.04, "{share} {kept}");
        let frequent = &quality.by_patient[1];
        assert_eq!((frequent.least_positives, frequent.statements), (10, 1));
    }

    /// By hand: AFIB is called from probability 0.85, logit 1.73, on: records
    /// 53 to 59 with two hits, F1 4/9.
    #[test]
    fn f1_is_taken_at_the_thresholds_of_the_bundle() {
        let (read, infos) = fold();
        let columns = Columns::new(2, &read.logits, &read.labels);
        let (scores, labels) = columns.class(0);
        let called: Vec<f64> = scores.iter().map(|&x| sigmoid(x)).collect();
        let first = crate::statistics::f1_at(&called, labels, 0.5).unwrap();
        let logit: f64 = (0.85_f64 / 0.15).ln();
        let from = (0..60).filter(|&i| f64::from(i) / 30.0 >= logit).count();
        let second = 4.0 / (from as f64 + 2.0);
        let macro_f1 = measured(&read, &infos).macro_f1.unwrap();
        assert!((macro_f1 - (first + second) / 2.0).abs() < 1e-12);
    }

    /// A threshold that is above a probability by the smallest step there is
    /// does not call its record, in the table, the mean and the interval alike.
    #[test]
    fn f1_of_table_mean_and_interval_is_one() {
        let (read, mut infos) = fold();
        for row in [0, 3, 9, 26, 58] {
            for (c, info) in infos.iter_mut().enumerate() {
                info.threshold = sigmoid(read.logits[row][c]).next_up();
            }
            let metrics = metrics_of(&read, &infos);
            let quality = quality_of(&read, &infos, &metrics);
            let in_table: f64 = metrics.classes.iter().filter_map(|c| c.f1).sum();
            assert_eq!(quality.macro_f1, Some(in_table / 2.0));
            let interval = quality.by_patient[0].macro_f1.0.unwrap();
            assert_eq!(interval.value, in_table / 2.0, "row {row}");
        }
    }

    #[test]
    fn a_statement_of_one_positive_has_a_reason_instead_of_an_interval() {
        let (mut read, infos) = fold();
        // Nine statements of one positive ECG each keep all in hardly any resample.
        let many: Vec<StatementInfo> = std::iter::repeat_n(infos[0].clone(), 16).collect();
        read.logits = (0..60).map(|i| vec![f64::from(i); 16]).collect();
        read.labels = (0..60)
            .flat_map(|i| (0..16).map(move |c| f32::from(u8::from(i == 3 * c))))
            .collect();
        let quality = measured(&read, &many);
        assert!(matches!(
            quality.by_patient[0].f_max.0,
            Err(Undefined::ResamplesLoseAClass { .. })
        ));
        assert!(quality.macro_auprc.is_some());
    }
}
