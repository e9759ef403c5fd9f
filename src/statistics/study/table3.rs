//! The report in the form of the paper's table 3.

use serde::Serialize;

use super::super::interval::Interval;
use super::super::undefined::{Undefined, value_or_reason};
use super::report::StudyReport;

/// A mean with its interval for one rater and item: a cell of the paper's
/// table 3. The interval by clusters is the one to cite; the naive one is the
/// paper's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table3Row {
    pub rater: String,
    pub item: String,
    pub n: usize,
    pub mean: Option<f64>,
    #[serde(serialize_with = "value_or_reason")]
    pub clustered: Result<Interval, Undefined>,
    #[serde(serialize_with = "value_or_reason")]
    pub naive: Result<Interval, Undefined>,
}

impl StudyReport {
    /// One row per rater and item, by rater. The clustered interval is BCa, or
    /// the percentile one where BCa has no value.
    pub fn table3(&self) -> Vec<Table3Row> {
        let cells = self.items.iter().flat_map(|item| {
            item.raters.iter().map(|rater| {
                let clustered = rater.all.clustered.0.as_ref().map_err(|e| *e);
                Table3Row {
                    rater: rater.rater.clone(),
                    item: item.item.clone(),
                    n: rater.all.n,
                    mean: rater.all.mean,
                    clustered: clustered.and_then(|c| c.bca.or(c.percentile)),
                    naive: clustered.and_then(|c| c.naive),
                }
            })
        });
        let mut rows: Vec<Table3Row> = cells.collect();
        rows.sort_by(|a, b| a.rater.cmp(&b.rater));
        rows
    }
}
