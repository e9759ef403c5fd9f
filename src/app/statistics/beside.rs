//! Metrics that need no people, beside the ratings: measured here once, then
//! kept beside the reviews.

use eframe::egui::Ui;

use crate::app::command::{Command, Commands};
use crate::app::state::{Measuring, State};
use crate::app::tokens::{Tokens, space};
use crate::app::widgets::{
    Cell, Column, Table, banner, card, heading, primary_button, progress, secondary, weak,
};
use crate::review::{Beside, COSINES_NOTE, Results};
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
        heading(ui, "Metrics without people, beside the ratings");
        if let Some(metrics) = &results.metrics {
            of_metrics(ui, results, metrics);
        } else {
            secondary(
                ui,
                "What the model and its training ECGs say of each prototype, without anybody looking at it: how pure its \
                 neighbours are, how steady it is under noise, and how much hangs on its window. Measured once for a model \
                 and kept beside its reviews.",
            );
        }
        if let Some(refused) = refused {
            let tone = Tokens::of(ui).caution;
            banner(ui, tone, |ui| {
                ui.label(format!("The metrics that are kept are not used: {refused}"))
            });
        }
        match &state.statistics.measuring {
            Some(measuring) => going_on(ui, measuring, commands),
            None => {
                let text = match &results.metrics {
                    Some(_) => "Measure again",
                    None => "Measure the prototypes",
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
        let said = format!("{} of {} prototypes", measuring.done, measuring.of);
        let share = measuring.done as f32 / measuring.of.max(1) as f32;
        progress(ui, share, 180.0, &format!("Measuring: {said}"));
        let left = measuring.seconds_left();
        let left = left.map(|seconds| format!(", about {} left", duration(seconds)));
        secondary(ui, said + &left.unwrap_or_default());
        if ui.button("Stop measuring").clicked() {
            commands.send(Command::StopMeasuring);
        }
    });
}

/// The card of a study of pairs: the model's cosine beside the ratings.
pub fn cosines(ui: &mut Ui, results: &Results, cosines: &[Association]) {
    card(ui, |ui| {
        ui.set_width(ui.available_width());
        heading(ui, "The model's cosine, beside the ratings");
        associations(ui, results, cosines);
        weak(ui, format!("With {COSINES_NOTE}"));
    });
}

fn associations(ui: &mut Ui, results: &Results, associations: &[Association]) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let table = Table::new(
            ui,
            &[
                Column::left("Question", 0.0),
                Column::left("Metric", 240.0),
                Column::right("n", 60.0),
                Column::right("Spearman's rho", 120.0),
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
    let purity = if metrics.table.purity_without_patient {
        "Label purity leaves out all ECGs of the patient of the prototype's source."
    } else {
        "Label purity leaves out the prototype's source, and not the other ECGs of its patient: the folder of the data set \
         was not named."
    };
    weak(
        ui,
        format!(
            "With the mean rating of each prototype over the raters whose answer counts. The interval takes prototypes as \
             independent of each other, so it is too narrow where several come from one class or source. {purity}"
        ),
    );
}

fn row(ui: &mut Ui, table: &Table, title: &str, found: &Association) {
    let tokens = Tokens::of(ui);
    let (n, rho, interval) = match &found.spearman.0 {
        Ok(spearman) => {
            let ends = spearman.interval.map_or("–".to_owned(), |i| {
                format!("{:.2} to {:.2}", i.low, i.high)
            });
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
        Ok(_) => format!("{title}, {metric}: rho {rho}, n {n}, 95 % interval {interval}"),
        Err(reason) => format!("{title}, {metric}: no rho, {reason}"),
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
