//! The training ECGs that the branch of the chosen statement sees most as it
//! sees this one.

use eframe::egui::{ScrollArea, Ui};

use crate::app::texts::columns::TRAINING_ECG;
use crate::app::texts::read::nearest as texts;
use crate::app::tokens::Tokens;
use crate::app::widgets::{Cell, Column, Table, secondary, section, weak};
use crate::explain::{ClassExplanation, words};

pub fn ui(ui: &mut Ui, explanation: &ClassExplanation) {
    let tokens = Tokens::of(ui);
    let nearest = &explanation.nearest;
    ui.spacing_mut().item_spacing.y = 2.0;
    section(ui, texts::TITLE);
    if nearest.is_empty() {
        secondary(ui, texts::NO_SIMILARITIES);
        return;
    }
    weak(ui, words::neighbours_sentence(&explanation.code, nearest));
    ui.spacing_mut().item_spacing.y = 0.0;
    let table = Table::new(
        ui,
        &[
            Column::left("", 12.0),
            Column::left(TRAINING_ECG, 84.0),
            Column::left(texts::STATEMENTS, 0.0),
            Column::right(texts::DISTANCE, 60.0),
        ],
    );
    table.header(ui);
    ScrollArea::vertical()
        .id_salt("nearest")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            for neighbour in nearest {
                let name = texts::neighbour(neighbour, &explanation.code);
                let cells = [
                    Cell::new(if neighbour.carries { "●" } else { "○" })
                        .colour(tokens.text_secondary),
                    Cell::new(texts::ecg(neighbour)).strong(),
                    Cell::new(neighbour.statements.join(" ")).colour(tokens.text_secondary),
                    Cell::new(format!("{:.4}", neighbour.distance)),
                ];
                table
                    .row(ui, &cells, &name)
                    .on_hover_text(texts::WHAT_DISTANCE_MEANS);
            }
        });
}
