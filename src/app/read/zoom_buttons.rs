//! Zooming by button, at the right of a toolbar.

use eframe::egui::Ui;

use crate::app::command::{Command, Commands, ZoomStep};
use crate::app::state::State;
use crate::app::texts::read::zoom_buttons as texts;
use crate::app::widgets::{ghost_button, icon_button};

/// From the right to the left.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    if state.saved.monitors.pixels_per_mm(&state.monitor).is_some()
        && ghost_button(ui, "1:1")
            .on_hover_text(texts::TRUE_TO_SCALE)
            .clicked()
    {
        commands.send(Command::Zoom(ZoomStep::TrueScale));
    }
    if icon_button(ui, "+", texts::ZOOM_IN).clicked() {
        commands.send(Command::Zoom(ZoomStep::In));
    }
    if ghost_button(ui, texts::FIT)
        .on_hover_text(texts::FIT_HOVER)
        .clicked()
    {
        commands.send(Command::Zoom(ZoomStep::Fit));
    }
    if icon_button(ui, "−", texts::ZOOM_OUT).clicked() {
        commands.send(Command::Zoom(ZoomStep::Out));
    }
}
