//! A bar chart of each scale: how often every point was chosen.

use eframe::egui::{Align, Layout, Role, Stroke, Ui, WidgetInfo, vec2};
use egui_plot::{Bar, BarChart, GridMark, Legend, Plot};

use super::table::criterion_name;
use crate::app::tokens::{Tokens, space};
use crate::app::widgets::{card, heading};
use crate::review::{Criterion, StudySummary};

pub fn ui(ui: &mut Ui, summary: &StudySummary) {
    let width = (ui.available_width() - space::S) / 2.0;
    ui.horizontal_top(|ui| {
        for criterion in Criterion::ALL {
            ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
                card(ui, |ui| {
                    ui.set_width(ui.available_width());
                    heading(ui, criterion_name(criterion));
                    chart(ui, summary, criterion);
                });
            });
        }
    });
}

fn chart(ui: &mut Ui, summary: &StudySummary, criterion: Criterion) {
    let tokens = Tokens::of(ui);
    let histograms: Vec<(String, [usize; 5])> = summary
        .raters
        .iter()
        .filter_map(|rater| {
            let summary = rater
                .criteria
                .iter()
                .find(|summary| summary.criterion == criterion)?;
            Some((rater.rater.to_string(), summary.histogram))
        })
        .collect();
    let highest = histograms
        .iter()
        .flat_map(|(_, counts)| counts)
        .max()
        .copied()
        .unwrap_or(0)
        .max(4);
    let colours = [
        tokens.series_first,
        tokens.series_second,
        tokens.demonstration.text,
        tokens.good.text,
    ];
    let group = 0.8 / histograms.len().max(1) as f64;
    let charts: Vec<BarChart> = histograms
        .iter()
        .enumerate()
        .map(|(i, (rater, counts))| {
            let shift = (i as f64 - (histograms.len() as f64 - 1.0) / 2.0) * group;
            let colour = colours
                .get(i % colours.len())
                .copied()
                .unwrap_or(tokens.accent);
            let bars = (1..).zip(counts).map(|(point, &count)| {
                Bar::new(f64::from(point) + shift, count as f64)
                    .width(group * 0.92)
                    .fill(colour)
                    .stroke(Stroke::NONE)
                    .name(format!("{rater}: {point}"))
            });
            BarChart::new(rater.clone(), bars.collect()).color(colour)
        })
        .collect();
    // The export below stays in sight on a small screen.
    let height = (ui.ctx().content_rect().height() - 590.0).clamp(130.0, 260.0);
    let top = highest as f64 * 1.12;
    let step = (highest as f64 / 4.0).ceil().max(1.0);
    let mut plot = Plot::new(("scale", criterion.name()))
        .height(height)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
        .allow_double_click_reset(false)
        .show_crosshair(false)
        .show_grid([false, true])
        .show_background(false)
        .grid_color(tokens.outline)
        .default_x_bounds(0.4, 5.6)
        .default_y_bounds(0.0, top)
        .auto_bounds(false)
        .y_grid_spacer(move |_| {
            // A mark outside the plot would be written over what is around it.
            let values = (0..=5).map(|i| f64::from(i) * step);
            let inside = values.filter(|value| *value <= top);
            inside
                .map(|value| GridMark {
                    value,
                    step_size: step,
                })
                .collect()
        })
        .x_grid_spacer(|_| {
            (1..=5)
                .map(|point| GridMark {
                    value: f64::from(point),
                    step_size: 1.0,
                })
                .collect()
        })
        .x_axis_formatter(|mark, _| format!("{:.0}", mark.value))
        .y_axis_formatter(|mark, _| {
            if mark.value.fract() == 0.0 {
                format!("{:.0}", mark.value)
            } else {
                String::new()
            }
        });
    if histograms.len() > 1 {
        plot = plot.legend(Legend::default());
    }
    let shown = plot.show(ui, |plot| {
        for chart in charts {
            plot.bar_chart(chart);
        }
    });
    let sentence = describe(criterion, &histograms);
    shown
        .response
        .widget_info(|| WidgetInfo::labeled(Role::GraphicsDocument, true, &sentence));
}

/// The chart as a sentence.
fn describe(criterion: Criterion, histograms: &[(String, [usize; 5])]) -> String {
    let raters: Vec<String> = histograms
        .iter()
        .map(|(rater, counts)| {
            let points: Vec<String> = (1..)
                .zip(counts)
                .map(|(point, count)| format!("{point} {count} times"))
                .collect();
            format!("rater {rater} chose {}", points.join(", "))
        })
        .collect();
    format!("Bar chart of {}: {}", criterion.name(), raters.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chart_is_described_with_its_numbers() {
        let sentence = describe(Criterion::Clarity, &[("R1".to_owned(), [0, 1, 0, 2, 3])]);
        assert_eq!(
            sentence,
            "Bar chart of clarity: rater R1 chose 1 0 times, 2 1 times, 3 0 times, 4 2 times, 5 3 times"
        );
    }
}
