//! Settings: theme, model, device, where training ECGs are.

use std::path::PathBuf;

use eframe::egui::{Context, Ui};

use super::command::{Command, Commands, Overlay, Place, ThemeChoice};
use super::state::{Fields, State};
use super::tokens::space;
use super::widgets::{dialog, path_field, problem_ui, section, segmented, small, weak};
use super::worker::Purpose;
use crate::inference::DeviceChoice;

pub fn ui(ctx: &Context, state: &State, fields: &mut Fields, commands: &mut Commands) {
    dialog(ctx, "Settings", 600.0, commands, |ui, commands| {
        problem_ui(
            ui,
            Place::Settings,
            state.problems.get(&Place::Settings),
            commands,
        );
        problem_ui(
            ui,
            Place::Model,
            state.problems.get(&Place::Model),
            commands,
        );
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
    section(ui, "Theme");
    let options = [
        (ThemeChoice::Light, "Light"),
        (ThemeChoice::Dark, "Dark"),
        (ThemeChoice::HighContrast, "High contrast"),
        (ThemeChoice::System, "As the desktop"),
    ];
    if let Some(theme) = segmented(ui, state.saved.theme, &options) {
        commands.send(Command::SetTheme(theme));
    }
    ui.add_space(space::XS);
    section(ui, "Size of a millimetre");
    ui.horizontal(|ui| {
        if ui.button("Calibrate this screen…").clicked() {
            commands.send(Command::Toggle(Overlay::Calibrate));
        }
        match state.saved.monitors.pixels_per_mm(&state.monitor) {
            Some(pixels) => weak(ui, format!("{pixels:.3} pixels to a millimetre")),
            None => weak(ui, "Not calibrated: sheets are not to scale on this screen"),
        };
    });
}

fn model(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    section(ui, "Model");
    if state.models.is_empty() {
        small(ui, "No bundle was found beside the program.");
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
            "Folder of a model bundle",
            "Folder of another bundle",
            330.0,
        );
        let load = ui.add_enabled(
            !fields.bundle.trim().is_empty(),
            eframe::egui::Button::new("Load"),
        );
        if entered || load.clicked() {
            commands.send(Command::LoadModel(PathBuf::from(fields.bundle.trim())));
        }
        if ui.button("Choose model folder…").clicked() {
            commands.send(Command::Ask(Purpose::ChooseBundle));
        }
    });
    ui.add_space(space::XS);
    section(ui, "Runs on");
    let devices = [
        (DeviceChoice::Auto, "GPU if there is one"),
        (DeviceChoice::Cpu, "CPU"),
        (DeviceChoice::Cuda, "CUDA GPU"),
    ];
    if let Some(device) = segmented(ui, state.saved.device, &devices) {
        commands.send(Command::SetDevice(device));
    }
}

fn training_ecgs(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    section(ui, "PTB-XL folder");
    small(
        ui,
        "A model trained on PTB-XL names its training ECGs but does not contain them. Point to your copy of PTB-XL once \
         to see them; each is checked against the signal that the model was trained on. The test ECGs of a study are read \
         from there as well.",
    );
    ui.horizontal(|ui| {
        let entered = path_field(
            ui,
            &mut fields.ptbxl,
            "Path of the PTB-XL folder",
            "Folder with ptbxl_database.csv",
            330.0,
        );
        let changed = state
            .saved
            .ptbxl_dir
            .as_deref()
            .map(|dir| dir.display().to_string())
            .unwrap_or_default();
        let differs = fields.ptbxl.trim() != changed;
        let use_it = ui.add_enabled(differs, eframe::egui::Button::new("Use"));
        if entered && differs || use_it.clicked() {
            let folder = fields.ptbxl.trim();
            commands.send(Command::SetPtbxl(
                (!folder.is_empty()).then(|| PathBuf::from(folder)),
            ));
        }
        if ui.button("Choose PTB-XL folder…").clicked() {
            commands.send(Command::Ask(Purpose::ChoosePtbxl));
        }
    });
}

fn recent(ui: &mut Ui, state: &State, commands: &mut Commands) {
    section(ui, "Recent files");
    ui.horizontal(|ui| {
        let count = state.saved.recent.len();
        if ui
            .add_enabled(count > 0, eframe::egui::Button::new("Clear recent files"))
            .clicked()
        {
            commands.send(Command::ClearRecent);
        }
        weak(
            ui,
            format!("{count} remembered on this computer, for you only"),
        );
    });
}
