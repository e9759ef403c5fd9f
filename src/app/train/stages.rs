//! The stages of a run and how far each is.

use eframe::egui::{RichText, ScrollArea, Ui};

use super::words;
use crate::app::theme::{regular, strong};
use crate::app::tokens::{Tokens, space, type_size};
use crate::app::widgets::{progress, section, weak};
use crate::training::{StageState, StageView, WatchedRun};

pub fn ui(ui: &mut Ui, run: &WatchedRun) {
    section(ui, "Stages");
    ScrollArea::vertical()
        .id_salt("stages")
        .auto_shrink([false, true])
        .show(ui, |ui| {
            for (number, stage) in run.view.stages().iter().enumerate() {
                one(ui, number, stage);
            }
        });
}

fn one(ui: &mut Ui, number: usize, stage: &StageView) {
    let tokens = Tokens::of(ui);
    let (colour, font) = match stage.state {
        StageState::Now => (tokens.text, strong(type_size::BODY)),
        StageState::Done => (tokens.text_secondary, regular(type_size::BODY)),
        StageState::Open => (tokens.text_weak, regular(type_size::BODY)),
    };
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.label(
        RichText::new(words::stage(number, stage))
            .font(font)
            .color(colour),
    );
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
    let text = epochs + &best.unwrap_or_default();
    let share = match (stage.state, stage.of) {
        (StageState::Done, _) => 1.0,
        (StageState::Now, Some(of)) => stage.epoch as f32 / of.max(1) as f32,
        _ => 0.0,
    };
    let name = format!("Progress of stage {}: {text}", words::stage(number, stage));
    progress(ui, share, ui.available_width(), &name);
    weak(ui, text);
    ui.add_space(space::S);
}
