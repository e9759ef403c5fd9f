//! The ledger: how the logit of the chosen class adds up, to the last line.

use eframe::egui::{Align, Layout, ScrollArea, Ui};

use crate::app::tokens::{Tokens, space};
use crate::app::widgets::{Cell, Column, Table, divider, heading, weak};
use crate::explain::ClassExplanation;

pub fn ui(ui: &mut Ui, explanation: &ClassExplanation) {
    let tokens = Tokens::of(ui);
    let Some(ledger) = &explanation.ledger else {
        return;
    };
    ui.horizontal(|ui| {
        heading(ui, "How the logit adds up");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            weak(ui, "similarity × weight")
        });
    });
    ui.spacing_mut().item_spacing.y = 0.0;
    let table = Table::new(
        ui,
        &[
            Column::left("Prototype", 0.0),
            Column::right("Similarity", 60.0),
            Column::right("Weight", 56.0),
            Column::left("", 60.0),
            Column::right("Adds", 56.0),
        ],
    );
    table.header(ui);
    let largest = ledger
        .entries
        .iter()
        .map(|entry| entry.contribution.abs())
        .fold(1e-9, f64::max);
    // The sums stay in sight under the entries.
    let sums = 2.0 * space::ROW + 2.0;
    let height = (ui.available_height() - sums).max(space::ROW);
    ScrollArea::vertical()
        .id_salt("ledger")
        .auto_shrink([false, true])
        .max_height(height)
        .show(ui, |ui| {
            for entry in &ledger.entries {
                let own = entry.class == explanation.code;
                let colour = if entry.contribution >= 0.0 {
                    tokens.series_first
                } else {
                    tokens.series_second
                };
                let share = (entry.contribution / largest / 2.0) as f32;
                let prototype = format!("{} · {}", entry.class, entry.prototype);
                let cells = [
                    if own {
                        Cell::new(prototype).strong()
                    } else {
                        Cell::new(prototype).colour(tokens.text_secondary)
                    },
                    Cell::new(format!("{:.3}", entry.similarity)),
                    Cell::new(format!("{:+.3}", entry.weight)),
                    Cell::new("").bar(0.5, 0.5 + share, colour).tick(0.5),
                    Cell::new(format!("{:+.3}", entry.contribution)),
                ];
                let name = format!(
                    "Prototype {} of {}: similarity {:.3} times weight {:+.3} adds {:+.3}",
                    entry.prototype,
                    entry.class,
                    entry.similarity,
                    entry.weight,
                    entry.contribution
                );
                table.row(ui, &cells, &name);
            }
        });
    divider(ui);
    let sums = Table::new(ui, &[Column::left("", 0.0), Column::right("", 70.0)]);
    // The classifier of the rhythm branch has no bias; a zero would only be noise.
    let (rest, value) = if ledger.bias == 0.0 {
        ("All others together", ledger.rest)
    } else {
        ("All others and the bias", ledger.rest + ledger.bias)
    };
    let cells = [rest.to_owned(), format!("{value:+.3}")]
        .map(|text| Cell::new(text).colour(tokens.text_secondary));
    sums.row(ui, &cells, &format!("{rest}: {value:+.3}"));
    let total = match explanation.probability {
        Some(probability) => format!("Logit, so probability {probability:.3}"),
        None => "Logit".to_owned(),
    };
    let cells =
        [total.clone(), format!("{:+.3}", ledger.logit)].map(|text| Cell::new(text).strong());
    sums.row(ui, &cells, &format!("{total}: {:+.3}", ledger.logit));
}
