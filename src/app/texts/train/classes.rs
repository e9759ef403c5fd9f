//! Statement by statement: how many records carry it, and its AUROC.

use crate::training::ClassView;

pub const TITLE: &str = "Statements on the validation fold";
pub const NOT_COUNTED: &str = "They are counted when the records are read.";
pub const NO_NUMBERS: &str = "The log of this run has no numbers for single statements.";
pub const TRAINING: &str = "Training";
pub const VALIDATION: &str = "Valid.";

/// The stage of an AUROC counts from 0 in the log, and from 1 for people.
pub fn statement(class: &ClassView, is_rare: bool) -> String {
    let said = match class.auroc {
        Some((auroc, stage)) => format!("AUROC {auroc:.3} in stage {}", stage + 1),
        None => "no AUROC yet".to_owned(),
    };
    let few = match class.training_positives {
        0 => ", no training ECG",
        _ if is_rare => ", too few to be assessed",
        _ => "",
    };
    format!(
        "{}: {} training and {} validation ECGs{few}, {said}",
        class.code, class.training_positives, class.validation_positives
    )
}
