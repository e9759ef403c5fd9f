//! What to train, on what and to where; or which run to watch.

use std::path::PathBuf;

use eframe::egui::{
    Align, Align2, Button, Checkbox, Layout, Panel, ScrollArea, TextEdit, Ui, vec2,
};

use crate::app::command::{Command, Commands, Place, TrainCommand};
use crate::app::state::{Fields, State};
use crate::app::tokens::{Tokens, space};
use crate::app::widgets::{
    Cell, Column, Table, card, divider, ghost_button, path_field, primary_button, problem_ui,
    secondary, section, segmented, sentence, small, title, weak,
};
use crate::app::worker::{CheckedConfig, CheckedData, ConfigChoice, Purpose};
use crate::inference::DeviceChoice;
use crate::training::SHIPPED;

const WIDTH: f32 = 720.0;
const FIELD: f32 = 440.0;

pub fn ui(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    let before = fields.training.clone();
    // In sight however small the window is.
    Panel::bottom("start training")
        .resizable(false)
        .show_separator_line(false)
        .frame(Default::default())
        .show(ui, |ui| {
            ui.add_space(space::S);
            ui.with_layout(Layout::top_down(Align::Center), |ui| {
                let size = vec2(WIDTH, 0.0);
                ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
                    go(ui, state, commands);
                });
            });
            ui.add_space(space::S);
        });
    ScrollArea::vertical()
        .auto_shrink([false, false])
        .show(ui, |ui| {
            ui.with_layout(Layout::top_down(Align::Center), |ui| {
                ui.allocate_ui_with_layout(vec2(WIDTH, 0.0), Layout::top_down(Align::Min), |ui| {
                    problem_ui(ui, state, Place::Training, commands);
                    watch(ui, state, fields, commands);
                    card(ui, |ui| {
                        ui.set_width(WIDTH - 2.0 * space::M);
                        start(ui, state, fields, commands);
                    });
                });
            });
        });
    if fields.training != before {
        commands.train(TrainCommand::Check);
    }
}

/// A run that was started elsewhere, or before this window.
fn watch(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    card(ui, |ui| {
        ui.set_width(WIDTH - 2.0 * space::M);
        title(ui, "Watch a run");
        small(
            ui,
            "Any training of this computer, also one from a terminal or from a window that was closed: give the folder of its \
             bundle (--out), which need not be there yet.",
        );
        ui.horizontal(|ui| {
            let text = &mut fields.training.run;
            let entered = path_field(ui, text, "Folder of a run", "Folder of a run", FIELD);
            let is_given = !text.trim().is_empty() && !state.training.opening;
            let show = ui.add_enabled(is_given, Button::new("Watch"));
            if is_given && (entered || show.clicked()) {
                commands.train(TrainCommand::Watch(PathBuf::from(text.trim())));
            }
            if ui.button("Choose run folder…").clicked() {
                commands.send(Command::Ask(Purpose::ChooseRun));
            }
        });
        recent(ui, state, commands);
    });
}

fn recent(ui: &mut Ui, state: &State, commands: &mut Commands) {
    if state.saved.runs.is_empty() {
        return;
    }
    divider(ui);
    ui.horizontal(|ui| {
        section(ui, "Runs on this computer");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ghost_button(ui, "Clear list of runs").clicked() {
                commands.train(TrainCommand::ForgetRuns);
            }
        });
    });
    for out in &state.saved.runs {
        let name = out.file_name().unwrap_or_default().to_string_lossy();
        ui.horizontal(|ui| {
            let link = ui.link(&*name).on_hover_text(out.display().to_string());
            if link.clicked() {
                commands.train(TrainCommand::Watch(out.clone()));
            }
            let folder = out.parent().map(|folder| folder.display().to_string());
            weak(ui, folder.unwrap_or_default());
        });
    }
}

fn start(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    title(ui, "Train a model");
    small(
        ui,
        "Choose a configuration, a data set, and where the bundle goes. The training is a process of its own: it goes on when \
         this window is closed, and can be paused and resumed.",
    );
    configuration(ui, state, fields, commands);
    ui.add_space(space::S);
    data(ui, state, fields, commands);
    ui.add_space(space::S);
    place(ui, state, fields, commands);
    ui.add_space(space::S);
    section(ui, "Runs on");
    let devices = [
        (DeviceChoice::Auto, "GPU if there is one"),
        (DeviceChoice::Cpu, "CPU"),
        (DeviceChoice::Cuda, "CUDA GPU"),
    ];
    if let Some(device) = segmented(ui, state.saved.training.device, &devices) {
        commands.train(TrainCommand::SetDevice(device));
    }
    ui.add_space(space::S);
}

fn configuration(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    let choice = &state.saved.training.config;
    section(ui, "Configuration");
    ScrollArea::vertical()
        .id_salt("configurations")
        .max_height(6.0 * space::ROW)
        .min_scrolled_height(6.0 * space::ROW)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let columns = [Column::left("Name", 210.0), Column::left("For", 0.0)];
            let table = Table::new(ui, &columns);
            for shipped in SHIPPED {
                let cells = [Cell::new(shipped.name).strong(), Cell::new(shipped.purpose)];
                let chosen = *choice == ConfigChoice::Shipped(shipped.name.to_owned());
                let name = format!("Configuration {}: {}", shipped.name, shipped.purpose);
                if table.choice(ui, &cells, chosen, &name).clicked() && !chosen {
                    let choice = ConfigChoice::Shipped(shipped.name.to_owned());
                    commands.train(TrainCommand::ChooseConfig(choice));
                }
            }
        });
    ui.horizontal(|ui| {
        let text = &mut fields.training.config;
        let hint = "or a RON file (protoecg train NAME --print writes a start)";
        let entered = path_field(ui, text, "Configuration file", hint, FIELD);
        let file = ConfigChoice::File(PathBuf::from(text.trim()));
        let differs = !text.trim().is_empty() && file != *choice;
        let button = Button::new("Use").min_size(vec2(0.0, space::CONTROL));
        let use_it = ui.add_enabled(differs, button);
        let use_it = use_it.accessible_name("Use the configuration file");
        if differs && (entered || use_it.clicked()) {
            commands.train(TrainCommand::ChooseConfig(file));
        }
        if ui.button("Choose configuration…").clicked() {
            commands.send(Command::Ask(Purpose::ChooseConfig));
        }
    });
    let checked = state.training.checked.as_ref();
    found(ui, checked.map(|checked| &checked.config), config_in_words);
    ui.horizontal(|ui| {
        weak(ui, "Seed");
        let seed = &mut fields.training.seed;
        let is_number = seed.trim().is_empty() || seed.trim().parse::<u64>().is_ok();
        let edit = TextEdit::singleline(seed)
            .id_salt("seed")
            .hint_text("the configuration's")
            .desired_width(180.0)
            .char_limit(20)
            .min_size(vec2(0.0, space::CONTROL))
            .align(Align2::LEFT_CENTER);
        ui.add(edit).accessible_name("Seed");
        if !is_number {
            complaint(ui, "A seed is a whole number, 0 or more.");
        }
    });
}

fn config_in_words(config: &CheckedConfig) -> String {
    format!(
        "{}: {}, {} stages, at most {} epochs, seed {}.",
        config.title, config.model, config.stages, config.epochs, config.seed
    )
}

fn data(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    section(ui, "Data set");
    ui.horizontal(|ui| {
        let text = &mut fields.training.data;
        let hint = "Folder with ptbxl_database.csv, or with records.csv and labels.ron";
        path_field(ui, text, "Folder of the data set", hint, FIELD);
        if ui.button("Choose data folder…").clicked() {
            commands.send(Command::Ask(Purpose::ChooseTrainingData));
        }
    });
    let Some(checked) = &state.training.checked else {
        found(ui, None::<&Result<CheckedData, String>>, data_in_words);
        return;
    };
    found(ui, checked.data.as_ref(), data_in_words);
    if let Some(Ok(data)) = &checked.data
        && data.missing > 0
    {
        let mut skip = state.saved.training.skip_missing;
        let text = format!(
            "Go on without the {} records that are not there",
            data.missing
        );
        if ui.add(Checkbox::new(&mut skip, text)).changed() {
            commands.train(TrainCommand::SkipMissing(skip));
        }
    }
}

fn data_in_words(data: &CheckedData) -> String {
    let kind = if data.simulated { "simulated " } else { "" };
    let mut text = format!(
        "{} {kind}records: {} train, {} validate, {} test. {} of the model's {} statements occur in training.",
        data.records, data.train, data.validation, data.test, data.statements, data.of_statements
    );
    if data.missing > 0 {
        let missing = format!(" {} records are named and not there.", data.missing);
        text.push_str(&missing);
    }
    if data.train == 0 || data.validation == 0 {
        text.push_str(" Without records to train and to validate on nothing can be trained.");
    }
    text
}

fn place(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    section(ui, "Folder for the bundle");
    ui.horizontal(|ui| {
        let text = &mut fields.training.out;
        let hint = "A new folder, such as /data/models/my-model";
        path_field(ui, text, "Folder for the bundle", hint, FIELD);
        if ui.button("Choose where…").clicked() {
            commands.send(Command::Ask(Purpose::ChooseTrainingPlace));
        }
    });
    let checked = state.training.checked.as_ref();
    let out = checked.and_then(|checked| checked.out.as_ref());
    if let Some(Err(message)) = out {
        complaint(ui, message);
    }
}

/// What a check found: in words, or what is wrong.
fn found<T>(ui: &mut Ui, result: Option<&Result<T, String>>, in_words: fn(&T) -> String) {
    match result {
        Some(Ok(found)) => {
            secondary(ui, in_words(found));
        }
        Some(Err(message)) => complaint(ui, message),
        None => {}
    }
}

fn complaint(ui: &mut Ui, message: &str) {
    let colour = Tokens::of(ui).caution.text;
    ui.colored_label(colour, sentence(message));
}

fn go(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let training = &state.training;
    let sound = training
        .checked
        .as_ref()
        .is_some_and(|checked| checked.is_sound(state.saved.training.skip_missing))
        && training.checked_form.is_some();
    ui.horizontal(|ui| {
        let enabled = sound && !training.checking && !training.opening;
        let start = primary_button(ui, "Start training", enabled);
        if start.on_hover_text("Ctrl+Enter").clicked() && enabled {
            commands.train(TrainCommand::Start);
        }
        if training.opening {
            ui.spinner();
        }
        if !sound {
            weak(ui, missing(state));
        }
    });
}

/// What keeps a training from being started.
fn missing(state: &State) -> &'static str {
    if state.training.checked_form.is_none() {
        return "The seed is no number.";
    }
    let Some(checked) = state
        .training
        .checked
        .as_ref()
        .filter(|_| !state.training.checking)
    else {
        return "Checking…";
    };
    match (&checked.config, &checked.data, &checked.out) {
        (Err(_), ..) => "The configuration cannot be used.",
        (_, None, _) => "Name the folder of the data set.",
        (_, Some(Err(_)), _) => "The data set cannot be used.",
        (_, _, None) => "Name the folder for the bundle.",
        (_, _, Some(Err(_))) => "Choose another folder for the bundle.",
        (_, Some(Ok(data)), _) if data.missing > 0 => "Records are missing.",
        _ => "This data set has nothing that the model could learn.",
    }
}
