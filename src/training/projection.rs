//! Projection: every prototype becomes the latent of a training ECG of its
//! class (paper section 3.4; upstream's push.py).

use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

use super::error::TrainingError;
use super::joint::Place;
use super::{NotAgain, Split, TrainingConfig};
use crate::bundle::ProjectionReport;
use crate::inference::rows_of;
use crate::nn::PrototypeBranch;
use crate::statistics::{auroc, mean as mean_of, median};

/// What each prototype of a branch took, and what that did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Projected {
    pub sources: Vec<Source>,
    pub report: ProjectionReport,
}

/// Which training record a prototype took, and how well it fitted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Row of the training records.
    pub row: usize,
    /// First latent step of the window; 0 for a whole recording.
    pub step: usize,
    /// Cosine of the vector that gradient steps had reached with the latent
    /// that replaced it.
    pub cosine_before: f64,
}

/// The pairs of record and output that are not to become a prototype again: of
/// the records that carry the statement.
pub fn barred(config: &TrainingConfig, train: &Split) -> Vec<(usize, usize)> {
    let labels = config.model.labels().labels();
    let place = |not_again: &NotAgain| {
        let mut entries = train.entries.iter();
        let row = entries.position(|entry| entry.ecg_id == not_again.ecg_id)?;
        let output = labels.iter().position(|l| l.code == not_again.statement)?;
        let carries = train.labels.double_value(&[row as i64, output as i64]) > 0.5;
        carries.then_some((row, output))
    };
    let mut barred: Vec<(usize, usize)> = config.not_again.iter().filter_map(place).collect();
    barred.sort_unstable();
    barred.dedup();
    barred
}

/// The labels of some outputs (N, columns), of which only those records count
/// that may become a prototype.
pub fn source_labels(config: &TrainingConfig, train: &Split, outputs: &[usize]) -> Tensor {
    let _guard = tch::no_grad_guard();
    let labels = train.columns(outputs);
    for (row, output) in barred(config, train) {
        if let Some(column) = outputs.iter().position(|&o| o == output) {
            let _ = labels.get(row as i64).get(column as i64).fill_(0.0);
        }
    }
    labels
}

/// Records whose windows are compared in one go.
const BATCH: i64 = 128;

/// Of every record (latents of all of them) and prototype the largest window
/// cosine and its window: two of (N, P). One matrix product per batch.
fn best_windows(branch: &PrototypeBranch, latents: &Tensor) -> (Tensor, Tensor) {
    let count = latents.size()[0];
    let (mut values, mut steps) = (Vec::new(), Vec::new());
    for start in (0..count).step_by(BATCH as usize) {
        let part = latents.narrow(0, start, BATCH.min(count - start));
        let (value, step) = branch.window_cosines(&part).max_dim(1, false);
        values.push(value);
        steps.push(step);
    }
    (Tensor::cat(&values, 0), Tensor::cat(&steps, 0))
}

/// Where each prototype of a branch would go: the most similar window of a
/// record that carries its class, of another record each where sources are to
/// be unique and there are enough. `latents` are those of all training records,
/// `eligible` is 1 where a record may become a prototype: (N, P); `classes` has
/// the class of each prototype. `None` where a prototype has no record at all.
pub fn nearest_sources(
    branch: &PrototypeBranch,
    latents: &Tensor,
    eligible: &Tensor,
    classes: &[usize],
    unique_sources: bool,
) -> Option<Vec<Source>> {
    let _guard = tch::no_grad_guard();
    let (values, steps) = best_windows(branch, latents);
    // -2 where the record does not carry the class.
    let scores = rows_of(&values.masked_fill(&eligible.logical_not(), -2.0));
    let chosen = choose(&scores, classes, unique_sources)?;
    let source = |(j, row): (usize, usize)| Source {
        row,
        step: steps.int64_value(&[row as i64, j as i64]) as usize,
        cosine_before: scores[row][j],
    };
    Some(chosen.into_iter().enumerate().map(source).collect())
}

/// Replaces all prototypes of a branch, by none that is barred. Every class that has prototypes has a
/// training record, which `run` makes sure of: a zero prototype is impossible.
/// `latents` are those of all training records.
pub fn project(
    place: &Place,
    latents: &Tensor,
    unique_sources: bool,
) -> Result<Vec<Source>, TrainingError> {
    let _guard = tch::no_grad_guard();
    let labels = &place.source_labels;
    let eligible = labels.matmul(&place.identity.transpose(0, 1)).gt(0.0);
    let branch = place.branch;
    let sources = nearest_sources(branch, latents, &eligible, &place.classes, unique_sources)
        .ok_or(TrainingError::NoSource)?;
    for (j, source) in sources.iter().enumerate() {
        let latent = latents.narrow(0, source.row as i64, 1);
        let window = branch.windows(&latent).get(0).get(source.step as i64);
        let prototype = branch.prototypes.get(j as i64);
        prototype.shallow_clone().copy_(&window.view_as(&prototype));
    }
    Ok(sources)
}

/// The record of each prototype from the scores (N, P): the most similar one,
/// or, when sources are to be unique, the assignment that takes the best pairs
/// of a class first. A class with fewer records than prototypes repeats them.
/// `None` where a prototype has no record at all.
fn choose(scores: &[Vec<f64>], classes: &[usize], unique: bool) -> Option<Vec<usize>> {
    let mut chosen: Vec<Option<usize>> = vec![None; classes.len()];
    let mut done: Vec<usize> = classes.to_vec();
    done.sort_unstable();
    done.dedup();
    for class in done {
        let mine: Vec<usize> = (0..classes.len())
            .filter(|&p| classes[p] == class)
            .collect();
        let mut pairs: Vec<(f64, usize, usize)> = mine
            .iter()
            .flat_map(|&p| (0..scores.len()).map(move |row| (scores[row][p], row, p)))
            .filter(|pair| pair.0 > -1.5)
            .collect();
        // The best first; of equal ones the first record, then the first prototype.
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let mut taken = std::collections::HashSet::new();
        let mut open = mine.len();
        while open > 0 {
            let before = open;
            for &(_, row, p) in &pairs {
                if chosen[p].is_none() && !(unique && taken.contains(&row)) {
                    chosen[p] = Some(row);
                    taken.insert(row);
                    open -= 1;
                }
            }
            // All records of the class are taken: start over with repeats.
            taken.clear();
            if open == before {
                return None;
            }
        }
    }
    chosen.into_iter().collect()
}

/// What is measured around a projection.
#[derive(Debug)]
pub struct Measured {
    /// (N, P) of the training records, before or after.
    pub train: Tensor,
    /// (N, P) of the validation records.
    pub validation: Tensor,
}

/// The report of a projection that has just been done.
pub fn report(
    place: &Place,
    train: &Split,
    sources: &[Source],
    (before, after): (&Measured, &Measured),
    classes_without_sample: Vec<String>,
) -> ProjectionReport {
    let scale = place.branch.kind.scale();
    let cosines: Vec<f64> = sources.iter().map(|s| s.cosine_before).collect();
    let mean = |m: &Measured| m.train.mean(Kind::Double).double_value(&[]) / scale;
    let macro_auroc = |m: &Measured| {
        super::fit::macro_auroc(&place.fixed_logits(&m.validation), &place.validation_labels)
    };
    let mut rows: Vec<&str> = sources
        .iter()
        .map(|s| train.sha256[s.row].as_str())
        .collect();
    rows.sort_unstable();
    rows.dedup();
    let quality = quality(place, &after.validation);
    ProjectionReport {
        branch: place.branch.name.clone(),
        prototypes: sources.len(),
        distinct: rows.len(),
        distinct_within_class: distinct_within_class(place, train, sources),
        classes_without_sample,
        cosine_before_mean: mean_of(&cosines).unwrap_or(0.0),
        cosine_before_median: median(&cosines).unwrap_or(0.0),
        cosine_before_min: cosines.iter().copied().reduce(f64::min).unwrap_or(0.0),
        mean_similarity_before: mean(before),
        mean_similarity_after: mean(after),
        prototype_auroc_median: quality.auroc,
        median_cosine_with: quality.with.map(|s| s / scale),
        median_cosine_without: quality.without.map(|s| s / scale),
        macro_auroc_before: macro_auroc(before),
        macro_auroc_after: macro_auroc(after),
    }
}

/// Prototypes whose source no prototype of their class before them has;
/// windows of one recording are different where they do not overlap.
fn distinct_within_class(place: &Place, train: &Split, sources: &[Source]) -> usize {
    let steps = place.branch.kind.steps() as usize;
    let same = |a: &Source, b: &Source| {
        train.sha256[a.row] == train.sha256[b.row] && a.step.abs_diff(b.step) < steps
    };
    (0..sources.len())
        .filter(|&j| {
            !(0..j).any(|i| place.classes[i] == place.classes[j] && same(&sources[i], &sources[j]))
        })
        .count()
}

/// How well prototypes tell their own statement apart, by themselves.
struct Quality {
    auroc: Option<f64>,
    with: Option<f64>,
    without: Option<f64>,
}

fn quality(place: &Place, validation: &Tensor) -> Quality {
    let similarities = rows_of(validation);
    let labels = rows_of(&place.validation_labels);
    let (mut aurocs, mut with, mut without) = (Vec::new(), Vec::new(), Vec::new());
    for (j, &class) in place.classes.iter().enumerate() {
        let scores: Vec<f64> = similarities.iter().map(|row| row[j]).collect();
        let truth: Vec<bool> = labels.iter().map(|row| row[class] > 0.5).collect();
        aurocs.extend(auroc(&scores, &truth));
        let of = |wanted: bool| {
            let pairs = scores.iter().zip(&truth);
            let some: Vec<f64> = pairs
                .filter(|(_, l)| **l == wanted)
                .map(|(s, _)| *s)
                .collect();
            median(&some)
        };
        with.extend(of(true));
        without.extend(of(false));
    }
    Quality {
        auroc: median(&aurocs),
        with: median(&with),
        without: median(&without),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Prototypes 0 and 1 of class 0 both like record 0 best; prototype 2 of
    /// class 1 may take it as well. -2 marks a record without the class.
    const SCORES: [[f64; 3]; 3] = [[0.9, 0.8, 0.7], [0.5, 0.6, -2.0], [-2.0, -2.0, 0.1]];

    fn scores() -> Vec<Vec<f64>> {
        SCORES.iter().map(|r| r.to_vec()).collect()
    }

    #[test]
    fn the_published_rule_takes_the_most_similar_record() {
        assert_eq!(choose(&scores(), &[0, 0, 1], false).unwrap(), [0, 0, 0]);
    }

    #[test]
    fn unique_sources_differ_within_a_class_where_there_are_enough() {
        assert_eq!(choose(&scores(), &[0, 0, 1], true).unwrap(), [0, 1, 0]);
        let one = vec![vec![0.3, 0.4], vec![-2.0, -2.0]];
        assert_eq!(choose(&one, &[0, 0], true).unwrap(), [0, 0]);
        let none = vec![vec![-2.0, -2.0]];
        assert_eq!(choose(&none, &[0, 0], true), None);
    }
}
