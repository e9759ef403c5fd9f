//! The search of a projection: for every prototype the most similar window of
//! a training ECG of its class.

use std::collections::{BTreeSet, HashSet};

use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

use crate::inference::rows_of;
use crate::nn::{PrototypeBranch, cosine};

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

/// Records whose windows are compared in one go.
const BATCH: i64 = 128;

/// A record that may become a prototype.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    prototype: usize,
    /// Its most similar window there.
    source: Source,
}

/// Where each prototype of a branch would go: the most similar window of a
/// record that carries its class, of another record each where sources are to
/// be unique and there are enough. `latents` are those of all training records,
/// `labels` (N, C) is 1 where a record may become a prototype of a class,
/// `classes` has the class of each prototype. `None` where a prototype has no
/// record at all.
///
/// A class is compared with its own records alone, in one product for all of
/// its prototypes: a record carries two or three of 52 statements.
pub fn nearest_sources(
    branch: &PrototypeBranch,
    latents: &Tensor,
    labels: &Tensor,
    classes: &[usize],
    unique_sources: bool,
) -> Option<Vec<Source>> {
    let _guard = tch::no_grad_guard();
    let mut sources: Vec<Option<Source>> = vec![None; classes.len()];
    let distinct: BTreeSet<usize> = classes.iter().copied().collect();
    for class in distinct {
        let carries = labels.select(1, class as i64).gt(0.5);
        let rows = carries.nonzero().squeeze_dim(1);
        let all = classes.iter().enumerate();
        let mine: Vec<usize> = all.filter(|(_, c)| **c == class).map(|(p, _)| p).collect();
        let candidates = candidates(branch, latents, &rows, &mine);
        for chosen in choose(candidates, mine.len(), unique_sources)? {
            sources[chosen.prototype] = Some(chosen.source);
        }
    }
    sources.into_iter().collect()
}

/// Every one of some records for every one of some prototypes.
fn candidates(
    branch: &PrototypeBranch,
    latents: &Tensor,
    rows: &Tensor,
    prototypes: &[usize],
) -> Vec<Candidate> {
    let index: Vec<i64> = prototypes.iter().map(|&p| p as i64).collect();
    let index = Tensor::from_slice(&index).to_device(latents.device());
    let vectors = branch.prototypes.index_select(0, &index);
    let mut candidates = Vec::new();
    for some in rows.split(BATCH, 0) {
        let (cosines, steps) = best_windows(&latents.index_select(0, &some), &vectors);
        let rows: Vec<i64> = Vec::try_from(&some).unwrap_or_default();
        let of_rows = rows.iter().zip(rows_of(&cosines)).zip(rows_of(&steps));
        for ((&row, cosines), steps) in of_rows {
            let of_prototypes = prototypes.iter().zip(cosines).zip(steps);
            let one = |((&prototype, cosine), step): ((&usize, f64), f64)| Candidate {
                prototype,
                source: Source {
                    row: row as usize,
                    step: step as usize,
                    cosine_before: cosine,
                },
            };
            // A latent that is no number is nobody's source.
            let numbers = of_prototypes.filter(|((_, cosine), _)| cosine.is_finite());
            candidates.extend(numbers.map(one));
        }
    }
    candidates
}

/// Of each record, latents (N, 512) or (N, 512, T), and each prototype, (P, 512)
/// or (P, 512, steps), the largest cosine of a window and the window's first
/// step: two of (N, P). As [`PrototypeBranch::window_cosines`], but every latent
/// step is multiplied once with every step of a prototype and nothing is
/// copied for each window.
fn best_windows(latents: &Tensor, prototypes: &Tensor) -> (Tensor, Tensor) {
    if latents.dim() == 2 {
        let cosines = cosine(latents, prototypes);
        let steps = cosines.zeros_like();
        return (cosines, steps);
    }
    let (count, channels, steps) = latents.size3().unwrap_or_default();
    let (prototypes_count, _, length) = prototypes.size3().unwrap_or_default();
    let windows = steps - length + 1;
    let by_step = latents.transpose(1, 2).reshape([count * steps, channels]);
    let of_steps = prototypes.permute([1, 2, 0]).reshape([channels, -1]);
    let products = by_step
        .matmul(&of_steps)
        .view([count, steps, length, prototypes_count]);
    let squares = latents.square().sum_dim_intlist(1, false, Kind::Float);
    let shifted = |of: &dyn Fn(i64) -> Tensor| {
        (1..length).fold(of(0).narrow(1, 0, windows), |sum, step| {
            sum + of(step).narrow(1, step, windows)
        })
    };
    let together = shifted(&|step| products.select(2, step));
    let sizes = shifted(&|_| squares.shallow_clone())
        .sqrt()
        .clamp_min(1e-12);
    let own = prototypes
        .flatten(1, -1)
        .norm_scalaropt_dim(2, [-1i64], false);
    (together / sizes.unsqueeze(2) / own.clamp_min(1e-12)).max_dim(1, false)
}

/// One candidate for each of a class's prototypes: the most similar one, or,
/// when sources are to be unique, the assignment that takes the best pairs
/// first. A class with fewer records than prototypes repeats them. `None` where
/// there is no record.
fn choose(
    mut candidates: Vec<Candidate>,
    prototypes: usize,
    unique: bool,
) -> Option<Vec<Candidate>> {
    // The best first; of equal ones the first record, then the first prototype.
    let order = |c: &Candidate| (c.source.row, c.prototype);
    candidates.sort_by(|a, b| {
        let cosines = b.source.cosine_before.total_cmp(&a.source.cosine_before);
        cosines.then(order(a).cmp(&order(b)))
    });
    let (mut done, mut taken) = (HashSet::new(), HashSet::new());
    let mut chosen = Vec::new();
    while chosen.len() < prototypes {
        let before = chosen.len();
        for candidate in &candidates {
            let free = !(unique && taken.contains(&candidate.source.row));
            if free && done.insert(candidate.prototype) {
                taken.insert(candidate.source.row);
                chosen.push(*candidate);
            }
        }
        if chosen.len() == before {
            return None;
        }
        // All records of the class are taken: start over with repeats.
        taken.clear();
    }
    Some(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{BackboneSpec, Pooling, PrototypeKind};
    use tch::Device;
    use tch::nn::VarStore;

    /// Prototypes 0 and 1 of class 0 both like record 0 best; prototype 2 of
    /// class 1 may take it as well. -2 marks a record without the class.
    const SCORES: [[f64; 3]; 3] = [[0.9, 0.8, 0.7], [0.5, 0.6, -2.0], [-2.0, -2.0, 0.1]];

    /// The row that each prototype of a class takes.
    fn chosen(scores: &[[f64; 3]], prototypes: &[usize], unique: bool) -> Option<Vec<usize>> {
        let candidate = |row: usize, prototype: usize| Candidate {
            prototype,
            source: Source {
                row,
                step: 0,
                cosine_before: scores[row][prototype],
            },
        };
        let all = (0..scores.len()).flat_map(|row| prototypes.iter().map(move |&p| (row, p)));
        let candidates = all
            .filter(|&(row, p)| scores[row][p] > -2.0)
            .map(|(row, p)| candidate(row, p));
        let mut chosen = choose(candidates.collect(), prototypes.len(), unique)?;
        chosen.sort_by_key(|c| c.prototype);
        Some(chosen.iter().map(|c| c.source.row).collect())
    }

    #[test]
    fn the_published_rule_takes_the_most_similar_record() {
        assert_eq!(chosen(&SCORES, &[0, 1], false).unwrap(), [0, 0]);
        assert_eq!(chosen(&SCORES, &[2], false).unwrap(), [0]);
    }

    #[test]
    fn unique_sources_differ_within_a_class_where_there_are_enough() {
        assert_eq!(chosen(&SCORES, &[0, 1], true).unwrap(), [0, 1]);
        let one = [[0.3, 0.4, -2.0]];
        assert_eq!(chosen(&one, &[0, 1], true).unwrap(), [0, 0]);
        assert_eq!(chosen(&one, &[2], true), None);
    }

    /// The search finds what comparing every window of every record with every
    /// prototype finds, for each kind of prototype.
    #[test]
    fn the_search_finds_the_most_similar_window_of_all() {
        let _guard = tch::no_grad_guard();
        let windows = |steps| PrototypeKind::Windows {
            steps,
            pooling: Pooling::TopK(5),
        };
        for kind in [PrototypeKind::WholeRecording, windows(3), windows(32)] {
            let variables = VarStore::new(Device::Cpu);
            let backbone = BackboneSpec::ResNet18 { dropout: 0.0 };
            let branch = PrototypeBranch::new(&variables.root(), "b", kind, &backbone, 12, 6);
            crate::nn::randomise(&variables, 4);
            let (records, classes) = (300, [0, 0, 0, 1, 1, 2]);
            let values: Vec<f32> =
                crate::nn::normal(&mut rand::SeedableRng::seed_from_u64(5), records * 512 * 32);
            let latents = Tensor::from_slice(&values)
                .view([records as i64, 512, 32])
                .sigmoid();
            let latents = match kind {
                PrototypeKind::WholeRecording => latents.select(2, 0),
                PrototypeKind::Windows { .. } => latents,
            };
            let carried: Vec<f32> = (0..records)
                .flat_map(|row| (0..3).map(move |class| f32::from((row + class) % 5 < 2)))
                .collect();
            let labels = Tensor::from_slice(&carried).view([records as i64, 3]);
            let found = nearest_sources(&branch, &latents, &labels, &classes, false).unwrap();
            let cosines = branch.window_cosines(&latents);
            for (j, source) in found.iter().enumerate() {
                let all = cosines.select(2, j as i64);
                let carries = labels.select(1, classes[j] as i64).gt(0.5).unsqueeze(1);
                let best = all.masked_fill(&carries.logical_not(), -2.0);
                let largest = best.max().double_value(&[]);
                let there = best.double_value(&[source.row as i64, source.step as i64]);
                assert_eq!(there, largest, "{kind:?} prototype {j}");
                assert!((source.cosine_before - largest).abs() < 1e-5);
            }
        }
    }
}
