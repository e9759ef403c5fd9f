//! The mean of clustered ratings, per rater and over raters, with its
//! intervals.

use serde::Serialize;

use super::clusters::{ClusterCounts, Clusters, Origin, Tallies, Tally};
use super::interval::{Interval, naive_interval, two_sided_z};
use super::random::Mrg32k3a;
use super::replicates::Replicates;
use super::undefined::{Undefined, value_or_reason};

/// Fewest raters from which a two-way bootstrap speaks about raters in general.
pub const FEWEST_RATERS_TO_GENERALISE: usize = 5;

/// How to resample. The same settings give the same interval on every machine,
/// and in R after `set.seed(seed, kind = "L'Ecuyer-CMRG")`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Resampling {
    pub resamples: usize,
    /// Two-sided level: 0.95 for 95 %.
    pub level: f64,
    /// Below 2^31, for R.
    pub seed: u32,
}

impl Default for Resampling {
    fn default() -> Self {
        Self {
            resamples: 10_000,
            level: 0.95,
            seed: 1,
        }
    }
}

/// A mean with its clustered intervals and, beside them, the naive one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClusteredMean {
    pub mean: f64,
    /// Ratings in the mean.
    pub n: usize,
    pub clusters: ClusterCounts,
    #[serde(serialize_with = "value_or_reason")]
    pub percentile: Result<Interval, Undefined>,
    #[serde(serialize_with = "value_or_reason")]
    pub bca: Result<Interval, Undefined>,
    /// As if every rating were independent of every other.
    #[serde(serialize_with = "value_or_reason")]
    pub naive: Result<Interval, Undefined>,
    /// Standard deviation of the bootstrap's means.
    #[serde(serialize_with = "value_or_reason")]
    pub standard_error: Result<f64, Undefined>,
    /// Variance of the mean by the bootstrap over that of independent ratings.
    #[serde(serialize_with = "value_or_reason")]
    pub design_effect: Result<f64, Undefined>,
    /// Resamples in which the mean had a value.
    pub resamples_used: usize,
}

/// Means of several columns of ratings (one per rater) over the same
/// prototypes, from the same resamples.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusteredMeans {
    /// In the order of the columns.
    pub columns: Vec<Result<ClusteredMean, Undefined>>,
    /// The mean of the columns' means, the columns taken as fixed: it speaks
    /// about these raters. Naive here is the normal interval of independent
    /// columns.
    pub of_columns: Result<ClusteredMean, Undefined>,
}

/// Clustered means of columns of ratings, `None` where missing, by
/// [resampling](super::Origin) classes and source ECGs.
///
/// # Panics
/// When a column and the origins differ in length.
pub fn clustered_means(
    origins: &[Origin],
    columns: &[&[Option<f64>]],
    resampling: Resampling,
) -> Result<ClusteredMeans, Undefined> {
    let clusters = Clusters::new(origins, columns)?;
    let drawn = Drawn::new(&clusters, resampling);
    let naive: Vec<Naive> = columns.iter().map(|c| Naive::new(c, resampling)).collect();
    let of_columns = |tally: Tally<'_>| tally.mean_of(0..columns.len());
    let each = naive.iter().enumerate();
    Ok(ClusteredMeans {
        columns: each
            .map(|(column, naive)| {
                let counts = clusters.counts(column..column + 1);
                drawn.mean(|tally| tally.mean(column), naive, counts)
            })
            .collect(),
        of_columns: Naive::of_columns(&naive, drawn.total(of_columns), resampling)
            .and_then(|naive| drawn.mean(of_columns, &naive, clusters.counts(0..columns.len()))),
    })
}

/// The mean of the raters' means for raters in general: every resample also
/// draws as many raters (columns) as there are, with replacement, so that
/// rater and prototype both count as random (the pigeonhole bootstrap of Owen,
/// Annals of Applied Statistics 1 (2007) 386-411). Percentile interval.
///
/// [`Undefined::TooFewRatersToGeneralise`] below
/// [`FEWEST_RATERS_TO_GENERALISE`]: the spread of two raters says next to
/// nothing about the next one.
///
/// # Panics
/// When a column and the origins differ in length.
pub fn generalised_mean(
    origins: &[Origin],
    raters: &[&[Option<f64>]],
    resampling: Resampling,
) -> Result<GeneralisedMean, Undefined> {
    let n = raters.len();
    if n < FEWEST_RATERS_TO_GENERALISE {
        return Err(Undefined::TooFewRatersToGeneralise {
            needed: FEWEST_RATERS_TO_GENERALISE,
            found: n,
        });
    }
    let clusters = Clusters::new(origins, raters)?;
    let mut random = Mrg32k3a::seeded(resampling.seed);
    // All prototypes first, then all raters: a script can do the same.
    let tallies = clusters.resample(resampling.resamples, &mut random);
    let mut drawn = vec![0; n];
    let means = tallies.iter().map(|tally| {
        drawn.fill_with(|| random.below(n));
        tally.mean_of(drawn.iter().copied())
    });
    let replicates = Replicates::new(means.collect());
    let total = clusters.total();
    let mean = total.iter().map(|tally| tally.mean_of(0..n)).next();
    Ok(GeneralisedMean {
        mean: finite(mean, 1)?,
        raters: n,
        interval: replicates.percentile(resampling.level)?,
        standard_error: replicates.standard_error()?,
        resamples_used: replicates.len(),
    })
}

/// A mean and its interval for raters and prototypes in general.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GeneralisedMean {
    pub mean: f64,
    pub raters: usize,
    pub interval: Interval,
    pub standard_error: f64,
    pub resamples_used: usize,
}

fn finite(value: Option<f64>, needed: usize) -> Result<f64, Undefined> {
    let value = value.filter(|v| v.is_finite());
    value.ok_or(Undefined::TooFewValues { needed, found: 0 })
}

/// The resamples of one bootstrap, whatever is computed from them.
struct Drawn {
    total: Tallies,
    resamples: Tallies,
    jackknife: Tallies,
    level: f64,
}

impl Drawn {
    fn new(clusters: &Clusters, resampling: Resampling) -> Self {
        let mut random = Mrg32k3a::seeded(resampling.seed);
        Self {
            total: clusters.total(),
            resamples: clusters.resample(resampling.resamples, &mut random),
            jackknife: clusters.jackknife(),
            level: resampling.level,
        }
    }

    fn total(&self, statistic: impl Fn(Tally<'_>) -> f64) -> Option<f64> {
        self.total.iter().map(statistic).next()
    }

    fn mean(
        &self,
        statistic: impl Fn(Tally<'_>) -> f64,
        naive: &Naive,
        clusters: ClusterCounts,
    ) -> Result<ClusteredMean, Undefined> {
        let mean = finite(self.total(&statistic), 1)?;
        let replicates = Replicates::new(self.resamples.iter().map(&statistic).collect());
        let mut jackknife: Vec<f64> = self.jackknife.iter().map(&statistic).collect();
        jackknife.retain(|v| v.is_finite());
        let several = |_| match jackknife.len() {
            0 | 1 => Err(Undefined::OneCluster),
            _ => Ok(()),
        };
        let spread = several(()).and_then(|()| replicates.standard_error());
        let naive_variance = naive.variance.and_then(|v| match v {
            0.0 => Err(Undefined::NoVariance),
            v => Ok(v),
        });
        Ok(ClusteredMean {
            mean,
            n: naive.n,
            clusters,
            percentile: several(()).and_then(|()| replicates.percentile(self.level)),
            bca: replicates.bca(mean, &jackknife, self.level),
            naive: naive.interval,
            standard_error: spread,
            design_effect: spread.and_then(|se| Ok(se * se / naive_variance?)),
            resamples_used: replicates.len(),
        })
    }
}

/// What one gets when every rating counts as independent.
struct Naive {
    n: usize,
    interval: Result<Interval, Undefined>,
    /// Of the mean.
    variance: Result<f64, Undefined>,
}

impl Naive {
    fn new(column: &[Option<f64>], resampling: Resampling) -> Self {
        let values: Vec<f64> = column.iter().copied().flatten().collect();
        let n = values.len();
        let variance = super::sd(&values).map(|sd| sd * sd / n as f64);
        Self {
            n,
            interval: naive_interval(&values, resampling.level),
            variance: variance.ok_or(Undefined::TooFewValues {
                needed: 2,
                found: n,
            }),
        }
    }

    /// Of the mean of the columns' means, the columns independent.
    fn of_columns(
        columns: &[Self],
        mean: Option<f64>,
        resampling: Resampling,
    ) -> Result<Self, Undefined> {
        let mean = finite(mean, columns.len())?;
        let variances: Result<Vec<f64>, _> = columns.iter().map(|c| c.variance).collect();
        let variance = variances.map(|v| v.iter().sum::<f64>() / (columns.len() as f64).powi(2));
        let z = two_sided_z(resampling.level)?;
        Ok(Self {
            n: columns.iter().map(|c| c.n).sum(),
            interval: variance.map(|v| Interval::around(mean, z * v.sqrt())),
            variance,
        })
    }
}
