//! A scene that is put together shape by shape.

use crate::sheet::{Align, Ink, Item, Point, RectMm, Scene, Text};

/// Size of all lettering but headings.
pub const TEXT_MM: f64 = 2.6;
/// Width of a thin line.
const HAIR_MM: f64 = 0.15;

/// A scene in the making; places are (x, y) in millimetres from the top left.
pub struct Drawing {
    scene: Scene,
}

impl Drawing {
    /// `description` is for people who cannot see it.
    pub fn new(width_mm: f64, height_mm: f64, description: &str) -> Self {
        Self {
            scene: Scene {
                width_mm,
                height_mm,
                description: description.to_owned(),
                ..Scene::default()
            },
        }
    }

    pub fn finish(self) -> Scene {
        self.scene
    }

    /// `x, y` is the anchor on the baseline.
    pub fn text(&mut self, (x, y): (f64, f64), align: Align, text: &str) {
        self.scene.items.push(Item::Text(Text {
            at: Point::new(x, y),
            size_mm: TEXT_MM,
            align,
            ink: Ink::Label,
            strong: false,
            text: text.to_owned(),
        }));
    }

    pub fn hair(&mut self, from: (f64, f64), to: (f64, f64)) {
        self.line(&[from, to], HAIR_MM, Ink::Note);
    }

    pub fn line(&mut self, points: &[(f64, f64)], width_mm: f64, ink: Ink) {
        self.scene.items.push(Item::Line {
            points: points.iter().map(|&(x, y)| Point::new(x, y)).collect(),
            width_mm,
            ink,
        });
    }

    pub fn fill(&mut self, (left, top): (f64, f64), (width, height): (f64, f64), ink: Ink) {
        self.scene.items.push(Item::Fill {
            rect: RectMm::new(left, top, left + width, top + height),
            ink,
        });
    }

    /// The outline of a rectangle.
    pub fn frame(&mut self, (left, top): (f64, f64), (width, height): (f64, f64)) {
        let (right, bottom) = (left + width, top + height);
        let corners = [
            (left, top),
            (right, top),
            (right, bottom),
            (left, bottom),
            (left, top),
        ];
        self.line(&corners, HAIR_MM, Ink::Note);
    }
}
