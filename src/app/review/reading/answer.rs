//! The column beside the ECG: what is shown in this arm, statements to choose
//! from, how sure one is; no default answer in any arm.

use eframe::egui::{
    Align, Align2, Button, CornerRadius, Frame, Key, Layout, Margin, Modifiers, RichText, Role,
    ScrollArea, Sense, Stroke, TextEdit, Ui, WidgetInfo, vec2,
};

use crate::app::command::{Commands, ReadingCommand};
use crate::app::review::questions::point;
use crate::app::state::{Fields, ReadingSession};
use crate::app::texts::review::{self as shared, reading::answer as texts};
use crate::app::theme::{regular, strong};
use crate::app::tokens::{Tokens, radius, space, type_size};
use crate::app::widgets::{body, heading, key_hint, primary_button, section, weak};
use crate::review::reading::{Arm, ReadEcg};
use crate::statements;

/// Room for what stands under the list, in points: confidence and buttons.
const BELOW_THE_LIST: f32 = 172.0;

pub fn ui(
    ui: &mut Ui,
    reader: &ReadingSession,
    arm: Arm,
    fields: &mut Fields,
    commands: &mut Commands,
) {
    if let Some(ecg) = reader.ecg().filter(|_| arm != Arm::Unaided) {
        prediction(ui, ecg);
    }
    statement_heading(ui, reader);
    chosen(ui, reader, commands);
    let hits = hits(reader, &fields.statement);
    search(ui, reader, &hits, fields, commands);
    let room = (ui.available_height() - BELOW_THE_LIST).max(3.0 * space::ROW);
    ScrollArea::vertical()
        .max_height(room)
        .min_scrolled_height(room)
        .auto_shrink([false, false])
        .show(ui, |ui| list(ui, reader, &hits, fields, commands));
    confidence(ui, reader, commands);
    ui.with_layout(Layout::bottom_up(Align::Min), |ui| {
        actions(ui, reader, commands)
    });
}

/// What the model says: the same words whether it is the model's own statement
/// or a control.
fn prediction(ui: &mut Ui, ecg: &ReadEcg) {
    let tokens = Tokens::of(ui);
    let said = &ecg.shown.said;
    let description = statements::describe(&said.code).unwrap_or_default();
    Frame::new()
        .fill(tokens.sunken)
        .stroke(Stroke::new(1.0, tokens.outline))
        .corner_radius(CornerRadius::same(radius::CONTROL))
        .inner_margin(Margin::same(space::S as i8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            section(ui, texts::MODEL_SAYS);
            heading(ui, format!("{}, {description}", said.code));
            body(ui, texts::probability(said.probability, said.positive));
        });
    ui.add_space(space::XS);
}

fn statement_heading(ui: &mut Ui, reader: &ReadingSession) {
    let most = reader.study.protocol.most_statements;
    ui.horizontal(|ui| {
        heading(ui, texts::YOUR_DIAGNOSIS);
        weak(ui, texts::at_most(most));
    });
}

/// What is chosen, and what was said in the arm before.
fn chosen(ui: &mut Ui, reader: &ReadingSession, commands: &mut Commands) {
    let draft = &reader.draft;
    if draft.statements.is_empty() {
        weak(ui, texts::NOTHING_CHOSEN);
    } else {
        body(ui, texts::chosen(&draft.statements));
    }
    if let Some(before) = reader.before() {
        ui.horizontal(|ui| {
            weak(ui, texts::before(&before.statements, before.confidence));
            let same = ui.add_enabled(draft.statements.is_empty(), Button::new(texts::AS_BEFORE));
            if same.clicked() {
                commands.read_study(ReadingCommand::AsBefore);
            }
            key_hint(ui, "S");
        });
    }
}

/// The statements whose code or description has what is searched for; such as
/// begin with it first.
fn hits<'a>(reader: &'a ReadingSession, search: &str) -> Vec<Choice<'a>> {
    let offered = reader.study.statements.iter();
    matching(offered.map(|code| Choice::of(code)), search)
}

/// What can be said: a statement or a superclass.
#[derive(Clone, Copy)]
struct Choice<'a> {
    code: &'a str,
    description: &'static str,
}

impl<'a> Choice<'a> {
    fn of(code: &'a str) -> Self {
        Self {
            code,
            description: statements::describe(code).unwrap_or_default(),
        }
    }
}

fn matching<'a>(offered: impl Iterator<Item = Choice<'a>>, search: &str) -> Vec<Choice<'a>> {
    let search = search.trim().to_lowercase();
    let rank = |statement: &Choice<'_>| {
        let (code, description) = (
            statement.code.to_lowercase(),
            statement.description.to_lowercase(),
        );
        let of_words = |text: &str| text.split([' ', '/', '-']).any(|w| w.starts_with(&search));
        if code == search {
            Some(0)
        } else if code.starts_with(&search) {
            Some(1)
        } else if of_words(&description) {
            Some(2)
        } else {
            (code.contains(&search) || description.contains(&search)).then_some(3)
        }
    };
    let mut hits: Vec<_> = offered
        .filter_map(|statement| Some((rank(&statement)?, statement)))
        .collect();
    hits.sort_by_key(|(rank, _)| *rank);
    hits.into_iter().map(|(_, statement)| statement).collect()
}

/// The field to search in; arrows move among the hits, Enter chooses one and
/// gives the keyboard back.
fn search(
    ui: &mut Ui,
    reader: &ReadingSession,
    hits: &[Choice<'_>],
    fields: &mut Fields,
    commands: &mut Commands,
) {
    ui.horizontal(|ui| {
        let id = ui.scope_id().with("statement");
        if ui.memory(|memory| memory.has_focus(id)) {
            // Before the field sees them: there they move the cursor.
            let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
            let (down, up) = (pressed(Key::ArrowDown), pressed(Key::ArrowUp));
            let hit = fields.statement_hit + usize::from(down);
            let hit = hit.saturating_sub(usize::from(up));
            fields.statement_hit = hit.min(hits.len().saturating_sub(1));
        }
        let edit = TextEdit::singleline(&mut fields.statement)
            .id(id)
            .hint_text(texts::SEARCH_HINT)
            .desired_width(ui.available_width() - 44.0)
            .char_limit(40)
            .min_size(vec2(0.0, space::CONTROL))
            .align(Align2::LEFT_CENTER);
        let response = ui
            .add_enabled(!reader.saving, edit)
            .accessible_name(texts::SEARCH);
        key_hint(ui, "F");
        if std::mem::take(&mut fields.focus_statement) {
            response.request_focus();
        }
        if response.changed() {
            fields.statement_hit = 0;
        }
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if entered && !fields.statement.trim().is_empty() {
            if let Some(hit) = hits.get(fields.statement_hit) {
                commands.read_study(ReadingCommand::Toggle(hit.code.to_owned()));
            }
            fields.statement.clear();
            fields.statement_hit = 0;
        }
    });
}

fn list(
    ui: &mut Ui,
    reader: &ReadingSession,
    hits: &[Choice<'_>],
    fields: &Fields,
    commands: &mut Commands,
) {
    if hits.is_empty() {
        weak(ui, texts::NONE_FOUND);
    }
    let is_searching = !fields.statement.trim().is_empty();
    ui.spacing_mut().item_spacing.y = 0.0;
    for (number, statement) in hits.iter().enumerate() {
        let is_hit = is_searching && number == fields.statement_hit;
        let mut chosen = reader.draft.statements.iter();
        let is_chosen = chosen.any(|code| code == statement.code);
        if row(ui, *statement, is_chosen, is_hit) {
            commands.read_study(ReadingCommand::Toggle(statement.code.to_owned()));
        }
    }
}

/// One statement: a box to tick, its code, its name.
fn row(ui: &mut Ui, statement: Choice<'_>, is_chosen: bool, is_hit: bool) -> bool {
    let tokens = Tokens::of(ui);
    let size = vec2(ui.available_width(), space::ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let name = format!("{}: {}", statement.code, statement.description);
    response
        .widget_info(|| WidgetInfo::selected(Role::CheckBox, ui.is_enabled(), is_chosen, &name));
    if is_chosen || is_hit || response.hovered() {
        let fill = match (is_chosen, is_hit) {
            (true, _) => tokens.selected,
            (false, true) => tokens.pressed,
            (false, false) => tokens.hover,
        };
        ui.painter()
            .rect_filled(rect, CornerRadius::same(radius::SMALL), fill);
    }
    if is_hit || response.has_focus() {
        ui.painter().rect_stroke(
            rect,
            CornerRadius::same(radius::SMALL),
            Stroke::new(1.5, tokens.accent_ink),
            eframe::egui::StrokeKind::Inside,
        );
    }
    let centre = |x: f32| rect.left_center() + vec2(x, 0.0);
    // Not by colour alone.
    let sign = if is_chosen { "●" } else { "○" };
    let paint = |at, text: &str, font, colour| {
        ui.painter()
            .text(at, Align2::LEFT_CENTER, text, font, colour);
    };
    paint(
        centre(6.0),
        sign,
        regular(type_size::BODY),
        tokens.accent_ink,
    );
    paint(
        centre(24.0),
        statement.code,
        strong(type_size::BODY),
        tokens.text,
    );
    let mut job = eframe::egui::text::LayoutJob::simple_singleline(
        statement.description.to_owned(),
        regular(type_size::BODY),
        tokens.text_secondary,
    );
    job.wrap.max_width = rect.width() - 90.0;
    job.wrap.max_rows = 1;
    job.wrap.break_anywhere = true;
    let galley = ui.painter().layout_job(job);
    let at = centre(84.0) - vec2(0.0, galley.size().y / 2.0);
    ui.painter().galley(at, galley, tokens.text_secondary);
    response.on_hover_text(name).clicked()
}

fn confidence(ui: &mut Ui, reader: &ReadingSession, commands: &mut Commands) {
    ui.add_space(space::XS);
    ui.horizontal(|ui| {
        heading(ui, texts::HOW_SURE);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            key_hint(ui, "1 – 5");
        });
    });
    let gap = 5.0;
    let width = (ui.available_width() - 4.0 * gap) / 5.0;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        for (value, word) in (1_u8..).zip(texts::POINTS_OF_CONFIDENCE) {
            let is_chosen = reader.draft.confidence == Some(value);
            if point(ui, width, value, word, texts::CONFIDENCE, is_chosen) {
                commands.read_study(ReadingCommand::Confide(value));
            }
        }
    });
}

/// Save and go on. Laid out from the bottom up.
fn actions(ui: &mut Ui, reader: &ReadingSession, commands: &mut Commands) {
    let missing = reader.draft.missing();
    let text = match (reader.last_saved, missing) {
        _ if reader.saving => shared::SAVING.to_owned(),
        _ if reader.shown_at.is_none() => texts::WAITING.to_owned(),
        (_, Some(missing)) => missing.to_owned(),
        (Some(event), None) => texts::answer_is_final(event),
        (None, None) => texts::ENTER_SAVES.to_owned(),
    };
    weak(ui, text);
    ui.horizontal(|ui| {
        let is_answer = missing.is_none() && reader.shown_at.is_some() && !reader.saving;
        if primary_button(ui, texts::SAVE, is_answer).clicked() {
            commands.read_study(ReadingCommand::Next);
        }
        key_hint(ui, shared::ENTER);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            key_hint(ui, "U");
            let clear = Button::new(RichText::new(texts::CLEAR));
            if ui.add_enabled(!reader.saving, clear).clicked() {
                commands.read_study(ReadingCommand::Clear);
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(search: &str) -> Vec<&'static str> {
        let all = statements::all().iter();
        let hits = matching(all.map(|s| Choice::of(&s.code)), search);
        hits.into_iter().map(|s| s.code).collect()
    }

    #[test]
    fn a_code_comes_before_a_name_and_a_beginning_before_a_middle() {
        assert_eq!(found("sr")[0], "SR");
        assert_eq!(found("afib")[0], "AFIB");
        assert_eq!(found("atrial fib")[0], "AFIB");
        assert_eq!(found("fibrillation")[0], "AFIB");
        assert_eq!(found("  2avb ")[0], "2AVB");
        assert_eq!(found("").len(), 71);
        assert!(found("no such thing").is_empty());
    }

    #[test]
    fn a_superclass_is_found_by_its_name_as_a_statement_is() {
        let of_superclasses = ["NORM", "MI", "STTC", "CD", "HYP"].into_iter();
        let hits = matching(of_superclasses.map(Choice::of), "infarction");
        let hits: Vec<_> = hits.iter().map(|hit| (hit.code, hit.description)).collect();
        assert_eq!(hits, [("MI", "myocardial infarction")]);
    }
}
