//! The training ECG of the prototype: the whole page, and its rhythm strip
//! enlarged.

use eframe::egui::{Ui, vec2};

use crate::app::command::Commands;
use crate::app::state::{Exemplar, State};
use crate::app::training_ecg;
use crate::app::widgets::{SheetZoom, sheet_pane, weak};

pub fn ui(
    ui: &mut Ui,
    state: &State,
    prototype: usize,
    zoom: &mut SheetZoom,
    commands: &mut Commands,
) {
    let size = ui.available_size();
    match state.exemplars.get(prototype) {
        Some(Exemplar::Ready(drawn)) => {
            ui.spacing_mut().item_spacing.y = 4.0;
            // The strip is as wide as the page of the window, so it is seen larger than on the sheet.
            let strip = &drawn.plain_strip;
            let ratio = (strip.height_mm / strip.width_mm) as f32;
            let strip_height = (size.x * ratio).min(size.y * 0.36);
            let note = 16.0;
            let page = vec2(size.x, size.y - strip_height - note - 8.0);
            sheet_pane(ui, &drawn.plain, None, zoom, page, "Training ECG, 12 leads");
            let mut fitted = SheetZoom::default();
            sheet_pane(
                ui,
                strip,
                None,
                &mut fitted,
                vec2(size.x, strip_height),
                "Training ECG, rhythm strip enlarged",
            );
            weak(
                ui,
                "The prototype stands for the whole strip; all 12 leads were used. Screen not calibrated, measure by the grid.",
            );
        }
        Some(Exemplar::Missing(why)) => training_ecg::missing(ui, size, why, commands),
        Some(Exemplar::Reading) | None => {
            training_ecg::waiting(ui, size);
        }
    }
}
