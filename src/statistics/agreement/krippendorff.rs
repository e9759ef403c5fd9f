//! Krippendorff's alpha.

use serde::Serialize;

use super::super::undefined::Undefined;
use super::table::{RatingTable, items_at_least};

/// What the difference of two ratings means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Equal or not.
    Nominal,
    /// By the number of ratings between the two ranks. Krippendorff's own
    /// metric; irrCAC calls something else ordinal, and its alpha differs.
    Ordinal,
    /// The squared difference.
    Interval,
}

impl Metric {
    pub const ALL: [Self; 3] = [Self::Nominal, Self::Ordinal, Self::Interval];
}

/// Agreement of any number of raters, with missing ratings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Alpha {
    pub metric: Metric,
    /// Items with two ratings or more.
    pub items_compared: usize,
    /// Ratings of those items.
    pub ratings_compared: usize,
    pub observed_disagreement: f64,
    pub expected_disagreement: f64,
    pub alpha: f64,
}

/// Krippendorff's alpha (*Content Analysis*, 3rd ed. 2013, chapter 12; the
/// package krippendorff). Ratings of an item with one rating only take no
/// part. [`Undefined::OneCategory`] when all ratings are equal.
pub fn krippendorff_alpha(table: &RatingTable, metric: Metric) -> Result<Alpha, Undefined> {
    table.needs_raters(2)?;
    let units: Vec<Vec<f64>> = table
        .rows()
        .map(|row| row.iter().copied().flatten().collect::<Vec<f64>>())
        .filter(|ratings| ratings.len() >= 2)
        .collect();
    items_at_least(1, units.len())?;
    let mut values: Vec<f64> = units.iter().flatten().copied().collect();
    let n = values.len() as f64;
    values.sort_by(f64::total_cmp);
    let classes: Vec<(f64, f64)> = values
        .chunk_by(|a, b| a == b)
        .map(|equal| (equal[0], equal.len() as f64))
        .collect();
    let distance = |i: usize, j: usize| metric.squared_distance(&classes, i, j);
    let k = classes.len();
    let expected: f64 = (0..k * k)
        .map(|cell| classes[cell / k].1 * classes[cell % k].1 * distance(cell / k, cell % k))
        .sum();
    if expected <= 0.0 {
        return Err(Undefined::OneCategory);
    }
    let mut observed = 0.0;
    let mut counts = vec![0.0; k];
    for unit in &units {
        counts.fill(0.0);
        for value in unit {
            counts[classes.partition_point(|(class, _)| class < value)] += 1.0;
        }
        let pairs = (0..k * k).map(|c| counts[c / k] * counts[c % k] * distance(c / k, c % k));
        observed += pairs.sum::<f64>() / (unit.len() as f64 - 1.0);
    }
    let (observed, expected) = (observed / n, expected / (n * (n - 1.0)));
    Ok(Alpha {
        metric,
        items_compared: units.len(),
        ratings_compared: values.len(),
        observed_disagreement: observed,
        expected_disagreement: expected,
        alpha: 1.0 - observed / expected,
    })
}

impl Metric {
    /// Of two categories among those used, each with its value and count.
    fn squared_distance(self, classes: &[(f64, f64)], i: usize, j: usize) -> f64 {
        match self {
            Self::Nominal => f64::from(u8::from(i != j)),
            Self::Interval => (classes[i].0 - classes[j].0).powi(2),
            Self::Ordinal => {
                let (low, high) = (i.min(j), i.max(j));
                let between: f64 = classes[low..=high].iter().map(|(_, count)| count).sum();
                (between - f64::midpoint(classes[low].1, classes[high].1)).powi(2)
            }
        }
    }
}
