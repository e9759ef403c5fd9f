//! Zooming by button, at the right of a toolbar.

use eframe::egui::Ui;

use crate::app::command::{Command, Commands, ZoomStep};
use crate::app::state::State;
use crate::app::widgets::{ghost_button, icon_button};

/// From the right to the left.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    if state.saved.monitors.pixels_per_mm(&state.monitor).is_some()
        && ghost_button(ui, "1:1")
            .on_hover_text("True to scale (1)")
            .clicked()
    {
        commands.send(Command::Zoom(ZoomStep::TrueScale));
    }
    if icon_button(ui, "+", "Zoom in (+)").clicked() {
        commands.send(Command::Zoom(ZoomStep::In));
    }
    if ghost_button(ui, "Fit")
        .on_hover_text("Fit the page (0)")
        .clicked()
    {
        commands.send(Command::Zoom(ZoomStep::Fit));
    }
    if icon_button(ui, "−", "Zoom out (-)").clicked() {
        commands.send(Command::Zoom(ZoomStep::Out));
    }
}
