//! Loss and macro AUROC by epoch, over all stages.

use eframe::egui::{Align2, Color32, RichText, Role, Sense, Shape, Stroke, Ui, WidgetInfo, vec2};
use egui_plot::{GridMark, HoverPosition, Line, LineStyle, PlotPoint, Points, Text, VLine};

use super::words;
use crate::app::texts::train::curves as texts;
use crate::app::theme::regular;
use crate::app::tokens::{Tokens, space, type_size};
use crate::app::widgets::{Side, heading, small, still_plot, two_columns, weak};
use crate::training::{EpochPoint, RunView, StageView};

/// From this ratio of the largest to the smallest loss on the axis is
/// logarithmic: stages have losses of their own.
const LOG_FROM: f64 = 30.0;

/// One of the numbers that every epoch has.
struct Series {
    name: &'static str,
    of: fn(&EpochPoint) -> Option<f64>,
    dashed: bool,
}

impl Series {
    fn colour(&self, tokens: &Tokens) -> Color32 {
        match self.dashed {
            true => tokens.series_second,
            false => tokens.series_first,
        }
    }

    /// Its line and name, to stand beside a heading: over the curves, a legend
    /// would hide some of them.
    fn key(&self, ui: &mut Ui) {
        ui.add_space(space::S);
        let (rect, _) = ui.allocate_exact_size(vec2(22.0, 12.0), Sense::hover());
        let stroke = Stroke::new(1.8, self.colour(Tokens::of(ui)));
        let ends = [rect.left_center(), rect.right_center()];
        match self.dashed {
            true => ui
                .painter()
                .extend(Shape::dashed_line(&ends, stroke, 4.0, 3.0)),
            false => {
                ui.painter().line_segment(ends, stroke);
            }
        }
        small(ui, self.name);
    }
}

const LOSS: [Series; 2] = [
    Series {
        name: texts::TRAINING,
        of: |p| Some(p.loss),
        dashed: false,
    },
    Series {
        name: texts::VALIDATION,
        of: |p| p.validation_loss,
        dashed: true,
    },
];

const AUROC: [Series; 1] = [Series {
    name: texts::VALIDATION_AUROC,
    of: |p| p.macro_auroc,
    dashed: true,
}];

pub fn ui(ui: &mut Ui, view: &RunView, height: f32) {
    two_columns(ui, |ui, side| match side {
        Side::Left => {
            ui.horizontal(|ui| {
                heading(ui, texts::LOSS);
                LOSS.iter().for_each(|one| one.key(ui));
            });
            curve(ui, view, &LOSS, texts::LOSS, height);
        }
        Side::Right => {
            ui.horizontal(|ui| heading(ui, texts::AUROC_ON_VALIDATION));
            curve(ui, view, &AUROC, texts::AUROC, height);
        }
    });
    weak(ui, texts::WHAT_A_POINT_IS);
}

fn curve(ui: &mut Ui, view: &RunView, series: &[Series], what: &str, height: f32) {
    let tokens = Tokens::of(ui);
    let stages = view.stages();
    let scale = Scale::of(&view.epochs, series);
    let (low, high) = scale.range;
    let right = view.epochs.len().max(4) as f64 + 0.5;
    let grid = scale.marks();
    let count = view.epochs.len();
    let of_stage = |stage: usize| stages.get(stage);
    let plot = still_plot(ui, ("curve", what), height)
        .y_grid_spacer(move |_| grid.clone())
        .x_grid_spacer(move |_| epoch_marks(count))
        .y_axis_formatter(move |mark, _| scale.label(mark.value))
        .x_axis_formatter(|mark, _| format!("{:.0}", mark.value))
        .label_formatter(|at| match at {
            HoverPosition::NearDataPoint {
                plot_name,
                position,
                ..
            } => {
                let number = position.x.round() as usize;
                let point = view.epochs.get(number.checked_sub(1)?)?;
                let stage = words::stage(point.stage, of_stage(point.stage)?);
                let value = scale.value(position.y);
                Some(texts::point(&stage, point.epoch, plot_name, value))
            }
            HoverPosition::Elsewhere { .. } => None,
        });
    let shown = plot.show(ui, |plot| {
        plot.set_plot_bounds_x(0.5..=right);
        plot.set_plot_bounds_y(low..=high);
        for (start, stage) in starts(&view.epochs) {
            if start > 0 {
                let edge = VLine::new(format!("edge-{start}"), start as f64 + 0.5)
                    .name("")
                    .color(tokens.outline_strong)
                    .allow_hover(false);
                plot.vline(edge);
            }
            let number = RichText::new((stage + 1).to_string())
                .font(regular(type_size::SMALL))
                .color(tokens.text_weak);
            let at = PlotPoint::new(start as f64 + 0.6, high - 0.02 * (high - low));
            plot.text(
                Text::new(format!("stage-{start}"), at, number)
                    .name("")
                    .anchor(Align2::LEFT_TOP)
                    .allow_hover(false),
            );
        }
        for (number, one) in series.iter().enumerate() {
            let colour = one.colour(tokens);
            for (start, stage) in starts(&view.epochs) {
                let points = points(&view.epochs, start, stage, one.of, scale);
                let line = Line::new(one.name, points).color(colour).width(1.8);
                let style = match one.dashed {
                    true if series.len() > 1 => LineStyle::dashed_dense(),
                    _ => LineStyle::Solid,
                };
                plot.line(line.style(style).id((what, number, start)));
            }
        }
        if series.len() == 1 {
            let best: Vec<[f64; 2]> = (1..)
                .zip(&view.epochs)
                .filter(|(_, point)| point.better)
                .filter_map(|(x, point)| Some([f64::from(x), point.macro_auroc?]))
                .collect();
            let dots = Points::new(texts::BEST, best).radius(3.0);
            plot.points(dots.color(tokens.series_second));
        }
    });
    let said = sentence(view, &stages, series, what);
    shown
        .response
        .widget_info(|| WidgetInfo::labeled(Role::GraphicsDocument, true, &said));
}

/// Some whole numbers up to the number of points.
fn epoch_marks(count: usize) -> Vec<GridMark> {
    let steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
    let few = |step: &usize| count / step <= 8;
    let step = steps.into_iter().find(few).unwrap_or(count);
    (1..=count / step.max(1))
        .map(|n| GridMark {
            value: (n * step) as f64,
            step_size: step as f64,
        })
        .collect()
}

/// Where each stage's points begin, and which stage that is.
fn starts(epochs: &[EpochPoint]) -> Vec<(usize, usize)> {
    let mut starts: Vec<(usize, usize)> = Vec::new();
    for (place, point) in epochs.iter().enumerate() {
        if starts.last().is_none_or(|&(_, stage)| stage != point.stage) {
            starts.push((place, point.stage));
        }
    }
    starts
}

fn points(
    epochs: &[EpochPoint],
    start: usize,
    stage: usize,
    of: fn(&EpochPoint) -> Option<f64>,
    scale: Scale,
) -> Vec<[f64; 2]> {
    let own = epochs.iter().enumerate().skip(start);
    own.take_while(|(_, point)| point.stage == stage)
        .filter_map(|(place, point)| Some([place as f64 + 1.0, scale.place(of(point)?)]))
        .collect()
}

/// How values become heights.
#[derive(Clone, Copy)]
struct Scale {
    logarithmic: bool,
    /// Of heights.
    range: (f64, f64),
}

impl Scale {
    fn of(epochs: &[EpochPoint], series: &[Series]) -> Self {
        let values: Vec<f64> = epochs
            .iter()
            .flat_map(|point| series.iter().filter_map(|one| (one.of)(point)))
            .filter(|value| value.is_finite())
            .collect();
        let low = values.iter().copied().reduce(f64::min).unwrap_or(0.0);
        let high = values.iter().copied().reduce(f64::max).unwrap_or(1.0);
        let logarithmic = low > 0.0 && high / low > LOG_FROM;
        let (low, high) = match logarithmic {
            true => (low.log10(), high.log10()),
            false => (low, high),
        };
        let margin = ((high - low) * 0.08).max(1e-3);
        Self {
            logarithmic,
            // Room for the numbers of the stages above.
            range: (low - margin, high + 2.0 * margin),
        }
    }

    fn place(self, value: f64) -> f64 {
        match self.logarithmic {
            true => value.max(f64::MIN_POSITIVE).log10(),
            false => value,
        }
    }

    fn value(self, place: f64) -> f64 {
        match self.logarithmic {
            true => 10.0_f64.powf(place),
            false => place,
        }
    }

    fn label(self, place: f64) -> String {
        let value = self.value(place);
        match value.abs() {
            size if size >= 100.0 => format!("{value:.0}"),
            size if size >= 10.0 => format!("{value:.1}"),
            size if size >= 0.1 || size == 0.0 => format!("{value:.2}"),
            _ => format!("{value:.1e}"),
        }
    }

    /// Four or so lines within the range, at round numbers where that is linear.
    fn marks(self) -> Vec<GridMark> {
        let (low, high) = self.range;
        let raw = (high - low) / 4.0;
        let size = 10.0_f64.powf(raw.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .into_iter()
            .map(|n| n * size)
            .find(|step| *step >= raw)
            .unwrap_or(raw);
        let first = (low / step).ceil();
        (0..8)
            .map(|n| (first + f64::from(n)) * step)
            .filter(|value| *value <= high)
            .map(|value| GridMark {
                value,
                step_size: step,
            })
            .collect()
    }
}

/// The curves in words: where each stage began and where it is.
fn sentence(view: &RunView, stages: &[StageView], series: &[Series], what: &str) -> String {
    if view.epochs.is_empty() {
        return texts::no_epoch(what);
    }
    let mut said = Vec::new();
    for (start, stage) in starts(&view.epochs) {
        let own = view.epochs.iter().skip(start);
        let own: Vec<&EpochPoint> = own.take_while(|p| p.stage == stage).collect();
        let Some(name) = stages.get(stage).map(|s| words::stage(stage, s)) else {
            continue;
        };
        let ends = series.iter().filter_map(|one| {
            let values: Vec<f64> = own.iter().filter_map(|p| (one.of)(p)).collect();
            Some((one.name, *values.first()?, *values.last()?))
        });
        said.push(texts::stage(&name, &ends.collect::<Vec<_>>()));
    }
    texts::figure(what, view.epochs.len(), &said)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(stage: usize, epoch: usize, loss: f64) -> EpochPoint {
        EpochPoint {
            stage,
            name: "joint".into(),
            epoch,
            of: 9,
            loss,
            validation_loss: None,
            macro_auroc: None,
            better: false,
            records_per_second: 0.0,
            seconds_left: 0.0,
        }
    }

    #[test]
    fn losses_of_very_different_stages_share_a_logarithmic_axis() {
        let near = [point(0, 1, 0.5), point(0, 2, 0.4)];
        assert!(!Scale::of(&near, &LOSS).logarithmic);
        let far = [point(0, 1, 300.0), point(1, 1, 0.1)];
        let scale = Scale::of(&far, &LOSS);
        assert!(scale.logarithmic);
        assert!((scale.value(scale.place(300.0)) - 300.0).abs() < 1e-9);
        // A loss below zero has no logarithm.
        let below = [point(0, 1, -3.0), point(1, 1, 100.0)];
        assert!(!Scale::of(&below, &LOSS).logarithmic);
    }

    #[test]
    fn marks_are_round_and_inside() {
        let scale = Scale {
            logarithmic: false,
            range: (0.13, 0.97),
        };
        let values: Vec<f64> = scale.marks().iter().map(|mark| mark.value).collect();
        assert_eq!(
            values.len(),
            1 + ((0.97 - 0.5) / 0.5) as usize,
            "{values:?}"
        );
        assert!(values.iter().all(|v| (0.13..=0.97).contains(v)));
    }

    #[test]
    fn every_stage_has_a_line_of_its_own() {
        let epochs = [point(0, 1, 1.0), point(0, 2, 0.5), point(2, 10, 0.3)];
        assert_eq!(starts(&epochs), [(0, 0), (2, 2)]);
        let scale = Scale::of(&epochs, &LOSS);
        assert_eq!(
            points(&epochs, 0, 0, LOSS[0].of, scale),
            [[1.0, 1.0], [2.0, 0.5]]
        );
        assert_eq!(points(&epochs, 2, 2, LOSS[0].of, scale), [[3.0, 0.3]]);
    }
}
