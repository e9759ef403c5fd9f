//! Metrics that need no people, beside the ratings of a study. They are plain
//! numbers here; what measures them knows the network, and this room does not.

use serde::Serialize;

use super::results::{counted, rows, settings};
use super::{Results, ReviewError, Snapshot};
use crate::statistics::study::{Association, MetricTable, associations};

/// The metrics of the study's model, and how they go with the ratings that are
/// in the results.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Beside {
    #[serde(flatten)]
    pub table: MetricTable,
    /// Every question with every metric.
    pub associations: Vec<Association>,
}

/// What stands under the cosines of a study of pairs, on the screen and on paper.
pub const COSINES_NOTE: &str = "the mean rating of each pair over the raters whose answer counts. The interval takes pairs as \
                                independent of each other, so it is too narrow where several have one prototype.";

impl Results {
    /// Puts the metrics beside the ratings; the ratings are those of the same
    /// raters and by the same rule as everywhere in the results.
    ///
    /// # Errors
    /// [`ReviewError::MetricsOfPairs`] in a study of pairs;
    /// [`ReviewError::MetricsOfOtherBundle`] where they are not of the study's
    /// model.
    pub fn with_metrics(
        mut self,
        snapshot: &Snapshot,
        table: MetricTable,
    ) -> Result<Self, ReviewError> {
        let study = &snapshot.study;
        if study.is_of_pairs() {
            return Err(ReviewError::MetricsOfPairs);
        }
        if table.bundle_sha256 != study.bundle_sha256 {
            return Err(ReviewError::MetricsOfOtherBundle {
                found: table.bundle_sha256,
                expected: study.bundle_sha256.clone(),
            });
        }
        let rows = rows(study, &counted(snapshot, self.included));
        self.metrics = Some(Beside {
            associations: associations(&rows, &table, &settings(study)),
            table,
        });
        Ok(self)
    }
}
