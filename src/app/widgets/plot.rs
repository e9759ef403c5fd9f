//! A plot that is looked at and not moved.

use eframe::egui::Ui;
use egui_plot::Plot;

use crate::app::tokens::Tokens;

/// Fills the width; grid lines only across.
pub fn still_plot<'a>(
    ui: &Ui,
    id: impl std::hash::Hash + std::fmt::Debug,
    height: f32,
) -> Plot<'a> {
    Plot::new(id)
        .height(height)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
        .allow_double_click_reset(false)
        .show_crosshair(false)
        .show_grid([false, true])
        .show_background(false)
        .grid_color(Tokens::of(ui).outline)
}
