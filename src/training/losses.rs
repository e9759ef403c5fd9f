//! The five terms of ProtoECGNet's loss (specification 3), in the paper's form
//! and in the form of the published program; tests pin every difference.

use std::cell::LazyCell;

use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

use crate::nn::unit_rows;

/// Which loss terms, in which form, with which weights. Equation numbers are
/// those of Sethi et al. 2025.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Losses {
    pub cross_entropy: CrossEntropy,
    pub positive_weight: PositiveWeight,
    /// Largest positive weight; rare statements would otherwise weigh thousands.
    pub positive_weight_cap: Option<f64>,
    /// Form of equations 4 and 5.
    pub prototype_terms: PrototypeTerms,
    pub clustering: f64,
    pub separation: f64,
    /// Neither in the paper nor in the published program: draws every prototype
    /// to its nearest ECG of the batch, so that projection moves none of them far.
    pub coverage: f64,
    /// Not in the paper; the published program has it with weight 0.
    pub sparsity: f64,
    pub diversity: f64,
    pub diversity_scale: DiversityScale,
    pub contrastive: f64,
    pub contrastive_scale: ContrastiveScale,
}

impl Losses {
    /// The published weights, with the paper's equations in the reading in
    /// which those weights have a meaning.
    pub fn paper() -> Self {
        Self {
            cross_entropy: CrossEntropy::WeightOnPositives,
            positive_weight: PositiveWeight::SumOfLabels,
            positive_weight_cap: Some(50.0),
            prototype_terms: PrototypeTerms::Paper,
            clustering: 0.004,
            separation: 0.0004,
            coverage: 0.0,
            sparsity: 0.0,
            diversity: 250.0,
            diversity_scale: DiversityScale::PrototypesSquared,
            contrastive: 300.0,
            contrastive_scale: ContrastiveScale::InverseSqrt,
        }
    }

    /// Cross entropy alone.
    pub fn cross_entropy_only() -> Self {
        Self {
            positive_weight: PositiveWeight::None,
            positive_weight_cap: None,
            clustering: 0.0,
            separation: 0.0,
            diversity: 0.0,
            contrastive: 0.0,
            ..Self::paper()
        }
    }

    /// What the published program computes.
    pub fn published() -> Self {
        Self {
            positive_weight_cap: None,
            prototype_terms: PrototypeTerms::Published,
            ..Self::paper()
        }
    }
}

/// Equation 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CrossEntropy {
    /// The weight multiplies the positive term; mean over records and classes.
    WeightOnPositives,
    /// The equation as printed: the weight multiplies both terms, summed over
    /// classes, mean over records.
    WeightOnBoth,
}

/// The weight of a class in equation 3, from its training positives `n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PositiveWeight {
    None,
    /// `(S - n) / n`, S = all positive labels of the set: the published program.
    SumOfLabels,
    /// `(N - n) / n`, N = records.
    Records,
    /// `sqrt((N - n) / n)`: also what TrustECG does.
    SqrtRecords,
    /// The fourth root of `(N - n) / n`.
    FourthRootRecords,
}

/// Equations 4 and 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PrototypeTerms {
    /// One largest similarity per record.
    Paper,
    /// One per record and class; an absent class separates from all prototypes,
    /// the right ones included.
    Published,
}

/// Equation 6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DiversityScale {
    /// Divided by the number of prototypes squared.
    PrototypesSquared,
    /// As printed.
    One,
}

/// Equation 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContrastiveScale {
    /// Divided by the square root of the number of prototypes.
    InverseSqrt,
    /// One half, as printed.
    Half,
}

/// Weight of each class on its positive term; 0 positives count as one.
pub fn positive_weights(
    kind: PositiveWeight,
    cap: Option<f64>,
    positives: &[usize],
    records: usize,
) -> Vec<f64> {
    let sum: usize = positives.iter().sum();
    let weight = |n: usize| {
        let n = n.max(1) as f64;
        let weight = match kind {
            PositiveWeight::None => 1.0,
            PositiveWeight::SumOfLabels => (sum as f64 - n) / n,
            PositiveWeight::Records => (records as f64 - n) / n,
            PositiveWeight::SqrtRecords => ((records as f64 - n) / n).sqrt(),
            PositiveWeight::FourthRootRecords => ((records as f64 - n) / n).sqrt().sqrt(),
        };
        weight.max(0.0).min(cap.unwrap_or(f64::INFINITY))
    };
    positives.iter().map(|&n| weight(n)).collect()
}

/// [`positive_weights`] of training labels (N, C), as a tensor (C).
pub fn weights_of(kind: PositiveWeight, cap: Option<f64>, labels: &Tensor) -> Tensor {
    let positives = super::data::positives_of(labels);
    let weights = positive_weights(kind, cap, &positives, labels.size()[0] as usize);
    Tensor::from_slice(&weights)
        .to_kind(Kind::Float)
        .to_device(labels.device())
}

/// Jaccard index of every pair of classes over the training labels
/// (specification 3.4): (C, C), 1 on the diagonal, 0 for a class that never
/// occurs. `labels` is (N, C) of 0 and 1.
pub fn cooccurrence(labels: &Tensor) -> Tensor {
    let both = labels.transpose(0, 1).matmul(labels);
    let count = labels.sum_dim_intlist(0, false, Kind::Float);
    let either = count.unsqueeze(0) + count.unsqueeze(1) - &both;
    both / either.clamp_min(1e-6)
}

/// Equation 3: logits and labels (B, C), weight (C).
pub fn cross_entropy(
    kind: CrossEntropy,
    logits: &Tensor,
    labels: &Tensor,
    weight: &Tensor,
) -> Tensor {
    let positive: Tensor = labels * logits.log_sigmoid();
    let negative: Tensor = (1.0 - labels) * (-logits).log_sigmoid();
    match kind {
        CrossEntropy::WeightOnPositives => -(positive * weight + negative).mean(Kind::Float),
        CrossEntropy::WeightOnBoth => -((positive + negative) * weight)
            .sum_dim_intlist(1, false, Kind::Float)
            .mean(Kind::Float),
    }
}

/// Equation 4: similarities (B, P), labels (B, C), identity (P, C). A record
/// without a label contributes nothing.
pub fn clustering(
    kind: PrototypeTerms,
    similarities: &Tensor,
    labels: &Tensor,
    identity: &Tensor,
) -> Tensor {
    match kind {
        PrototypeTerms::Paper => {
            let mine = labels.matmul(&identity.transpose(0, 1)).gt(0.0);
            -masked_max(similarities, &mine).mean(Kind::Float)
        }
        PrototypeTerms::Published => {
            // (B, P, C): similarity to the prototypes of the classes present.
            let masked = similarities.unsqueeze(2) * identity.unsqueeze(0) * labels.unsqueeze(1);
            -masked.amax([1], false).mean(Kind::Float)
        }
    }
}

/// Equation 5. A record whose labels leave no disjoint prototype contributes nothing.
pub fn separation(
    kind: PrototypeTerms,
    similarities: &Tensor,
    labels: &Tensor,
    identity: &Tensor,
) -> Tensor {
    match kind {
        PrototypeTerms::Paper => {
            let disjoint = labels.matmul(&identity.transpose(0, 1)).eq(0.0);
            masked_max(similarities, &disjoint).mean(Kind::Float)
        }
        PrototypeTerms::Published => {
            let other: Tensor = 1.0 - identity.unsqueeze(0) * labels.unsqueeze(1);
            (similarities.unsqueeze(2) * other)
                .amax([1], false)
                .mean(Kind::Float)
        }
    }
}

/// Per record the largest similarity where `mask` (B, P) is true, 0 where it
/// is true nowhere.
fn masked_max(similarities: &Tensor, mask: &Tensor) -> Tensor {
    let largest = similarities
        .masked_fill(&mask.logical_not(), -1e9)
        .amax([1], false);
    let any = mask.any_dim(1, false);
    largest.where_self(&any, &largest.zeros_like())
}

/// Minus the mean over prototypes of the largest similarity to a record of the
/// batch that carries the prototype's class; a prototype whose class is not in
/// the batch contributes nothing. Equation 4 asks that every ECG has a
/// prototype; this asks that every prototype has an ECG (Li et al. 2018, R1).
pub fn coverage(similarities: &Tensor, labels: &Tensor, identity: &Tensor) -> Tensor {
    let eligible = labels.matmul(&identity.transpose(0, 1)).gt(0.0);
    -masked_max(&similarities.transpose(0, 1), &eligible.transpose(0, 1)).mean(Kind::Float)
}

/// The sparsity term of the published program.
pub fn sparsity(similarities: &Tensor) -> Tensor {
    similarities
        .relu()
        .sum_dim_intlist(1, false, Kind::Float)
        .mean(Kind::Float)
}

/// Cosine of every prototype with every other: (P, D) to (P, P), what equations
/// 6 and 7 are about.
pub fn cosines_among(prototypes: &Tensor) -> Tensor {
    let unit = unit_rows(prototypes);
    unit.matmul(&unit.transpose(0, 1))
}

/// Equation 6, of [`cosines_among`] the prototypes.
pub fn diversity(scale: DiversityScale, cosines: &Tensor) -> Tensor {
    let count = cosines.size()[0];
    let off = cosines - Tensor::eye(count, (Kind::Float, cosines.device()));
    let sum = off.square().sum(Kind::Float);
    match scale {
        DiversityScale::PrototypesSquared => sum / (count * count) as f64,
        DiversityScale::One => sum,
    }
}

/// Equation 7: [`cosines_among`] the prototypes, identity (P, C), co-occurrence
/// (C, C). Prototypes of classes that occur together are drawn together, others
/// apart.
pub fn contrastive(
    scale: ContrastiveScale,
    cosines: &Tensor,
    identity: &Tensor,
    cooccurrence: &Tensor,
) -> Tensor {
    let count = cosines.size()[0] as f64;
    let cosines = cosines.clamp(-1.0 + 1e-6, 1.0 - 1e-6);
    let together = identity
        .matmul(cooccurrence)
        .matmul(&identity.transpose(0, 1));
    let apart = 1.0 - &together;
    let mean =
        |weight: &Tensor| (&cosines * weight).sum(Kind::Float) / (weight.sum(Kind::Float) + 1e-6);
    let difference = mean(&together) - mean(&apart);
    match scale {
        ContrastiveScale::InverseSqrt => -difference / count.sqrt(),
        ContrastiveScale::Half => -difference * 0.5,
    }
}

/// The terms of one batch, unweighted, and their weighted sum.
#[derive(Debug)]
pub struct Terms {
    pub cross_entropy: Tensor,
    pub clustering: Tensor,
    pub separation: Tensor,
    pub coverage: Tensor,
    pub sparsity: Tensor,
    pub diversity: Tensor,
    pub contrastive: Tensor,
    pub total: Tensor,
}

/// What a batch is scored against.
#[derive(Debug)]
pub struct Targets<'a> {
    /// (B, C).
    pub labels: &'a Tensor,
    /// (P, C).
    pub identity: &'a Tensor,
    /// (C, C).
    pub cooccurrence: &'a Tensor,
    /// (C).
    pub positive_weight: &'a Tensor,
}

impl Losses {
    /// All terms of the joint stage for one batch: logits (B, C), similarities
    /// (B, P), prototypes (P, D).
    pub fn terms(
        &self,
        logits: &Tensor,
        similarities: &Tensor,
        prototypes: &Tensor,
        to: &Targets,
    ) -> Terms {
        let cross_entropy =
            cross_entropy(self.cross_entropy, logits, to.labels, to.positive_weight);
        // A term without weight is not computed: some are quadratic in the prototypes.
        let zero = || Tensor::zeros([], (Kind::Float, logits.device()));
        let term = |weight: f64, compute: &dyn Fn() -> Tensor| {
            if weight == 0.0 { zero() } else { compute() }
        };
        let form = self.prototype_terms;
        let clustering = term(self.clustering, &|| {
            clustering(form, similarities, to.labels, to.identity)
        });
        let separation = term(self.separation, &|| {
            separation(form, similarities, to.labels, to.identity)
        });
        let coverage = term(self.coverage, &|| {
            coverage(similarities, to.labels, to.identity)
        });
        let sparsity = term(self.sparsity, &|| sparsity(similarities));
        // Once for both: with 936 prototypes it costs as much as a layer.
        let cosines = LazyCell::new(|| cosines_among(prototypes));
        let diversity = term(self.diversity, &|| {
            diversity(self.diversity_scale, &cosines)
        });
        let contrastive = term(self.contrastive, &|| {
            let scale = self.contrastive_scale;
            contrastive(scale, &cosines, to.identity, to.cooccurrence)
        });
        let total = &cross_entropy
            + self.clustering * &clustering
            + self.separation * &separation
            + self.coverage * &coverage
            + self.sparsity * &sparsity
            + self.diversity * &diversity
            + self.contrastive * &contrastive;
        Terms {
            cross_entropy,
            clustering,
            separation,
            coverage,
            sparsity,
            diversity,
            contrastive,
            total,
        }
    }
}

#[cfg(test)]
#[path = "losses_tests.rs"]
mod tests;
