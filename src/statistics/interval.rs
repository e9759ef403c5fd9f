//! Intervals that need no resampling, and how many ratings one needs.

use serde::Serialize;

use super::distributions::{normal_quantile, student_t_quantile};
use super::undefined::{Undefined, all_finite, at_least};
use super::{mean, sd};

/// A two-sided interval; `[low, high]` in documents.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(into = "[f64; 2]")]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl From<Interval> for [f64; 2] {
    fn from(interval: Interval) -> Self {
        [interval.low, interval.high]
    }
}

impl Interval {
    pub(super) fn around(centre: f64, half_width: f64) -> Self {
        Self {
            low: centre - half_width,
            high: centre + half_width,
        }
    }

    pub fn half_width(self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

/// Probability below the upper end of a two-sided interval: 0.975 for 0.95.
pub(super) fn upper_probability(level: f64) -> Result<f64, Undefined> {
    if level > 0.0 && level < 1.0 {
        Ok(f64::midpoint(1.0, level))
    } else {
        Err(Undefined::OutOfRange { value: level })
    }
}

/// The normal quantile of a two-sided interval: 1.96 for 0.95.
pub(super) fn two_sided_z(level: f64) -> Result<f64, Undefined> {
    normal_quantile(upper_probability(level)?).ok_or(Undefined::OutOfRange { value: level })
}

/// Student's quantile of a two-sided interval.
pub(super) fn two_sided_t(level: f64, degrees: f64) -> Result<f64, Undefined> {
    student_t_quantile(upper_probability(level)?, degrees)
        .ok_or(Undefined::OutOfRange { value: level })
}

/// Student's interval of the mean of independent values: the *naive* interval
/// of a rating study. Not clipped to the scale, see
/// [`t_interval`](super::t_interval).
pub fn naive_interval(values: &[f64], level: f64) -> Result<Interval, Undefined> {
    all_finite(values)?;
    let too_few = Undefined::TooFewValues {
        needed: 2,
        found: values.len(),
    };
    let (mean, sd) = mean(values).zip(sd(values)).ok_or(too_few)?;
    let n = values.len() as f64;
    let t = two_sided_t(level, n - 1.0)?;
    Ok(Interval::around(mean, t * sd / n.sqrt()))
}

/// A share of n with Wilson's score interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Proportion {
    pub count: usize,
    pub n: usize,
    pub share: f64,
    pub interval: Interval,
}

/// Wilson's score interval without continuity correction (J. Am. Stat. Assoc.
/// 22 (1927) 209-212); statsmodels' `proportion_confint(method="wilson")`, R's
/// `prop.test(correct = FALSE)`. Inside [0, 1] for every count.
pub fn wilson(count: usize, n: usize, level: f64) -> Result<Proportion, Undefined> {
    at_least(1, n)?;
    if count > n {
        return Err(Undefined::OutOfRange {
            value: count as f64,
        });
    }
    let z = two_sided_z(level)?;
    let (n_real, share) = (n as f64, count as f64 / n as f64);
    let shrink = 1.0 + z * z / n_real;
    let centre = (share + z * z / (2.0 * n_real)) / shrink;
    let spread = share * (1.0 - share) / n_real + z * z / (4.0 * n_real * n_real);
    let half_width = z * spread.sqrt() / shrink;
    // At 0 and n the end is exact; the rounding of the sum is not.
    let low = if count == 0 { 0.0 } else { centre - half_width };
    let high = if count == n { 1.0 } else { centre + half_width };
    Ok(Proportion {
        count,
        n,
        share,
        interval: Interval { low, high },
    })
}

/// The smallest number of ratings whose Student interval, widened by the
/// design effect, has at most this half-width: t(n - 1) sd sqrt(deff / n) <=
/// half_width.
///
/// The design effect is taken as it was measured. It stays so only when the
/// further ratings are spread over classes and source ECGs as the present ones.
pub fn ratings_needed(
    sd: f64,
    design_effect: f64,
    half_width: f64,
    level: f64,
) -> Result<usize, Undefined> {
    for value in [sd, design_effect, half_width] {
        if !value.is_finite() {
            return Err(Undefined::NotFinite);
        }
    }
    let outside = [sd, design_effect, half_width]
        .into_iter()
        .find(|v| *v < 0.0);
    if let Some(value) = outside.or((half_width == 0.0).then_some(0.0)) {
        return Err(Undefined::OutOfRange { value });
    }
    let wide = |n: usize| {
        let t = two_sided_t(level, n as f64 - 1.0)?;
        Ok::<bool, Undefined>(t * sd * (design_effect / n as f64).sqrt() > half_width)
    };
    // The half-width falls with n: double, then halve.
    let mut enough = 2;
    while wide(enough)? {
        if enough > usize::MAX / 4 {
            return Err(Undefined::OutOfRange { value: half_width });
        }
        enough *= 2;
    }
    let mut too_few = if enough == 2 { 1 } else { enough / 2 };
    while enough - too_few > 1 {
        let middle = usize::midpoint(too_few, enough);
        if wide(middle)? {
            too_few = middle;
        } else {
            enough = middle;
        }
    }
    Ok(enough)
}
