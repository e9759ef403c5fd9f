//! A whole rating study in one pure function: [`report`] turns the long table
//! of answers into every number that is shown or exported.

mod compute;
mod metrics;
mod precision;
mod report;
mod rows;
mod table3;

pub use compute::report;
pub use metrics::{
    Association, Metric, MetricTable, PrototypeMetrics, associations, cosine_associations,
};
pub use precision::{Precision, precision};
pub use report::{
    Agreement, ItemReport, Needed, Outcome, PairAgreement, RaterReport, StudyReport, StudySettings,
    Summary,
};
pub use rows::{Exclusion, RatingRow, Reason};
pub use table3::Table3Row;
