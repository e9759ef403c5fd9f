//! Everything that a rating study reports, as one value: the screen, the PDF,
//! the JSON and the CSV show these numbers and compute none.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::agreement::{Alpha, BlandAltman, GwetAc, IccPair, IntraRater, Kappa};
use super::super::clustered_mean::{ClusteredMean, GeneralisedMean, Resampling};
use super::super::conduct::{Drift, StraightLining};
use super::super::interval::Proportion;
use super::super::undefined::{Undefined, value_or_reason};
use super::rows::{Exclusion, Reason};

/// A value or the reason why there is none, as documents have it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Outcome<T: Serialize>(
    #[serde(serialize_with = "value_or_reason")] pub Result<T, Undefined>,
);

/// How the report is made; all of it is printed with it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StudySettings {
    /// Every point of the scale, ascending.
    pub scale: Vec<f64>,
    /// "At least" this counts as a good rating.
    pub good_from: f64,
    /// Half-width that the study wants, for the ratings still needed.
    pub wanted_half_width: f64,
    pub exclusion: Exclusion,
    pub resampling: Resampling,
}

impl Default for StudySettings {
    fn default() -> Self {
        Self {
            scale: vec![1.0, 2.0, 3.0, 4.0, 5.0],
            good_from: 4.0,
            wanted_half_width: 0.1,
            exclusion: Exclusion::LabelErrorsForAll,
            resampling: Resampling::default(),
        }
    }
}

/// The report of a study.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StudyReport {
    pub settings: StudySettings,
    /// In the order of their names.
    pub items: Vec<ItemReport>,
}

/// One item, such as clarity.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ItemReport {
    pub item: String,
    /// Primary: each rater alone, in the order of their codes.
    pub raters: Vec<RaterReport>,
    /// The mean of the raters' means: these raters.
    pub these_raters: Outcome<ClusteredMean>,
    /// Raters in general, from five on.
    pub raters_in_general: Outcome<GeneralisedMean>,
    pub agreement: Agreement,
}

/// One rater on one item.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RaterReport {
    pub rater: String,
    pub all: Summary,
    pub by_class: BTreeMap<String, Summary>,
    pub by_branch: BTreeMap<String, Summary>,
    /// As if nothing were excluded, where a value was given all the same or
    /// another rater's label error excluded it.
    pub without_exclusions: Summary,
    pub excluded: BTreeMap<Reason, usize>,
    pub repeats: Outcome<IntraRater>,
    pub drift: Outcome<Drift>,
    pub runs: Outcome<StraightLining>,
    /// Ratings in all, and still to come, for the wanted half-width.
    pub needed: Outcome<Needed>,
}

/// A set of ratings of one rater.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    pub n: usize,
    pub mean: Option<f64>,
    pub sd: Option<f64>,
    pub median: Option<f64>,
    /// In the order of the scale.
    pub distribution: Vec<usize>,
    pub good: Outcome<Proportion>,
    pub clustered: Outcome<ClusteredMean>,
}

/// Ratings for a half-width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Needed {
    pub in_all: usize,
    pub more: usize,
}

/// Agreement of the raters on one item.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Agreement {
    pub pairs: Vec<PairAgreement>,
    pub ac1: Outcome<GwetAc>,
    pub ac2_linear: Outcome<GwetAc>,
    pub ac2_quadratic: Outcome<GwetAc>,
    /// Nominal, ordinal, interval.
    pub alpha: [Outcome<Alpha>; 3],
    /// ICC(1), (2), (3).
    pub icc: [Outcome<IccPair>; 3],
}

/// Two raters.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairAgreement {
    pub raters: [String; 2],
    /// How often each pair of ratings: rows the first rater, columns the
    /// second, in the order of the scale.
    pub table: Vec<Vec<usize>>,
    /// Unweighted, linear, quadratic.
    pub kappa: [Outcome<Kappa>; 3],
    /// The second minus the first.
    pub bland_altman: Outcome<BlandAltman>,
}
