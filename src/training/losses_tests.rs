//! Loss terms against the toy values of specification 12.5, hand-computed
//! values, and the sign of each by finite differences.

use super::*;
use tch::Device;

fn tensor(rows: &[&[f32]]) -> Tensor {
    let flat: Vec<f32> = rows.concat();
    Tensor::from_slice(&flat).view([rows.len() as i64, rows[0].len() as i64])
}

/// Two prototypes for each of three classes.
fn identity() -> Tensor {
    Tensor::eye(3, (Kind::Float, Device::Cpu)).repeat_interleave_self_int(2, 0, None)
}

fn close(tensor: &Tensor, expected: f64) {
    let value = tensor.double_value(&[]);
    assert!(
        (value - expected).abs() < 1e-6 * expected.abs().max(1.0),
        "{value} instead of {expected}"
    );
}

const SIMILARITIES: [f32; 6] = [0.9, 0.8, 0.1, 0.2, 0.3, 0.4];

#[test]
fn toy_values_in_both_forms() {
    let s = tensor(&[&SIMILARITIES]);
    let y = tensor(&[&[1.0, 0.0, 0.0]]);
    close(
        &clustering(PrototypeTerms::Published, &s, &y, &identity()),
        -0.3,
    );
    close(
        &separation(PrototypeTerms::Published, &s, &y, &identity()),
        2.2 / 3.0,
    );
    close(
        &clustering(PrototypeTerms::Paper, &s, &y, &identity()),
        -0.9,
    );
    close(&separation(PrototypeTerms::Paper, &s, &y, &identity()), 0.4);
}

/// A record without a label gives equation 4 nothing, one with all labels
/// leaves equation 5 nothing; a similarity may be negative and still counts.
#[test]
fn records_without_a_label_or_without_a_disjoint_prototype_contribute_nothing() {
    let s = tensor(&[
        &SIMILARITIES,
        &SIMILARITIES,
        &[-0.5, -0.6, -0.7, -0.2, -0.3, -0.4],
    ]);
    let y = tensor(&[&[0.0, 0.0, 0.0], &[1.0, 1.0, 1.0], &[1.0, 0.0, 0.0]]);
    close(
        &clustering(PrototypeTerms::Paper, &s, &y, &identity()),
        -(0.0 + 0.9 - 0.5) / 3.0,
    );
    close(
        &separation(PrototypeTerms::Paper, &s, &y, &identity()),
        (0.9 + 0.0 - 0.2) / 3.0,
    );
}

#[test]
fn records_that_contribute_nothing_have_no_gradient() {
    let s = tensor(&[&SIMILARITIES, &SIMILARITIES]).set_requires_grad(true);
    let y = tensor(&[&[0.0, 0.0, 0.0], &[1.0, 1.0, 1.0]]);
    let loss = clustering(
        PrototypeTerms::Paper,
        &s.get(0).unsqueeze(0),
        &y.get(0).unsqueeze(0),
        &identity(),
    ) + separation(
        PrototypeTerms::Paper,
        &s.get(1).unsqueeze(0),
        &y.get(1).unsqueeze(0),
        &identity(),
    );
    loss.backward();
    close(&s.grad().abs().sum(Kind::Float), 0.0);
}

#[test]
fn cross_entropy_weights_the_positive_term_or_both() {
    let logits = tensor(&[&[0.0, 2.0]]);
    let labels = tensor(&[&[1.0, 0.0]]);
    let weight = Tensor::from_slice(&[3.0f32, 5.0]);
    let (positive, negative) = (2f64.ln(), (1.0 + 2f64.exp()).ln());
    close(
        &cross_entropy(CrossEntropy::WeightOnPositives, &logits, &labels, &weight),
        (3.0 * positive + negative) / 2.0,
    );
    close(
        &cross_entropy(CrossEntropy::WeightOnBoth, &logits, &labels, &weight),
        3.0 * positive + 5.0 * negative,
    );
}

#[test]
fn diversity_and_contrast_of_two_pairs() {
    // Cosine 0.6 inside the first pair, 0 elsewhere.
    let prototypes = tensor(&[
        &[1.0, 0.0, 0.0, 0.0],
        &[0.6, 0.8, 0.0, 0.0],
        &[0.0, 0.0, 2.0, 0.0],
        &[0.0, 0.0, 0.0, 5.0],
    ]);
    let cosines = cosines_among(&prototypes);
    close(&diversity(DiversityScale::One, &cosines), 2.0 * 0.36);
    close(
        &diversity(DiversityScale::PrototypesSquared, &cosines),
        2.0 * 0.36 / 16.0,
    );
    let identity =
        Tensor::eye(2, (Kind::Float, Device::Cpu)).repeat_interleave_self_int(2, 0, None);
    let alone = Tensor::eye(2, (Kind::Float, Device::Cpu));
    // Same class: (4 x 1 + 2 x 0.6) / 8; other class: 0.
    let difference = (4.0 + 1.2) / 8.0;
    let half = contrastive(ContrastiveScale::Half, &cosines, &identity, &alone).double_value(&[]);
    assert!((half + 0.5 * difference).abs() < 1e-5, "{half}");
    let root =
        contrastive(ContrastiveScale::InverseSqrt, &cosines, &identity, &alone).double_value(&[]);
    assert!((root + difference / 2.0).abs() < 1e-5, "{root}");
}

/// Jaccard: classes a and b share one of three records.
#[test]
fn cooccurrence_is_the_jaccard_index() {
    let labels = tensor(&[&[1.0, 1.0, 0.0], &[1.0, 0.0, 0.0], &[0.0, 1.0, 0.0]]);
    let j = cooccurrence(&labels);
    close(&j.get(0).get(1), 1.0 / 3.0);
    close(&j.get(0).get(0), 1.0);
    close(&j.get(2).get(2), 0.0);
}

#[test]
fn positive_weights_are_the_published_ones_and_capped() {
    // Specification 3.3: label set 3 has 22,778 positive labels.
    let positives = [1461, 2683, 8, 22_778 - 1461 - 2683 - 8];
    let w = positive_weights(PositiveWeight::SumOfLabels, None, &positives, 17_418);
    assert!(
        (w[0] - 14.59).abs() < 0.005
            && (w[1] - 7.49).abs() < 0.005
            && (w[2] - 2846.25).abs() < 0.005
    );
    let w = positive_weights(PositiveWeight::SumOfLabels, Some(50.0), &positives, 17_418);
    assert_eq!(w[2], 50.0);
    // Specification 3.6: TrustECG's NORM and HYP.
    let w = positive_weights(PositiveWeight::SqrtRecords, None, &[7542, 1820], 17_418);
    assert!((w[0] - 1.14).abs() < 0.005 && (w[1] - 2.93).abs() < 0.005);
}

/// The loss after moving along one coordinate, by finite differences.
fn slope(loss: impl Fn(&Tensor) -> Tensor, at: &Tensor, row: i64, column: i64) -> f64 {
    let moved = |step: f64| {
        let xs = at.copy();
        let _ = xs.get(row).get(column).g_add_scalar_(step);
        loss(&xs).double_value(&[])
    };
    (moved(1e-2) - moved(-1e-2)) / 2e-2
}

/// More similarity to the own class lowers clustering, to another class raises
/// separation; raising a logit lowers the loss of a present statement.
#[test]
fn signs_of_the_terms_on_similarities() {
    let s = tensor(&[&SIMILARITIES]);
    let y = tensor(&[&[1.0, 0.0, 0.0]]);
    for kind in [PrototypeTerms::Paper, PrototypeTerms::Published] {
        assert!(slope(|s| clustering(kind, s, &y, &identity()), &s, 0, 0) < 0.0);
        assert!(slope(|s| separation(kind, s, &y, &identity()), &s, 0, 5) >= 0.0);
    }
    assert!(
        slope(
            |s| separation(PrototypeTerms::Paper, s, &y, &identity()),
            &s,
            0,
            5
        ) > 0.0
    );
    // The published form punishes similarity to the right prototype; the paper's does not.
    assert!(
        slope(
            |s| separation(PrototypeTerms::Published, s, &y, &identity()),
            &s,
            0,
            0
        ) > 0.0
    );
    assert_eq!(
        slope(
            |s| separation(PrototypeTerms::Paper, s, &y, &identity()),
            &s,
            0,
            0
        ),
        0.0
    );
    assert!(slope(sparsity, &s, 0, 3) > 0.0);
    let logits = tensor(&[&[0.3, -0.2, 0.1]]);
    let weight = Tensor::ones([3], (Kind::Float, Device::Cpu));
    let bce = |x: &Tensor| cross_entropy(CrossEntropy::WeightOnPositives, x, &y, &weight);
    assert!(slope(bce, &logits, 0, 0) < 0.0);
    assert!(slope(bce, &logits, 0, 1) > 0.0);
}

/// Raising the cosine of two prototypes whose classes occur together lowers
/// the contrastive term; of classes that never do, it raises it; diversity
/// rises with any cosine.
#[test]
fn signs_of_the_terms_on_prototypes() {
    let prototypes = tensor(&[&[1.0, 0.1, 0.0], &[0.1, 1.0, 0.0], &[0.1, 0.1, 1.0]]);
    let identity = Tensor::eye(3, (Kind::Float, Device::Cpu));
    let together = tensor(&[&[1.0, 0.8, 0.0], &[0.8, 1.0, 0.0], &[0.0, 0.0, 1.0]]);
    for scale in [ContrastiveScale::InverseSqrt, ContrastiveScale::Half] {
        let loss = |p: &Tensor| contrastive(scale, &cosines_among(p), &identity, &together);
        assert!(
            slope(loss, &prototypes, 0, 1) < 0.0,
            "towards the prototype of a co-occurring class"
        );
        assert!(
            slope(loss, &prototypes, 0, 2) > 0.0,
            "towards the prototype of a foreign class"
        );
    }
    assert!(
        slope(
            |p| diversity(DiversityScale::PrototypesSquared, &cosines_among(p)),
            &prototypes,
            0,
            1
        ) > 0.0
    );
}

/// Prototype 0 of class 0 has its best record of class 0 at 0.7 (record 1 has
/// no such label), prototype 1 of class 1 has none in the batch.
#[test]
fn coverage_asks_an_ecg_for_every_prototype() {
    let s = tensor(&[&[0.7, 0.6], &[0.9, 0.8]]);
    let y = tensor(&[&[1.0, 0.0], &[0.0, 0.0]]);
    let identity = Tensor::eye(2, (Kind::Float, Device::Cpu));
    close(&coverage(&s, &y, &identity), -0.7 / 2.0);
    assert!(slope(|s| coverage(s, &y, &identity), &s, 0, 0) < 0.0);
    assert_eq!(slope(|s| coverage(s, &y, &identity), &s, 1, 0), 0.0);
}

#[test]
fn the_total_is_the_weighted_sum() {
    let s = tensor(&[&SIMILARITIES]);
    let y = tensor(&[&[1.0, 0.0, 0.0]]);
    let prototypes = Tensor::randn([6, 8], (Kind::Float, Device::Cpu));
    let (identity, weight) = (identity(), Tensor::ones([3], (Kind::Float, Device::Cpu)));
    let cooccurrence = cooccurrence(&y);
    let targets = Targets {
        labels: &y,
        identity: &identity,
        cooccurrence: &cooccurrence,
        positive_weight: &weight,
    };
    let losses = Losses {
        coverage: 0.25,
        sparsity: 0.5,
        ..Losses::paper()
    };
    let t = losses.terms(&tensor(&[&[0.1, 0.2, 0.3]]), &s, &prototypes, &targets);
    let sum = t.cross_entropy.double_value(&[])
        + 0.004 * t.clustering.double_value(&[])
        + 0.0004 * t.separation.double_value(&[])
        + 0.25 * t.coverage.double_value(&[])
        + 0.5 * t.sparsity.double_value(&[])
        + 250.0 * t.diversity.double_value(&[])
        + 300.0 * t.contrastive.double_value(&[]);
    assert!((t.total.double_value(&[]) - sum).abs() < 1e-4);
}
