//! The training ECGs that a branch sees most as it sees this one. They come
//! from the similarities that the bundle keeps of every training ECG, so no
//! training ECG has to be at hand.

use super::{Neighbour, Subject};
use crate::inference::{Model, Prediction};

/// How many are listed.
pub const NEIGHBOURS: usize = 10;

/// The nearest training ECGs for output `class`, by the cosines with all
/// prototypes of its branch; none where it has no prototype.
pub fn neighbours(
    model: &Model,
    prediction: &Prediction,
    class: usize,
    subject: &Subject,
) -> Vec<Neighbour> {
    let manifest = model.manifest();
    let Some(branch) = branch_of_class(model, class) else {
        return Vec::new();
    };
    let scale = manifest.architecture.branches()[branch].prototypes.scale();
    // Prototypes are in the order of their branches.
    let first = manifest.prototypes.partition_point(|p| p.branch < branch);
    let end = manifest.prototypes.partition_point(|p| p.branch <= branch);
    let Some(own) = prediction.similarities.get(first..end) else {
        return Vec::new();
    };
    let training = model.training_similarities();
    let rows = training.similarities.iter().enumerate();
    let distance = |(row, similarities): (usize, &Vec<f32>)| {
        let theirs = similarities.get(first..end)?;
        let mut sum = 0.0;
        for (a, b) in theirs.iter().zip(own) {
            let difference = f64::from(*a) - b;
            sum += difference * difference;
        }
        Some(((sum / own.len() as f64).sqrt() / scale, row))
    };
    let mut found: Vec<(f64, usize)> = rows.filter_map(distance).collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    found.truncate(NEIGHBOURS);
    let neighbour = |(distance, row): (f64, usize)| {
        let ecg_id = *training.ecg_ids.get(row)?;
        let labels = training.labels.get(row)?;
        let statements = manifest.statements.iter().zip(labels);
        Some(Neighbour {
            ecg_id,
            distance,
            carries: labels.get(class).copied().unwrap_or(false),
            statements: statements
                .filter(|(_, carries)| **carries)
                .map(|(statement, _)| statement.code.clone())
                .collect(),
            same_patient: subject.has(ecg_id),
        })
    };
    found.into_iter().filter_map(neighbour).collect()
}

/// The branch that judges an output: the one of its prototypes.
pub fn branch_of_class(model: &Model, class: usize) -> Option<usize> {
    let mut prototypes = model.manifest().prototypes.iter();
    prototypes.find(|p| p.class == class).map(|p| p.branch)
}
