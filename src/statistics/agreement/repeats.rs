//! One rater against himself, from hidden repeats.

use serde::Serialize;

use super::super::interval::{Proportion, wilson};
use super::super::undefined::{Undefined, value_or_reason};
use super::bland_altman::{BlandAltman, bland_altman};
use super::icc::{IccModel, IccPair, icc};
use super::kappa::{Kappa, cohen_kappa};
use super::table::{RatingTable, items_at_least};
use super::weights::Weights;

/// Agreement of first and repeated ratings of the same prototypes by one rater.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IntraRater {
    /// Prototypes rated twice.
    pub n: usize,
    /// The same rating again.
    pub equal: Proportion,
    /// At most one step of the scale away.
    pub within_one: Proportion,
    #[serde(serialize_with = "value_or_reason")]
    pub kappa_unweighted: Result<Kappa, Undefined>,
    #[serde(serialize_with = "value_or_reason")]
    pub kappa_quadratic: Result<Kappa, Undefined>,
    /// ICC(2): absolute agreement.
    #[serde(serialize_with = "value_or_reason")]
    pub icc: Result<IccPair, Undefined>,
    /// Repeat minus first.
    #[serde(serialize_with = "value_or_reason")]
    pub change: Result<BlandAltman, Undefined>,
    /// Standard deviation of one rating about the rater's own mean for the
    /// prototype: sqrt(Σ d² / 2n) (Dahlberg 1940).
    pub within_rater_sd: f64,
}

/// Intra-rater agreement from pairs (first rating, rating of the repeat).
pub fn intra_rater(
    pairs: &[(f64, f64)],
    scale: &[f64],
    level: f64,
) -> Result<IntraRater, Undefined> {
    let n = pairs.len();
    items_at_least(1, n)?;
    let (first, again): (Vec<_>, Vec<_>) = pairs.iter().map(|(a, b)| (Some(*a), Some(*b))).unzip();
    let table = RatingTable::from_raters(&[&first, &again])?;
    let step = |(a, b): &(f64, f64)| {
        let position = |v: f64| scale.iter().position(|c| *c == v);
        let positions = position(*a).zip(position(*b));
        let outside = if position(*a).is_none() { *a } else { *b };
        positions
            .map(|(a, b)| a.abs_diff(b))
            .ok_or(Undefined::NotOnScale { value: outside })
    };
    let steps = pairs.iter().map(step).collect::<Result<Vec<_>, _>>()?;
    let at_most = |most| wilson(steps.iter().filter(|s| **s <= most).count(), n, level);
    let kappa = |weights| cohen_kappa(&first, &again, scale, weights, level);
    let squares: f64 = pairs.iter().map(|(a, b)| (a - b).powi(2)).sum();
    Ok(IntraRater {
        n,
        equal: at_most(0)?,
        within_one: at_most(1)?,
        kappa_unweighted: kappa(Weights::Unweighted),
        kappa_quadratic: kappa(Weights::Quadratic),
        icc: icc(&table, IccModel::TwoWayRandom, level),
        change: bland_altman(&first, &again, level),
        within_rater_sd: (squares / (2 * n) as f64).sqrt(),
    })
}
