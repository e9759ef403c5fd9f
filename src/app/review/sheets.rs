//! The training ECG of the prototype: the whole page, and its rhythm strip
//! enlarged; where the prototype is a part of it, that part is highlighted.

use eframe::egui::{Ui, vec2};

use crate::app::command::Commands;
use crate::app::state::{Exemplar, State};
use crate::app::training_ecg;
use crate::app::widgets::{SheetZoom, sheet_pane, weak_line};

pub fn ui(
    ui: &mut Ui,
    state: &State,
    (prototype, window_s): (usize, Option<(f64, f64)>),
    zoom: &mut SheetZoom,
    commands: &mut Commands,
) {
    let size = ui.available_size();
    match state.exemplars.get(prototype) {
        Some(Exemplar::Ready(drawn)) => {
            ui.spacing_mut().item_spacing.y = 4.0;
            // Without a time axis all of the page is meant, and nothing is highlighted.
            let (sheet, strip) = match window_s {
                Some(_) => (&drawn.marked, &drawn.strip),
                None => (&drawn.plain, &drawn.plain_strip),
            };
            // The strip is as wide as the page of the window, so it is seen larger than on the sheet.
            let ratio = (strip.height_mm / strip.width_mm) as f32;
            let strip_height = (size.x * ratio).min(size.y * 0.36);
            let note_height = 16.0;
            let page = vec2(size.x, size.y - strip_height - note_height - 8.0);
            sheet_pane(ui, sheet, None, zoom, page, "Training ECG, 12 leads");
            let mut fitted = SheetZoom::default();
            sheet_pane(
                ui,
                strip,
                None,
                &mut fitted,
                vec2(size.x, strip_height),
                "Training ECG, rhythm strip enlarged",
            );
            weak_line(ui, note(window_s));
        }
        Some(Exemplar::Missing(why)) => training_ecg::missing(ui, size, why, commands),
        Some(Exemplar::Reading) | None => {
            training_ecg::waiting(ui, size);
        }
    }
}

/// What of the ECG is to be rated.
fn note(window_s: Option<(f64, f64)>) -> String {
    let what = match window_s {
        Some((from_s, to_s)) => format!(
            "The prototype is the highlighted part, {from_s:.2} to {to_s:.2} s, in all 12 leads."
        ),
        None => "The prototype stands for the whole strip; all 12 leads were used.".to_owned(),
    };
    format!("{what} Screen not calibrated, measure by the grid.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_never_called_the_whole() {
        assert!(note(None).starts_with("The prototype stands for the whole strip;"));
        let part = note(Some((4.96, 5.92)));
        assert!(
            part.contains("4.96 to 5.92 s") && !part.contains("whole"),
            "{part}"
        );
    }
}
