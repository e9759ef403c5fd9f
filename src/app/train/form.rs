//! What to train, on what and to where; or which run to watch.

use std::path::PathBuf;

use eframe::egui::{
    Align, Align2, Button, Checkbox, Layout, Panel, ScrollArea, TextEdit, Ui, vec2,
};

use crate::app::command::{Command, Commands, Place, TrainCommand};
use crate::app::state::{Fields, State};
use crate::app::texts::{settings, train::form as texts};
use crate::app::tokens::{Tokens, space};
use crate::app::widgets::{
    Cell, Column, Table, card, divider, ghost_button, path_field, primary_button, problem_ui,
    secondary, section, segmented, sentence, small, title, weak,
};
use crate::app::worker::{CheckedData, ConfigChoice, Purpose};
use crate::inference::DeviceChoice;
use crate::training::SHIPPED;

const WIDTH: f32 = 720.0;
const FIELD: f32 = 440.0;

pub fn ui(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    let before = fields.training.clone();
    // In sight however small the window is.
    Panel::bottom("start-training")
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
        title(ui, texts::WATCH_A_RUN);
        small(ui, texts::WHICH_RUN);
        ui.horizontal(|ui| {
            let text = &mut fields.training.run;
            let entered = path_field(ui, text, texts::RUN_FOLDER, texts::RUN_FOLDER, FIELD);
            let is_given = !text.trim().is_empty() && !state.training.opening;
            let show = ui.add_enabled(is_given, Button::new(texts::WATCH));
            if is_given && (entered || show.clicked()) {
                commands.train(TrainCommand::Watch(PathBuf::from(text.trim())));
            }
            if ui.button(texts::CHOOSE_RUN).clicked() {
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
        section(ui, texts::RUNS);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ghost_button(ui, texts::CLEAR_RUNS).clicked() {
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
    title(ui, texts::TRAIN_A_MODEL);
    small(ui, texts::HOW_IT_RUNS);
    configuration(ui, state, fields, commands);
    ui.add_space(space::S);
    data(ui, state, fields, commands);
    ui.add_space(space::S);
    place(ui, state, fields, commands);
    ui.add_space(space::S);
    section(ui, settings::DEVICE);
    let devices = [
        (DeviceChoice::Auto, settings::GPU_IF_ANY),
        (DeviceChoice::Cpu, settings::CPU),
        (DeviceChoice::Cuda, settings::CUDA),
    ];
    if let Some(device) = segmented(ui, state.saved.training.device, &devices) {
        commands.train(TrainCommand::SetDevice(device));
    }
    ui.add_space(space::S);
}

fn configuration(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    let choice = &state.saved.training.config;
    section(ui, texts::CONFIGURATION);
    ScrollArea::vertical()
        .id_salt("configurations")
        .max_height(6.0 * space::ROW)
        .min_scrolled_height(6.0 * space::ROW)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let columns = [
                Column::left(texts::NAME, 210.0),
                Column::left(texts::PURPOSE, 0.0),
            ];
            let table = Table::new(ui, &columns);
            for shipped in SHIPPED {
                let cells = [Cell::new(shipped.name).strong(), Cell::new(shipped.purpose)];
                let chosen = *choice == ConfigChoice::Shipped(shipped.name.to_owned());
                let name = texts::shipped(shipped.name, shipped.purpose);
                if table.choice(ui, &cells, chosen, &name).clicked() && !chosen {
                    let choice = ConfigChoice::Shipped(shipped.name.to_owned());
                    commands.train(TrainCommand::ChooseConfig(choice));
                }
            }
        });
    ui.horizontal(|ui| {
        let text = &mut fields.training.config;
        let hint = texts::CONFIGURATION_HINT;
        let entered = path_field(ui, text, texts::CONFIGURATION_FIELD, hint, FIELD);
        let file = ConfigChoice::File(PathBuf::from(text.trim()));
        let differs = !text.trim().is_empty() && file != *choice;
        let button = Button::new(texts::USE).min_size(vec2(0.0, space::CONTROL));
        let use_it = ui.add_enabled(differs, button);
        let use_it = use_it.accessible_name(texts::USE_CONFIGURATION);
        if differs && (entered || use_it.clicked()) {
            commands.train(TrainCommand::ChooseConfig(file));
        }
        if ui.button(texts::CHOOSE_CONFIGURATION).clicked() {
            commands.send(Command::Ask(Purpose::ChooseConfig));
        }
    });
    let checked = state.training.checked.as_ref();
    found(
        ui,
        checked.map(|checked| &checked.config),
        texts::configuration,
    );
    ui.horizontal(|ui| {
        weak(ui, texts::SEED);
        let seed = &mut fields.training.seed;
        let is_number = seed.trim().is_empty() || seed.trim().parse::<u64>().is_ok();
        let edit = TextEdit::singleline(seed)
            .id_salt("seed")
            .hint_text(texts::SEED_HINT)
            .desired_width(180.0)
            .char_limit(20)
            .min_size(vec2(0.0, space::CONTROL))
            .align(Align2::LEFT_CENTER);
        ui.add(edit).accessible_name(texts::SEED);
        if !is_number {
            complaint(ui, texts::NO_SEED);
        }
    });
}

fn data(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    section(ui, texts::DATA);
    ui.horizontal(|ui| {
        let text = &mut fields.training.data;
        let hint = texts::DATA_HINT;
        path_field(ui, text, texts::DATA_FIELD, hint, FIELD);
        if ui.button(texts::CHOOSE_DATA).clicked() {
            commands.send(Command::Ask(Purpose::ChooseTrainingData));
        }
    });
    let Some(checked) = &state.training.checked else {
        found(ui, None::<&Result<CheckedData, String>>, texts::data);
        return;
    };
    found(ui, checked.data.as_ref(), texts::data);
    if let Some(Ok(data)) = &checked.data
        && data.missing > 0
    {
        let mut skip = state.saved.training.skip_missing;
        let text = texts::skip_missing(data.missing);
        if ui.add(Checkbox::new(&mut skip, text)).changed() {
            commands.train(TrainCommand::SkipMissing(skip));
        }
    }
}

fn place(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    section(ui, texts::BUNDLE);
    ui.horizontal(|ui| {
        let text = &mut fields.training.out;
        let hint = texts::BUNDLE_HINT;
        path_field(ui, text, texts::BUNDLE, hint, FIELD);
        if ui.button(texts::CHOOSE_BUNDLE).clicked() {
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
        let start = primary_button(ui, texts::START, enabled);
        if start.on_hover_text(texts::START_HOVER).clicked() && enabled {
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
        return texts::SEED_MISSING;
    }
    let Some(checked) = state
        .training
        .checked
        .as_ref()
        .filter(|_| !state.training.checking)
    else {
        return texts::CHECKING;
    };
    match (&checked.config, &checked.data, &checked.out) {
        (Err(_), ..) => texts::CONFIGURATION_UNUSABLE,
        (_, None, _) => texts::DATA_MISSING,
        (_, Some(Err(_)), _) => texts::DATA_UNUSABLE,
        (_, _, None) => texts::BUNDLE_MISSING,
        (_, _, Some(Err(_))) => texts::BUNDLE_UNUSABLE,
        (_, Some(Ok(data)), _) if data.missing > 0 => texts::RECORDS_MISSING,
        _ => texts::NOTHING_TO_LEARN,
    }
}
