//! What lies over a screen: a title, a way out, and contents.

use eframe::egui::{
    Align, Context, CornerRadius, Frame, Id, Layout, Margin, Modal, ScrollArea, Stroke, Ui,
};

use super::{divider, icon_button, title};
use crate::app::command::{Command, Commands};
use crate::app::texts::widgets as texts;
use crate::app::tokens::{Tokens, radius, space};

/// Shows a dialog; Escape, a click beside it and its button close it.
pub fn dialog(
    ctx: &Context,
    name: &str,
    width: f32,
    commands: &mut Commands,
    contents: impl FnOnce(&mut Ui, &mut Commands),
) {
    let style = ctx.global_style();
    let tokens = Tokens::of_style(&style);
    let frame = Frame::new()
        .fill(tokens.raised)
        .stroke(Stroke::new(1.0, tokens.outline_strong))
        .corner_radius(CornerRadius::same(radius::CARD + 2))
        .shadow(style.visuals.window_shadow)
        .inner_margin(Margin::same(space::L as i8));
    let modal = Modal::new(Id::unique(name))
        .frame(frame)
        .backdrop_color(tokens.scrim)
        .show(ctx, |ui| {
            let window = ui.ctx().content_rect().size();
            ui.set_width(width.min(window.x - 2.0 * space::XXL));
            ui.set_max_height(window.y - 2.0 * space::XXL);
            ui.horizontal(|ui| {
                title(ui, name);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if icon_button(ui, "×", &texts::close(name)).clicked() {
                        commands.send(Command::CloseOverlay);
                    }
                });
            });
            divider(ui);
            ui.add_space(space::XS);
            ScrollArea::vertical()
                .auto_shrink([false, true])
                .show(ui, |ui| contents(ui, commands));
        });
    if modal.should_close() {
        commands.send(Command::CloseOverlay);
    }
}
