//! Badges, banners and problems.

use eframe::egui::{
    Align, Button, CornerRadius, Frame, Layout, Margin, Response, RichText, Role, Sense, Stroke,
    StrokeKind, Ui, WidgetInfo, vec2,
};

use super::icon_button;
use crate::app::command::{Command, Commands, Place};
use crate::app::state::State;
use crate::app::texts::widgets as texts;
use crate::app::theme::{regular, strong};
use crate::app::tokens::{Tokens, Tone, radius, space, type_size};

/// A word in a tinted pill.
pub fn badge(ui: &mut Ui, tone: Tone, text: &str) -> Response {
    let galley = ui
        .painter()
        .layout_no_wrap(text.to_owned(), strong(type_size::SMALL), tone.text);
    let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(14.0, 6.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    let corner = CornerRadius::same(radius::SMALL);
    ui.painter().rect(
        rect,
        corner,
        tone.fill,
        Stroke::new(1.0, tone.outline),
        StrokeKind::Inside,
    );
    ui.painter()
        .galley(rect.min + vec2(7.0, 3.0), galley, tone.text);
    response
}

/// A tinted line or two of text over the whole width.
pub fn banner<R>(ui: &mut Ui, tone: Tone, contents: impl FnOnce(&mut Ui) -> R) -> R {
    Frame::new()
        .fill(tone.fill)
        .stroke(Stroke::new(1.0, tone.outline))
        .corner_radius(CornerRadius::same(radius::CONTROL))
        .inner_margin(Margin::symmetric(10, 7))
        .show(ui, |ui| {
            ui.visuals_mut().override_text_color = Some(tone.text);
            contents(ui)
        })
        .inner
}

/// A problem, where it happened, until it is dismissed.
pub fn problem_ui(ui: &mut Ui, state: &State, place: Place, commands: &mut Commands) {
    let Some(problem) = state.problems.get(&place) else {
        return;
    };
    let tone = Tokens::of(ui).error;
    banner(ui, tone, |ui| {
        ui.horizontal_top(|ui| {
            let width = ui.available_width() - 3.0 * space::CONTROL - space::S;
            ui.vertical(|ui| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.y = 2.0;
                ui.label(RichText::new(&problem.title).font(strong(type_size::BODY)));
                ui.label(RichText::new(&problem.detail).font(regular(type_size::SMALL)));
            });
            ui.with_layout(Layout::right_to_left(Align::TOP), |ui| {
                if icon_button(ui, "×", &texts::dismiss(&problem.title)).clicked() {
                    commands.send(Command::Dismiss(place));
                }
                let word = RichText::new(texts::COPY).font(regular(type_size::BODY));
                let copy = ui.add(Button::new(word).frame_when_inactive(false));
                let name = texts::copy(&problem.title);
                if copy.accessible_name(&name).clicked() {
                    let text = format!("{}\n{}", problem.title, problem.detail);
                    ui.ctx().copy_text(text);
                }
            });
        });
    });
}
