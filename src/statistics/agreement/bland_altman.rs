//! Limits of agreement of two raters.

use serde::Serialize;

use super::super::interval::{Interval, two_sided_t};
use super::super::undefined::{Undefined, all_finite};
use super::super::{mean, sd};
use super::table::items_at_least;

/// How far two raters, or two readings of one rater, lie apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BlandAltman {
    /// Items that both rated.
    pub n: usize,
    /// Mean of b - a.
    pub bias: f64,
    /// Of the differences, divisor n - 1.
    pub sd: f64,
    pub bias_interval: Interval,
    /// Bias ± 1.96 sd.
    pub limits: Interval,
    pub low_limit_interval: Interval,
    pub high_limit_interval: Interval,
}

/// Bias and 95 % limits of agreement of b against a (Bland and Altman, Lancet
/// 1986; 327: 307-310). The limits' standard error is sd sqrt(1/n + 1.96² /
/// (2 (n - 1))) (the same, Stat. Methods Med. Res. 8 (1999) 135-160), which the
/// 1986 article rounds to sqrt(3 sd² / n); intervals by Student's t.
///
/// Differences of a 5-point scale take few values, so that the limits are a
/// description and no promise about 95 % of pairs.
///
/// # Panics
/// When the slices differ in length.
pub fn bland_altman(
    a: &[Option<f64>],
    b: &[Option<f64>],
    level: f64,
) -> Result<BlandAltman, Undefined> {
    /// Of the limits themselves, whatever the level of the intervals.
    const Z: f64 = 1.959_963_984_540_054;
    assert_eq!(a.len(), b.len(), "the same items");
    let both = a.iter().zip(b).filter_map(|(a, b)| a.zip(*b));
    let differences: Vec<f64> = both.map(|(a, b)| b - a).collect();
    all_finite(&differences)?;
    items_at_least(2, differences.len())?;
    let moments = mean(&differences).zip(sd(&differences));
    let (bias, sd) = moments.ok_or(Undefined::NoVariance)?;
    let n = differences.len() as f64;
    let t = two_sided_t(level, n - 1.0)?;
    let limits = Interval::around(bias, Z * sd);
    let half_width = t * sd * (1.0 / n + Z * Z / (2.0 * (n - 1.0))).sqrt();
    Ok(BlandAltman {
        n: differences.len(),
        bias,
        sd,
        bias_interval: Interval::around(bias, t * sd / n.sqrt()),
        limits,
        low_limit_interval: Interval::around(limits.low, half_width),
        high_limit_interval: Interval::around(limits.high, half_width),
    })
}
