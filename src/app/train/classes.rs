//! Statement by statement: how many records carry it, and its AUROC on the
//! validation fold as the run goes on.

use eframe::egui::{ScrollArea, Ui};

use crate::app::texts::{columns, train::classes as texts};
use crate::app::tokens::{Tokens, space};
use crate::app::widgets::{Cell, Column, Table, heading, weak};
use crate::training::{ClassView, RunView};

/// Fewer training ECGs, and the bundle does not assess the statement.
const LEAST_POSITIVES: usize = 10;

pub fn ui(ui: &mut Ui, view: &RunView) {
    heading(ui, texts::TITLE);
    if view.classes.is_empty() {
        weak(
            ui,
            match view.begun {
                None if view.epochs.is_empty() => texts::NOT_COUNTED,
                _ => texts::NO_NUMBERS,
            },
        );
        return;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let columns = [
        Column::left(columns::CODE, 64.0),
        Column::left(columns::STATEMENT, 0.0),
        Column::right(texts::TRAINING, 56.0),
        Column::right(texts::VALIDATION, 44.0),
        Column::right(columns::AUROC, 50.0),
        Column::left("", 60.0),
    ];
    let table = Table::new(ui, &columns);
    table.header(ui);
    let rows = view.classes.len();
    ScrollArea::vertical()
        .id_salt("statements")
        .auto_shrink([false, false])
        .show_rows(ui, space::ROW, rows, |ui, shown| {
            for class in view.classes.get(shown).into_iter().flatten() {
                row(ui, &table, class);
            }
        });
}

fn row(ui: &mut Ui, table: &Table, class: &ClassView) {
    let tokens = Tokens::of(ui);
    let rare = class.training_positives < LEAST_POSITIVES;
    let colour = if rare { tokens.text_weak } else { tokens.text };
    let auroc = class.auroc.map(|(auroc, _)| auroc);
    let shown = auroc.map_or("–".to_owned(), |auroc| format!("{auroc:.3}"));
    // From chance to perfect; below chance the bar is empty.
    let share = auroc.map_or(0.0, |auroc| (2.0 * auroc - 1.0).max(0.0)) as f32;
    let bar = Cell::new("").bar(0.0, share, tokens.series_first);
    let cells = [
        Cell::new(class.code.clone()).strong().colour(colour),
        Cell::new(class.description.clone()).colour(tokens.text_secondary),
        Cell::new(class.training_positives.to_string()).colour(colour),
        Cell::new(class.validation_positives.to_string()).colour(colour),
        Cell::new(shown.clone()).colour(colour),
        bar,
    ];
    let sentence = texts::statement(class, rare);
    table
        .row(ui, &cells, &sentence)
        .on_hover_text(sentence.as_str());
}
