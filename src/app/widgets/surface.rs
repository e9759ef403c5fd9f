//! Cards and the lines between things.

use eframe::egui::{
    Align, CornerRadius, Frame, InnerResponse, Layout, Margin, Rect, RichText, Role, Sense, Stroke,
    Ui, WidgetInfo, vec2,
};

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

/// The halves of [`two_columns`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// Two parts beside each other, of the same width. The columns that egui has
/// justify what stands in them.
pub fn two_columns(ui: &mut Ui, mut contents: impl FnMut(&mut Ui, Side)) {
    let width = (ui.available_width() - space::S) / 2.0;
    // Nothing limits the height inside of a scroll area.
    let height = Some(ui.available_height()).filter(|height| height.is_finite());
    let size = vec2(width, height.unwrap_or_default());
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        for side in [Side::Left, Side::Right] {
            ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
                ui.set_width(width);
                contents(ui, side);
            });
        }
    });
}

/// The name of a group of rows or controls.
pub fn section(ui: &mut Ui, text: &str) {
    let tokens = Tokens::of(ui);
    ui.label(
        RichText::new(text)
            .font(strong(type_size::SMALL))
            .color(tokens.text_secondary),
    );
}

/// A hairline over the whole width.
pub fn divider(ui: &mut Ui) {
    let tokens = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
    ui.painter().hline(
        rect.x_range(),
        rect.center().y,
        Stroke::new(1.0, tokens.outline),
    );
}

/// How much of something is done, 0 to 1; `name` is the sentence for a screen
/// reader.
pub fn progress(ui: &mut Ui, share: f32, width: f32, name: &str) {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 8.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, name));
    let corner = CornerRadius::same(4);
    ui.painter().rect_filled(rect, corner, tokens.pressed);
    if share > 0.0 {
        let done = Rect::from_min_size(
            rect.min,
            vec2((rect.width() * share.min(1.0)).max(8.0), rect.height()),
        );
        ui.painter().rect_filled(done, corner, tokens.accent);
    }
}
