//! What `protoecg evaluate --report` writes of a model on one fold: one value
//! with every number, its tables, its charts, and a page that shows all.

mod charts;
mod drawing;
mod page;
mod tables;

use std::path::Path;
use std::time::Instant;

use serde::Serialize;
use tch::{Kind, Tensor};

use super::data::labels_of;
use super::error::TrainingError;
use super::evaluation::{Columns, ReadFold, known_labels, known_statements};
use super::folders::io_error;
use super::losses::cooccurrence;
use super::quality::FoldQuality;
use crate::bundle::{FoldMetrics, StatementInfo};
use crate::dataset::{self, DataSet};
use crate::inference::{Model, rows_of, sigmoid};
use crate::sheet::{Palette, to_svg};
use crate::statistics::study::Outcome;
use crate::statistics::{
    Confusion, CurvePoint, Reliability, confusion_at, curve, median, reliability,
};

/// Bins of a reliability diagram.
const BINS: usize = 10;

/// ECGs that the time per ECG is the median of.
const TIMED: usize = 20;

/// Everything that the report shows.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub bundle: String,
    pub bundle_sha256: String,
    /// Said beside every result: simulated, imported.
    pub notice: Option<&'static str>,
    #[serde(flatten)]
    pub metrics: FoldMetrics,
    #[serde(flatten)]
    pub quality: FoldQuality,
    /// ECGs of the data set with each statement, by split.
    pub distribution: Vec<SplitCount>,
    /// Training ECGs with both statements (C x C).
    pub cooccurrence: Vec<Vec<u32>>,
    /// Jaccard index of every pair of statements over the training ECGs: what
    /// the contrastive loss uses.
    pub jaccard: Vec<Vec<f64>>,
    pub details: Vec<ClassReport>,
    pub cost: Cost,
}

/// How often each statement occurs in some folds.
#[derive(Clone, Debug, Serialize)]
pub struct SplitCount {
    pub split: &'static str,
    pub folds: Vec<u8>,
    pub records: usize,
    pub positives: Vec<usize>,
}

/// One statement on the fold.
#[derive(Clone, Debug, Serialize)]
pub struct ClassReport {
    pub code: String,
    /// At the bundle's threshold.
    pub confusion: Confusion,
    /// Absent where the fold has one outcome only.
    #[serde(skip)]
    pub curve: Option<Vec<CurvePoint>>,
    pub reliability: Outcome<Reliability>,
    /// Of calibrated probabilities, where the bundle has them.
    pub calibrated_reliability: Option<Outcome<Reliability>>,
}

/// What the model costs.
#[derive(Clone, Debug, Serialize)]
pub struct Cost {
    /// Numbers that were learned.
    pub parameters: usize,
    /// One ECG at a time, from the prepared signal to the logits: the median.
    pub ms_per_ecg: Option<f64>,
    pub ecgs_timed: usize,
    pub device: String,
    pub threads: i32,
}

impl Report {
    /// Adds to what was measured on a fold all that the report shows beside it.
    ///
    /// # Errors
    /// A record of the fold that can no longer be read.
    pub fn new(
        model: &Model,
        set: &DataSet,
        read: &ReadFold,
        metrics: FoldMetrics,
        quality: FoldQuality,
    ) -> Result<Self, TrainingError> {
        let manifest = model.manifest();
        let infos = &known_statements(model, set)?;
        let columns = Columns::new(infos.len(), &read.logits, &read.labels);
        let distribution = distribution(model, set);
        let train = distribution.first().map(|s| s.folds.clone());
        let (counts, jaccard) = label_pairs(model, set, &train.unwrap_or_default());
        Ok(Self {
            bundle: manifest.name.clone(),
            bundle_sha256: model.bundle().sha256.clone(),
            notice: model.bundle().notice(),
            metrics,
            quality,
            distribution,
            cooccurrence: counts,
            jaccard,
            details: (0..infos.len())
                .map(|c| class_report(&infos[c], columns.class(c)))
                .collect(),
            cost: cost(model, set, read)?,
        })
    }

    /// Writes everything to a folder that is new or empty: `report.json`, CSV
    /// tables, charts as SVG, and `report.html`, which shows them.
    ///
    /// # Errors
    /// A folder that is not empty or cannot be written.
    pub fn write(&self, dir: &Path) -> Result<(), TrainingError> {
        std::fs::create_dir_all(dir).map_err(io_error(dir))?;
        let mut entries = std::fs::read_dir(dir).map_err(io_error(dir))?;
        if entries.next().is_some() {
            let path = dir.display().to_string();
            return Err(crate::bundle::BundleError::Exists { path }.into());
        }
        let put = |name: &str, text: &str| {
            let path = dir.join(name);
            std::fs::write(&path, text).map_err(io_error(&path))
        };
        let json = serde_json::to_string_pretty(self).map_err(std::io::Error::from);
        put("report.json", &json.map_err(io_error(dir))?)?;
        for (name, text) in tables::all(self) {
            put(name, &text)?;
        }
        let charts: Vec<page::Figure> = charts::all(self)
            .into_iter()
            .map(|chart| page::Figure {
                name: chart.name,
                heading: chart.heading,
                svg: to_svg(&chart.scene, &Palette::PRINT),
            })
            .collect();
        for chart in &charts {
            put(&format!("{}.svg", chart.name), &chart.svg)?;
        }
        put("report.html", &page::html(self, &charts))
    }
}

/// Statements by split: the folds of the training run, or those of the
/// literature where an imported model does not say.
fn distribution(model: &Model, set: &DataSet) -> Vec<SplitCount> {
    let manifest = model.manifest();
    let (train, validation, test) = match &manifest.training {
        Some(t) => (
            t.train_folds.clone(),
            t.validation_folds.clone(),
            t.test_folds.clone(),
        ),
        None => ((1..=8).collect(), vec![9], vec![10]),
    };
    let labels = known_labels(model, set);
    [
        ("training", train),
        ("validation", validation),
        ("test", test),
    ]
    .into_iter()
    .map(|(split, folds)| {
        let entries = set.folds(&folds);
        SplitCount {
            split,
            records: entries.len(),
            positives: dataset::positives(&entries, &labels),
            folds,
        }
    })
    .collect()
}

/// Counts and Jaccard index of every pair of statements.
fn label_pairs(model: &Model, set: &DataSet, folds: &[u8]) -> (Vec<Vec<u32>>, Vec<Vec<f64>>) {
    let labels = known_labels(model, set);
    let entries = set.folds(folds);
    let width = labels.len() as i64;
    let size = [entries.len() as i64, width];
    let matrix = Tensor::from_slice(&dataset::labels(&entries, &labels)).view(size);
    let both = matrix.transpose(0, 1).matmul(&matrix);
    let counts = labels_of(&both.to_kind(Kind::Float));
    let counts = counts
        .chunks(labels.len())
        .map(|row| row.iter().map(|&n| n as u32).collect());
    (counts.collect(), rows_of(&cooccurrence(&matrix)))
}

fn class_report(info: &StatementInfo, (logits, labels): (&[f64], &[bool])) -> ClassReport {
    let probabilities: Vec<f64> = logits.iter().map(|&x| sigmoid(x)).collect();
    let calibrated = info.calibration.map(|c| {
        let calibrated: Vec<f64> = logits
            .iter()
            .map(|x| sigmoid(c.slope * x + c.intercept))
            .collect();
        Outcome(reliability(&calibrated, labels, BINS))
    });
    ClassReport {
        code: info.code.clone(),
        confusion: confusion_at(&probabilities, labels, info.threshold),
        curve: curve(&probabilities, labels),
        reliability: Outcome(reliability(&probabilities, labels, BINS)),
        calibrated_reliability: calibrated,
    }
}

fn cost(model: &Model, set: &DataSet, read: &ReadFold) -> Result<Cost, TrainingError> {
    let mut times_ms = Vec::new();
    for entry in read.entries.iter().take(TIMED) {
        let input = model.input(&set.read(entry)?)?;
        let started = Instant::now();
        let reading = model.read(std::slice::from_ref(&input));
        if !reading.is_empty() {
            times_ms.push(started.elapsed().as_secs_f64() * 1000.0);
        }
    }
    Ok(Cost {
        parameters: model.parameters(),
        ms_per_ecg: median(&times_ms),
        ecgs_timed: times_ms.len(),
        device: model.device_name(),
        threads: tch::get_num_threads(),
    })
}
