//! Metrics that need no people, beside the ratings: measured here once, then
//! kept beside the reviews.

use eframe::egui::Ui;

use crate::app::command::{Command, Commands};
use crate::app::state::{Measuring, State};
use crate::app::texts::statistics::{self as shared, beside as texts};
use crate::app::tokens::{Tokens, space};
use crate::app::widgets::{
    Cell, Column, Table, banner, card, heading, primary_button, progress, secondary, weak,
};
use crate::review::{Beside, Results};
use crate::statistics::study::{Association, Metric, PrototypeMetrics};
use crate::training::duration;

/// The card; `refused` is why a file of metrics is not used.
pub fn ui(
    ui: &mut Ui,
    state: &State,
    results: &Results,
    refused: Option<&str>,
    commands: &mut Commands,
) {
    card(ui, |ui| {
        ui.set_width(ui.available_width());
        heading(ui, texts::TITLE);
        if let Some(metrics) = &results.metrics {
            of_metrics(ui, results, metrics);
        } else {
            secondary(ui, texts::WHAT_IS_MEASURED);
        }
        if let Some(refused) = refused {
            let tone = Tokens::of(ui).caution;
            banner(ui, tone, |ui| ui.label(texts::not_used(refused)));
        }
        match &state.statistics.measuring {
            Some(measuring) => going_on(ui, measuring, commands),
            None => {
                let text = match &results.metrics {
                    Some(_) => texts::MEASURE_AGAIN,
                    None => texts::MEASURE,
                };
                if primary_button(ui, text, state.model.is_ready()).clicked() {
                    commands.send(Command::MeasurePrototypes);
                }
            }
        }
    });
}

fn going_on(ui: &mut Ui, measuring: &Measuring, commands: &mut Commands) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::M;
        let (done, of) = (measuring.done, measuring.of);
        let share = done as f32 / of.max(1) as f32;
        progress(ui, share, 180.0, &texts::measuring(done, of));
        let left = measuring.seconds_left().map(duration);
        secondary(ui, texts::measured(done, of, left.as_deref()));
        if ui.button(texts::STOP).clicked() {
            commands.send(Command::StopMeasuring);
        }
    });
}

/// The card of a study of pairs: the model's cosine beside the ratings.
pub fn cosines(ui: &mut Ui, results: &Results, cosines: &[Association]) {
    card(ui, |ui| {
        ui.set_width(ui.available_width());
        heading(ui, texts::COSINES);
        associations(ui, results, cosines);
        weak(ui, texts::cosines_note());
    });
}

fn associations(ui: &mut Ui, results: &Results, associations: &[Association]) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let table = Table::new(
            ui,
            &[
                Column::left(shared::QUESTION, 0.0),
                Column::left(texts::METRIC, 240.0),
                Column::right(shared::COUNT, 60.0),
                Column::right(texts::RHO, 120.0),
                Column::right("95 %", 140.0),
            ],
        );
        table.header(ui);
        for found in associations {
            row(ui, &table, results.title_of(&found.item), found);
        }
    });
}

fn of_metrics(ui: &mut Ui, results: &Results, metrics: &Beside) {
    associations(ui, results, &metrics.associations);
    let note = texts::metrics_note(metrics.table.purity_without_patient);
    weak(ui, note);
}

fn row(ui: &mut Ui, table: &Table, title: &str, found: &Association) {
    let tokens = Tokens::of(ui);
    let (n, rho, interval) = match &found.spearman.0 {
        Ok(spearman) => {
            let ends = spearman
                .interval
                .map_or("–".to_owned(), |i| shared::interval(i.low, i.high));
            (
                spearman.n.to_string(),
                format!("{:+.2}", spearman.rho),
                ends,
            )
        }
        Err(_) => ("–".to_owned(), "–".to_owned(), "–".to_owned()),
    };
    let metric = found.metric.title();
    let sentence = match &found.spearman.0 {
        Ok(_) => texts::association(title, metric, &rho, &n, &interval),
        Err(reason) => texts::no_association(title, metric, &reason.to_string()),
    };
    let cells = [
        Cell::new(title),
        Cell::new(metric),
        Cell::new(n),
        Cell::new(rho).strong(),
        Cell::new(interval).colour(tokens.text_secondary),
    ];
    table.row(ui, &cells, &sentence);
}

/// The metrics of one prototype in a line.
pub fn in_words(metrics: &PrototypeMetrics) -> String {
    let known = Metric::ALL.iter().filter_map(|metric| {
        let value = metrics.get(*metric)?;
        Some(format!("{} {value:.2}", metric.short()))
    });
    known.collect::<Vec<_>>().join(" · ")
}
