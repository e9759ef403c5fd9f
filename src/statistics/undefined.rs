//! Why a statistic has no value.

use serde::{Serialize, Serializer, ser::SerializeMap};
use thiserror::Error;

/// The reason that stands where a number cannot. It is written into reports as
/// `{"undefined": code, "because": sentence}`, so that a gap is never a zero.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum Undefined {
    #[error("too few values: {found}, at least {needed} needed")]
    TooFewValues { needed: usize, found: usize },
    /// Items with enough ratings for the statistic (for agreement: two).
    #[error("too few items that were rated often enough: {found}, at least {needed} needed")]
    TooFewItems { needed: usize, found: usize },
    #[error("too few raters: {found}, at least {needed} needed")]
    TooFewRaters { needed: usize, found: usize },
    #[error("too few raters to generalise: {found}, at least {needed} needed")]
    TooFewRatersToGeneralise { needed: usize, found: usize },
    #[error("all values are equal")]
    NoVariance,
    /// The ratio to the error variance has no value.
    #[error("the raters differ by nothing but a constant: there is no error variance")]
    NoErrorVariance,
    #[error("only one category was used: chance alone gives perfect agreement")]
    OneCategory,
    #[error("all values are from one cluster")]
    OneCluster,
    #[error("only one outcome is present")]
    OneOutcome,
    /// The bootstrap distribution lies on one side of the estimate.
    #[error("the estimate is outside its own bootstrap distribution")]
    EstimateOutsideReplicates,
    #[error("no resample had a value")]
    NoReplicates,
    #[error("gave up after {tries} resamples: nearly all of them lose a class")]
    ResamplesLoseAClass { tries: usize },
    #[error("the fit has no finite optimum: the scores separate the outcomes, or not at all")]
    NoFiniteFit,
    #[error("{value} is not a category of the scale")]
    NotOnScale { value: f64 },
    #[error("a value is not a finite number")]
    NotFinite,
    #[error("the rows differ in their number of raters")]
    RaggedTable,
    #[error("the study has no unaided arm to compare with")]
    NoUnaidedArm,
    #[error("the setting {value} is outside its range")]
    OutOfRange { value: f64 },
}

impl Undefined {
    /// Stable name for documents.
    pub fn code(self) -> &'static str {
        match self {
            Self::TooFewValues { .. } => "too_few_values",
            Self::TooFewItems { .. } => "too_few_items",
            Self::TooFewRaters { .. } => "too_few_raters",
            Self::TooFewRatersToGeneralise { .. } => "too_few_raters_to_generalise",
            Self::NoVariance => "no_variance",
            Self::NoErrorVariance => "no_error_variance",
            Self::OneCategory => "one_category",
            Self::OneCluster => "one_cluster",
            Self::OneOutcome => "one_outcome",
            Self::EstimateOutsideReplicates => "estimate_outside_replicates",
            Self::NoReplicates => "no_replicates",
            Self::ResamplesLoseAClass { .. } => "resamples_lose_a_class",
            Self::NoFiniteFit => "no_finite_fit",
            Self::NotOnScale { .. } => "not_on_scale",
            Self::NotFinite => "not_finite",
            Self::RaggedTable => "ragged_table",
            Self::NoUnaidedArm => "no_unaided_arm",
            Self::OutOfRange { .. } => "out_of_range",
        }
    }
}

impl Serialize for Undefined {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("undefined", self.code())?;
        map.serialize_entry("because", &self.to_string())?;
        map.end()
    }
}

/// For `#[serde(serialize_with)]`: the value itself, or the reason.
pub(super) fn value_or_reason<T: Serialize, S: Serializer>(
    outcome: &Result<T, Undefined>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match outcome {
        Ok(value) => value.serialize(serializer),
        Err(reason) => reason.serialize(serializer),
    }
}

/// Refuses NaN and infinities once, at the door.
pub(super) fn all_finite(values: &[f64]) -> Result<(), Undefined> {
    if values.iter().all(|v| v.is_finite()) {
        Ok(())
    } else {
        Err(Undefined::NotFinite)
    }
}

pub(super) fn at_least(needed: usize, found: usize) -> Result<(), Undefined> {
    if found >= needed {
        Ok(())
    } else {
        Err(Undefined::TooFewValues { needed, found })
    }
}
