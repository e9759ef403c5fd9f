//! Cohen's kappa of two raters.

use serde::Serialize;

use super::super::interval::{Interval, two_sided_z};
use super::super::undefined::Undefined;
use super::table::{category, items_at_least};
use super::weights::Weights;

/// Agreement beyond chance of two raters.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Kappa {
    pub weights: Weights,
    /// Items that both rated.
    pub n: usize,
    /// Weighted share of agreement.
    pub observed: f64,
    /// What chance gives with the raters' own frequencies.
    pub by_chance: f64,
    pub kappa: f64,
    /// Large-sample standard error.
    pub standard_error: f64,
    /// The same if kappa were 0, for its test.
    pub standard_error_of_zero: f64,
    /// Normal interval from the standard error.
    pub interval: Interval,
}

/// Cohen's kappa over the items that both rated (Psychol. Bull. 70 (1968)
/// 213-220) with the standard errors of Fleiss, Cohen and Everitt (Psychol.
/// Bull. 72 (1969) 323-327): statsmodels' `cohens_kappa`, scikit-learn's
/// `cohen_kappa_score` with all categories of the scale as labels; R's
/// `irr::kappa2` gives the test.
///
/// `scale` is ascending and holds every category, used or not, since the
/// weights depend on its range. [`Undefined::OneCategory`] when both raters
/// used the same one only.
///
/// # Panics
/// When the slices differ in length.
pub fn cohen_kappa(
    a: &[Option<f64>],
    b: &[Option<f64>],
    scale: &[f64],
    weights: Weights,
    level: f64,
) -> Result<Kappa, Undefined> {
    assert_eq!(a.len(), b.len(), "the same items");
    let z = two_sided_z(level)?;
    let k = scale.len();
    let mut table = vec![0.0; k * k];
    let mut n = 0;
    for (a, b) in a.iter().zip(b) {
        if let (Some(a), Some(b)) = (*a, *b) {
            table[category(scale, a)? * k + category(scale, b)?] += 1.0;
            n += 1;
        }
    }
    items_at_least(2, n)?;
    for share in &mut table {
        *share /= n as f64;
    }
    let of_a: Vec<f64> = table.chunks(k).map(|row| row.iter().sum()).collect();
    let of_b: Vec<f64> = (0..k)
        .map(|j| table.iter().skip(j).step_by(k).sum())
        .collect();
    let weight = |i, j| weights.between(scale, i, j);
    let sum = |term: &dyn Fn(usize, usize) -> f64| -> f64 {
        (0..k * k).map(|cell| term(cell / k, cell % k)).sum()
    };
    let observed = sum(&|i, j| table[i * k + j] * weight(i, j));
    let by_chance = sum(&|i, j| of_a[i] * of_b[j] * weight(i, j));
    let room = 1.0 - by_chance;
    if room <= 1e-12 {
        return Err(Undefined::OneCategory);
    }
    let kappa = (observed - by_chance) / room;
    // The mean weight of a's category with b's answers, and the other way.
    let met_by_a: Vec<f64> = (0..k)
        .map(|i| (0..k).map(|j| of_b[j] * weight(i, j)).sum())
        .collect();
    let met_by_b: Vec<f64> = (0..k)
        .map(|j| (0..k).map(|i| of_a[i] * weight(i, j)).sum())
        .collect();
    let spread = sum(&|i, j| {
        let met = (met_by_a[i] + met_by_b[j]) * (1.0 - kappa);
        table[i * k + j] * (weight(i, j) - met).powi(2)
    });
    let spread_of_zero =
        sum(&|i, j| of_a[i] * of_b[j] * (weight(i, j) - met_by_a[i] - met_by_b[j]).powi(2));
    // Rounding can leave a perfect agreement a hair below zero.
    let error = |spread: f64| (spread.max(0.0) / n as f64).sqrt() / room;
    let standard_error = error(spread - (kappa - by_chance * (1.0 - kappa)).powi(2));
    Ok(Kappa {
        weights,
        n,
        observed,
        by_chance,
        kappa,
        standard_error,
        standard_error_of_zero: error(spread_of_zero - by_chance * by_chance),
        interval: Interval::around(kappa, z * standard_error),
    })
}
