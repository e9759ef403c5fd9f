//! Numbers per rater and criterion.

use eframe::egui::Ui;

use crate::app::tokens::Tokens;
use crate::app::widgets::{Cell, Column, Table, card, heading, weak};
use crate::review::{Criterion, CriterionSummary, RaterSummary, StudySummary};

pub fn ui(ui: &mut Ui, summary: &StudySummary) {
    card(ui, |ui| {
        ui.set_width(ui.available_width());
        heading(ui, "Per rater and criterion");
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let table = Table::new(
                ui,
                &[
                    Column::left("Rater", 110.0),
                    Column::left("Criterion", 0.0),
                    Column::right("Rated", 60.0),
                    Column::right("n", 50.0),
                    Column::right("Mean", 60.0),
                    Column::right("95 % interval", 120.0),
                    Column::right("SD", 60.0),
                    Column::right("Label error", 80.0),
                    Column::right("Not judged", 80.0),
                    Column::right("Median time", 84.0),
                ],
            );
            table.header(ui);
            for rater in &summary.raters {
                for (i, criterion) in rater.criteria.iter().enumerate() {
                    row(ui, &table, rater, criterion, i == 0);
                }
            }
        });
        weak(ui, format!("{}.", summary.ci_method));
    });
}

/// The name of a criterion on the screen.
pub fn criterion_name(criterion: Criterion) -> &'static str {
    match criterion {
        Criterion::Representativeness => "Representativeness",
        Criterion::Clarity => "Clarity",
    }
}

fn row(
    ui: &mut Ui,
    table: &Table,
    rater: &RaterSummary,
    summary: &CriterionSummary,
    is_first: bool,
) {
    let tokens = Tokens::of(ui);
    let two = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.2}"));
    let ci = summary.ci.map_or("–".to_owned(), |[low, high]| {
        format!("{low:.2} to {high:.2}")
    });
    // What belongs to the rater stands once.
    let once = |text: String| Cell::new(if is_first { text } else { String::new() });
    let time = rater
        .median_response_time_ms
        .map_or("–".to_owned(), |ms| format!("{:.1} s", ms / 1000.0));
    let name = criterion_name(summary.criterion);
    let cells = [
        once(rater.rater.to_string()).strong(),
        Cell::new(name),
        once(rater.rated.to_string()),
        Cell::new(summary.n.to_string()),
        Cell::new(two(summary.mean)).strong(),
        Cell::new(ci.clone()),
        Cell::new(two(summary.sd)).colour(tokens.text_secondary),
        once(rater.excluded.label_error.to_string()).colour(tokens.text_secondary),
        once(rater.excluded.cannot_judge.to_string()).colour(tokens.text_secondary),
        once(time).colour(tokens.text_secondary),
    ];
    let sentence = format!(
        "Rater {}, {}: n {}, mean {}, 95 % interval {ci}, {} rated",
        rater.rater,
        name.to_lowercase(),
        summary.n,
        two(summary.mean),
        rater.rated
    );
    table.row(ui, &cells, &sentence);
}
