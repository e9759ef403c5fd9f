//! The ledger: how the logit of the chosen class adds up, to the last line.

use eframe::egui::{Align, Layout, ScrollArea, Ui};

use crate::app::command::{Command, Commands, EvidencePane};
use crate::app::state::State;
use crate::app::texts::columns::COSINE;
use crate::app::texts::read::ledger as texts;
use crate::app::tokens::{Tokens, space};
use crate::app::widgets::{Cell, Column, Table, divider, heading, segmented};
use crate::explain::{ClassExplanation, Ledger, LedgerEntry, Order};

pub fn ui(ui: &mut Ui, state: &State, explanation: &ClassExplanation, commands: &mut Commands) {
    let Some(ledger) = &explanation.ledger else {
        return;
    };
    ui.horizontal(|ui| {
        heading(ui, texts::TITLE);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let orders = [
                (Order::Similarity, texts::BY_SIMILARITY),
                (Order::Contribution, texts::BY_CONTRIBUTION),
            ];
            if let Some(order) = segmented(ui, state.reading.order, &orders) {
                commands.send(Command::SetOrder(order));
            }
        });
    });
    ui.spacing_mut().item_spacing.y = 0.0;
    // Branches count a cosine up to 13 times: the order is that of the cosines.
    let scaled = |entry: &LedgerEntry| (entry.similarity - entry.cosine).abs() > 1e-6;
    let with_cosine = ledger.entries.iter().any(scaled);
    // The room for it, so that the prototypes keep their numbers.
    let bar_width = if with_cosine { 20.0 } else { 60.0 };
    let mut columns = vec![
        Column::left(texts::PROTOTYPE, 0.0),
        Column::right(texts::SIMILARITY, 60.0),
        Column::right(texts::TIMES_WEIGHT, 56.0),
        Column::left("", bar_width),
        Column::right(texts::ADDS, 56.0),
    ];
    if with_cosine {
        columns.insert(1, Column::right(COSINE, 42.0));
    }
    let table = Table::new(ui, &columns);
    table.header(ui);
    let contributions = ledger.entries.iter().map(|entry| entry.contribution.abs());
    let largest = contributions.fold(1e-9, f64::max);
    // The sums stay in sight under the entries.
    let sums = 2.0 * space::ROW + 2.0;
    let height = (ui.available_height() - sums).max(space::ROW);
    ScrollArea::vertical()
        .id_salt("ledger")
        .auto_shrink([false, true])
        .max_height(height)
        .show(ui, |ui| {
            for entry in ledger.ordered(state.reading.order) {
                let own = entry.class == explanation.code;
                row(
                    ui,
                    &table,
                    state,
                    entry,
                    (own, with_cosine, largest),
                    commands,
                );
            }
        });
    totals(ui, explanation, ledger);
}

fn row(
    ui: &mut Ui,
    table: &Table,
    state: &State,
    entry: &LedgerEntry,
    (own, with_cosine, largest): (bool, bool, f64),
    commands: &mut Commands,
) {
    let tokens = Tokens::of(ui);
    let off = state.reading.changes.is_off(entry.prototype);
    let colour = if entry.contribution >= 0.0 {
        tokens.series_first
    } else {
        tokens.series_second
    };
    let share = (entry.contribution / largest / 2.0) as f32;
    let prototype = texts::prototype(&entry.class, entry.prototype, off);
    let shown = Ledger::shown(entry.contribution);
    let mut cells = vec![
        if own {
            Cell::new(prototype).strong()
        } else {
            Cell::new(prototype).colour(tokens.text_secondary)
        },
        Cell::new(format!("{:.3}", entry.similarity)),
        Cell::new(format!("{:+.3}", entry.weight)),
        Cell::new("").bar(0.5, 0.5 + share, colour).tick(0.5),
        Cell::new(format!("{shown:+.3}")),
    ];
    if with_cosine {
        cells.insert(1, Cell::new(format!("{:.3}", entry.cosine)));
    }
    let name = texts::entry(entry, shown);
    if state.reading.pane != EvidencePane::WhatIf {
        table.row(ui, &cells, &name);
    } else if table.choice(ui, &cells, off, &name).clicked() {
        let mut changes = state.reading.changes.clone();
        changes.toggle_prototype(entry.prototype);
        commands.send(Command::WhatIf(changes));
    }
}

/// The last two lines; what is shown adds up to what is shown, because the
/// others carry the rounding.
fn totals(ui: &mut Ui, explanation: &ClassExplanation, ledger: &Ledger) {
    let tokens = Tokens::of(ui);
    let shown = ledger.shown_sums();
    divider(ui);
    let sums = Table::new(ui, &[Column::left("", 0.0), Column::right("", 70.0)]);
    // The classifier of the rhythm branch has no bias; a zero would only be noise.
    let (rest, value) = if ledger.bias == 0.0 {
        (texts::OTHERS, shown.rest)
    } else {
        (
            texts::OTHERS_AND_BIAS,
            Ledger::shown(shown.rest + shown.bias),
        )
    };
    let cells = [rest.to_owned(), format!("{value:+.3}")]
        .map(|text| Cell::new(text).colour(tokens.text_secondary));
    sums.row(ui, &cells, &format!("{rest}: {value:+.3}"));
    let total = texts::logit(explanation.probability, explanation.calibrated_probability);
    let logit = format!("{:+.3}", shown.logit);
    let cells = [total.clone(), logit.clone()].map(|text| Cell::new(text).strong());
    sums.row(ui, &cells, &format!("{total}: {logit}"));
}
