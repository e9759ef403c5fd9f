//! Cards and the lines between things.

use eframe::egui::{CornerRadius, Frame, InnerResponse, Margin, RichText, Sense, Stroke, Ui, vec2};

use crate::app::theme::strong;
use crate::app::tokens::{Tokens, radius, space, type_size};

/// The frame of a card.
pub fn card_frame(ui: &Ui) -> Frame {
    let tokens = Tokens::of(ui);
    Frame::new()
        .fill(tokens.surface)
        .stroke(Stroke::new(1.0, tokens.outline))
        .corner_radius(CornerRadius::same(radius::CARD))
        .inner_margin(Margin::same(space::M as i8))
}

/// A card.
pub fn card<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
    card_frame(ui).show(ui, contents)
}

/// The name of a group of rows or controls.
pub fn section(ui: &mut Ui, text: &str) {
    let tokens = Tokens::of(ui);
    ui.label(RichText::new(text).font(strong(type_size::SMALL)).color(tokens.text_secondary));
}

/// A hairline over the whole width.
pub fn divider(ui: &mut Ui) {
    let tokens = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.center().y, Stroke::new(1.0, tokens.outline));
}
