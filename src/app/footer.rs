//! The line at the bottom: what this program is not, and what it is doing.

use eframe::egui::{Align, Frame, Layout, Margin, Panel, Ui};

use super::state::{ModelState, State};
use super::texts::footer as texts;
use super::texts::read::{predictions, welcome};
use super::tokens::{Tokens, space};
use super::widgets::weak;
use crate::sheet::NOT_A_MEDICAL_DEVICE;

pub fn ui(ui: &mut Ui, state: &State) {
    let tokens = Tokens::of(ui);
    let frame = Frame::new()
        .fill(tokens.surface)
        .inner_margin(Margin::symmetric(space::M as i8, 0));
    Panel::bottom("footer")
        .exact_size(26.0)
        .frame(frame)
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                weak(ui, NOT_A_MEDICAL_DEVICE);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if let Some(text) = doing(state) {
                        weak(ui, text);
                    }
                });
            });
        });
}

/// What is going on, or where the model runs.
fn doing(state: &State) -> Option<String> {
    if state.reading.opening.is_some() {
        return Some(welcome::READING.to_owned());
    }
    if state.reading.predicting {
        return Some(predictions::MODEL_IS_READING.to_owned());
    }
    if let Some(text) = super::train::goes_on(state) {
        return Some(text);
    }
    match &state.model {
        ModelState::Opening(_) => Some(texts::CHECKING.to_owned()),
        ModelState::Loading(_) => Some(texts::LOADING.to_owned()),
        ModelState::Ready { device, .. } => Some(texts::model_on(device)),
        ModelState::None | ModelState::Failed(_) => None,
    }
}
