//! The stages of a run and how far each is.

use crate::training::{StageState, StageView};

pub const TITLE: &str = "Stages";

pub fn how_far(stage: &StageView) -> String {
    let epochs = match (stage.state, stage.of) {
        (StageState::Open, Some(of)) => format!("at most {of} epochs"),
        (StageState::Open, None) => "to come".to_owned(),
        (StageState::Done, None) => "done".to_owned(),
        (StageState::Now, None) => "now".to_owned(),
        (StageState::Done, Some(_)) => format!("done, {} epochs", stage.epoch),
        (StageState::Now, Some(of)) => format!("{} of at most {of} epochs", stage.epoch),
    };
    let best = stage
        .best_macro_auroc
        .map(|auroc| format!(", best AUROC {auroc:.3}"));
    epochs + &best.unwrap_or_default()
}

pub fn progress(stage: &str, how_far: &str) -> String {
    format!("Progress of stage {stage}: {how_far}")
}
