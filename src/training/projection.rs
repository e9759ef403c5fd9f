//! Projection: every prototype becomes the latent of a training ECG of its
//! class (paper section 3.4; upstream's push.py).

use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

use super::error::TrainingError;
use super::joint::Place;
use super::nearest::{Source, nearest_sources};
use super::{NotAgain, Split, TrainingConfig};
use crate::bundle::ProjectionReport;
use crate::inference::rows_of;
use crate::statistics::{auroc, mean as mean_of, median};

/// What each prototype of a branch took, and what that did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Projected {
    pub sources: Vec<Source>,
    pub report: ProjectionReport,
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

/// Replaces all prototypes of a branch, by none that is barred. Every class that
/// has prototypes has a training record, which `run` makes sure of: a zero
/// prototype is impossible.
/// `latents` are those of all training records.
pub fn project(
    place: &Place,
    latents: &Tensor,
    unique_sources: bool,
) -> Result<Vec<Source>, TrainingError> {
    let _guard = tch::no_grad_guard();
    let (branch, labels) = (place.branch, &place.source_labels);
    let sources = nearest_sources(branch, latents, labels, &place.classes, unique_sources)
        .ok_or(TrainingError::NoSource)?;
    for (j, source) in sources.iter().enumerate() {
        let latent = latents.narrow(0, source.row as i64, 1);
        let window = branch.windows(&latent).get(0).get(source.step as i64);
        let prototype = branch.prototypes.get(j as i64);
        prototype.shallow_clone().copy_(&window.view_as(&prototype));
    }
    Ok(sources)
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
