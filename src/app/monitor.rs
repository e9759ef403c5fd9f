//! How large a millimetre is on the monitor that the window is on: found once
//! with a bank card, kept for each monitor.

use std::collections::BTreeMap;

use eframe::egui::{Context, Vec2};
use serde::{Deserialize, Serialize};

/// A bank card (ISO/IEC 7810, ID-1).
pub const CARD_MM: (f32, f32) = (85.60, 53.98);
/// 96 dots to the inch, where nothing is known.
pub const USUAL_PIXELS_PER_MM: f64 = 96.0 / 25.4;
/// No monitor of a workplace is coarser or finer.
pub const PIXELS_PER_MM: std::ops::RangeInclusive<f64> = 1.5..=25.0;

/// Pixels per millimetre of the monitors that were calibrated.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Monitors(BTreeMap<String, f64>);

impl Monitors {
    pub fn pixels_per_mm(&self, monitor: &str) -> Option<f64> {
        let value = self.0.get(monitor).copied();
        // The file of the settings may say anything.
        value.filter(|value| PIXELS_PER_MM.contains(value))
    }

    pub fn calibrate(&mut self, monitor: &str, pixels_per_mm: f64) {
        self.0.insert(monitor.to_owned(), pixels_per_mm);
    }

    pub fn forget(&mut self, monitor: &str) {
        self.0.remove(monitor);
    }
}

/// The monitor that the window is on, as far as the desktop tells: its pixels
/// and their scaling. Two monitors of one kind have one size.
pub fn current(ctx: &Context) -> String {
    ctx.input(|input| {
        let viewport = input.viewport();
        let scale = viewport.native_pixels_per_point.unwrap_or(1.0);
        name(viewport.monitor_size, scale, input.pixels_per_point())
    })
}

/// `monitor_size` is in points of the whole zoom, `scale` the desktop's part.
fn name(monitor_size: Option<Vec2>, scale: f32, pixels_per_point: f32) -> String {
    match monitor_size {
        Some(size) => {
            let pixels = size * pixels_per_point;
            format!("{:.0} x {:.0} at {scale:.2}", pixels.x, pixels.y)
        }
        None => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::vec2;

    #[test]
    fn a_monitor_keeps_its_name_when_the_window_is_zoomed() {
        let plain = name(Some(vec2(1920.0, 1080.0)), 1.0, 1.0);
        assert_eq!(plain, "1920 x 1080 at 1.00");
        assert_eq!(name(Some(vec2(960.0, 540.0)), 1.0, 2.0), plain);
        assert_ne!(name(Some(vec2(960.0, 540.0)), 2.0, 2.0), plain);
    }

    #[test]
    fn nonsense_in_the_settings_is_no_calibration() {
        let mut monitors = Monitors::default();
        monitors.calibrate("a", 3.9);
        monitors.calibrate("b", f64::NAN);
        monitors.calibrate("c", 1e6);
        assert_eq!(monitors.pixels_per_mm("a"), Some(3.9));
        assert_eq!(monitors.pixels_per_mm("b"), None);
        assert_eq!(monitors.pixels_per_mm("c"), None);
        let text = ron::to_string(&monitors).unwrap();
        assert!(text.contains("3.9"), "{text}");
        monitors.forget("a");
        assert_eq!(monitors.pixels_per_mm("a"), None);
    }
}
