//! The Review screen: one prototype at a time, named only by its class; or, in a
//! reading study, one test ECG at a time.

mod header;
mod metrics;
mod prediction;
mod questions;
mod reading;
mod sheets;
mod start;

use eframe::egui::{Align, Frame, Layout, Margin, Panel, RichText, Ui, vec2};

use self::header::Header;
use super::command::{Command, Commands, Place, ReviewCommand, ReviewPage, Screen};
use super::state::{Fields, LoadedModel, Session, State};
use super::texts::{columns, review as texts};
use super::theme::strong;
use super::tokens::{Tokens, space, type_size};
use crate::review::Blinding;

use super::widgets::{
    banner, body, card, card_frame, key_hint, problem_ui, secondary, segmented, title, weak,
};

/// Width of the column with the questions.
const COLUMN: f32 = 384.0;

pub fn ui(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    if let (Some(reader), Some(_)) = (&state.review.reader, state.model.bundle()) {
        reading::ui(ui, state, reader, fields, commands);
        return;
    }
    let (Some(session), Some(model)) = (&state.review.session, state.model.bundle()) else {
        start::ui(ui, state, fields, commands);
        return;
    };
    Header::of_ratings(session).ui(ui, commands);
    if session.may_stop && !session.closed && !session.is_done() {
        enough(ui, session, commands);
    }
    ui.add_space(space::S);
    match session.prototype() {
        None => done(ui, session, commands),
        Some(prototype) => rate(ui, state, session, model, prototype, fields, commands),
    }
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
            problem_ui(ui, state, Place::Review, commands);
            card(ui, |ui| {
                ui.set_min_size(ui.available_size());
                questions::ui(ui, session, &class, fields, commands);
            });
        });
    let window_s = model.exemplars.window_s(prototype);
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
                let (number, of) = (session.position + 1, session.queue.len());
                weak(ui, columns::of(number, of));
                let pages_of = ReviewPage::of(window_s.is_some(), session.is_of_pairs());
                pages(ui, session.page, pages_of, commands);
            });
        });
        if session.protocol.blinding == Blinding::WithPrediction {
            let said = state.review.predictions.get(&prototype);
            body(ui, prediction::sentence(said, class.code));
        }
        if let Some(pair) = session.pair() {
            if let Some(cosine) = session.seen_cosine() {
                body(ui, texts::cosine_of_two(cosine));
            }
            let shown = reading::sheets::Shown {
                page: session.page.as_reading(),
                sheet: session.sheets.get(pair.ecg_id),
                prototype: Some(prototype),
                attended: None,
            };
            reading::sheets::ui(ui, state, shown, &mut fields.review_zoom, commands);
            return;
        }
        if session.may_see_metrics() {
            metrics::ui(ui, state, session, prototype);
        }
        sheets::ui(
            ui,
            state,
            session.page,
            (prototype, window_s),
            &mut fields.review_zoom,
            commands,
        );
    });
}

/// The choice of a page. Laid out from the right.
fn pages(ui: &mut Ui, current: ReviewPage, pages: Vec<ReviewPage>, commands: &mut Commands) {
    let options: Vec<(ReviewPage, &str)> =
        pages.into_iter().map(|page| (page, page.name())).collect();
    key_hint(ui, "← →");
    if let Some(page) = segmented(ui, current, &options) {
        commands.review(ReviewCommand::ShowPage(page));
    }
}

/// The class of the prototype that is rated.
pub struct Class<'a> {
    pub code: &'a str,
    pub description: &'a str,
}

/// Nothing is left to rate, or the queue was ended.
fn done(ui: &mut Ui, session: &Session, commands: &mut Commands) {
    ui.add_space(space::XXL);
    ui.vertical_centered(|ui| {
        ui.allocate_ui(vec2(520.0, 0.0), |ui| {
            card(ui, |ui| {
                let of_pairs = session.is_of_pairs();
                let (heading, text) = match (session.closed, session.is_done()) {
                    (true, _) => (texts::QUEUE_IS_CLOSED, texts::NOTHING_MORE_IS_RATED),
                    (false, true) => (
                        if of_pairs {
                            texts::ALL_PAIRS_ANSWERED
                        } else {
                            texts::ALL_PROTOTYPES_ANSWERED
                        },
                        texts::MAY_GO_BACK,
                    ),
                    (false, false) => (texts::END_OF_LIST, texts::SOME_ARE_OPEN),
                };
                title(ui, heading);
                secondary(ui, text);
                ui.add_space(space::S);
                ui.horizontal(|ui| done_buttons(ui, session, commands));
            });
        });
    });
}

fn done_buttons(ui: &mut Ui, session: &Session, commands: &mut Commands) {
    if session.closed {
        if ui.button(texts::SEE_STATISTICS).clicked() {
            commands.send(Command::Show(Screen::Statistics));
        }
        if ui.button(texts::LOOK_THROUGH).clicked() {
            commands.review(ReviewCommand::GoTo(0));
        }
        return;
    }
    if ui.button(texts::BACK).clicked() {
        commands.review(ReviewCommand::Back);
    }
    if let Some(open) = session.next_unanswered(0)
        && ui.button(texts::FIRST_OPEN).clicked()
    {
        commands.review(ReviewCommand::GoTo(open));
    }
    close_button(ui, session, commands);
}

fn close_button(ui: &mut Ui, session: &Session, commands: &mut Commands) {
    let text = if session.confirm_close {
        texts::REALLY_CLOSE
    } else {
        texts::CLOSE_QUEUE
    };
    if ui.button(text).clicked() {
        commands.review(ReviewCommand::Close);
    }
}

/// The protocol's rule is met; nothing is said of what was rated.
fn enough(ui: &mut Ui, session: &Session, commands: &mut Commands) {
    let tone = Tokens::of(ui).good;
    banner(ui, tone, |ui| {
        ui.horizontal(|ui| {
            body(ui, texts::ENOUGH);
            close_button(ui, session, commands);
        });
    });
}
