//! The stages of a run and how far each is.

use eframe::egui::{RichText, ScrollArea, Ui};

use super::words;
use crate::app::texts::train::stages as texts;
use crate::app::theme::{regular, strong};
use crate::app::tokens::{Tokens, space, type_size};
use crate::app::widgets::{progress, section, weak};
use crate::training::{StageState, StageView, WatchedRun};

pub fn ui(ui: &mut Ui, run: &WatchedRun) {
    section(ui, texts::TITLE);
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
    let text = texts::how_far(stage);
    let share = match (stage.state, stage.of) {
        (StageState::Done, _) => 1.0,
        (StageState::Now, Some(of)) => stage.epoch as f32 / of.max(1) as f32,
        _ => 0.0,
    };
    let name = texts::progress(&words::stage(number, stage), &text);
    progress(ui, share, ui.available_width(), &name);
    weak(ui, text);
    ui.add_space(space::S);
}
