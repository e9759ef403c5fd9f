//! Lead attention as bars and as a radar, in millimetres: the window and the
//! PDF show the same lines.

use std::f64::consts::TAU;

use super::AttentionExplanation;
use crate::ecg::Lead;
use crate::sheet::{Align, Hatch, Ink, Item, Point, RectMm, Scene, Text};

const SIZE_MM: f64 = 3.0;
const ROW_MM: f64 = 4.8;
const BARS_WIDTH_MM: f64 = 90.0;
/// Between the names and the bars, and between the bars and the numbers.
const NAME_MM: f64 = 12.0;
const NUMBER_MM: f64 = 16.0;
const RADAR_MM: f64 = 62.0;
const RADIUS_MM: f64 = 24.0;

/// The share of each lead as a bar with its number.
pub fn lead_bars(attention: &AttentionExplanation) -> Scene {
    let largest = largest(attention);
    let left_mm = NAME_MM;
    let full_mm = BARS_WIDTH_MM - NAME_MM - NUMBER_MM;
    let mut items = Vec::new();
    for (row, &lead) in attention.leads.iter().enumerate() {
        let share = attention.share(lead);
        let top_mm = row as f64 * ROW_MM + 0.6;
        let bottom_mm = (row + 1) as f64 * ROW_MM - 0.6;
        let right_mm = left_mm + full_mm * share / largest;
        let bar = RectMm::new(left_mm, top_mm, right_mm, bottom_mm);
        items.push(Item::Fill {
            rect: bar,
            ink: Ink::MarkFill,
        });
        // Not by colour alone.
        items.push(Item::Hatch(Hatch {
            rect: bar,
            spacing_mm: 1.2,
            width_mm: 0.15,
            ink: Ink::MarkLine,
        }));
        let baseline_mm = bottom_mm - 0.6;
        items.push(text(
            (0.0, baseline_mm),
            lead.name(),
            Align::Left,
            Ink::Label,
        ));
        let number = format!("{share:.3}");
        items.push(text(
            (right_mm + 1.5, baseline_mm),
            &number,
            Align::Left,
            Ink::Note,
        ));
    }
    Scene {
        width_mm: BARS_WIDTH_MM,
        height_mm: attention.leads.len() as f64 * ROW_MM,
        items,
        description: in_words(attention),
        ..Scene::default()
    }
}

/// The share of each lead as a distance from the middle.
pub fn lead_radar(attention: &AttentionExplanation) -> Scene {
    let largest = largest(attention);
    let count = attention.leads.len().max(1) as f64;
    let middle = RADAR_MM / 2.0;
    let at = |place: usize, share: f64| {
        // The first lead points up, the others follow clockwise.
        let angle = TAU * place as f64 / count;
        let from_middle_mm = RADIUS_MM * share;
        Point::new(
            middle + from_middle_mm * angle.sin(),
            middle - from_middle_mm * angle.cos(),
        )
    };
    let ring = |share: &dyn Fn(Lead) -> f64| -> Vec<Point> {
        let leads = attention.leads.iter().enumerate();
        let mut points: Vec<Point> = leads.map(|(place, lead)| at(place, share(*lead))).collect();
        points.extend(points.first().copied());
        points
    };
    let mut items = Vec::new();
    for rings in [0.5, 1.0] {
        items.push(line(ring(&|_| rings), 0.15, Ink::GridMajor));
    }
    for (place, lead) in attention.leads.iter().enumerate() {
        items.push(line(
            vec![Point::new(middle, middle), at(place, 1.0)],
            0.15,
            Ink::GridMajor,
        ));
        let name = at(place, 1.14);
        items.push(text(
            (name.x_mm, name.y_mm + SIZE_MM * 0.35),
            lead.name(),
            Align::Centre,
            Ink::Label,
        ));
    }
    items.push(line(
        ring(&|lead| attention.share(lead) / largest),
        0.5,
        Ink::MarkLine,
    ));
    Scene {
        width_mm: RADAR_MM,
        height_mm: RADAR_MM,
        items,
        description: format!("Radar: {} Outer ring {largest:.3}.", in_words(attention)),
        ..Scene::default()
    }
}

fn largest(attention: &AttentionExplanation) -> f64 {
    let shares = attention.leads.iter().map(|lead| attention.share(*lead));
    shares.fold(f64::MIN_POSITIVE, f64::max)
}

fn in_words(attention: &AttentionExplanation) -> String {
    let shares = attention.leads.iter();
    let shares = shares.map(|lead| format!("{lead} {:.3}", attention.share(*lead)));
    format!("Lead attention: {}.", shares.collect::<Vec<_>>().join(", "))
}

fn line(points: Vec<Point>, width_mm: f64, ink: Ink) -> Item {
    Item::Line {
        points,
        width_mm,
        ink,
    }
}

fn text(at: (f64, f64), text: &str, align: Align, ink: Ink) -> Item {
    Item::Text(Text {
        at: Point::new(at.0, at.1),
        size_mm: SIZE_MM,
        align,
        ink,
        strong: false,
        text: text.to_owned(),
    })
}
