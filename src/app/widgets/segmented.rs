//! A choice of a few, side by side.

use eframe::egui::{
    CornerRadius, Key, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use crate::app::theme::{regular, strong};
use crate::app::tokens::{Tokens, radius, space, type_size};

/// Shows the options and returns the one that was clicked. Each is a radio
/// button to a screen reader, named by its text.
pub fn segmented<T: Copy + PartialEq>(ui: &mut Ui, current: T, options: &[(T, &str)]) -> Option<T> {
    let tokens = Tokens::of(ui);
    let padding = 12.0;
    let widths: Vec<f32> = options
        .iter()
        .map(|(_, text)| {
            let galley = ui.painter().layout_no_wrap(
                (*text).to_owned(),
                strong(type_size::BODY),
                tokens.text,
            );
            galley.size().x + 2.0 * padding
        })
        .collect();
    let size = vec2(widths.iter().sum::<f32>() + 4.0, space::CONTROL);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let corner = CornerRadius::same(radius::CONTROL);
    ui.painter().rect(
        rect,
        corner,
        tokens.sunken,
        Stroke::new(1.0, tokens.outline),
        StrokeKind::Inside,
    );

    let mut chosen = None;
    let mut left = rect.left() + 2.0;
    for ((option, text), width) in options.iter().zip(widths) {
        let part = Rect::from_min_max(
            pos2(left, rect.top() + 2.0),
            pos2(left + width, rect.bottom() - 2.0),
        );
        left += width;
        let is_current = *option == current;
        let response = ui.interact(part, ui.scope_id().with(("segment", *text)), Sense::click());
        response.widget_info(|| {
            WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), is_current, *text)
        });
        let inner = CornerRadius::same(radius::SMALL);
        if is_current {
            ui.painter().rect(
                part,
                inner,
                tokens.surface,
                Stroke::new(1.0, tokens.outline_strong),
                StrokeKind::Inside,
            );
        } else if response.hovered() {
            ui.painter().rect_filled(part, inner, tokens.hover);
        }
        if response.has_focus() {
            ui.painter().rect_stroke(
                part,
                inner,
                Stroke::new(1.5, tokens.accent_ink),
                StrokeKind::Inside,
            );
        }
        let (font, colour) = if is_current {
            (strong(type_size::BODY), tokens.text)
        } else {
            (regular(type_size::BODY), tokens.text_secondary)
        };
        ui.painter().text(
            part.center(),
            eframe::egui::Align2::CENTER_CENTER,
            *text,
            font,
            colour,
        );
        let by_key = response.has_focus()
            && ui.input(|input| input.key_pressed(Key::Enter) || input.key_pressed(Key::Space));
        if response.clicked() || by_key {
            chosen = Some(*option);
        }
    }
    chosen.filter(|option| *option != current)
}
