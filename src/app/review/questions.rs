//! The questions, each with a word for every point; no default answer.

use eframe::egui::{
    Align, Align2, Button, CornerRadius, Layout, Rect, RichText, Role, ScrollArea, Sense, Stroke,
    StrokeKind, TextEdit, Ui, WidgetInfo, vec2,
};

use super::Class;
use crate::app::command::{Commands, ReviewCommand};
use crate::app::state::{Fields, Session};
use crate::app::texts::review::{self as shared, questions as texts};
use crate::app::theme::{regular, strong};
use crate::app::tokens::{Tokens, radius, space, type_size};
use crate::app::widgets::{body, heading, key_hint, primary_button, section, weak};
use crate::review::{Exclusion, Mark, Question};

/// Keys of the first three questions.
const KEYS: [&str; 3] = ["1 – 5", "A – G", "6 – 0"];

/// Room for what stands under the questions, in points: reasons, marks, comment
/// and buttons; more where a saved answer is shown, and where it is changed.
const BELOW_THE_QUESTIONS: f32 = 206.0;
const SAVED_BEFORE: f32 = 20.0;
const REASON: f32 = 40.0;

pub fn ui(
    ui: &mut Ui,
    session: &Session,
    class: &Class<'_>,
    fields: &mut Fields,
    commands: &mut Commands,
) {
    let mut room = ui.available_height() - BELOW_THE_QUESTIONS;
    if session.saved().is_some() {
        room -= SAVED_BEFORE;
        room -= if session.is_unchanged() { 0.0 } else { REASON };
    }
    // A queue that is closed is looked at and not changed; it scrolls all the same.
    ScrollArea::vertical()
        .max_height(room)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            ui.add_enabled_ui(session.may_be_changed(), |ui| {
                for (number, asked) in session.protocol.questions.iter().enumerate() {
                    question(ui, session, number, asked, class, commands);
                    ui.add_space(space::S);
                }
            });
        });
    ui.add_enabled_ui(session.may_be_changed(), |ui| {
        exclusions(ui, session, commands);
        if !session.is_of_pairs() {
            marks(ui, session, commands);
        }
        free_texts(ui, session, fields, commands);
    });
    ui.with_layout(Layout::bottom_up(Align::Min), |ui| {
        actions(ui, session, commands)
    });
}

fn question(
    ui: &mut Ui,
    session: &Session,
    number: usize,
    asked: &Question,
    class: &Class<'_>,
    commands: &mut Commands,
) {
    ui.horizontal(|ui| {
        heading(ui, asked.title.as_str());
        if asked.optional {
            weak(ui, texts::MAY_BE_LEFT_OPEN);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(keys) = KEYS.get(number) {
                key_hint(ui, keys);
            }
        });
    });
    body(ui, asked.about(class.code, class.description));
    let current = session.draft.ratings.get(&asked.id);
    let gap = 5.0;
    let width = (ui.available_width() - 4.0 * gap) / 5.0;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        for (rating, anchor) in (1_u8..).zip(&asked.anchors) {
            let chosen = current == Some(&rating);
            if point(ui, width, rating, anchor, &asked.title, chosen) {
                commands.review(ReviewCommand::Rate(number, rating));
            }
        }
    });
}

/// One point of a scale: its number and its word.
pub(super) fn point(
    ui: &mut Ui,
    width: f32,
    rating: u8,
    anchor: &str,
    name: &str,
    chosen: bool,
) -> bool {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 58.0), Sense::click());
    let label = texts::point(name, rating, anchor);
    response
        .widget_info(|| WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), chosen, &label));
    let corner = CornerRadius::same(radius::CONTROL);
    let (fill, ink, outline) = if chosen {
        (
            tokens.accent,
            tokens.accent_text,
            Stroke::new(1.0, tokens.accent),
        )
    } else if response.hovered() {
        (
            tokens.hover,
            tokens.text,
            Stroke::new(1.0, tokens.outline_strong),
        )
    } else {
        (
            tokens.surface,
            tokens.text,
            Stroke::new(1.0, tokens.outline_strong),
        )
    };
    ui.painter()
        .rect(rect, corner, fill, outline, StrokeKind::Inside);
    if response.has_focus() {
        ui.painter().rect_stroke(
            rect.expand(2.0),
            corner,
            Stroke::new(1.5, tokens.accent_ink),
            StrokeKind::Outside,
        );
    }
    let number = rect.center_top() + vec2(0.0, 17.0);
    ui.painter().text(
        number,
        Align2::CENTER_CENTER,
        rating.to_string(),
        strong(type_size::TITLE),
        ink,
    );
    let words = Rect::from_min_max(
        rect.left_top() + vec2(2.0, 29.0),
        rect.right_bottom() - vec2(2.0, 3.0),
    );
    let colour = if chosen {
        tokens.accent_text
    } else {
        tokens.text_secondary
    };
    let mut job = eframe::egui::text::LayoutJob::simple(
        anchor.to_owned(),
        regular(11.0),
        colour,
        words.width(),
    );
    job.halign = Align::Center;
    let galley = ui.painter().layout_job(job);
    let at = words.center_top() + vec2(0.0, (words.height() - galley.size().y) / 2.0);
    ui.painter().galley(at, galley, colour);
    response.clicked()
}

/// Reasons why there is no rating.
fn exclusions(ui: &mut Ui, session: &Session, commands: &mut Commands) {
    section(ui, texts::INSTEAD);
    ui.horizontal(|ui| {
        let reasons = [
            (Exclusion::LabelError, texts::LABEL_ERROR, "E"),
            (Exclusion::CannotJudge, texts::CANNOT_JUDGE, "J"),
            (Exclusion::Artefact, texts::ARTEFACT, "X"),
        ];
        for (exclusion, name, key) in reasons {
            let chosen = session.draft.exclusion == Some(exclusion);
            if choice(ui, name, key, chosen) {
                commands.review(ReviewCommand::Exclude((!chosen).then_some(exclusion)));
            }
        }
    });
}

/// What can be said beside the scales.
fn marks(ui: &mut Ui, session: &Session, commands: &mut Commands) {
    ui.horizontal(|ui| {
        let marks = [
            (Mark::BestOfClass, texts::BEST_OF_CLASS, "B"),
            (Mark::Bad, texts::BAD, "N"),
        ];
        for (mark, name, key) in marks {
            let chosen = session.draft.mark == Some(mark);
            if choice(ui, name, key, chosen) {
                commands.review(ReviewCommand::Mark((!chosen).then_some(mark)));
            }
        }
    });
}

fn choice(ui: &mut Ui, name: &str, key: &str, chosen: bool) -> bool {
    ui.spacing_mut().item_spacing.x = 4.0;
    ui.spacing_mut().button_padding.x = 6.0;
    let clicked = ui.add(Button::new(name).selected(chosen)).clicked();
    key_hint(ui, key);
    ui.add_space(2.0);
    clicked
}

/// The comment, and the reason where a saved answer is changed.
fn free_texts(ui: &mut Ui, session: &Session, fields: &mut Fields, commands: &mut Commands) {
    let editable = !session.saving;
    ui.horizontal(|ui| {
        section(ui, texts::COMMENT);
        key_hint(ui, "C");
        let comment = one_line(&mut fields.comment, texts::COMMENT_HINT);
        let response =
            ui.add_enabled(editable, comment)
                .accessible_name(match session.is_of_pairs() {
                    true => texts::COMMENT_ON_PAIR,
                    false => texts::COMMENT_ON_PROTOTYPE,
                });
        if std::mem::take(&mut fields.focus_comment) {
            response.request_focus();
        }
        if response.changed() {
            commands.review(ReviewCommand::Comment(fields.comment.clone()));
        }
    });
    if session.saved().is_none() || session.is_unchanged() {
        return;
    }
    ui.horizontal(|ui| {
        section(ui, texts::WHY_CHANGED);
        let reason = one_line(&mut fields.change_reason, texts::REASON_HINT);
        let response = ui
            .add_enabled(editable, reason)
            .accessible_name(texts::REASON);
        if std::mem::take(&mut fields.focus_reason) {
            response.request_focus();
        }
        if response.changed() {
            commands.review(ReviewCommand::Reason(fields.change_reason.clone()));
        }
    });
}

fn one_line<'a>(text: &'a mut String, hint: &'static str) -> TextEdit<'a> {
    TextEdit::singleline(text)
        .hint_text(hint)
        .desired_width(f32::INFINITY)
        .char_limit(crate::review::MAX_COMMENT_CHARS)
        .min_size(vec2(0.0, space::CONTROL))
        .align(Align2::LEFT_CENTER)
}

/// Save and go on, or back. Laid out from the bottom up.
fn actions(ui: &mut Ui, session: &Session, commands: &mut Commands) {
    if session.closed {
        closed_actions(ui, session, commands);
        return;
    }
    let tokens = Tokens::of(ui);
    let missing = session.missing();
    match (session.last_saved, &missing) {
        _ if session.saving => weak(ui, shared::SAVING),
        (_, Some(missing)) => weak(ui, missing.as_str()),
        (Some(event), None) => weak(ui, shared::saved_as(event)),
        (None, None) => weak(ui, texts::ENTER_SAVES),
    };
    ui.horizontal(|ui| {
        let next = if session.is_unchanged() {
            texts::NEXT
        } else {
            texts::SAVE_AND_NEXT
        };
        if primary_button(ui, next, missing.is_none() && !session.saving).clicked() {
            commands.review(ReviewCommand::Next);
        }
        key_hint(ui, shared::ENTER);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let back = ui.add_enabled(
                session.position > 0 && !session.saving,
                Button::new(shared::BACK),
            );
            if back.clicked() {
                commands.review(ReviewCommand::Back);
            }
            key_hint(ui, "U");
            let undo = ui.add_enabled(!session.saving, Button::new(texts::UNDO));
            if undo.clicked() {
                commands.review(ReviewCommand::Undo);
            }
        });
    });
    if session.saved().is_some() {
        ui.label(
            RichText::new(texts::ANSWERED_BEFORE)
                .font(regular(type_size::SMALL))
                .color(tokens.good.text),
        );
    }
}

/// Through the answers of a queue that is closed. Laid out from the bottom up.
fn closed_actions(ui: &mut Ui, session: &Session, commands: &mut Commands) {
    weak(ui, texts::NOTHING_IS_CHANGED);
    ui.horizontal(|ui| {
        if primary_button(ui, texts::NEXT, true).clicked() {
            commands.review(ReviewCommand::Next);
        }
        key_hint(ui, shared::ENTER);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let back = ui.add_enabled(session.position > 0, Button::new(shared::BACK));
            if back.clicked() {
                commands.review(ReviewCommand::Back);
            }
            if ui.button(texts::TO_THE_END).clicked() {
                commands.review(ReviewCommand::GoTo(session.queue.len()));
            }
        });
    });
    if session.saved().is_none() {
        weak(ui, texts::NO_ANSWER);
    }
}
