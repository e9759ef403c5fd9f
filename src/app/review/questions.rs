//! The two questions, each with a word for every point; no default answer.

use eframe::egui::{
    Align, Align2, Button, CornerRadius, Layout, Rect, RichText, Role, Sense, Stroke, StrokeKind,
    TextEdit, Ui, WidgetInfo, vec2,
};

use super::Class;
use crate::app::command::{Commands, ReviewCommand};
use crate::app::state::{Fields, Session};
use crate::app::theme::{regular, strong};
use crate::app::tokens::{Tokens, radius, space, type_size};
use crate::app::widgets::{body, heading, key_hint, primary_button, section, weak};
use crate::review::{Criterion, Exclusion};

/// What each point of a scale means, 1 to 5.
pub fn anchors(criterion: Criterion) -> [&'static str; 5] {
    match criterion {
        Criterion::Representativeness => [
            "Disagree fully",
            "Rather disagree",
            "Undecided",
            "Rather agree",
            "Agree fully",
        ],
        Criterion::Clarity => [
            "Very unclear",
            "Unclear",
            "In between",
            "Clear",
            "Very clear",
        ],
    }
}

pub fn ui(
    ui: &mut Ui,
    session: &Session,
    class: &Class<'_>,
    fields: &mut Fields,
    commands: &mut Commands,
) {
    question(
        ui,
        session,
        Criterion::Representativeness,
        "Representativeness",
        &format!("This ECG is a good example of {}.", named(class)),
        "1 – 5",
        commands,
    );
    ui.add_space(space::M);
    question(
        ui,
        session,
        Criterion::Clarity,
        "Clarity",
        &format!("How clearly does it show what makes {}?", class.code),
        "Q – T",
        commands,
    );
    ui.add_space(space::M);
    exclusions(ui, session, commands);
    ui.add_space(space::S);
    comment(ui, session.saving, fields, commands);
    ui.with_layout(Layout::bottom_up(Align::Min), |ui| {
        actions(ui, session, commands)
    });
}

fn named(class: &Class<'_>) -> String {
    if class.description.is_empty() {
        class.code.to_owned()
    } else {
        format!("{} ({})", class.description, class.code)
    }
}

fn question(
    ui: &mut Ui,
    session: &Session,
    criterion: Criterion,
    name: &str,
    text: &str,
    keys: &str,
    commands: &mut Commands,
) {
    ui.horizontal(|ui| {
        heading(ui, name);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            key_hint(ui, keys)
        });
    });
    body(ui, text);
    let current = session.draft.rating(criterion);
    let gap = 5.0;
    let width = (ui.available_width() - 4.0 * gap) / 5.0;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        for (rating, anchor) in (1_u8..).zip(anchors(criterion)) {
            if point(ui, width, rating, anchor, name, current == Some(rating)) {
                commands.review(ReviewCommand::Rate(criterion, rating));
            }
        }
    });
}

/// One point of a scale: its number and its word.
fn point(ui: &mut Ui, width: f32, rating: u8, anchor: &str, name: &str, chosen: bool) -> bool {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 62.0), Sense::click());
    let label = format!("{name} {rating}: {}", anchor.to_lowercase());
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
    section(ui, "Or, instead of a rating");
    ui.horizontal(|ui| {
        let reasons = [
            (Exclusion::LabelError, "Label error", "L"),
            (Exclusion::CannotJudge, "Cannot judge", "J"),
        ];
        for (exclusion, name, key) in reasons {
            let chosen = session.draft.exclusion == Some(exclusion);
            if ui.add(Button::new(name).selected(chosen)).clicked() {
                commands.review(ReviewCommand::Exclude((!chosen).then_some(exclusion)));
            }
            key_hint(ui, key);
            ui.add_space(space::XS);
        }
    });
}

fn comment(ui: &mut Ui, saving: bool, fields: &mut Fields, commands: &mut Commands) {
    ui.horizontal(|ui| {
        section(ui, "Comment");
        key_hint(ui, "C");
    });
    let edit = TextEdit::singleline(&mut fields.comment)
        .hint_text("optional, no names")
        .desired_width(f32::INFINITY)
        .char_limit(crate::review::MAX_COMMENT_CHARS)
        .min_size(vec2(0.0, space::CONTROL))
        .align(Align2::LEFT_CENTER);
    let response = ui
        .add_enabled(!saving, edit)
        .accessible_name("Comment on this prototype");
    if std::mem::take(&mut fields.focus_comment) {
        response.request_focus();
    }
    if response.changed() {
        commands.review(ReviewCommand::Comment(fields.comment.clone()));
    }
}

/// Save and go on, or back. Laid out from the bottom up.
fn actions(ui: &mut Ui, session: &Session, commands: &mut Commands) {
    let tokens = Tokens::of(ui);
    let missing = session.draft.missing();
    match (&session.last_saved, missing) {
        _ if session.saving => weak(ui, "Saving…"),
        (_, Some(missing)) => weak(ui, missing),
        (Some(saved), None) => weak(ui, format!("{saved}.")),
        (None, None) => weak(ui, "Enter saves the answer and goes on."),
    };
    ui.horizontal(|ui| {
        let next = if session.is_unchanged() {
            "Next"
        } else {
            "Save and next"
        };
        if primary_button(ui, next, missing.is_none() && !session.saving).clicked() {
            commands.review(ReviewCommand::Next);
        }
        key_hint(ui, "Enter");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let back = ui.add_enabled(session.position > 0 && !session.saving, Button::new("Back"));
            if back.clicked() {
                commands.review(ReviewCommand::Back);
            }
        });
    });
    if session
        .prototype()
        .is_some_and(|prototype| session.answers.contains_key(&prototype))
    {
        ui.label(
            RichText::new("Answered before; a change is saved as a new event.")
                .font(regular(type_size::SMALL))
                .color(tokens.good.text),
        );
    }
}
