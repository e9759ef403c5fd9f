//! Numbers per rater and question, and how far the raters are.

use eframe::egui::Ui;

use crate::app::texts::columns;
use crate::app::texts::statistics::{self as shared, table as texts};
use crate::app::tokens::Tokens;
use crate::app::widgets::{Cell, Column, Table, card, heading, weak};
use crate::review::{RaterState, Results};
use crate::statistics::study::RaterReport;
use crate::statistics::{Interval, Undefined};

/// Who has answered how much; no rating.
pub fn raters(ui: &mut Ui, results: &Results) {
    card(ui, |ui| {
        ui.set_width(ui.available_width());
        heading(ui, shared::RATERS);
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let table = Table::new(
                ui,
                &[
                    Column::left(texts::RATER, 120.0),
                    Column::left(shared::SPECIALTY, 0.0),
                    Column::right(shared::ANSWERED, 100.0),
                    Column::left(shared::QUEUE, 110.0),
                    Column::right(texts::CHANGED, 70.0),
                    Column::right(texts::EXCLUDED, 74.0),
                    Column::right(shared::MEDIAN_TIME, 90.0),
                ],
            );
            table.header(ui);
            for rater in &results.raters {
                rater_row(ui, &table, rater);
            }
        });
    });
}

fn rater_row(ui: &mut Ui, table: &Table, rater: &RaterState) {
    let tokens = Tokens::of(ui);
    let answered = columns::of(rater.answered, rater.total);
    let queue = match (rater.closed, rater.after_closing) {
        (false, _) => shared::OPEN.to_owned(),
        (true, 0) => shared::CLOSED.to_owned(),
        (true, later) => texts::answered_after_closing(later),
    };
    let excluded: usize = rater.excluded.values().sum();
    let time = rater
        .median_response_time_ms
        .map_or("–".to_owned(), |ms| columns::seconds(ms / 1000.0));
    let name = rater.rater.to_string();
    let cells = [
        Cell::new(name.clone()).strong(),
        Cell::new(rater.specialty.clone()).colour(tokens.text_secondary),
        Cell::new(answered.clone()),
        Cell::new(queue.clone()),
        Cell::new(rater.changed.to_string()).colour(tokens.text_secondary),
        Cell::new(excluded.to_string()).colour(tokens.text_secondary),
        Cell::new(time).colour(tokens.text_secondary),
    ];
    let sentence = texts::rater(&name, &answered, &queue);
    table.row(ui, &cells, &sentence);
}

/// The paper's table 3, with the interval by clusters first.
pub fn means(ui: &mut Ui, results: &Results) {
    card(ui, |ui| {
        ui.set_width(ui.available_width());
        heading(ui, texts::MEANS);
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let table = Table::new(
                ui,
                &[
                    Column::left(shared::QUESTION, 0.0),
                    Column::left(texts::RATER, 120.0),
                    Column::right(shared::COUNT, 50.0),
                    Column::right(texts::MEAN, 60.0),
                    Column::right(texts::BY_CLUSTERS, 130.0),
                    Column::right(texts::NAIVE, 120.0),
                    Column::right(texts::DESIGN_EFFECT, 90.0),
                    Column::right(texts::SD, 56.0),
                    Column::right(texts::GOOD, 70.0),
                ],
            );
            table.header(ui);
            for item in &results.report.items {
                let title = results.title_of(&item.item);
                for rater in &item.raters {
                    mean_row(ui, &table, title, rater);
                }
            }
        });
        weak(ui, texts::WHICH_INTERVAL);
    });
}

fn mean_row(ui: &mut Ui, table: &Table, title: &str, rater: &RaterReport) {
    let tokens = Tokens::of(ui);
    let all = &rater.all;
    let clustered = all.clustered.0.as_ref().ok();
    let by_clusters = clustered.map_or("–".to_owned(), |c| ends(c.bca.or(c.percentile)));
    let naive = clustered.map_or("–".to_owned(), |c| ends(c.naive));
    let effect = clustered.and_then(|c| c.design_effect.ok());
    let good = all.good.0.as_ref().ok();
    let good = good.map_or("–".to_owned(), |good| {
        format!("{:.0} %", 100.0 * good.share)
    });
    let cells = [
        Cell::new(title),
        Cell::new(rater.rater.clone()).strong(),
        Cell::new(all.n.to_string()),
        Cell::new(two(all.mean)).strong(),
        Cell::new(by_clusters.clone()),
        Cell::new(naive.clone()).colour(tokens.text_secondary),
        Cell::new(two(effect)).colour(tokens.text_secondary),
        Cell::new(two(all.sd)).colour(tokens.text_secondary),
        Cell::new(good).colour(tokens.text_secondary),
    ];
    let sentence = texts::mean(rater, title, &two(all.mean), &by_clusters, &naive);
    table.row(ui, &cells, &sentence);
}

fn two(value: Option<f64>) -> String {
    value.map_or("–".to_owned(), |value| format!("{value:.2}"))
}

fn ends(interval: Result<Interval, Undefined>) -> String {
    interval.map_or("–".to_owned(), |i| shared::interval(i.low, i.high))
}
