//! AUROC, intervals, bootstrap: pure functions over slices, which depend on
//! nothing else in the crate.
//!
//! A statistic that is not defined (one outcome only, fewer than two values)
//! is `None`, never NaN and never a number that looks like one.

mod bootstrap;
mod descriptive;
mod discrimination;
mod student_t;
mod threshold;

pub use bootstrap::{Bootstrap, BootstrapInterval};
pub use descriptive::{mean, median, sd, share_below, t_interval};
pub use discrimination::{ClassScores, MacroAuroc, auprc, auroc, macro_auroc};
pub use student_t::student_t_quantile;
pub use threshold::{F1Threshold, best_f1_threshold, f1_at};
