//! The prototypes as they were projected last, and the training ECG of each.

use crate::app::texts::columns::span;
use crate::bundle::ProjectionReport;
use crate::training::ProjectedSource;

pub const TITLE: &str = "Prototypes as they were projected";
pub const NO_PROTOTYPES: &str = "This model has no prototypes.";
pub const NONE_YET: &str = "None yet. A projection puts every prototype on the latent of a training ECG; its stage \
    is in the list on the left.";
pub const NO_SOURCES: &str = "The log of this run does not say which training ECGs they are.";
pub const CLASS: &str = "Class";
pub const BRANCH: &str = "Branch";
pub const ECG: &str = "ECG";
pub const WINDOW: &str = "Window";
pub const COSINE_BEFORE: &str = "Cosine before";
pub const PREVIOUS: &str = "Previous";
pub const NEXT: &str = "Next";

pub fn projection(report: &ProjectionReport) -> String {
    let auroc = report
        .prototype_auroc_median
        .map_or("–".to_owned(), |auroc| format!("{auroc:.3}"));
    format!(
        "{}: {} prototypes on {} training ECGs. Cosine with the source before it was taken: median {:.3}, \
        smallest {:.3}. AUROC of a prototype for its statement: median {auroc}.",
        report.branch,
        report.prototypes,
        report.distinct,
        report.cosine_before_median,
        report.cosine_before_min
    )
}

pub fn window(window_s: Option<(f64, f64)>) -> String {
    match window_s {
        Some((start_s, end_s)) => span(start_s, end_s),
        None => "whole strip".to_owned(),
    }
}

pub fn prototype(number: usize, branch: &str, source: &ProjectedSource) -> String {
    format!(
        "Prototype {number} of {branch}, {}: training ECG {}, {}, cosine before {:.3}",
        source.code,
        source.ecg_id,
        window(source.window_s),
        source.cosine_before
    )
}

pub fn shown(number: usize, count: usize, source: &ProjectedSource) -> String {
    format!(
        "Prototype {number} of {count}: {}, training ECG {}, {}",
        source.code,
        source.ecg_id,
        window(source.window_s)
    )
}

pub fn training_ecg(ecg_id: u32) -> String {
    format!("Training ECG {ecg_id}")
}
