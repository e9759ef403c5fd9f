//! Settings: theme, model, device, where training ECGs are.

use std::path::PathBuf;

use eframe::egui::{Context, Ui};

use super::command::{Command, Commands, Overlay, Place, ThemeChoice};
use super::state::{Fields, State};
use super::texts::read::welcome::RECENT;
use super::texts::settings as texts;
use super::tokens::space;
use super::widgets::{dialog, path_field, problem_ui, section, segmented, small, weak};
use super::worker::Purpose;
use crate::inference::DeviceChoice;

pub fn ui(ctx: &Context, state: &State, fields: &mut Fields, commands: &mut Commands) {
    dialog(ctx, texts::TITLE, 600.0, commands, |ui, commands| {
        problem_ui(ui, state, Place::Settings, commands);
        problem_ui(ui, state, Place::Model, commands);
        appearance(ui, state, commands);
        ui.add_space(space::M);
        model(ui, state, fields, commands);
        ui.add_space(space::M);
        training_ecgs(ui, state, fields, commands);
        ui.add_space(space::M);
        recent(ui, state, commands);
    });
}

fn appearance(ui: &mut Ui, state: &State, commands: &mut Commands) {
    section(ui, texts::THEME);
    let options = [
        (ThemeChoice::Light, texts::LIGHT),
        (ThemeChoice::Dark, texts::DARK),
        (ThemeChoice::HighContrast, texts::HIGH_CONTRAST),
        (ThemeChoice::System, texts::AS_THE_DESKTOP),
    ];
    if let Some(theme) = segmented(ui, state.saved.theme, &options) {
        commands.send(Command::SetTheme(theme));
    }
    ui.add_space(space::XS);
    section(ui, texts::MILLIMETRE);
    ui.horizontal(|ui| {
        if ui.button(texts::CALIBRATE).clicked() {
            commands.send(Command::Toggle(Overlay::Calibrate));
        }
        match state.saved.monitors.pixels_per_mm(&state.monitor) {
            Some(pixels) => weak(ui, texts::calibrated(pixels)),
            None => weak(ui, texts::NOT_CALIBRATED),
        };
    });
}

fn model(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    section(ui, texts::MODEL);
    if state.models.is_empty() {
        small(ui, texts::NO_BUNDLE);
    }
    for path in &state.models {
        // A bundle's folder name is its name; it says nothing about a patient.
        let name = path.file_name().map_or_else(
            || path.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        );
        if ui.radio(state.model.path() == Some(path), name).clicked() {
            commands.send(Command::LoadModel(path.clone()));
        }
    }
    ui.horizontal(|ui| {
        let entered = path_field(
            ui,
            &mut fields.bundle,
            texts::BUNDLE_FIELD,
            texts::BUNDLE_HINT,
            330.0,
        );
        let load = ui.add_enabled(
            !fields.bundle.trim().is_empty(),
            eframe::egui::Button::new(texts::LOAD),
        );
        if entered || load.clicked() {
            commands.send(Command::LoadModel(PathBuf::from(fields.bundle.trim())));
        }
        if ui.button(texts::CHOOSE_BUNDLE).clicked() {
            commands.send(Command::Ask(Purpose::ChooseBundle));
        }
    });
    ui.add_space(space::XS);
    section(ui, texts::DEVICE);
    let devices = [
        (DeviceChoice::Auto, texts::GPU_IF_ANY),
        (DeviceChoice::Cpu, texts::CPU),
        (DeviceChoice::Cuda, texts::CUDA),
    ];
    if let Some(device) = segmented(ui, state.saved.device, &devices) {
        commands.send(Command::SetDevice(device));
    }
}

fn training_ecgs(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    section(ui, texts::PTBXL);
    small(ui, texts::WHY_PTBXL);
    ui.horizontal(|ui| {
        let entered = path_field(
            ui,
            &mut fields.ptbxl,
            texts::PTBXL_FIELD,
            texts::PTBXL_HINT,
            330.0,
        );
        let changed = state
            .saved
            .ptbxl_dir
            .as_deref()
            .map(|dir| dir.display().to_string())
            .unwrap_or_default();
        let differs = fields.ptbxl.trim() != changed;
        let use_it = ui.add_enabled(differs, eframe::egui::Button::new(texts::USE));
        if entered && differs || use_it.clicked() {
            let folder = fields.ptbxl.trim();
            commands.send(Command::SetPtbxl(
                (!folder.is_empty()).then(|| PathBuf::from(folder)),
            ));
        }
        if ui.button(texts::CHOOSE_PTBXL).clicked() {
            commands.send(Command::Ask(Purpose::ChoosePtbxl));
        }
    });
}

fn recent(ui: &mut Ui, state: &State, commands: &mut Commands) {
    section(ui, RECENT);
    ui.horizontal(|ui| {
        let count = state.saved.recent.len();
        if ui
            .add_enabled(count > 0, eframe::egui::Button::new(texts::CLEAR_RECENT))
            .clicked()
        {
            commands.send(Command::ClearRecent);
        }
        weak(ui, texts::remembered(count));
    });
}
