//! Metrics that need no people beside the ratings of people: is what scores
//! well without them also what they rate well?

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::super::correlation::{Spearman, spearman};
use super::super::mean;
use super::report::{Outcome, StudySettings};
use super::rows::{Columns, RatingRow};

/// A metric of a prototype that needs no people; more is better in all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// Share of the most similar training ECGs that carry its statement.
    LabelPurity,
    /// Similarity to its own training ECG with noise over that without, the
    /// least of the noises.
    Stability,
    /// The same with all outside its window flat.
    KeptWithoutSurroundings,
    /// Fall of its statement's logit when its window is a straight line.
    FaithfulnessDrop,
    /// Share of the most similar ECGs of its statement in which its similarity
    /// hangs on the same part of the beat.
    Consistency,
    /// Of a pair of a test ECG and a prototype, and no metric of prototypes: not
    /// among [`Metric::ALL`].
    Cosine,
}

impl Metric {
    /// Those of prototypes.
    pub const ALL: [Self; 5] = [
        Self::LabelPurity,
        Self::Stability,
        Self::KeptWithoutSurroundings,
        Self::FaithfulnessDrop,
        Self::Consistency,
    ];

    /// In tables and documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LabelPurity => "label_purity",
            Self::Stability => "stability",
            Self::KeptWithoutSurroundings => "kept_without_surroundings",
            Self::FaithfulnessDrop => "faithfulness_drop",
            Self::Consistency => "consistency",
            Self::Cosine => "cosine",
        }
    }

    /// Where there is little room.
    pub const fn short(self) -> &'static str {
        match self {
            Self::LabelPurity => "purity",
            Self::Stability => "noise",
            Self::KeptWithoutSurroundings => "alone",
            Self::FaithfulnessDrop => "drop",
            Self::Consistency => "same part",
            Self::Cosine => "cosine",
        }
    }

    /// For people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::LabelPurity => "Label purity",
            Self::Stability => "Similarity under noise",
            Self::KeptWithoutSurroundings => "Similarity without surroundings",
            Self::FaithfulnessDrop => "Faithfulness drop",
            Self::Consistency => "Consistency over parts of the beat",
            Self::Cosine => "Cosine of the pair",
        }
    }
}

impl Serialize for Metric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The metrics of one prototype; `None` where one could not be measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct PrototypeMetrics {
    pub prototype: usize,
    pub label_purity: Option<f64>,
    pub stability: Option<f64>,
    pub kept_without_surroundings: Option<f64>,
    pub faithfulness_drop: Option<f64>,
    pub consistency: Option<f64>,
}

impl PrototypeMetrics {
    pub fn get(&self, metric: Metric) -> Option<f64> {
        match metric {
            Metric::LabelPurity => self.label_purity,
            Metric::Stability => self.stability,
            Metric::KeptWithoutSurroundings => self.kept_without_surroundings,
            Metric::FaithfulnessDrop => self.faithfulness_drop,
            Metric::Consistency => self.consistency,
            Metric::Cosine => None,
        }
    }
}

/// The metrics of the prototypes of one model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MetricTable {
    /// Of the model bundle, in hexadecimal.
    pub bundle_sha256: String,
    /// Label purity leaves out all ECGs of the source's patient, not the source
    /// alone.
    pub purity_without_patient: bool,
    /// Each prototype once.
    pub prototypes: Vec<PrototypeMetrics>,
}

impl MetricTable {
    pub fn of(&self, prototype: usize) -> Option<&PrototypeMetrics> {
        let mut all = self.prototypes.iter();
        all.find(|metrics| metrics.prototype == prototype)
    }
}

/// How one metric goes with the ratings of one item.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Association {
    pub item: String,
    pub metric: Metric,
    pub spearman: Outcome<Spearman>,
}

/// Spearman's rho of every metric with the mean rating of every item, over the
/// prototypes that have both. The mean of a prototype is that of the raters
/// whose answer counts by the rule of exclusion; prototypes are taken as
/// independent of each other.
pub fn associations(
    rows: &[RatingRow],
    metrics: &MetricTable,
    settings: &StudySettings,
) -> Vec<Association> {
    let of_prototype: BTreeMap<usize, &PrototypeMetrics> = metrics
        .prototypes
        .iter()
        .map(|m| (m.prototype, m))
        .collect();
    let value = |metric, prototype| of_prototype.get(&prototype)?.get(metric);
    with_ratings(rows, &Metric::ALL, value, settings)
}

/// The same of the cosines of pairs, by the number of the pair.
pub fn cosine_associations(
    rows: &[RatingRow],
    cosines: &BTreeMap<usize, f64>,
    settings: &StudySettings,
) -> Vec<Association> {
    let value = |_, pair| cosines.get(&pair).copied();
    with_ratings(rows, &[Metric::Cosine], value, settings)
}

fn with_ratings(
    rows: &[RatingRow],
    metrics: &[Metric],
    value: impl Fn(Metric, usize) -> Option<f64>,
    settings: &StudySettings,
) -> Vec<Association> {
    let mut items: Vec<&str> = rows.iter().map(|row| row.item.as_str()).collect();
    items.sort_unstable();
    items.dedup();
    let mut found = Vec::with_capacity(items.len() * metrics.len());
    for item in items {
        let means = mean_ratings(&Columns::new(rows, item), settings);
        for &metric in metrics {
            let pairs = means
                .iter()
                .filter_map(|(prototype, mean)| Some((value(metric, *prototype)?, *mean)));
            let (values, ratings): (Vec<f64>, Vec<f64>) = pairs.unzip();
            found.push(Association {
                item: item.to_owned(),
                metric,
                spearman: Outcome(spearman(&values, &ratings, settings.resampling.level)),
            });
        }
    }
    found
}

/// Of the prototypes with a rating that counts.
fn mean_ratings(columns: &Columns, settings: &StudySettings) -> Vec<(usize, f64)> {
    let of_raters = columns.values(settings.exclusion);
    let prototypes = columns.prototypes.iter().enumerate();
    prototypes
        .filter_map(|(place, prototype)| {
            let ratings: Vec<f64> = of_raters.iter().filter_map(|r| r[place]).collect();
            Some((prototype.number, mean(&ratings)?))
        })
        .collect()
}
