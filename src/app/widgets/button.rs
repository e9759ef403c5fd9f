//! Buttons.

use eframe::egui::{
    Button, CornerRadius, Response, RichText, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2,
};

use crate::app::texts::widgets as texts;
use crate::app::theme::{regular, strong};
use crate::app::tokens::{Tokens, radius, space, type_size};

/// The one thing to do next.
pub fn primary_button(ui: &mut Ui, text: &str, enabled: bool) -> Response {
    let tokens = Tokens::of(ui);
    let label = RichText::new(text).font(strong(type_size::BODY));
    let button = if enabled {
        Button::new(label.color(tokens.accent_text))
            .fill(tokens.accent)
            .stroke(Stroke::NONE)
    } else {
        Button::new(label.color(tokens.text_weak))
            .fill(tokens.pressed)
            .stroke(Stroke::NONE)
    };
    ui.scope(|ui| {
        // Its own disabled look is readable; egui would fade it once more.
        ui.visuals_mut().disabled_alpha = 1.0;
        ui.add_enabled(enabled, button.min_size(vec2(0.0, space::CONTROL)))
    })
    .inner
}

/// A quiet button without a frame.
pub fn ghost_button(ui: &mut Ui, text: &str) -> Response {
    let tokens = Tokens::of(ui);
    let label = RichText::new(text)
        .font(regular(type_size::BODY))
        .color(tokens.accent_ink);
    ui.add(
        Button::new(label)
            .frame_when_inactive(false)
            .min_size(vec2(0.0, space::CONTROL)),
    )
}

/// A square button with one sign; `name` is what a screen reader says and the
/// tooltip shows.
pub fn icon_button(ui: &mut Ui, sign: &str, name: &str) -> Response {
    let label = RichText::new(sign).font(regular(type_size::HEADING));
    let button = Button::new(label)
        .frame_when_inactive(false)
        .min_size(vec2(space::CONTROL, space::CONTROL))
        .corner_radius(CornerRadius::same(radius::CONTROL));
    ui.add(button).accessible_name(name).on_hover_text(name)
}

/// A key as it is printed on the keyboard.
pub fn key_hint(ui: &mut Ui, key: &str) {
    let tokens = Tokens::of(ui);
    let galley = ui.painter().layout_no_wrap(
        key.to_owned(),
        strong(type_size::SMALL),
        tokens.text_secondary,
    );
    let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(12.0, 5.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, texts::key(key)));
    let corner = CornerRadius::same(radius::SMALL);
    ui.painter().rect(
        rect,
        corner,
        tokens.sunken,
        Stroke::new(1.0, tokens.outline_strong),
        StrokeKind::Inside,
    );
    ui.painter()
        .galley(rect.min + vec2(6.0, 2.5), galley, tokens.text_secondary);
}
