//! Projection: every prototype becomes the latent of a training ECG of its
//! class (paper section 3.4; upstream's push.py).

use tch::{Kind, Tensor};

use super::Split;
use super::error::TrainingError;
use super::joint::{macro_auroc, similarity_rows};
use crate::bundle::{ProjectionReport, Prototype};
use crate::inference::BATCH;
use crate::nn::{PrototypeBranch, cosine};
use crate::statements::Statement;

/// Which training record each prototype took, and how well it fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    pub row: usize,
    /// Cosine between the trained vector and the latent that replaced it.
    pub cosine_before: f64,
}

/// Latents of a split (N, 512), batch by batch in inference mode.
pub fn latents(network: &PrototypeBranch, split: &Split) -> Tensor {
    let _guard = tch::no_grad_guard();
    let batches: Vec<Tensor> = (0..split.len())
        .step_by(BATCH)
        .map(|start| {
            let length = BATCH.min(split.len() - start) as i64;
            network.latents(&split.signals.narrow(0, start as i64, length), false)
        })
        .collect();
    Tensor::cat(&batches, 0)
}

/// Replaces all prototypes. Every class must have a training record, which
/// `run` makes sure of: a zero prototype is impossible.
pub fn project(
    network: &PrototypeBranch,
    train: &Split,
    unique_sources: bool,
) -> Result<Vec<Source>, TrainingError> {
    let _guard = tch::no_grad_guard();
    let latents = latents(network, train);
    let eligible = train
        .labels
        .matmul(&network.identity().transpose(0, 1))
        .gt(0.0);
    // One matrix product; (N, P), -2 where the record does not carry the class.
    let scores = cosine(&latents, &network.prototypes).masked_fill(&eligible.logical_not(), -2.0);
    let scores = crate::inference::rows_of(&scores);
    let sources = choose(&scores, network.prototype_classes(), unique_sources)
        .ok_or(TrainingError::NoSource)?;
    let rows: Vec<i64> = sources.iter().map(|s| s.row as i64).collect();
    let index = Tensor::from_slice(&rows).to_device(network.device());
    network
        .prototypes
        .shallow_clone()
        .copy_(&latents.index_select(0, &index));
    Ok(sources)
}

/// The record of each prototype from the scores (N, P): the most similar one,
/// or, when sources are to be unique, the assignment that takes the best pairs
/// of a class first. A class with fewer records than prototypes repeats them.
/// `None` where a prototype has no record at all.
fn choose(scores: &[Vec<f64>], classes: &[usize], unique: bool) -> Option<Vec<Source>> {
    let best = |prototype: usize, taken: &[usize]| {
        (0..scores.len())
            .filter(|row| scores[*row][prototype] > -1.5 && !taken.contains(row))
            .max_by(|&a, &b| {
                scores[a][prototype]
                    .total_cmp(&scores[b][prototype])
                    .then(b.cmp(&a))
            })
    };
    let mut sources: Vec<Option<Source>> = vec![None; classes.len()];
    let mut done: Vec<usize> = classes.to_vec();
    done.sort_unstable();
    done.dedup();
    for class in done {
        let mut taken: Vec<usize> = Vec::new();
        let mut open: Vec<usize> = (0..classes.len())
            .filter(|&p| classes[p] == class)
            .collect();
        while !open.is_empty() {
            let candidates = open
                .iter()
                .enumerate()
                .filter_map(|(i, &p)| Some((i, p, best(p, &taken)?)));
            let pair = candidates.max_by(|a, b| scores[a.2][a.1].total_cmp(&scores[b.2][b.1]));
            let Some((i, prototype, row)) = pair else {
                // All records of the class are taken: start over with repeats.
                if taken.is_empty() {
                    break;
                }
                taken.clear();
                continue;
            };
            sources[prototype] = Some(Source {
                row,
                cosine_before: scores[row][prototype],
            });
            open.swap_remove(i);
            if unique {
                taken.push(row);
            }
        }
    }
    sources.into_iter().collect()
}

/// What the manifest says of each prototype.
pub fn provenance(
    network: &PrototypeBranch,
    train: &Split,
    sources: &[Source],
    cosines_now: &[f64],
) -> Vec<Prototype> {
    sources
        .iter()
        .zip(network.prototype_classes())
        .enumerate()
        .map(|(j, (source, &class))| {
            let entry = &train.entries[source.row];
            Prototype {
                class,
                ecg_id: entry.ecg_id,
                patient_id: entry.patient_id,
                fold: entry.fold,
                recording_sha256: train.sha256[source.row].clone(),
                window_samples: None,
                cosine_before: source.cosine_before,
                cosine: cosines_now[j],
                duplicate_of: sources[..j]
                    .iter()
                    .position(|s| train.sha256[s.row] == train.sha256[source.row]),
                source_statements: entry
                    .statements
                    .iter()
                    .map(|(code, _)| code.clone())
                    .collect(),
                age_years: entry.age_years,
                sex: entry.sex,
            }
        })
        .collect()
}

/// Cosine of each prototype with the latent of its source, measured afresh.
pub fn cosines_with_sources(
    network: &PrototypeBranch,
    train: &Split,
    sources: &[Source],
) -> Vec<f64> {
    let rows = similarity_rows(network, train);
    sources
        .iter()
        .enumerate()
        .map(|(j, s)| rows[s.row][j])
        .collect()
}

/// Numbers from before a projection, for its report.
#[derive(Clone, Copy, Debug)]
pub struct Before {
    mean_similarity: f64,
    macro_auroc: Option<f64>,
}

impl Before {
    pub fn measure(network: &PrototypeBranch, train: &Split, validation: &Split) -> Self {
        Self {
            mean_similarity: mean_similarity(network, train),
            macro_auroc: macro_auroc(network, validation),
        }
    }
}

/// The report of a projection that has just been done.
pub fn report(
    network: &PrototypeBranch,
    train: &Split,
    validation: &Split,
    sources: &[Source],
    before: Before,
    without_sample: &[&Statement],
) -> ProjectionReport {
    let mut distinct: Vec<&str> = sources
        .iter()
        .map(|s| train.sha256[s.row].as_str())
        .collect();
    distinct.sort_unstable();
    distinct.dedup();
    let cosines = sources.iter().map(|s| s.cosine_before);
    ProjectionReport {
        prototypes: sources.len(),
        distinct: distinct.len(),
        classes_without_sample: without_sample.iter().map(|s| s.code.clone()).collect(),
        cosine_before_mean: cosines.clone().sum::<f64>() / sources.len().max(1) as f64,
        cosine_before_min: cosines.fold(f64::INFINITY, f64::min),
        mean_similarity_before: before.mean_similarity,
        mean_similarity_after: mean_similarity(network, train),
        macro_auroc_before: before.macro_auroc,
        macro_auroc_after: macro_auroc(network, validation),
    }
}

fn mean_similarity(network: &PrototypeBranch, split: &Split) -> f64 {
    let _guard = tch::no_grad_guard();
    network
        .similarities(&latents(network, split))
        .mean(Kind::Double)
        .double_value(&[])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(sources: &[Source]) -> Vec<usize> {
        sources.iter().map(|s| s.row).collect()
    }

    /// Prototypes 0 and 1 of class 0 both like record 0 best; prototype 2 of
    /// class 1 may take it as well. -2 marks a record without the class.
    const SCORES: [[f64; 3]; 3] = [[0.9, 0.8, 0.7], [0.5, 0.6, -2.0], [-2.0, -2.0, 0.1]];

    #[test]
    fn the_published_rule_takes_the_most_similar_record() {
        let scores: Vec<Vec<f64>> = SCORES.iter().map(|r| r.to_vec()).collect();
        assert_eq!(
            rows(&choose(&scores, &[0, 0, 1], false).unwrap()),
            [0, 0, 0]
        );
    }

    #[test]
    fn unique_sources_differ_within_a_class_where_there_are_enough() {
        let scores: Vec<Vec<f64>> = SCORES.iter().map(|r| r.to_vec()).collect();
        assert_eq!(rows(&choose(&scores, &[0, 0, 1], true).unwrap()), [0, 1, 0]);
        let one = vec![vec![0.3, 0.4], vec![-2.0, -2.0]];
        assert_eq!(rows(&choose(&one, &[0, 0], true).unwrap()), [0, 0]);
    }
}
