//! Numbers per rater and question, and how far the raters are.

use eframe::egui::Ui;

use crate::app::tokens::Tokens;
use crate::app::widgets::{Cell, Column, Table, card, heading, weak};
use crate::review::{RaterState, Results};
use crate::statistics::study::RaterReport;
use crate::statistics::{Interval, Undefined};

/// Who has answered how much; no rating.
pub fn raters(ui: &mut Ui, results: &Results) {
    card(ui, |ui| {
        ui.set_width(ui.available_width());
        heading(ui, "Raters");
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let table = Table::new(
                ui,
                &[
                    Column::left("Rater", 120.0),
                    Column::left("Specialty", 0.0),
                    Column::right("Answered", 100.0),
                    Column::left("Queue", 110.0),
                    Column::right("Changed", 70.0),
                    Column::right("Excluded", 74.0),
                    Column::right("Median time", 90.0),
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
    let answered = format!("{} of {}", rater.answered, rater.total);
    let queue = match (rater.closed, rater.after_closing) {
        (false, _) => "open".to_owned(),
        (true, 0) => "closed".to_owned(),
        (true, later) => format!("closed, {later} after"),
    };
    let excluded: usize = rater.excluded.values().sum();
    let time = rater
        .median_response_time_ms
        .map_or("–".to_owned(), |ms| format!("{:.1} s", ms / 1000.0));
    let cells = [
        Cell::new(rater.rater.to_string()).strong(),
        Cell::new(rater.specialty.clone()).colour(tokens.text_secondary),
        Cell::new(answered.clone()),
        Cell::new(queue.clone()),
        Cell::new(rater.changed.to_string()).colour(tokens.text_secondary),
        Cell::new(excluded.to_string()).colour(tokens.text_secondary),
        Cell::new(time).colour(tokens.text_secondary),
    ];
    let sentence = format!("Rater {}: {answered} answered, queue {queue}", rater.rater);
    table.row(ui, &cells, &sentence);
}

/// The paper's table 3, with the interval by clusters first.
pub fn means(ui: &mut Ui, results: &Results) {
    card(ui, |ui| {
        ui.set_width(ui.available_width());
        heading(ui, "Means");
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let table = Table::new(
                ui,
                &[
                    Column::left("Question", 0.0),
                    Column::left("Rater", 120.0),
                    Column::right("n", 50.0),
                    Column::right("Mean", 60.0),
                    Column::right("95 % by clusters", 130.0),
                    Column::right("95 % naive", 120.0),
                    Column::right("Design effect", 90.0),
                    Column::right("SD", 56.0),
                    Column::right("At least 4", 70.0),
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
        weak(
            ui,
            "By clusters: bootstrap of classes and within them source ECGs, the one to cite. Naive: every rating independent \
             of every other, as the paper has it; too narrow.",
        );
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
    let sentence = format!(
        "Rater {}, {}: n {}, mean {}, 95 % interval by clusters {by_clusters}, naive {naive}",
        rater.rater,
        title,
        all.n,
        two(all.mean)
    );
    table.row(ui, &cells, &sentence);
}

fn two(value: Option<f64>) -> String {
    value.map_or("–".to_owned(), |value| format!("{value:.2}"))
}

fn ends(interval: Result<Interval, Undefined>) -> String {
    interval.map_or("–".to_owned(), |i| {
        format!("{:.2} to {:.2}", i.low, i.high)
    })
}
