//! Reading test ECGs: one arm after the other, each answered once.

mod answer;
pub(super) mod sheets;

use eframe::egui::{Align, Frame, Layout, Margin, Panel, Ui, vec2};

use super::COLUMN;
use super::header::Header;
use crate::app::command::{Command, Commands, Place, ReadingCommand, ReadingPage, Screen};
use crate::app::state::{Fields, ReadingSession, State};
use crate::app::texts::review::{self as shared, reading as texts};
use crate::app::tokens::space;
use crate::app::widgets::{
    card, card_frame, heading, key_hint, problem_ui, secondary, segmented, title, weak,
};
use crate::review::reading::Arm;

pub fn ui(
    ui: &mut Ui,
    state: &State,
    reader: &ReadingSession,
    fields: &mut Fields,
    commands: &mut Commands,
) {
    Header::of_readings(reader).ui(ui, commands);
    ui.add_space(space::S);
    match reader.place().filter(|_| !reader.closed) {
        None => done(ui, reader, commands),
        Some(place) => read(ui, state, reader, place.arm, fields, commands),
    }
}

fn read(
    ui: &mut Ui,
    state: &State,
    reader: &ReadingSession,
    arm: Arm,
    fields: &mut Fields,
    commands: &mut Commands,
) {
    let frame = Frame::new().outer_margin(Margin {
        left: space::M as i8,
        ..Margin::ZERO
    });
    Panel::right("reading-answer")
        .exact_size(COLUMN)
        .resizable(false)
        .show_separator_line(false)
        .frame(frame)
        .show(ui, |ui| {
            problem_ui(ui, state, Place::Review, commands);
            card(ui, |ui| {
                ui.set_min_size(ui.available_size());
                answer::ui(ui, reader, arm, fields, commands);
            });
        });
    card_frame(ui).inner_margin(space::S as i8).show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        ui.horizontal(|ui| {
            // Neither record nor age: the ECG alone.
            heading(ui, texts::QUESTION);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let (number, of) = (reader.arm_number(), reader.study.protocol.arms.len());
                weak(ui, texts::part(number, of));
                pages(ui, reader.page, arm, commands);
            });
        });
        let shown = sheets::Shown {
            page: reader.page,
            sheet: reader.sheet(),
            prototype: reader.prototype(),
            attended: reader.attended(),
        };
        sheets::ui(ui, state, shown, &mut fields.review_zoom, commands);
    });
}

/// The choice of a page. Laid out from the right.
fn pages(ui: &mut Ui, current: ReadingPage, arm: Arm, commands: &mut Commands) {
    let pages = ReadingPage::of(Some(arm)).iter();
    let options: Vec<(ReadingPage, &str)> = pages.map(|page| (*page, page.name())).collect();
    key_hint(ui, "← →");
    if let Some(page) = segmented(ui, current, &options) {
        commands.read_study(ReadingCommand::ShowPage(page));
    }
}

/// Nothing is left to read, or the queue was ended.
fn done(ui: &mut Ui, reader: &ReadingSession, commands: &mut Commands) {
    ui.add_space(space::XXL);
    ui.vertical_centered(|ui| {
        ui.allocate_ui(vec2(520.0, 0.0), |ui| {
            card(ui, |ui| {
                let (name, text) = if reader.closed {
                    (shared::QUEUE_IS_CLOSED, texts::NOTHING_MORE_IS_READ)
                } else {
                    (texts::ALL_READ, texts::CLOSING_IS_FINAL)
                };
                title(ui, name);
                secondary(ui, text);
                ui.add_space(space::S);
                if reader.closed {
                    if ui.button(shared::SEE_STATISTICS).clicked() {
                        commands.send(Command::Show(Screen::Statistics));
                    }
                    return;
                }
                let text = if reader.confirm_close {
                    shared::REALLY_CLOSE
                } else {
                    shared::CLOSE_QUEUE
                };
                if ui.button(text).clicked() {
                    commands.read_study(ReadingCommand::Close);
                }
            });
        });
    });
}
