//! Buttons.

use eframe::egui::{Button, CornerRadius, Response, RichText, Stroke, Ui, vec2};

use crate::app::theme::{regular, strong};
use crate::app::tokens::{Tokens, radius, space, type_size};

/// The one thing to do next.
pub fn primary_button(ui: &mut Ui, text: &str, enabled: bool) -> Response {
    let tokens = Tokens::of(ui);
    let label = RichText::new(text).font(strong(type_size::BODY));
    let button = if enabled {
        Button::new(label.color(tokens.accent_text)).fill(tokens.accent).stroke(Stroke::NONE)
    } else {
        Button::new(label.color(tokens.text_weak)).fill(tokens.pressed).stroke(Stroke::NONE)
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
    let label = RichText::new(text).font(regular(type_size::BODY)).color(tokens.accent_ink);
    ui.add(Button::new(label).frame_when_inactive(false).min_size(vec2(0.0, space::CONTROL)))
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
    eframe::egui::Frame::new()
        .fill(tokens.sunken)
        .stroke(Stroke::new(1.0, tokens.outline_strong))
        .corner_radius(CornerRadius::same(radius::SMALL))
        .inner_margin(eframe::egui::Margin::symmetric(5, 1))
        .show(ui, |ui| {
            ui.label(RichText::new(key).font(strong(type_size::SMALL)).color(tokens.text_secondary));
        });
}
