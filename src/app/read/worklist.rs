//! The ECGs of a folder: what the model reads in each, flags and notes, one
//! click from the sheet.

use std::path::PathBuf;

use eframe::egui::{Button, ComboBox, Context, ScrollArea, TextEdit, Ui, vec2};

use super::compare;
use crate::app::command::{Command, Commands, CompareCommand, Place, WorklistCommand};
use crate::app::state::{Fields, ListedReading, OpenedRecording, State, positive_text};
use crate::app::texts::read::worklist as texts;
use crate::app::tokens::{Tokens, space};
use crate::app::widgets::{
    Cell, Column, Table, dialog, focused_path_field, icon_button, primary_button, problem_ui,
    progress, secondary, small, weak,
};
use crate::app::worker::Purpose;
use crate::training::duration;

const WIDTH: f32 = 860.0;
/// What the button that compares an entry needs.
const COMPARE: f32 = 84.0;

/// The list over the screen.
pub fn overlay(ctx: &Context, state: &State, fields: &mut Fields, commands: &mut Commands) {
    dialog(ctx, texts::TITLE, WIDTH, commands, |ui, commands| {
        problem_ui(ui, state, Place::Worklist, commands);
        folder(ui, state, fields, commands);
        if state.worklist.listing {
            secondary(ui, texts::LISTING);
            return;
        }
        if state.worklist.entries.is_empty() {
            small(ui, texts::WHAT);
            return;
        }
        pace(ui, state, commands);
        filters(ui, state, commands);
        entries(ui, state, commands);
    });
}

fn folder(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    ui.horizontal(|ui| {
        let focus = std::mem::take(&mut fields.focus_path);
        let text = &mut fields.folder;
        let entered = focused_path_field(ui, text, texts::FIELD, texts::HINT, 440.0, focus);
        let path = fields.folder.trim().to_owned();
        let open = primary_button(ui, texts::LIST, !path.is_empty());
        if entered || open.clicked() {
            commands.send(Command::Worklist(WorklistCommand::Open(PathBuf::from(
                path,
            ))));
        }
        let choose = Button::new(texts::CHOOSE);
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
            let left = list
                .time_left()
                .map(|left| duration(left.as_secs_f64().ceil()));
            let text = texts::read(done, count, left.as_deref());
            progress(ui, done as f32 / count.max(1) as f32, 160.0, &text);
            secondary(ui, text);
            if ui.button(texts::STOP).clicked() {
                commands.send(Command::Worklist(WorklistCommand::Cancel));
            }
        } else {
            secondary(ui, texts::read(done, count, None));
            if done < count && ui.button(texts::GO_ON).clicked() {
                commands.send(Command::Worklist(WorklistCommand::Resume));
            }
        }
    });
}

fn filters(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let list = &state.worklist;
    ui.horizontal(|ui| {
        let all = texts::ALL_STATEMENTS.to_owned();
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
            .accessible_name(texts::statement(&current));
        let mut only_flagged = list.only_flagged;
        ui.checkbox(&mut only_flagged, texts::FLAGGED_ONLY);
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
                    Column::right(texts::NUMBER, 40.0),
                    Column::left(texts::ECG, 72.0),
                    Column::left(texts::FLAG, 34.0),
                    Column::left(texts::AT_OR_ABOVE, 0.0),
                    Column::left(texts::NOTE, 190.0),
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
                let flag = if note.flagged { texts::YES } else { "" };
                let cells = [
                    Cell::new((index + 1).to_string()).colour(tokens.text_weak),
                    Cell::new(id).strong(),
                    Cell::new(flag),
                    Cell::new(said.as_str()),
                    Cell::new(note.text.as_str()).colour(tokens.text_secondary),
                ];
                let name = texts::row(index + 1, id, note.flagged, &said);
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
                    let name = texts::compare(id, index + 1);
                    compare::toggle(ui, state, &listed.path, &name, commands);
                });
            }
        });
}

fn said(reading: &ListedReading) -> String {
    match reading {
        ListedReading::Waiting => texts::WAITING.to_owned(),
        ListedReading::Failed(reason) => texts::failed(without_path(reason)),
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
    texts::place(list.open.map(|i| i + 1), list.entries.len())
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
            .button(texts::TITLE)
            .on_hover_text(texts::TITLE_HOVER)
            .clicked()
        {
            commands.send(Command::Toggle(crate::app::command::Overlay::Worklist));
        }
        if !state.worklist.entries.is_empty() {
            if icon_button(ui, "‹", texts::PREVIOUS).clicked() {
                commands.send(Command::Worklist(WorklistCommand::Step(false)));
            }
            weak(ui, place(state));
            if icon_button(ui, "›", texts::NEXT).clicked() {
                commands.send(Command::Worklist(WorklistCommand::Step(true)));
            }
        }
        let Some(notes) = &state.notes else { return };
        let saved = notes.of(&opened.sha256);
        let mut flagged = saved.flagged;
        ui.checkbox(&mut flagged, texts::FLAG);
        let edit = TextEdit::singleline(&mut fields.note)
            .hint_text(texts::NOTE_HINT)
            .desired_width(ui.available_width() - space::S)
            .min_size(vec2(60.0, 0.0));
        let left = ui.add(edit).accessible_name(texts::NOTE).lost_focus();
        if flagged != saved.flagged || left && fields.note != saved.text {
            commands.send(Command::Worklist(WorklistCommand::Note {
                flagged,
                text: fields.note.clone(),
            }));
        }
    });
}
