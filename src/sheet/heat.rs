//! A value for every lead and moment as a tint behind the traces.

use super::draw::Geometry;
use super::layout::Panel;
use super::scene::{Ink, Item, RectMm};
use crate::ecg::Lead;

/// How much every moment of every lead counts, from 0 (no tint) to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    /// What the values are, for people: `temporal attention`.
    pub name: String,
    /// Seconds of a step.
    pub step_s: f64,
    /// The steps of a lead, from the start of the recording on.
    pub rows: Vec<(Lead, Vec<f64>)>,
}

impl HeatMap {
    /// The map in words: where each of the strongest leads is at its most.
    pub(super) fn in_words(&self) -> String {
        let peak = |(lead, values): &(Lead, Vec<f64>)| {
            let value = values.iter().copied().max_by(f64::total_cmp)?;
            let first = values.iter().position(|other| *other == value)?;
            // Steps of one value are one area, and its middle is where it is.
            let steps = values[first..].iter().take_while(|v| **v == value);
            let middle = first as f64 + steps.count() as f64 / 2.0;
            Some((*lead, middle * self.step_s, value))
        };
        let mut rows = self.rows.iter().map(|(_, values)| values);
        if let (Some(first), true) = (self.rows.first(), rows.len() > 1)
            && rows.all(|values| *values == first.1)
        {
            return match peak(first) {
                Some((_, at_s, value)) if level_of(value) > 0 => format!(
                    "Tinted by {}, the same in all leads; strongest at {at_s:.1} s.",
                    self.name
                ),
                _ => format!("Nowhere tinted by {}.", self.name),
            };
        }
        let mut peaks: Vec<_> = self.rows.iter().filter_map(peak).collect();
        peaks.sort_by(|a, b| b.2.total_cmp(&a.2));
        let named: Vec<String> = peaks
            .iter()
            .take(3)
            .map(|(lead, at_s, _)| format!("{lead} at {at_s:.1} s"))
            .collect();
        format!(
            "Tinted by {}; strongest in {}.",
            self.name,
            named.join(", ")
        )
    }
}

/// How strong the tint of a value is.
fn level_of(value: f64) -> u8 {
    (value.clamp(0.0, 1.0) * f64::from(Ink::HEAT_LEVELS)).round() as u8
}

/// The tints of one panel. Neighbours of the same tint are one area, so that no
/// seam shows between them.
pub(super) fn draw(geometry: &Geometry, panel: &Panel, map: &HeatMap) -> Vec<Item> {
    let Some((_, values)) = map.rows.iter().find(|(lead, _)| *lead == panel.lead) else {
        return Vec::new();
    };
    let (start_s, end_s) = geometry.span_s(panel);
    let rect = geometry.rect(panel);
    let mut areas: Vec<(f64, f64, u8)> = Vec::new();
    for (step, value) in values.iter().enumerate() {
        let from_s = (step as f64 * map.step_s).max(start_s);
        let to_s = ((step + 1) as f64 * map.step_s).min(end_s);
        let level = level_of(*value);
        if from_s >= to_s || level == 0 {
            continue;
        }
        match areas.last_mut() {
            Some(last) if last.2 == level && (last.1 - from_s).abs() < 1e-9 => last.1 = to_s,
            _ => areas.push((from_s, to_s, level)),
        }
    }
    let area = |(from_s, to_s, level): (f64, f64, u8)| Item::Fill {
        rect: RectMm::new(
            geometry.x_mm(panel, from_s),
            rect.top_mm + 1.0,
            geometry.x_mm(panel, to_s),
            rect.bottom_mm - 1.0,
        ),
        ink: Ink::Heat(level),
    };
    areas.into_iter().map(area).collect()
}
