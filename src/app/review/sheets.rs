//! The training ECG of the prototype, in pages: the whole sheet with its rhythm
//! strip, the window in all 12 leads, the strip enlarged. Where the prototype is
//! a part of it, that part is highlighted.

use eframe::egui::{Ui, Vec2, vec2};

use crate::app::command::{Commands, ReviewPage};
use crate::app::drawn::Drawn;
use crate::app::state::{Exemplar, State};
use crate::app::texts::review::sheets as texts;
use crate::app::training_ecg;
use crate::app::widgets::{SheetZoom, sheet_pane, weak_line};

pub fn ui(
    ui: &mut Ui,
    state: &State,
    page: ReviewPage,
    (prototype, window_s): (usize, Option<(f64, f64)>),
    zoom: &mut SheetZoom,
    commands: &mut Commands,
) {
    let size = ui.available_size();
    match state.exemplars.get(prototype) {
        Some(Exemplar::Ready(drawn)) => {
            ui.spacing_mut().item_spacing.y = 4.0;
            let note_height = 16.0;
            let area = vec2(size.x, size.y - note_height - 4.0);
            match (page, &drawn.cut_out) {
                (ReviewPage::CutOut, Some(cut_out)) => {
                    sheet_pane(ui, cut_out, None, zoom, area, texts::WINDOW);
                }
                (ReviewPage::Strip, _) => halves(ui, drawn, window_s.is_some(), area),
                _ => whole(ui, drawn, window_s.is_some(), zoom, area),
            }
            weak_line(ui, note(window_s));
        }
        Some(Exemplar::Missing(why)) => training_ecg::missing(ui, size, why, commands),
        Some(Exemplar::Reading) | None => {
            training_ecg::waiting(ui, size);
        }
    }
}

/// The page, and under it the strip. Without a time axis all of the page is
/// meant, and nothing is highlighted.
fn whole(ui: &mut Ui, drawn: &Drawn, has_window: bool, zoom: &mut SheetZoom, area: Vec2) {
    let (sheet, strip) = if has_window {
        (&drawn.marked, &drawn.strip)
    } else {
        (&drawn.plain, &drawn.plain_strip)
    };
    // The strip is as wide as the page of the window, so it is seen larger than on the sheet.
    let ratio = (strip.height_mm / strip.width_mm) as f32;
    let strip_height = (area.x * ratio).min(area.y * 0.36);
    let page = vec2(area.x, area.y - strip_height - 4.0);
    sheet_pane(ui, sheet, None, zoom, page, texts::TWELVE_LEADS);
    let mut fitted = SheetZoom::default();
    sheet_pane(
        ui,
        strip,
        None,
        &mut fitted,
        vec2(area.x, strip_height),
        texts::ENLARGED_STRIP,
    );
}

/// The rhythm strip twice as large: its first five seconds above its last.
pub(super) fn halves(ui: &mut Ui, drawn: &Drawn, has_window: bool, area: Vec2) {
    let strip = if has_window {
        &drawn.strip
    } else {
        &drawn.plain_strip
    };
    let size = vec2(area.x, (area.y - 4.0) / 2.0);
    for (right, name) in [(false, texts::FIRST_HALF), (true, texts::SECOND_HALF)] {
        let mut zoom = SheetZoom::half(strip, size.x, right);
        sheet_pane(ui, strip, None, &mut zoom, size, name);
    }
}

/// What of the ECG is to be rated.
fn note(window_s: Option<(f64, f64)>) -> String {
    match window_s {
        Some((from_s, to_s)) => texts::highlighted_part(from_s, to_s),
        None => texts::whole_strip(),
    }
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
