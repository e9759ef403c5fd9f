//! AUROC, intervals, bootstrap, agreement: pure functions over slices, which
//! depend on nothing else in the crate. docs/statistics.md has the definition,
//! the source and the check of each.
//!
//! A statistic that is not defined (one outcome only, fewer than two values)
//! is `None` or a named [`Undefined`], never NaN and never a number that looks
//! like one.

pub mod agreement;
mod bootstrap;
mod calibration;
mod clustered_mean;
mod clusters;
mod conduct;
mod correlation;
mod curves;
mod descriptive;
mod discrimination;
mod distributions;
mod interval;
mod patients;
mod random;
pub mod reading;
mod replicates;
pub mod study;
mod threshold;
mod undefined;

pub use bootstrap::{Bootstrap, BootstrapInterval};
pub use calibration::{Reliability, ReliabilityBin, fit_temperature, reliability};
pub use clustered_mean::{
    ClusteredMean, ClusteredMeans, FEWEST_RATERS_TO_GENERALISE, GeneralisedMean, Resampling,
    clustered_means, generalised_mean,
};
pub use clusters::{ClusterCounts, Origin};
pub use conduct::{Drift, RARE_RUN, RunFlag, StraightLining, drift, straight_lining};
pub use correlation::{Spearman, spearman};
pub use curves::{Confusion, CurvePoint, confusion_at, curve, sensitivity_threshold};
pub use descriptive::{mean, median, sd, share_below, t_interval};
pub use discrimination::{ClassScores, MacroAuroc, auprc, auroc, batch_mean_auroc, macro_auroc};
pub use distributions::{f_above, f_quantile, normal_below, normal_quantile, student_t_quantile};
pub use interval::{Interval, Proportion, naive_interval, ratings_needed, wilson};
pub use patients::{PatientInterval, Quality, difference_by_patient, quality_by_patient};
pub use replicates::Replicates;
pub use threshold::{F1Threshold, FMax, best_f1_threshold, f_max, f1_at};
pub use undefined::Undefined;
