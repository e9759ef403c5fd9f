//! What projection costs: the same classifier on the vectors that gradient
//! steps had reached, compared with the delivered one.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tch::{Device, Tensor};

use super::Stage;
use super::classifier;
use super::error::TrainingError;
use super::folders::Folders;
use super::fusion::{Fitted, free_similarities};
use super::run::Run;
use crate::bundle::FreePrototypes;
use crate::inference::rows_of;
use crate::nn::PrototypeNetwork;
use crate::statistics::auroc;

const RESAMPLES: usize = 1000;

/// `None` where the run has no fused classifier or no projection.
pub fn measure(
    run: &mut Run,
    network: &PrototypeNetwork,
    folders: &Folders,
) -> Result<Option<FreePrototypes>, TrainingError> {
    let stages = run.config.stages.iter().enumerate();
    let last = stages.rev().find_map(|(index, stage)| match stage {
        Stage::Fuse(stage) => Some((index, stage)),
        // The classifier of the only branch is the whole classifier.
        Stage::Classifier(stage) if network.branches.len() == 1 => Some((index, stage)),
        _ => None,
    });
    let (Some((index, stage)), Some((train, validation))) =
        (last, free_similarities(network, folders)?)
    else {
        return Ok(None);
    };
    let projected = Fitted::of(run, network);
    let cpu = |t: &Tensor| t.to_device(Device::Cpu);
    let free = Fitted {
        train: cpu(&train),
        validation: cpu(&validation),
        train_labels: projected.train_labels.shallow_clone(),
        validation_labels: projected.validation_labels.shallow_clone(),
        own: projected.own.shallow_clone(),
    };
    let problem = free.problem(network.bias.is_some());
    let fitted = classifier::fit(run, stage, (index, "free prototypes"), &problem)?;
    let delivered = tch::no_grad(|| cpu(&network.logits(&projected.validation)));
    let columns = scored_columns(run);
    let patients: Vec<i64> = run
        .data
        .validation
        .entries
        .iter()
        .map(|e| e.patient_id.unwrap_or(-i64::from(e.ecg_id)))
        .collect();
    let comparison = Comparison {
        labels: rows_of(&projected.validation_labels),
        free: rows_of(&fitted.logits(&free.validation)),
        projected: rows_of(&delivered),
        columns,
    };
    let all: Vec<usize> = (0..patients.len()).collect();
    Ok(Some(FreePrototypes {
        statements: comparison.columns.len(),
        macro_auroc_free: comparison.macro_auroc(&comparison.free, &all),
        macro_auroc_projected: comparison.macro_auroc(&comparison.projected, &all),
        difference_ci: comparison.difference_ci(&patients, run.config.seed),
    }))
}

/// Statements with at least 10 training ECGs and 3 positives in the fold.
fn scored_columns(run: &Run) -> Vec<usize> {
    let (train, validation) = (run.data.train.positives(), run.data.validation.positives());
    let records = run.data.validation.len();
    (0..train.len())
        .filter(|&c| train[c] >= 10 && validation[c] >= 3 && validation[c] < records)
        .collect()
}

struct Comparison {
    labels: Vec<Vec<f64>>,
    free: Vec<Vec<f64>>,
    projected: Vec<Vec<f64>>,
    columns: Vec<usize>,
}

impl Comparison {
    /// Over some rows; `None` where a statement has one outcome only.
    fn macro_auroc(&self, scores: &[Vec<f64>], rows: &[usize]) -> Option<f64> {
        let mut sum = 0.0;
        for &c in &self.columns {
            let column: Vec<f64> = rows.iter().map(|&r| scores[r][c]).collect();
            let truth: Vec<bool> = rows.iter().map(|&r| self.labels[r][c] > 0.5).collect();
            sum += auroc(&column, &truth)?;
        }
        (!self.columns.is_empty()).then(|| sum / self.columns.len() as f64)
    }

    /// 95 % percentile interval of projected minus free over resamples of
    /// patients; a resample in which a statement has one outcome is drawn anew.
    fn difference_ci(&self, patients: &[i64], seed: u64) -> Option<(f64, f64)> {
        let mut of: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        for (row, &patient) in patients.iter().enumerate() {
            of.entry(patient).or_default().push(row);
        }
        let clusters: Vec<&Vec<usize>> = of.values().collect();
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut differences = Vec::with_capacity(RESAMPLES);
        // Ten draws for every one that counts, and it ends.
        for _ in 0..10 * RESAMPLES {
            let rows: Vec<usize> = (0..clusters.len())
                .flat_map(|_| clusters[random.random_range(0..clusters.len())].clone())
                .collect();
            let pair = self
                .macro_auroc(&self.projected, &rows)
                .zip(self.macro_auroc(&self.free, &rows));
            differences.extend(pair.map(|(projected, free)| projected - free));
            if differences.len() == RESAMPLES {
                break;
            }
        }
        if differences.len() < RESAMPLES {
            return None;
        }
        differences.sort_by(f64::total_cmp);
        let at = |share: f64| differences[(share * (RESAMPLES - 1) as f64).round() as usize];
        Some((at(0.025), at(0.975)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores that are the same differ by nothing; scores turned round differ
    /// by everything.
    #[test]
    fn the_interval_is_of_the_paired_difference() {
        let labels: Vec<Vec<f64>> = (0..40).map(|i| vec![f64::from(i % 2)]).collect();
        let good: Vec<Vec<f64>> = labels.iter().map(|l| vec![l[0]]).collect();
        let bad: Vec<Vec<f64>> = labels.iter().map(|l| vec![-l[0]]).collect();
        let patients: Vec<i64> = (0..40).map(|i| i / 2).collect();
        let ci = |projected: &Vec<Vec<f64>>, free: &Vec<Vec<f64>>| {
            let comparison = Comparison {
                labels: labels.clone(),
                free: free.clone(),
                projected: projected.clone(),
                columns: vec![0],
            };
            comparison.difference_ci(&patients, 1).unwrap()
        };
        assert_eq!(ci(&good, &good), (0.0, 0.0));
        assert_eq!(ci(&bad, &good), (-1.0, -1.0));
    }
}
