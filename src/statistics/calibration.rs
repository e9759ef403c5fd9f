//! Do probabilities mean what they say?

use serde::Serialize;

use super::undefined::{Undefined, all_finite, at_least};

/// One bar of a reliability diagram.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ReliabilityBin {
    /// Probabilities in [low, high); the last bin holds 1 too.
    pub low: f64,
    pub high: f64,
    pub records: usize,
    /// Mean probability in the bin; `None` for an empty one.
    pub mean_probability: Option<f64>,
    /// Share of positive records in the bin.
    pub observed: Option<f64>,
}

/// A reliability diagram with its summary.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reliability {
    pub bins: Vec<ReliabilityBin>,
    /// Expected calibration error: mean distance of probability and share
    /// over the bins, weighted by their records.
    pub expected_calibration_error: f64,
    /// Mean squared distance of probability and outcome.
    pub brier: f64,
}

/// Reliability of the probabilities of one class in bins of equal width
/// (scikit-learn's `calibration_curve(strategy="uniform")`, up to values that
/// lie on an edge) with the expected calibration error of Naeini et al. (AAAI
/// 2015; binary form) and the Brier score.
///
/// # Panics
/// When the slices differ in length.
pub fn reliability(
    probabilities: &[f64],
    labels: &[bool],
    bins: usize,
) -> Result<Reliability, Undefined> {
    assert_eq!(probabilities.len(), labels.len(), "one label per record");
    at_least(1, probabilities.len())?;
    at_least(1, bins)?;
    all_finite(probabilities)?;
    let outside = |p: &&f64| !(0.0..=1.0).contains(*p);
    if let Some(&value) = probabilities.iter().find(outside) {
        return Err(Undefined::OutOfRange { value });
    }
    let (mut counts, mut sums, mut hits) = (vec![0; bins], vec![0.0; bins], vec![0; bins]);
    let mut brier = 0.0;
    for (&p, &label) in probabilities.iter().zip(labels) {
        let bin = ((p * bins as f64) as usize).min(bins - 1);
        counts[bin] += 1;
        sums[bin] += p;
        hits[bin] += usize::from(label);
        brier += (p - f64::from(u8::from(label))).powi(2);
    }
    let n = probabilities.len() as f64;
    let distance: f64 = (0..bins).map(|b| (sums[b] - hits[b] as f64).abs()).sum();
    let bin = |b: usize| {
        let of_records = |sum: f64| (counts[b] > 0).then(|| sum / counts[b] as f64);
        ReliabilityBin {
            low: b as f64 / bins as f64,
            high: (b + 1) as f64 / bins as f64,
            records: counts[b],
            mean_probability: of_records(sums[b]),
            observed: of_records(hits[b] as f64),
        }
    };
    Ok(Reliability {
        bins: (0..bins).map(bin).collect(),
        expected_calibration_error: distance / n,
        brier: brier / n,
    })
}

/// The temperature T > 0 for which sigmoid(logit / T) has the least cross
/// entropy (Guo et al., ICML 2017, for a binary outcome).
///
/// [`Undefined::NoFiniteFit`] when the logits separate the outcomes (T would be
/// 0) or do not point the right way (T would be infinite or negative).
///
/// # Panics
/// When the slices differ in length.
pub fn fit_temperature(logits: &[f64], labels: &[bool]) -> Result<f64, Undefined> {
    assert_eq!(logits.len(), labels.len(), "one label per record");
    all_finite(logits)?;
    at_least(2, logits.len())?;
    if labels.iter().all(|l| *l) || labels.iter().all(|l| !*l) {
        return Err(Undefined::OneOutcome);
    }
    // The loss is convex in 1/T; its slope there rises through 0 at the best.
    let slope = |inverse: f64| -> f64 {
        let term = |(&x, &label): (&f64, &bool)| {
            x * (1.0 / (1.0 + (-inverse * x).exp()) - f64::from(u8::from(label)))
        };
        logits.iter().zip(labels).map(term).sum()
    };
    let (mut low, mut high) = (0.0, 1.0);
    if slope(0.0) >= 0.0 {
        return Err(Undefined::NoFiniteFit);
    }
    while slope(high) < 0.0 {
        (low, high) = (high, 2.0 * high);
        if high > 1e6 {
            return Err(Undefined::NoFiniteFit);
        }
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if slope(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    let inverse = f64::midpoint(low, high);
    // Found only where the slope underflowed: the outcomes are separated.
    let separated = logits
        .iter()
        .zip(labels)
        .all(|(x, label)| if *label { *x > 0.0 } else { *x < 0.0 });
    if separated {
        return Err(Undefined::NoFiniteFit);
    }
    Ok(1.0 / inverse)
}
