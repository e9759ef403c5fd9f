//! Calibrating the monitor: a bank card held against the screen.

use eframe::egui::{
    Context, Rect, Role, Sense, Slider, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::command::{Command, Commands};
use super::monitor::{CARD_MM, PIXELS_PER_MM};
use super::state::{Fields, State};
use super::texts::calibrate as texts;
use super::theme::regular;
use super::tokens::{Tokens, radius, space, type_size};
use super::widgets::{dialog, primary_button, secondary, small};

/// Length of the ruler beside the card.
const RULER_MM: u16 = 100;

pub fn ui(ctx: &Context, state: &State, fields: &mut Fields, commands: &mut Commands) {
    dialog(ctx, texts::TITLE, 640.0, commands, |ui, commands| {
        secondary(ui, texts::HOW);
        ui.add_space(space::XS);
        let slider = Slider::new(&mut fields.pixels_per_mm, PIXELS_PER_MM)
            .logarithmic(true)
            .step_by(0.005)
            .fixed_decimals(3)
            .text(texts::PIXELS_PER_MM);
        ui.spacing_mut().slider_width = 360.0;
        ui.add(slider);
        ui.add_space(space::S);
        let points_per_mm = fields.pixels_per_mm as f32 / ui.pixels_per_point();
        card(ui, points_per_mm);
        ui.add_space(space::S);
        ruler(ui, points_per_mm);
        ui.add_space(space::S);
        small(ui, texts::monitor(&state.monitor));
        ui.horizontal(|ui| {
            if primary_button(ui, texts::USE, true).clicked() {
                commands.send(Command::Calibrate(Some(fields.pixels_per_mm)));
            }
            let known = state.saved.monitors.pixels_per_mm(&state.monitor).is_some();
            if ui
                .add_enabled(known, eframe::egui::Button::new(texts::FORGET))
                .clicked()
            {
                commands.send(Command::Calibrate(None));
            }
        });
    });
}

fn card(ui: &mut Ui, points_per_mm: f32) {
    let tokens = Tokens::of(ui);
    let size = vec2(CARD_MM.0, CARD_MM.1) * points_per_mm;
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::GraphicsObject, true, texts::CARD_NAME));
    ui.painter().rect(
        rect,
        radius::CARD,
        tokens.sunken,
        Stroke::new(1.0, tokens.text),
        StrokeKind::Inside,
    );
}

fn ruler(ui: &mut Ui, points_per_mm: f32) {
    let tokens = Tokens::of(ui);
    let size = vec2(f32::from(RULER_MM) * points_per_mm, 26.0);
    let (rect, response) = ui.allocate_exact_size(size + vec2(20.0, 0.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::GraphicsObject, true, texts::RULER_NAME));
    let rect = Rect::from_min_size(rect.min, size);
    for mm in 0..=RULER_MM {
        let x = rect.left() + f32::from(mm) * points_per_mm;
        let length = match (mm % 10, mm % 5) {
            (0, _) => 12.0,
            (_, 0) => 8.0,
            _ => 5.0,
        };
        ui.painter().line_segment(
            [pos2(x, rect.top()), pos2(x, rect.top() + length)],
            Stroke::new(1.0, tokens.text),
        );
        if mm % 20 == 0 {
            ui.painter().text(
                pos2(x, rect.bottom()),
                eframe::egui::Align2::LEFT_BOTTOM,
                format!("{mm}"),
                regular(type_size::SMALL),
                tokens.text_secondary,
            );
        }
    }
}
