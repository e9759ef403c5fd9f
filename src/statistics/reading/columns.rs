//! The paired bootstrap: columns over pairs of reader and ECG, drawn by ECG.

use super::super::clustered_mean::Resampling;
use super::super::clusters::{Clusters, Origin, Tallies, Tally};
use super::super::random::Mrg32k3a;
use super::super::replicates::Replicates;
use super::super::study::Outcome;
use super::super::undefined::Undefined;
use super::report::Estimate;

/// A value for each pair of reader and ECG, `None` where it does not count.
pub(super) type Column = Vec<Option<f64>>;

/// The same resamples for all columns.
pub(super) struct Drawn<'a> {
    columns: &'a [Column],
    /// `None` without any answer.
    sums: Option<Sums>,
    level: f64,
}

struct Sums {
    clusters: Clusters,
    total: Tallies,
    resamples: Tallies,
    jackknife: Tallies,
}

impl<'a> Drawn<'a> {
    /// `ecgs` is the ECG of each pair.
    pub fn new(ecgs: &[u64], columns: &'a [Column], resampling: Resampling) -> Self {
        // One class, so that only the ECGs are drawn.
        let origin = |&source_ecg: &u64| Origin {
            class: 0,
            source_ecg,
        };
        let origins: Vec<Origin> = ecgs.iter().map(origin).collect();
        let slices: Vec<&[Option<f64>]> = columns.iter().map(Vec::as_slice).collect();
        let sums = Clusters::new(&origins, &slices).ok().map(|clusters| {
            let mut random = Mrg32k3a::seeded(resampling.seed);
            Sums {
                total: clusters.total(),
                resamples: clusters.resample(resampling.resamples, &mut random),
                jackknife: clusters.jackknife(),
                clusters,
            }
        });
        Self {
            columns,
            sums,
            level: resampling.level,
        }
    }

    /// The mean of the columns' means, those without a value left out.
    pub fn mean_of_means(&self, columns: &[usize]) -> Estimate {
        let values = |column: usize| self.columns[column].iter().flatten();
        let mut used = columns.to_vec();
        used.retain(|&column| values(column).next().is_some());
        let n = used.iter().map(|&column| values(column).count()).sum();
        let few = Undefined::TooFewValues {
            needed: 1,
            found: 0,
        };
        let (Some(sums), false) = (&self.sums, used.is_empty()) else {
            return Estimate {
                n,
                ecgs: 0,
                count: 0.0,
                value: Outcome(Err(few)),
                interval: Outcome(Err(few)),
            };
        };
        let statistic = |tally: Tally<'_>| tally.mean_of(used.iter().copied());
        let value = sums.total.iter().map(statistic).next().ok_or(few);
        let ecgs = sums.clusters.sources_in(&used);
        let interval = value.and_then(|value| {
            let mut jackknife: Vec<f64> = sums.jackknife.iter().map(statistic).collect();
            jackknife.retain(|v| v.is_finite());
            if ecgs < 2 || jackknife.len() < 2 {
                return Err(Undefined::OneCluster);
            }
            let replicates = Replicates::new(sums.resamples.iter().map(statistic).collect());
            match replicates.bca(value, &jackknife, self.level) {
                // Equal answers to all ECGs: the resamples say nothing of others.
                Err(Undefined::NoVariance) => Err(Undefined::NoVariance),
                Err(_) => replicates.percentile(self.level),
                bca => bca,
            }
        });
        Estimate {
            n,
            ecgs,
            count: used.iter().flat_map(|&column| values(column)).sum(),
            value: Outcome(value),
            interval: Outcome(interval),
        }
    }
}
