//! A caliper as lines over a sheet, with its reading.

use eframe::egui::{Align2, Painter, Pos2, Stroke, vec2};

use super::{Caliper, CaliperMode, Pane};
use crate::app::theme::strong;
use crate::app::tokens::{Tokens, type_size};
use crate::sheet::{MILLIVOLTS, PanelArea};

impl Caliper {
    /// Paints it over a sheet.
    pub fn paint(&self, painter: &Painter, pane: &Pane<'_>, tokens: &Tokens) {
        if self.mode == CaliperMode::Off || !self.placed {
            return;
        }
        let painter = painter.with_clip_rect(pane.area.intersect(painter.clip_rect()));
        let line = Stroke::new(1.5, tokens.caliper);
        let thin = Stroke::new(1.0, tokens.caliper.gamma_multiply(0.55));
        let label_at = match self.mode {
            CaliperMode::Amplitude => self.paint_heights(&painter, pane, line),
            _ => {
                if self.mode == CaliperMode::March {
                    for time_s in self.marched(pane.scene) {
                        upright(&painter, pane, time_s, thin);
                    }
                }
                for time_s in self.times_s {
                    upright(&painter, pane, time_s, line);
                }
                self.paint_bars(&painter, pane, line)
            }
        };
        let unit = pane
            .scene
            .panels
            .first()
            .map_or(MILLIVOLTS, |panel| panel.unit);
        if let Some(at) = label_at {
            let font = strong(type_size::SMALL);
            let galley = painter.layout_no_wrap(self.reading(unit), font, tokens.surface);
            let rect = Align2::CENTER_BOTTOM
                .anchor_size(at - vec2(0.0, 3.0), galley.size())
                .expand2(vec2(4.0, 1.0));
            // Within the pane, wherever the caliper is.
            let inside = pane.area.shrink(2.0);
            let by = vec2(
                (inside.left() - rect.left()).max(0.0) - (rect.right() - inside.right()).max(0.0),
                (inside.top() - rect.top()).max(0.0),
            );
            let rect = rect.translate(by);
            painter.rect_filled(rect, 3.0, tokens.caliper);
            painter.galley(rect.min + vec2(4.0, 1.0), galley, tokens.surface);
        }
    }

    /// The bars between the two moments, and where the reading goes.
    fn paint_bars(&self, painter: &Painter, pane: &Pane<'_>, line: Stroke) -> Option<Pos2> {
        let (from_s, to_s) = (
            self.times_s[0].min(self.times_s[1]),
            self.times_s[0].max(self.times_s[1]),
        );
        let mut best: Option<(bool, Pos2)> = None;
        for panel in &pane.scene.panels {
            let (from_s, to_s) = (from_s.max(panel.start_s), to_s.min(panel.end_s));
            if from_s > to_s {
                continue;
            }
            let y_mm = panel.rect.top_mm + 0.22 * panel.rect.height_mm();
            let (from, to) = (
                pane.pos(panel.x_mm(from_s), y_mm),
                pane.pos(panel.x_mm(to_s), y_mm),
            );
            let is_own = Some(panel.lead) == self.lead;
            let is_first = best.is_none();
            if panel.is_strip || is_own || is_first {
                painter.line_segment([from, to], line);
                // Where it was put is where it is read.
                if is_first || is_own && best.is_some_and(|(own, _)| !own) {
                    best = Some((is_own, from + (to - from) / 2.0));
                }
            }
        }
        best.map(|(_, at)| at)
    }

    fn paint_heights(&self, painter: &Painter, pane: &Pane<'_>, line: Stroke) -> Option<Pos2> {
        let own = |panel: &&PanelArea| Some(panel.lead) == self.lead;
        let mut label = None;
        for panel in pane.scene.panels.iter().filter(own) {
            let ys = self.heights_mv.map(|mv| panel.y_mm(mv));
            for y_mm in ys {
                let ends = [panel.rect.left_mm, panel.rect.right_mm];
                painter.line_segment(ends.map(|x_mm| pane.pos(x_mm, y_mm)), line);
            }
            let middle_s = self.times_s[0].clamp(panel.start_s, panel.end_s);
            let x_mm = panel.x_mm(middle_s);
            painter.line_segment(ys.map(|y_mm| pane.pos(x_mm, y_mm)), line);
            label = label.or(Some(pane.pos(x_mm, ys[0].min(ys[1]))));
        }
        label
    }
}

/// A line through every panel that shows the moment.
fn upright(painter: &Painter, pane: &Pane<'_>, time_s: f64, stroke: Stroke) {
    for panel in pane.scene.panels.iter().filter(|p| p.shows(time_s)) {
        let x_mm = panel.x_mm(time_s);
        let top = pane.pos(x_mm, panel.rect.top_mm);
        let bottom = pane.pos(x_mm, panel.rect.bottom_mm);
        painter.line_segment([top, bottom], stroke);
    }
}
