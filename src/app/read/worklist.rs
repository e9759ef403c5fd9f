//! The ECGs of a folder: what the model reads in each, flags and notes, one
//! click from the sheet.

use std::path::PathBuf;

use eframe::egui::{Button, ComboBox, Context, ScrollArea, TextEdit, Ui, vec2};

use super::compare;
use crate::app::command::{Command, Commands, CompareCommand, Place, WorklistCommand};
use crate::app::state::{Fields, ListedReading, OpenedRecording, State, positive_text};
use crate::app::tokens::{Tokens, space};
use crate::app::widgets::{
    Cell, Column, Table, dialog, icon_button, path_field, primary_button, problem_ui, progress,
    secondary, small, weak,
};
use crate::app::worker::Purpose;
use crate::training::duration;

const WIDTH: f32 = 860.0;
/// What the button that compares an entry needs.
const COMPARE: f32 = 84.0;

/// The list over the screen.
pub fn overlay(ctx: &Context, state: &State, fields: &mut Fields, commands: &mut Commands) {
    dialog(ctx, "Worklist", WIDTH, commands, |ui, commands| {
        problem_ui(ui, state, Place::Worklist, commands);
        folder(ui, state, fields, commands);
        if state.worklist.listing {
            secondary(ui, "Looking through the folder…");
            return;
        }
        if state.worklist.entries.is_empty() {
            small(
                ui,
                "Open a folder: every ECG in it and in the folders below it is listed, and read by the model while you \
                 work. ECGs are named by their checksum. Flags and notes stay on this computer.",
            );
            return;
        }
        pace(ui, state, commands);
        filters(ui, state, commands);
        entries(ui, state, commands);
    });
}

fn folder(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    ui.horizontal(|ui| {
        let entered = path_field(
            ui,
            &mut fields.folder,
            "Path of a folder of ECGs",
            "Folder of ECGs",
            440.0,
        );
        let path = fields.folder.trim().to_owned();
        let open = primary_button(ui, "List", !path.is_empty());
        if entered || open.clicked() {
            commands.send(Command::Worklist(WorklistCommand::Open(PathBuf::from(
                path,
            ))));
        }
        let choose = Button::new("Choose folder…");
        if ui.add_enabled(!state.dialog_open, choose).clicked() {
            commands.send(Command::Ask(Purpose::OpenFolder));
        }
    });
}

/// How far it is, how long the rest takes, and a way to stop.
fn pace(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let list = &state.worklist;
    let (done, count) = (list.done(), list.entries.len());
    ui.horizontal(|ui| {
        ui.set_height(space::CONTROL);
        if list.is_busy() {
            let left = match list.time_left() {
                Some(left) => format!(", about {} left", duration(left.as_secs_f64().ceil())),
                None => String::new(),
            };
            let text = format!("{done} of {count} read{left}");
            progress(ui, done as f32 / count.max(1) as f32, 160.0, &text);
            secondary(ui, text);
            if ui.button("Stop reading").clicked() {
                commands.send(Command::Worklist(WorklistCommand::Cancel));
            }
        } else {
            secondary(ui, format!("{done} of {count} read"));
            if done < count && ui.button("Go on reading").clicked() {
                commands.send(Command::Worklist(WorklistCommand::Resume));
            }
        }
    });
}

fn filters(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let list = &state.worklist;
    ui.horizontal(|ui| {
        let all = "All statements".to_owned();
        let current = list.statement.clone().unwrap_or_else(|| all.clone());
        let mut chosen = list.statement.clone();
        ComboBox::from_id_salt("statement")
            .selected_text(&current)
            .show_ui(ui, |ui| {
                ui.selectable_value(&mut chosen, None, all);
                for code in list.statements() {
                    ui.selectable_value(&mut chosen, Some(code.clone()), code);
                }
            })
            .response
            .accessible_name(format!("Statement: {current}"));
        let mut only_flagged = list.only_flagged;
        ui.checkbox(&mut only_flagged, "Flagged only");
        compare::way(ui, state, commands);
        if chosen != list.statement || only_flagged != list.only_flagged {
            commands.send(Command::Worklist(WorklistCommand::Filter {
                statement: chosen,
                only_flagged,
            }));
        }
    });
}

fn entries(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let tokens = Tokens::of(ui);
    let shown = state.listed_shown();
    let width = ui.available_width() - COMPARE;
    ui.spacing_mut().item_spacing = vec2(space::XS, 0.0);
    let table = ui
        .scope(|ui| {
            ui.set_max_width(width);
            let table = Table::new(
                ui,
                &[
                    Column::right("No.", 40.0),
                    Column::left("ECG", 72.0),
                    Column::left("Flag", 34.0),
                    Column::left("At or above threshold", 0.0),
                    Column::left("Note", 190.0),
                ],
            );
            table.header(ui);
            table
        })
        .inner;
    ScrollArea::vertical()
        .id_salt("entries")
        .max_height(380.0)
        .auto_shrink([false, false])
        .show_rows(ui, space::ROW, shown.len(), |ui, rows| {
            for &index in shown.get(rows).unwrap_or_default() {
                let Some(listed) = state.worklist.entries.get(index) else {
                    continue;
                };
                let id = listed
                    .sha256()
                    .and_then(|sha256| sha256.get(..8))
                    .unwrap_or("…");
                let note = match (&state.notes, listed.sha256()) {
                    (Some(notes), Some(sha256)) => notes.of(sha256),
                    _ => Default::default(),
                };
                let said = said(&listed.reading);
                let flag = if note.flagged { "yes" } else { "" };
                let cells = [
                    Cell::new((index + 1).to_string()).colour(tokens.text_weak),
                    Cell::new(id).strong(),
                    Cell::new(flag),
                    Cell::new(said.as_str()),
                    Cell::new(note.text.as_str()).colour(tokens.text_secondary),
                ];
                let flagged = if note.flagged { ", flagged" } else { "" };
                let name = format!("{}, ECG {id}{flagged}: {said}", index + 1);
                let is_open = state.worklist.open == Some(index);
                ui.horizontal(|ui| {
                    let row = vec2(width, space::ROW);
                    let choice = ui.allocate_ui(row, |ui| {
                        ui.set_max_width(width);
                        table.choice(ui, &cells, is_open, &name)
                    });
                    if choice.inner.clicked() {
                        commands.send(Command::Worklist(WorklistCommand::Show(index)));
                    }
                    if compare::asked(&choice.inner) {
                        let add = CompareCommand::Add(listed.path.clone());
                        commands.send(Command::Compare(add));
                    }
                    ui.spacing_mut().interact_size.y = space::ROW - 2.0;
                    let name = format!("Compare {id}, number {}", index + 1);
                    compare::toggle(ui, state, &listed.path, &name, commands);
                });
            }
        });
}

fn said(reading: &ListedReading) -> String {
    match reading {
        ListedReading::Waiting => "waiting".to_owned(),
        ListedReading::Failed(reason) => format!("could not be read: {}", without_path(reason)),
        ListedReading::Refused { reason, .. } => reason.clone(),
        ListedReading::Read { positive, .. } => positive_text(positive),
    }
}

/// Errors begin with the file's name, which counts as identity.
pub(super) fn without_path(reason: &str) -> &str {
    reason.split_once(": ").map_or(reason, |(_, rest)| rest)
}

/// Where the open ECG is in the list: `3 of 987`.
pub fn place(state: &State) -> String {
    let list = &state.worklist;
    let number = list.open.map_or("–".to_owned(), |i| (i + 1).to_string());
    format!("{number} of {}", list.entries.len())
}

/// Below the name of the open ECG: its flag and note, and the way through the
/// list.
pub fn beside(
    ui: &mut Ui,
    state: &State,
    opened: &OpenedRecording,
    fields: &mut Fields,
    commands: &mut Commands,
) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        if ui
            .button("Worklist")
            .on_hover_text("ECGs of a folder (Ctrl+L)")
            .clicked()
        {
            commands.send(Command::Toggle(crate::app::command::Overlay::Worklist));
        }
        if !state.worklist.entries.is_empty() {
            if icon_button(ui, "‹", "Previous ECG of the list (Ctrl+←)").clicked() {
                commands.send(Command::Worklist(WorklistCommand::Step(false)));
            }
            weak(ui, place(state));
            if icon_button(ui, "›", "Next ECG of the list (Ctrl+→)").clicked() {
                commands.send(Command::Worklist(WorklistCommand::Step(true)));
            }
        }
        let Some(notes) = &state.notes else { return };
        let saved = notes.of(&opened.sha256);
        let mut flagged = saved.flagged;
        ui.checkbox(&mut flagged, "Flag");
        let edit = TextEdit::singleline(&mut fields.note)
            .hint_text("Note, no names")
            .desired_width(ui.available_width() - space::S)
            .min_size(vec2(60.0, 0.0));
        let left = ui.add(edit).accessible_name("Note").lost_focus();
        if flagged != saved.flagged || left && fields.note != saved.text {
            commands.send(Command::Worklist(WorklistCommand::Note {
                flagged,
                text: fields.note.clone(),
            }));
        }
    });
}
