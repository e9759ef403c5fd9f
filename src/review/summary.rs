//! The numbers of a study: computed here once, for the screen, the CSV and the
//! JSON.

use serde::Serialize;

use super::{Criterion, CurrentAnswer, Exclusion, Rater};
use crate::statistics::{mean, median, sd, t_interval};

/// Level of the intervals.
const LEVEL: f64 = 0.95;

/// How the intervals of the means are made, for screens and documents.
pub const CI_METHOD: &str = "95 % Student t interval of the mean per rater; \
    prototypes taken as independent, so too narrow where those of a class resemble each other";

/// The summary of a study.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StudySummary {
    /// Prototypes to rate.
    pub prototypes: usize,
    pub ci_method: &'static str,
    /// In the order of their codes.
    pub raters: Vec<RaterSummary>,
}

/// One rater: current answers only, one per prototype.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RaterSummary {
    pub rater: Rater,
    /// Prototypes with both ratings.
    pub rated: usize,
    pub excluded: ExclusionCounts,
    /// Prototypes that were answered more than once.
    pub changed: usize,
    /// Of the current answers; `None` without any.
    pub median_response_time_ms: Option<f64>,
    /// In the order of [`Criterion::ALL`].
    pub criteria: Vec<CriterionSummary>,
}

/// Prototypes without ratings, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ExclusionCounts {
    pub label_error: usize,
    pub cannot_judge: usize,
}

impl ExclusionCounts {
    pub fn total(self) -> usize {
        self.label_error + self.cannot_judge
    }
}

/// One scale of one rater. Mean and the rest are absent where they are not
/// defined: no rating, or only one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CriterionSummary {
    pub criterion: Criterion,
    /// Ratings in the mean.
    pub n: usize,
    pub mean: Option<f64>,
    /// Divisor n - 1.
    pub sd: Option<f64>,
    /// By [`CI_METHOD`]; not clipped to the scale.
    pub ci: Option<[f64; 2]>,
    /// How often 1, 2, 3, 4 and 5.
    pub histogram: [usize; 5],
}

/// Summarises current answers, grouped by rater as
/// [`Snapshot::answers`](super::Snapshot) has them (in any order).
pub fn summarise(prototypes: usize, answers: &[CurrentAnswer]) -> StudySummary {
    let mut raters: Vec<&Rater> = answers.iter().map(|a| &a.rater).collect();
    raters.sort();
    raters.dedup();
    StudySummary {
        prototypes,
        ci_method: CI_METHOD,
        raters: raters
            .into_iter()
            .map(|rater| {
                let own: Vec<&CurrentAnswer> =
                    answers.iter().filter(|a| a.rater == *rater).collect();
                summarise_rater(rater, &own)
            })
            .collect(),
    }
}

fn summarise_rater(rater: &Rater, answers: &[&CurrentAnswer]) -> RaterSummary {
    let excluded_as = |reason| {
        let has = |a: &&&CurrentAnswer| a.answer.exclusion == Some(reason);
        answers.iter().filter(has).count()
    };
    let excluded = ExclusionCounts {
        label_error: excluded_as(Exclusion::LabelError),
        cannot_judge: excluded_as(Exclusion::CannotJudge),
    };
    let times_ms: Vec<f64> = answers
        .iter()
        .map(|a| a.answer.response_time_ms as f64)
        .collect();
    RaterSummary {
        rater: rater.clone(),
        rated: answers.len() - excluded.total(),
        excluded,
        changed: answers.iter().filter(|a| a.earlier_answers > 0).count(),
        median_response_time_ms: median(&times_ms),
        criteria: Criterion::ALL
            .into_iter()
            .map(|criterion| summarise_criterion(criterion, answers))
            .collect(),
    }
}

fn summarise_criterion(criterion: Criterion, answers: &[&CurrentAnswer]) -> CriterionSummary {
    let ratings: Vec<u8> = answers
        .iter()
        .filter_map(|a| a.answer.rating(criterion))
        .collect();
    let mut histogram = [0; 5];
    for rating in &ratings {
        // Ratings are 1 to 5: checked before they are saved, hashed after.
        if let Some(count) = histogram.get_mut(usize::from(*rating).wrapping_sub(1)) {
            *count += 1;
        }
    }
    let values: Vec<f64> = ratings.iter().map(|r| f64::from(*r)).collect();
    CriterionSummary {
        criterion,
        n: values.len(),
        mean: mean(&values),
        sd: sd(&values),
        ci: t_interval(&values, LEVEL).map(|(low, high)| [low, high]),
        histogram,
    }
}
