//! Percentile and BCa intervals from bootstrap replicates.

use super::distributions::{normal_below, normal_quantile};
use super::interval::{Interval, two_sided_z, upper_probability};
use super::undefined::Undefined;

/// The values that a statistic took in the resamples of a bootstrap.
#[derive(Clone, Debug, PartialEq)]
pub struct Replicates {
    sorted: Vec<f64>,
}

impl Replicates {
    /// In any order; values that are not finite are not values and left out.
    pub fn new(mut values: Vec<f64>) -> Self {
        values.retain(|v| v.is_finite());
        values.sort_unstable_by(f64::total_cmp);
        Self { sorted: values }
    }

    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// Standard deviation of the replicates, divisor n - 1: the bootstrap
    /// standard error.
    pub fn standard_error(&self) -> Result<f64, Undefined> {
        super::sd(&self.sorted).ok_or(Undefined::NoReplicates)
    }

    /// Quantile with linear interpolation (R's type 7, numpy's default).
    pub fn quantile(&self, probability: f64) -> Result<f64, Undefined> {
        let last = self.sorted.len().checked_sub(1);
        let position = probability.clamp(0.0, 1.0) * last.ok_or(Undefined::NoReplicates)? as f64;
        let at = |position: f64| self.sorted.get(position as usize).copied();
        let ends = at(position.floor()).zip(at(position.ceil()));
        let (below, above) = ends.ok_or(Undefined::NoReplicates)?;
        Ok(below + (above - below) * position.fract())
    }

    /// The percentile interval (Efron 1979).
    pub fn percentile(&self, level: f64) -> Result<Interval, Undefined> {
        let upper = upper_probability(level)?;
        Ok(Interval {
            low: self.quantile(1.0 - upper)?,
            high: self.quantile(upper)?,
        })
    }

    /// The bias-corrected and accelerated interval (Efron, J. Am. Stat. Assoc.
    /// 82 (1987) 171-185), as `scipy.stats.bootstrap(method="BCa")` computes
    /// it: replicates equal to the estimate count one half, the acceleration is
    /// that of the jackknife.
    ///
    /// `jackknife` holds the statistic without one cluster each. Without spread
    /// in it there is no acceleration: [`Undefined::NoVariance`].
    pub fn bca(&self, estimate: f64, jackknife: &[f64], level: f64) -> Result<Interval, Undefined> {
        if jackknife.len() < 2 {
            return Err(Undefined::OneCluster);
        }
        let z = two_sided_z(level)?;
        let below = self.sorted.partition_point(|v| *v < estimate);
        let up_to = self.sorted.partition_point(|v| *v <= estimate);
        if self.sorted.is_empty() {
            return Err(Undefined::NoReplicates);
        }
        let acceleration = acceleration(jackknife)?;
        let share = (below + up_to) as f64 / (2.0 * self.sorted.len() as f64);
        let bias = normal_quantile(share).ok_or(Undefined::EstimateOutsideReplicates)?;
        let end = |z: f64| {
            let shifted = bias + z;
            self.quantile(normal_below(
                bias + shifted / (1.0 - acceleration * shifted),
            ))
        };
        Ok(Interval {
            low: end(-z)?,
            high: end(z)?,
        })
    }
}

/// Skewness of the jackknife's influence values over 6.
fn acceleration(jackknife: &[f64]) -> Result<f64, Undefined> {
    let mean = super::mean(jackknife).ok_or(Undefined::OneCluster)?;
    let (mut squares, mut cubes) = (0.0, 0.0);
    for value in jackknife {
        let influence = mean - value;
        squares += influence * influence;
        cubes += influence.powi(3);
    }
    // Rounding of equal values is no spread.
    if squares.sqrt() <= 1e-12 * mean.abs() || squares == 0.0 {
        return Err(Undefined::NoVariance);
    }
    Ok(cubes / (6.0 * squares.powf(1.5)))
}
