//! The Read screen without an ECG: every way to open one.

use std::path::PathBuf;

use eframe::egui::{Align, Context, Layout, ScrollArea, Ui, vec2};

use super::compare;
use crate::app::command::{Command, Commands, CompareCommand, Place};
use crate::app::state::{Fields, State};
use crate::app::texts::read::welcome as texts;
use crate::app::tokens::space;
use crate::app::widgets::{
    card, dialog, divider, focused_path_field, ghost_button, primary_button, problem_ui, secondary,
    section, title, weak,
};
use crate::app::worker::Purpose;

const WIDTH: f32 = 560.0;

/// The screen while nothing is open.
pub fn ui(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    ScrollArea::vertical()
        .auto_shrink([false, false])
        .show(ui, |ui| {
            ui.add_space((ui.available_height() * 0.12).min(90.0));
            ui.with_layout(Layout::top_down(Align::Center), |ui| {
                ui.allocate_ui_with_layout(vec2(WIDTH, 0.0), Layout::top_down(Align::Min), |ui| {
                    problem_ui(ui, state, Place::Reading, commands);
                    problem_ui(ui, state, Place::Model, commands);
                    card(ui, |ui| {
                        ui.set_width(WIDTH - 2.0 * space::M);
                        title(ui, texts::TITLE);
                        ways(ui, state, fields, commands);
                    });
                });
            });
        });
}

/// The same over a screen with an ECG.
pub fn overlay(ctx: &Context, state: &State, fields: &mut Fields, commands: &mut Commands) {
    dialog(ctx, texts::TITLE, WIDTH, commands, |ui, commands| {
        problem_ui(ui, state, Place::Reading, commands);
        ways(ui, state, fields, commands);
    });
}

fn ways(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    open(ui, state, fields, commands);
    recent(ui, state, commands);
}

fn open(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    secondary(ui, texts::WHAT);
    ui.add_space(space::S);
    if state.reading.opening.is_some() {
        ui.horizontal(|ui| {
            ui.spinner();
            secondary(ui, texts::READING);
            if ui.button(texts::CANCEL).clicked() {
                commands.send(Command::CancelOpening);
            }
        });
        return;
    }
    ui.horizontal(|ui| {
        if primary_button(ui, texts::OPEN_FILE, true).clicked() {
            commands.send(Command::Ask(Purpose::OpenRecording));
        }
        if ui.button(texts::DEMONSTRATION).clicked() {
            commands.send(Command::OpenDemonstration);
        }
    });
    ui.add_space(space::XS);
    ui.horizontal(|ui| {
        let focus = std::mem::take(&mut fields.focus_path);
        let text = &mut fields.recording;
        let entered = focused_path_field(ui, text, texts::FIELD, texts::HINT, 440.0, focus);
        let go = ui.add_enabled(
            !fields.recording.trim().is_empty(),
            eframe::egui::Button::new(texts::OPEN),
        );
        if entered || go.clicked() {
            commands.send(Command::OpenRecording(PathBuf::from(
                fields.recording.trim(),
            )));
        }
    });
}

fn recent(ui: &mut Ui, state: &State, commands: &mut Commands) {
    if state.saved.recent.is_empty() {
        return;
    }
    ui.add_space(space::S);
    divider(ui);
    ui.horizontal(|ui| {
        section(ui, texts::RECENT);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ghost_button(ui, texts::CLEAR).clicked() {
                commands.send(Command::ClearRecent);
            }
            compare::way(ui, state, commands);
        });
    });
    for path in &state.saved.recent {
        let name = path.file_name().map_or_else(
            || path.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        );
        ui.horizontal(|ui| {
            let link = ui.link(&name).on_hover_text(path.display().to_string());
            if link.clicked() {
                commands.send(Command::OpenRecording(path.clone()));
            }
            if compare::asked(&link) {
                commands.send(Command::Compare(CompareCommand::Add(path.clone())));
            }
            let folder = path
                .parent()
                .map(|folder| folder.display().to_string())
                .unwrap_or_default();
            compare::toggle(ui, state, path, &texts::compare(&name), commands);
            weak(ui, folder);
        });
    }
}
