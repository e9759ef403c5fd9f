//! Gwet's AC1 and AC2.

use serde::Serialize;

use super::super::interval::{Interval, two_sided_t};
use super::super::undefined::Undefined;
use super::table::{RatingTable, category, items_at_least};
use super::weights::Weights;

/// Agreement beyond chance of any number of raters, with missing ratings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct GwetAc {
    /// Unweighted is AC1, all others AC2.
    pub weights: Weights,
    /// Items with a rating.
    pub items: usize,
    /// Items with two ratings or more.
    pub items_compared: usize,
    pub observed: f64,
    pub by_chance: f64,
    pub coefficient: f64,
    /// Items as a sample of items, the raters fixed.
    pub standard_error: f64,
    /// Student's, cut at 1 as irrCAC cuts it.
    pub interval: Interval,
}

/// Gwet's AC1 (unweighted) or AC2 (Br. J. Math. Stat. Psychol. 61 (2008)
/// 29-48; *Handbook of Inter-Rater Reliability*, 2014, chapters 2, 3 and 5);
/// the package irrCAC computes the same.
///
/// Chance depends on how many categories the scale has, so `scale` (ascending)
/// names all, used or not. One category of several used by all is perfect
/// agreement here and no paradox: 1.
pub fn gwet_ac(
    table: &RatingTable,
    scale: &[f64],
    weights: Weights,
    level: f64,
) -> Result<GwetAc, Undefined> {
    table.needs_raters(2)?;
    let k = scale.len();
    if k < 2 {
        return Err(Undefined::OneCategory);
    }
    let counts = counts(table, scale)?;
    let (n, compared) = (
        counts.len(),
        counts.iter().filter(|c| raters(c) >= 2.0).count(),
    );
    items_at_least(1, compared)?;
    items_at_least(2, n)?;
    let weight = |i, j| weights.between(scale, i, j);
    let agreed = |counts: &[f64]| -> f64 {
        let with = |i: usize| (0..k).map(|j| counts[j] * weight(i, j)).sum::<f64>();
        let pairs = raters(counts) * (raters(counts) - 1.0);
        let agreeing: f64 = (0..k).map(|i| counts[i] * (with(i) - 1.0)).sum();
        if pairs > 0.0 { agreeing / pairs } else { 0.0 }
    };
    let observed = counts.iter().map(|c| agreed(c)).sum::<f64>() / compared as f64;
    let share = |i: usize| counts.iter().map(|c| c[i] / raters(c)).sum::<f64>() / n as f64;
    let shares: Vec<f64> = (0..k).map(share).collect();
    let all_weights: f64 = (0..k * k).map(|cell| weight(cell / k, cell % k)).sum();
    let scaled = all_weights / (k * (k - 1)) as f64;
    let by_chance = scaled * shares.iter().map(|p| p * (1.0 - p)).sum::<f64>();
    let room = 1.0 - by_chance;
    if room <= 1e-12 {
        return Err(Undefined::OneCategory);
    }
    let coefficient = (observed - by_chance) / room;
    let squares = counts.iter().map(|counts| {
        let (r, of_compared) = (raters(counts), n as f64 / compared as f64);
        let own = match r >= 2.0 {
            true => of_compared * (agreed(counts) - by_chance) / room,
            false => 0.0,
        };
        let others = |i: usize| counts[i] * (1.0 - shares[i]);
        let chance = scaled * (0..k).map(others).sum::<f64>() / r;
        let linear = own - 2.0 * (1.0 - coefficient) * (chance - by_chance) / room;
        (linear - coefficient).powi(2)
    });
    let variance = squares.sum::<f64>() / (n as f64 * (n as f64 - 1.0));
    let half_width = two_sided_t(level, n as f64 - 1.0)? * variance.sqrt();
    Ok(GwetAc {
        weights,
        items: n,
        items_compared: compared,
        observed,
        by_chance,
        coefficient,
        standard_error: variance.sqrt(),
        interval: Interval {
            low: coefficient - half_width,
            high: (coefficient + half_width).min(1.0),
        },
    })
}

fn raters(counts: &[f64]) -> f64 {
    counts.iter().sum()
}

/// How many raters gave each category, per item with a rating.
fn counts(table: &RatingTable, scale: &[f64]) -> Result<Vec<Vec<f64>>, Undefined> {
    let mut all = Vec::with_capacity(table.items());
    for row in table.rows() {
        let mut counts = vec![0.0; scale.len()];
        for value in row.iter().copied().flatten() {
            counts[category(scale, value)?] += 1.0;
        }
        if raters(&counts) > 0.0 {
            all.push(counts);
        }
    }
    Ok(all)
}
