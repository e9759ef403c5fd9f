//! How precisely the mean of one rater is known so far, for a rule that ends a
//! queue early.

use std::collections::BTreeMap;

use super::super::clustered_mean::clustered_means;
use super::super::clusters::Origin;
use super::super::undefined::Undefined;
use super::report::StudySettings;
use super::rows::{Columns, RatingRow};

/// Of one item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Precision {
    /// Ratings that count.
    pub n: usize,
    /// Of the interval by clusters that the report shows: BCa where it has a
    /// value, else percentile.
    pub half_width: Result<f64, Undefined>,
}

/// The precision of each item's mean in the rows of one rater, by the same rule
/// of exclusion, resamples and seed as the report.
pub fn precision(rows: &[RatingRow], settings: &StudySettings) -> BTreeMap<String, Precision> {
    let mut items: Vec<&str> = rows.iter().map(|row| row.item.as_str()).collect();
    items.sort_unstable();
    items.dedup();
    let of = |item: &str| {
        let columns = Columns::new(rows, item);
        let values = columns.values(settings.exclusion);
        let values = values.first().map_or(&[][..], Vec::as_slice);
        let origins: Vec<Origin> = columns.prototypes.iter().map(|p| p.origin).collect();
        let mean = clustered_means(&origins, &[values], settings.resampling);
        let mean = mean.and_then(|mut means| means.columns.remove(0));
        Precision {
            n: values.iter().flatten().count(),
            half_width: mean
                .and_then(|mean| mean.bca.or(mean.percentile))
                .map(super::super::interval::Interval::half_width),
        }
    };
    items
        .into_iter()
        .map(|item| (item.to_owned(), of(item)))
        .collect()
}
