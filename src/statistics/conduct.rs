//! How a rater worked: drift over time, the same key again and again.

use serde::Serialize;

use super::correlation::{Spearman, spearman};
use super::interval::{Interval, two_sided_t};
use super::mean;
use super::undefined::{Undefined, all_finite, at_least, value_or_reason};

/// Change of the ratings over the order in which they were given.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Drift {
    pub n: usize,
    /// Least-squares slope per 100 ratings, Student's interval.
    pub slope_per_100: f64,
    pub interval: Interval,
    /// Of rating and position.
    #[serde(serialize_with = "value_or_reason")]
    pub spearman: Result<Spearman, Undefined>,
}

/// Least squares of ratings on their position 0, 1, 2 ...
/// (`scipy.stats.linregress`). A drift says something about the rater only
/// where the order of the prototypes was random.
pub fn drift(in_order: &[f64], level: f64) -> Result<Drift, Undefined> {
    all_finite(in_order)?;
    at_least(3, in_order.len())?;
    let n = in_order.len() as f64;
    let positions: Vec<f64> = (0..in_order.len()).map(|i| i as f64).collect();
    let too_few = Undefined::TooFewValues {
        needed: 3,
        found: in_order.len(),
    };
    let moments = mean(in_order).zip(mean(&positions));
    let (mean_rating, mean_position) = moments.ok_or(too_few)?;
    let about = |x: f64| x - mean_position;
    let xx: f64 = positions.iter().map(|x| about(*x).powi(2)).sum();
    let pairs = || positions.iter().zip(in_order);
    let slope = pairs().map(|(x, y)| about(*x) * y).sum::<f64>() / xx;
    let residual = |(x, y): (&f64, &f64)| y - mean_rating - slope * about(*x);
    let residuals: f64 = pairs().map(|p| residual(p).powi(2)).sum();
    let error = (residuals / (n - 2.0) / xx).sqrt();
    let half_width = two_sided_t(level, n - 2.0)? * error;
    Ok(Drift {
        n: in_order.len(),
        slope_per_100: 100.0 * slope,
        interval: Interval::around(100.0 * slope, 100.0 * half_width),
        spearman: spearman(&positions, in_order, level),
    })
}

/// Runs of equal ratings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StraightLining {
    pub n: usize,
    pub longest_run: usize,
    /// The rating of the longest run, the first of several.
    pub rating: f64,
    /// Probability of a run at least as long if the same ratings had been
    /// drawn independently with their frequencies.
    pub probability: f64,
    /// How often the most frequent rating was given, as a share.
    pub most_used_share: f64,
    pub flag: RunFlag,
}

/// What to make of the runs. A flag asks a person to look, nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunFlag {
    None,
    /// A run that has a probability below [`RARE_RUN`].
    LongRun,
    /// Every rating is the same.
    OneRatingOnly,
}

/// Probability below which a run is flagged.
pub const RARE_RUN: f64 = 0.01;

/// Fewest equal ratings that are flagged.
const SHORTEST_FLAGGED_RUN: usize = 5;

/// Looks for runs of equal ratings in the order in which they were given.
pub fn straight_lining(in_order: &[f64]) -> Result<StraightLining, Undefined> {
    all_finite(in_order)?;
    at_least(1, in_order.len())?;
    let n = in_order.len();
    let mut longest: &[f64] = &[];
    for run in in_order.chunk_by(|a, b| a == b) {
        if run.len() > longest.len() {
            longest = run;
        }
    }
    let mut sorted = in_order.to_vec();
    sorted.sort_by(f64::total_cmp);
    let counts: Vec<usize> = sorted.chunk_by(|a, b| a == b).map(<[f64]>::len).collect();
    let shares: Vec<f64> = counts.iter().map(|c| *c as f64 / n as f64).collect();
    let probability = probability_of_run(longest.len(), n, &shares);
    let flag = if longest.len() < SHORTEST_FLAGGED_RUN {
        RunFlag::None
    } else if counts.len() == 1 {
        RunFlag::OneRatingOnly
    } else if probability < RARE_RUN {
        RunFlag::LongRun
    } else {
        RunFlag::None
    };
    Ok(StraightLining {
        n,
        longest_run: longest.len(),
        rating: longest.first().copied().unwrap_or_default(),
        probability,
        most_used_share: shares.iter().copied().fold(0.0, f64::max),
        flag,
    })
}

/// Probability of a run of at least `length` equal values among `n`
/// independent ones with these shares: exact, step by step over the position,
/// by how a sequence without such a run can end.
fn probability_of_run(length: usize, n: usize, shares: &[f64]) -> f64 {
    if length <= 1 {
        return 1.0;
    }
    // Per share: probability that no long run has come yet and a run of this
    // value began at each position; and that such a run is going on now.
    let mut began = vec![Vec::with_capacity(n); shares.len()];
    let mut going = vec![0.0; shares.len()];
    let mut without = 1.0;
    for position in 0..n {
        let before = without;
        without = 0.0;
        for ((share, began), going) in shares.iter().zip(&mut began).zip(&mut going) {
            began.push(share * (before - *going));
            *going = *going * share + began[position];
            if let Some(start) = (position + 1).checked_sub(length) {
                // This run would reach the length now.
                *going -= began[start] * share.powf(length as f64 - 1.0);
            }
            without += *going;
        }
    }
    (1.0 - without).clamp(0.0, 1.0)
}
