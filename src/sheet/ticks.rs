//! Moments through all leads: where waves begin and end.

use super::Tick;
use super::draw::Geometry;
use super::scene::{Align, Ink, Item, Point, Text};

const WIDTH_MM: f64 = 0.12;
const LABEL_SIZE_MM: f64 = 2.2;

/// A fine line through each panel at every moment that it shows; its name at
/// the upper edge of the page and of each strip.
pub(super) fn draw(geometry: &Geometry, ticks: &[Tick]) -> Vec<Item> {
    let mut items = Vec::new();
    for panel in &geometry.panels {
        let (start_s, end_s) = geometry.span_s(panel);
        let rect = geometry.rect(panel);
        for tick in ticks {
            // A moment on the edge belongs to the column that begins there.
            if !(start_s..end_s).contains(&tick.time_s) {
                continue;
            }
            let x_mm = geometry.x_mm(panel, tick.time_s);
            items.push(Item::Line {
                points: vec![
                    Point::new(x_mm, rect.top_mm),
                    Point::new(x_mm, rect.bottom_mm),
                ],
                width_mm: WIDTH_MM,
                ink: Ink::Tick,
            });
            if panel.row == 0 || panel.is_strip {
                items.push(Item::Text(Text {
                    at: Point::new(x_mm, rect.top_mm + LABEL_SIZE_MM),
                    size_mm: LABEL_SIZE_MM,
                    align: Align::Centre,
                    ink: Ink::Tick,
                    strong: false,
                    text: tick.label.to_owned(),
                }));
            }
        }
    }
    items
}
