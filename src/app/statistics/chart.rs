//! A bar chart of a scale: how often each rater chose every point.

use eframe::egui::{Role, Stroke, Ui, WidgetInfo};
use egui_plot::{Bar, BarChart, GridMark, Legend};

use crate::app::tokens::Tokens;
use crate::app::widgets::still_plot;
use crate::review::figures::distribution_in_words;
use crate::statistics::study::{ItemReport, RaterReport};

pub fn ui(ui: &mut Ui, item: &ItemReport, title: &str) {
    let tokens = Tokens::of(ui);
    let counts = item.raters.iter().flat_map(|r| &r.all.distribution);
    let highest = counts.max().copied().unwrap_or(0).max(4) as f64;
    let points = item.raters.iter().map(|r| r.all.distribution.len());
    let points = points.max().unwrap_or(5);
    let top = highest * 1.12;
    let step = (highest / 4.0).ceil().max(1.0);
    let mark = |value: f64, step_size: f64| GridMark { value, step_size };
    let plot = still_plot(ui, ("scale", item.item.as_str()), 220.0)
        .default_x_bounds(0.4, points as f64 + 0.6)
        .default_y_bounds(0.0, top)
        .auto_bounds(false)
        .y_grid_spacer(move |_| {
            // A mark outside the plot would be written over what is around it.
            let values = (0..=5).map(|i| f64::from(i) * step);
            let inside = values.filter(|value| *value <= top);
            inside.map(|value| mark(value, step)).collect()
        })
        .x_grid_spacer(move |_| (1..=points).map(|point| mark(point as f64, 1.0)).collect())
        .x_axis_formatter(|mark, _| format!("{:.0}", mark.value))
        .y_axis_formatter(|mark, _| {
            if mark.value.fract() == 0.0 {
                format!("{:.0}", mark.value)
            } else {
                String::new()
            }
        });
    let plot = if item.raters.len() > 1 {
        plot.legend(Legend::default())
    } else {
        plot
    };
    let shown = plot.show(ui, |plot| {
        for (number, rater) in item.raters.iter().enumerate() {
            plot.bar_chart(bars(rater, number, item.raters.len(), tokens));
        }
    });
    // The numbers in words, as the report has them.
    let sentence = distribution_in_words(item, title);
    shown
        .response
        .widget_info(|| WidgetInfo::labeled(Role::GraphicsDocument, true, &sentence));
}

/// The bars of one rater, beside those of the others.
fn bars(rater: &RaterReport, number: usize, raters: usize, tokens: &Tokens) -> BarChart {
    let colours = [
        tokens.series_first,
        tokens.series_second,
        tokens.demonstration.text,
        tokens.good.text,
    ];
    let colour = colours[number % colours.len()];
    let width = 0.8 / raters.max(1) as f64;
    let shift = (number as f64 - (raters as f64 - 1.0) / 2.0) * width;
    let bars = (1..).zip(&rater.all.distribution).map(|(point, &count)| {
        Bar::new(f64::from(point) + shift, count as f64)
            .width(width * 0.92)
            .fill(colour)
            .stroke(Stroke::NONE)
            .name(format!("{}: {point}", rater.rater))
    });
    BarChart::new(rater.rater.clone(), bars.collect()).color(colour)
}
