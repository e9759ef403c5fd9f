//! Rank correlation.

use serde::Serialize;

use super::interval::{Interval, two_sided_z};
use super::undefined::{Undefined, all_finite, at_least, value_or_reason};

/// Spearman's rank correlation and its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spearman {
    pub n: usize,
    pub rho: f64,
    /// Needs four pairs; [`Undefined::NoErrorVariance`] for |rho| = 1.
    #[serde(serialize_with = "value_or_reason")]
    pub interval: Result<Interval, Undefined>,
}

/// Spearman's rho with midranks for ties (`scipy.stats.spearmanr`, R's
/// `cor(method = "spearman")`); interval by Fisher's z with the standard error
/// sqrt((1 + rho² / 2) / (n - 3)) of Bonett and Wright (Psychometrika 65 (2000)
/// 23-28), since Fisher's own is too narrow for ranks.
///
/// # Panics
/// When the slices differ in length.
pub fn spearman(x: &[f64], y: &[f64], level: f64) -> Result<Spearman, Undefined> {
    assert_eq!(x.len(), y.len(), "pairs");
    all_finite(x)?;
    all_finite(y)?;
    at_least(2, x.len())?;
    let rho = pearson(&midranks(x), &midranks(y)).ok_or(Undefined::NoVariance)?;
    Ok(Spearman {
        n: x.len(),
        rho,
        interval: bonett_wright(rho, x.len(), level),
    })
}

fn bonett_wright(rho: f64, n: usize, level: f64) -> Result<Interval, Undefined> {
    at_least(4, n)?;
    if 1.0 - rho.abs() < 1e-12 {
        return Err(Undefined::NoErrorVariance);
    }
    let half_width = two_sided_z(level)? * ((1.0 + rho * rho / 2.0) / (n as f64 - 3.0)).sqrt();
    Ok(Interval {
        low: (rho.atanh() - half_width).tanh(),
        high: (rho.atanh() + half_width).tanh(),
    })
}

/// Ranks from 1; equal values share the mean of theirs.
fn midranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for tie in order.chunk_by(|&a, &b| values[a] == values[b]) {
        for &i in tie {
            ranks[i] = before as f64 + (tie.len() as f64 + 1.0) / 2.0;
        }
        before += tie.len();
    }
    ranks
}

/// `None` when one side has no variance.
fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    let (mean_x, mean_y) = (super::mean(x)?, super::mean(y)?);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        let (dx, dy) = (x - mean_x, y - mean_y);
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    (xx > 0.0 && yy > 0.0).then(|| (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0))
}
