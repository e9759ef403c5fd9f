//! The report's charts as scenes.

use super::drawing::{Drawing, TEXT_MM};
use super::{ClassReport, Report};
use crate::sheet::{Align, Ink, Scene};
use crate::statistics::Reliability;

/// A chart and what stands over it.
pub struct Chart {
    /// Of its file.
    pub name: &'static str,
    pub heading: &'static str,
    pub scene: Scene,
}

const LABEL_MM: f64 = 22.0;
const ROW_MM: f64 = 4.4;
const BAR_WIDTH_MM: f64 = 150.0;
const PANEL_MM: f64 = 34.0;
const PANEL_GAP_MM: f64 = 9.0;
const PANELS_IN_A_ROW: usize = 5;

pub fn all(report: &Report) -> Vec<Chart> {
    let mut charts = Vec::new();
    let mut add = |name, heading, scene| {
        charts.push(Chart {
            name,
            heading,
            scene,
        });
    };
    add(
        "auroc",
        "AUROC per statement, with its 95 % interval",
        auroc(report),
    );
    add(
        "distribution",
        "ECGs with each statement: training, validation, test (from top to bottom; logarithmic)",
        distribution(report),
    );
    add("roc", "ROC curves", panels(report, "ROC curve", roc));
    add(
        "precision_recall",
        "Precision over recall",
        panels(report, "precision-recall curve", precision_recall),
    );
    add(
        "confusion",
        "2x2 tables at the thresholds of the model (rows: without and with the statement; columns: not called, called)",
        panels(report, "2x2 table", confusion),
    );
    add(
        "reliability",
        "Reliability: observed share over probability; thin: calibrated, where the model is",
        panels(report, "reliability diagram", reliability),
    );
    add(
        "jaccard",
        "Jaccard index of every pair of statements over the training ECGs (area of a square: 0 to 1)",
        matrix(report, "Jaccard index of pairs of statements", |a, b| {
            report.jaccard[a][b]
        }),
    );
    add(
        "cooccurrence",
        "Of the training ECGs with the statement of the row, the share with that of the column (area of a square: 0 to 1)",
        matrix(report, "co-occurrence of pairs of statements", |a, b| {
            let own = f64::from(report.cooccurrence[a][a]);
            f64::from(report.cooccurrence[a][b]) / own.max(1.0)
        }),
    );
    charts
}

/// One row for each statement, with a vertical scale below.
fn rows(report: &Report, description: &str) -> (Drawing, f64) {
    let height = report.details.len() as f64 * ROW_MM;
    let width = LABEL_MM + BAR_WIDTH_MM + 14.0;
    let mut drawing = Drawing::new(width, height + 8.0, description);
    for (c, class) in report.details.iter().enumerate() {
        let base = c as f64 * ROW_MM + ROW_MM - 1.2;
        drawing.text((LABEL_MM - 2.0, base), Align::Right, &class.code);
    }
    drawing.hair((LABEL_MM, 0.0), (LABEL_MM, height));
    (drawing, height)
}

fn auroc(report: &Report) -> Scene {
    let (mut drawing, height) = rows(report, "AUROC per statement");
    let x = |value: f64| LABEL_MM + value * BAR_WIDTH_MM;
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        drawing.hair((x(tick), 0.0), (x(tick), height));
        drawing.text((x(tick), height + 4.0), Align::Centre, &format!("{tick}"));
    }
    for (c, class) in report.metrics.classes.iter().enumerate() {
        let y = c as f64 * ROW_MM + ROW_MM / 2.0;
        if let Some((low, high)) = class.auroc_ci {
            drawing.line(&[(x(low), y), (x(high), y)], 0.4, Ink::MarkLine);
        }
        match class.auroc {
            Some(value) => drawing.fill((x(value) - 0.8, y - 0.8), (1.6, 1.6), Ink::MarkLine),
            None => drawing.text((x(0.01), y + 1.0), Align::Left, "one outcome only"),
        }
    }
    drawing.finish()
}

fn distribution(report: &Report) -> Scene {
    let (mut drawing, height) = rows(report, "ECGs with each statement by split");
    let most = report.distribution.iter().map(|s| s.records).max();
    let decades = (most.unwrap_or(1).max(10) as f64 + 1.0).log10();
    let x = |count: usize| LABEL_MM + (count as f64 + 1.0).log10() / decades * BAR_WIDTH_MM;
    for tick in [1, 10, 100, 1000, 10_000] {
        if Some(tick) <= most {
            drawing.hair((x(tick), 0.0), (x(tick), height));
            drawing.text((x(tick), height + 4.0), Align::Centre, &tick.to_string());
        }
    }
    let bar = (ROW_MM - 0.8) / report.distribution.len().max(1) as f64;
    for (s, split) in report.distribution.iter().enumerate() {
        for (c, &count) in split.positives.iter().enumerate() {
            let top = c as f64 * ROW_MM + 0.4 + s as f64 * bar;
            let ink = if s == 0 { Ink::MarkLine } else { Ink::Note };
            drawing.fill((LABEL_MM, top), (x(count) - LABEL_MM, bar - 0.15), ink);
        }
    }
    drawing.finish()
}

/// Where values from 0 to 1 are in a panel.
struct Frame {
    left_mm: f64,
    top_mm: f64,
}

impl Frame {
    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (
            self.left_mm + x * PANEL_MM,
            self.top_mm + (1.0 - y) * PANEL_MM,
        )
    }
}

/// A small chart for each statement.
fn panels(report: &Report, what: &str, draw: fn(&mut Drawing, &Frame, &ClassReport)) -> Scene {
    let count = report.details.len();
    let step = PANEL_MM + PANEL_GAP_MM;
    let in_a_row = PANELS_IN_A_ROW.min(count.max(1));
    let lines = count.div_ceil(in_a_row);
    let description = format!("{what} of each statement");
    let mut drawing = Drawing::new(in_a_row as f64 * step, lines as f64 * step, &description);
    for (c, class) in report.details.iter().enumerate() {
        let frame = Frame {
            left_mm: (c % in_a_row) as f64 * step + 2.0,
            top_mm: (c / in_a_row) as f64 * step + TEXT_MM + 2.0,
        };
        let title = (frame.left_mm, frame.top_mm - 1.2);
        drawing.text(title, Align::Left, &class.code);
        drawing.frame((frame.left_mm, frame.top_mm), (PANEL_MM, PANEL_MM));
        draw(&mut drawing, &frame, class);
    }
    drawing.finish()
}

fn no_curve(drawing: &mut Drawing, frame: &Frame) {
    drawing.text(frame.at(0.5, 0.5), Align::Centre, "one outcome only");
}

fn roc(drawing: &mut Drawing, frame: &Frame, class: &ClassReport) {
    drawing.hair(frame.at(0.0, 0.0), frame.at(1.0, 1.0));
    let Some(points) = &class.curve else {
        return no_curve(drawing, frame);
    };
    let points: Vec<_> = points
        .iter()
        .map(|p| frame.at(p.false_positive_rate, p.true_positive_rate))
        .collect();
    drawing.line(&points, 0.4, Ink::MarkLine);
}

fn precision_recall(drawing: &mut Drawing, frame: &Frame, class: &ClassReport) {
    let Some(points) = &class.curve else {
        return no_curve(drawing, frame);
    };
    let points: Vec<_> = points
        .iter()
        .filter_map(|p| Some(frame.at(p.true_positive_rate, p.precision?)))
        .collect();
    drawing.line(&points, 0.4, Ink::MarkLine);
}

/// Counts; the shaded area of a cell is its share of its row.
fn confusion(drawing: &mut Drawing, frame: &Frame, class: &ClassReport) {
    let c = &class.confusion;
    let table = [
        [c.true_negatives, c.false_positives],
        [c.false_negatives, c.true_positives],
    ];
    for (row, counts) in table.iter().enumerate() {
        let sum = counts.iter().sum::<usize>().max(1) as f64;
        for (column, &count) in counts.iter().enumerate() {
            let side = (count as f64 / sum).sqrt() * 0.5;
            let (x, y) = (0.25 + column as f64 * 0.5, 0.75 - row as f64 * 0.5);
            let corner = frame.at(x - side / 2.0, y + side / 2.0);
            let size = side * PANEL_MM;
            drawing.fill(corner, (size, size), Ink::MarkFill);
            let (x, y) = frame.at(x, y);
            drawing.text((x, y + TEXT_MM / 3.0), Align::Centre, &count.to_string());
        }
    }
    drawing.hair(frame.at(0.5, 0.0), frame.at(0.5, 1.0));
    drawing.hair(frame.at(0.0, 0.5), frame.at(1.0, 0.5));
}

fn reliability(drawing: &mut Drawing, frame: &Frame, class: &ClassReport) {
    drawing.hair(frame.at(0.0, 0.0), frame.at(1.0, 1.0));
    let mut draw = |diagram: &Reliability, width_mm: f64, dots: bool| {
        let points: Vec<_> = diagram
            .bins
            .iter()
            .filter_map(|bin| Some(frame.at(bin.mean_probability?, bin.observed?)))
            .collect();
        if dots {
            for &(x, y) in &points {
                drawing.fill((x - 0.6, y - 0.6), (1.2, 1.2), Ink::MarkLine);
            }
        }
        drawing.line(&points, width_mm, Ink::MarkLine);
    };
    if let Ok(diagram) = &class.reliability.0 {
        draw(diagram, 0.4, true);
    }
    if let Some(Ok(diagram)) = class.calibrated_reliability.as_ref().map(|r| &r.0) {
        draw(diagram, 0.15, false);
    }
}

/// A square for every pair, whose area is the value from 0 to 1.
fn matrix(report: &Report, description: &str, value: impl Fn(usize, usize) -> f64) -> Scene {
    let count = report.details.len();
    let (cell, head) = (4.0, LABEL_MM);
    let size = head + count as f64 * cell + 2.0;
    let mut drawing = Drawing::new(size, size, description);
    let at = |c: usize| head + c as f64 * cell;
    for (c, class) in report.details.iter().enumerate() {
        let base = at(c) + cell - 1.0;
        drawing.text((head - 1.5, base), Align::Right, &class.code);
        // Column names step down so that neighbours do not meet.
        let level = (c % 5) as f64 * 3.6 + 3.0;
        drawing.text((at(c) + cell / 2.0, level), Align::Centre, &class.code);
        drawing.hair(
            (at(c) + cell / 2.0, level + 0.6),
            (at(c) + cell / 2.0, head - 0.5),
        );
        drawing.hair((head, at(c)), (at(count), at(c)));
        for other in 0..count {
            let side = value(c, other).clamp(0.0, 1.0).sqrt() * (cell - 0.4);
            if side > 0.0 {
                let inset = (cell - side) / 2.0;
                let corner = (at(other) + inset, at(c) + inset);
                drawing.fill(corner, (side, side), Ink::MarkLine);
            }
        }
    }
    drawing.frame((head, head), (count as f64 * cell, count as f64 * cell));
    drawing.finish()
}
