//! Loss and macro AUROC by epoch.

pub const LOSS: &str = "Loss";
pub const TRAINING: &str = "training";
pub const VALIDATION: &str = "validation";
pub const AUROC_ON_VALIDATION: &str = "Macro AUROC on the validation fold";
pub const AUROC: &str = "Macro AUROC";
pub const VALIDATION_AUROC: &str = "validation macro AUROC";
pub const WHAT_A_POINT_IS: &str = "One point for every epoch, stage after stage; of a classifier, for every look at \
    the validation fold. A dot is the best of its stage so far.";
pub const BEST: &str = "best so far";

pub fn point(stage: &str, epoch: usize, curve: &str, value: f64) -> String {
    format!("stage {stage}, epoch {epoch}\n{curve} {value:.4}")
}

pub fn no_epoch(what: &str) -> String {
    format!("{what} by epoch: no epoch yet")
}

/// The figure for a screen reader; `stages` are those of [`stage`].
pub fn figure(what: &str, points: usize, stages: &[String]) -> String {
    let mut text = format!("{what} by epoch: {points} points");
    for stage in stages {
        text.push_str(". ");
        text.push_str(stage);
    }
    text
}

/// Each curve by its name with its first and last value.
pub fn stage(stage: &str, curves: &[(&str, f64, f64)]) -> String {
    let mut text = format!("Stage {stage}:");
    for (name, first, last) in curves {
        text.push_str(&format!(" {name} {first:.3} to {last:.3}"));
    }
    text
}
