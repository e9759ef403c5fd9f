//! The Read screen: an ECG, what the model says, and the training ECG that it
//! says so by.

mod arrangement;
pub(super) mod attention;
mod checks;
mod compare;
mod display_bar;
mod evidence;
mod findings;
mod ledger;
mod measurements;
mod nearest;
mod pair;
mod panels;
mod predictions;
mod print;
mod welcome;
mod what_if;
mod worklist;
mod zoom_buttons;

use eframe::egui::{Align, Frame, Layout, Margin, Panel, ScrollArea, Ui};

use super::command::{Command, Commands, Overlay, Place, Scroll};
use super::state::{Fields, OpenedRecording, State};
use super::texts::{columns, read as texts};
use super::tokens::space;
use super::widgets::{card_frame, icon_button, problem_ui, title, weak};
use super::worker::Purpose;
use crate::explain::reading;

pub use measurements::median_beat_overlay;
pub use predictions::order;
pub use print::overlay as print_overlay;
pub use welcome::overlay as open_overlay;
pub use worklist::overlay as worklist_overlay;

/// Width of the column with the predictions.
const COLUMN: f32 = 408.0;

pub fn ui(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    if state.comparison.shown {
        compare::ui(ui, state, fields, commands);
        return;
    }
    let Some(opened) = &state.reading.opened else {
        welcome::ui(ui, state, fields, commands);
        return;
    };
    if !state.reading.enlarged {
        column(ui, state, opened, fields, commands);
    }
    Frame::new().show(ui, |ui| {
        if state.reading.enlarged {
            over(ui, state, opened, commands);
        }
        if state.overlay != Some(Overlay::Open) {
            problem_ui(ui, state, Place::Reading, commands);
        }
        problem_ui(ui, state, Place::Notes, commands);
        problem_ui(ui, state, Place::Model, commands);
        let along = display_bar::Along {
            duration_s: opened.recording.duration_s(),
            start_s: state.reading.page_start_s,
        };
        display_bar::ui(ui, state, along, fields, commands);
        ui.add_space(space::XS);
        pair::ui(ui, state, opened, fields, commands);
        let scrolled_s = std::mem::take(&mut fields.read_zoom.scrolled_s);
        if scrolled_s != 0.0 {
            commands.send(Command::Scroll(Scroll::By(scrolled_s)));
        }
    });
}

/// At the left: the ECG, what is noticed about it, what the model says.
fn column(
    ui: &mut Ui,
    state: &State,
    opened: &OpenedRecording,
    fields: &mut Fields,
    commands: &mut Commands,
) {
    let frame = Frame::new().outer_margin(Margin {
        right: space::M as i8,
        ..Margin::ZERO
    });
    Panel::left("reading")
        .exact_size(COLUMN)
        .resizable(false)
        .show_separator_line(false)
        .frame(frame)
        .show(ui, |ui| {
            card_frame(ui).inner_margin(Margin::ZERO).show(ui, |ui| {
                ui.set_min_height(ui.available_height());
                let inner = Margin::symmetric(space::M as i8, space::S as i8);
                Frame::new().inner_margin(inner).show(ui, |ui| {
                    recording(ui, state, opened, commands);
                    worklist::beside(ui, state, opened, fields, commands);
                });
                ScrollArea::vertical()
                    .auto_shrink([false, false])
                    .show(ui, |ui| {
                        Frame::new()
                            .inner_margin(Margin {
                                bottom: space::S as i8,
                                ..Margin::symmetric(space::XS as i8, 0)
                            })
                            .show(ui, |ui| {
                                findings::ui(ui, &opened.report);
                                measurements::ui(ui, state, opened, commands);
                                predictions::ui(ui, state, commands);
                            });
                    });
            });
        });
}

/// Over sheets that have the whole screen: which ECG it is, the one that is on
/// its way, and what nobody may overlook.
fn over(ui: &mut Ui, state: &State, opened: &OpenedRecording, commands: &mut Commands) {
    ui.horizontal(|ui| {
        title(ui, texts::ecg(&opened.id));
        facts(ui, opened);
        if !state.worklist.entries.is_empty() {
            weak(ui, worklist::place(state));
        }
        opening(ui, state, commands);
    });
    findings::warnings(ui, &opened.report);
    predictions::notices(ui, state, commands);
}

/// A file that is on its way in.
fn opening(ui: &mut Ui, state: &State, commands: &mut Commands) {
    if state.reading.opening.is_some() {
        if ui.button(texts::welcome::CANCEL).clicked() {
            commands.send(Command::CancelOpening);
        }
        ui.spinner();
    }
}

/// What is open, and how to open another.
fn recording(ui: &mut Ui, state: &State, opened: &OpenedRecording, commands: &mut Commands) {
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.horizontal(|ui| {
        title(ui, texts::ecg(&opened.id));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if icon_button(ui, "×", texts::CLOSE).clicked() {
                commands.send(Command::CloseRecording);
            }
            if icon_button(ui, "…", texts::PATH_AND_RECENT).clicked() {
                commands.send(Command::Toggle(Overlay::Open));
            }
            if ui
                .button(texts::OPEN)
                .on_hover_text(texts::OPEN_HOVER)
                .clicked()
            {
                commands.send(Command::Ask(Purpose::OpenRecording));
            }
            opening(ui, state, commands);
            if state.reading.opening.is_none() {
                compare::beside(ui, state, opened, commands);
            }
        });
    });
    facts(ui, opened);
}

fn facts(ui: &mut Ui, opened: &OpenedRecording) {
    let recording = &opened.recording;
    let shown_hz = opened.drawn.source.shown().rate_hz;
    let mut facts = vec![
        recording.format.clone(),
        texts::leads(recording.channels.len()),
        texts::rate(recording.rate_hz, shown_hz),
        columns::seconds(recording.duration_s()),
    ];
    facts.extend(reading::age_and_sex(recording));
    let response = weak(ui, facts.join(" · "));
    response.on_hover_text(texts::unit_and_id(&recording.unit_source));
}
