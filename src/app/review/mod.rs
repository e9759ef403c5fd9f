//! The Review screen: one prototype at a time, named only by its class.

mod questions;
mod sheets;
mod start;

use eframe::egui::{Align, Frame, Layout, Margin, Panel, RichText, Ui, vec2};

use super::command::{Commands, Place, ReviewCommand};
use super::state::{Fields, LoadedModel, Session, State};
use super::theme::strong;
use super::tokens::{Tokens, space, type_size};
use super::widgets::{
    card, card_frame, ghost_button, problem_ui, progress, secondary, title, weak,
};

/// Width of the column with the questions.
const COLUMN: f32 = 384.0;

pub fn ui(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    let (Some(session), Some(model)) = (&state.review.session, state.model.bundle()) else {
        start::ui(ui, state, fields, commands);
        return;
    };
    header(ui, session, commands);
    ui.add_space(space::S);
    match session.prototype() {
        None => done(ui, session, commands),
        Some(prototype) => rate(ui, state, session, model, prototype, fields, commands),
    }
}

/// Who rates, and how far.
fn header(ui: &mut Ui, session: &Session, commands: &mut Commands) {
    ui.horizontal(|ui| {
        let saved_in = format!("Answers are saved in {}", session.database.display());
        title(ui, format!("Rater {}", session.rater)).on_hover_text(saved_in);
        if ghost_button(ui, "Change rater").clicked() {
            commands.review(ReviewCommand::Leave);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (answered, total) = (session.answers.len(), session.order.len());
            let share = if total == 0 {
                0.0
            } else {
                answered as f32 / total as f32
            };
            let text = format!("{answered} of {total} answered");
            progress(ui, share, 220.0, &format!("Progress: {text}"));
            secondary(ui, text);
        });
    });
}

fn rate(
    ui: &mut Ui,
    state: &State,
    session: &Session,
    model: &LoadedModel,
    prototype: usize,
    fields: &mut Fields,
    commands: &mut Commands,
) {
    let Some(statement) = model.manifest.class_of(prototype) else {
        return;
    };
    let class = Class {
        code: &statement.code,
        description: statement.description(),
    };
    let frame = Frame::new().outer_margin(Margin {
        left: space::M as i8,
        ..Margin::ZERO
    });
    Panel::right("questions")
        .exact_size(COLUMN)
        .resizable(false)
        .show_separator_line(false)
        .frame(frame)
        .show(ui, |ui| {
            problem_ui(
                ui,
                Place::Review,
                state.problems.get(&Place::Review),
                commands,
            );
            card(ui, |ui| {
                ui.set_min_size(ui.available_size());
                questions::ui(ui, session, &class, fields, commands);
            });
        });
    card_frame(ui).inner_margin(space::S as i8).show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        ui.horizontal(|ui| {
            // The class and nothing else: no record, no score, no model output.
            ui.label(
                RichText::new(class.code)
                    .font(strong(type_size::TITLE))
                    .color(Tokens::of(ui).text),
            );
            secondary(ui, class.description);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                weak(
                    ui,
                    format!("{} of {}", session.position + 1, session.order.len()),
                );
            });
        });
        let window_s = model.exemplars.window_s(prototype);
        sheets::ui(
            ui,
            state,
            (prototype, window_s),
            &mut fields.review_zoom,
            commands,
        );
    });
}

/// The class of the prototype that is rated.
pub struct Class<'a> {
    pub code: &'a str,
    pub description: &'a str,
}

/// Nothing is left to rate.
fn done(ui: &mut Ui, session: &Session, commands: &mut Commands) {
    ui.add_space(space::XXL);
    ui.vertical_centered(|ui| {
        ui.allocate_ui(vec2(480.0, 0.0), |ui| {
            card(ui, |ui| {
                if session.is_done() {
                    title(ui, "All prototypes are answered");
                    secondary(ui, "Thank you. You can go back and change an answer; the earlier one stays in the history.");
                } else {
                    title(ui, "The end of the list");
                    secondary(ui, "Some prototypes before this one have no answer yet.");
                }
                ui.add_space(space::S);
                ui.horizontal(|ui| {
                    if ui.button("Back").clicked() {
                        commands.review(ReviewCommand::Back);
                    }
                    if let Some(open) = session.next_unanswered(0)
                        && ui.button("Go to the first open one").clicked()
                    {
                        commands.review(ReviewCommand::GoTo(open));
                    }
                    if ui.button("See the statistics").clicked() {
                        commands.send(super::command::Command::Show(super::command::Screen::Statistics));
                    }
                });
            });
        });
    });
}
