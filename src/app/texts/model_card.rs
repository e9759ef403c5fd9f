//! The card of the loaded model.

use crate::bundle::{FoldMetrics, ProjectionReport};

pub const TITLE: &str = "Model";
pub const WHAT_DEMONSTRATION_IS: &str =
    "Trained on simulated ECGs to show the program. It says nothing about real patients.";
pub const IMPORTED: &str = "Imported: what it was trained on is not known.";
pub const MACRO_AUROC: &str = "Macro AUROC";
pub const NO_METRICS: &str = "The bundle has no metrics.";
pub const PROTOTYPES: &str = "Prototypes";
pub const STATEMENTS: &str = "Statements";
pub const TRAINING_ECGS: &str = "Training ECGs";
// How many training ECGs had a statement.
pub const UNKNOWN: &str = "unknown";

pub fn trained_on(data: &str, train: usize, validation: usize) -> String {
    format!("Trained on {data}: {train} ECGs, checked on {validation}.")
}

/// `device` is where the model runs, if it is loaded.
pub fn identity(name: &str, sha256: &str, version: &str, device: Option<&str>) -> String {
    let device = match device {
        Some(device) => format!("runs on {device}"),
        None => "loading".to_owned(),
    };
    format!("{name} · SHA-256 {sha256}… · protoecg {version} · {device}")
}

pub fn macro_auroc(fold: &FoldMetrics) -> String {
    let value = fold
        .macro_auroc
        .map_or("not defined".to_owned(), |value| format!("{value:.3}"));
    let ci = fold
        .macro_auroc_ci
        .map(|(low, high)| format!(" (95 % interval {low:.3} to {high:.3})"));
    format!(
        "Fold {}: {value}{}; {} ECGs, {} statements scored",
        fold.fold,
        ci.unwrap_or_default(),
        fold.records,
        fold.statements_scored
    )
}

pub fn intervals(method: &str) -> String {
    format!("Intervals: {method}.")
}

pub fn projection(report: &ProjectionReport) -> String {
    format!(
        "{}: {} prototypes from {} training ECGs; cosine to the ECG that replaced each: median {:.3}, lowest {:.3}",
        report.branch,
        report.prototypes,
        report.distinct,
        report.cosine_before_median,
        report.cosine_before_min
    )
}

pub fn threshold(threshold: f64, shared: bool) -> String {
    match shared {
        true => format!("{threshold:.2} shared"),
        false => format!("{threshold:.2}"),
    }
}

/// A row for a screen reader.
pub fn row(code: &str, description: &str, positives: &str, auroc: &str, threshold: &str) -> String {
    format!(
        "{code}, {description}: {positives} training ECGs, AUROC {auroc}, threshold {threshold}"
    )
}
