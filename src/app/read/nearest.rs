//! The training ECGs that the branch of the chosen statement sees most as it
//! sees this one.

use eframe::egui::{ScrollArea, Ui};

use crate::app::tokens::Tokens;
use crate::app::widgets::{Cell, Column, Table, secondary, section, weak};
use crate::explain::{ClassExplanation, words};

pub fn ui(ui: &mut Ui, explanation: &ClassExplanation) {
    let tokens = Tokens::of(ui);
    let nearest = &explanation.nearest;
    ui.spacing_mut().item_spacing.y = 2.0;
    section(ui, "Nearest training ECGs");
    if nearest.is_empty() {
        secondary(ui, "This model keeps no similarities of training ECGs.");
        return;
    }
    weak(ui, words::neighbours_sentence(&explanation.code, nearest));
    ui.spacing_mut().item_spacing.y = 0.0;
    let table = Table::new(
        ui,
        &[
            Column::left("", 12.0),
            Column::left("Training ECG", 84.0),
            Column::left("Statements", 0.0),
            Column::right("Distance", 60.0),
        ],
    );
    table.header(ui);
    ScrollArea::vertical()
        .id_salt("nearest")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            for neighbour in nearest {
                let own = if neighbour.same_patient { ", same patient" } else { "" };
                let carries = if neighbour.carries { "carries" } else { "does not carry" };
                let statements = neighbour.statements.join(" ");
                let name = format!(
                    "Training ECG {}{own} {carries} {}; {statements}; distance {:.4}",
                    neighbour.ecg_id, explanation.code, neighbour.distance
                );
                let cells = [
                    Cell::new(if neighbour.carries { "●" } else { "○" })
                        .colour(tokens.text_secondary),
                    Cell::new(format!("{}{own}", neighbour.ecg_id)).strong(),
                    Cell::new(statements).colour(tokens.text_secondary),
                    Cell::new(format!("{:.4}", neighbour.distance)),
                ];
                table.row(ui, &cells, &name).on_hover_text(
                    "Distance: root mean square difference of the cosines with all prototypes of the branch; \
                     0 is an ECG that the branch cannot tell from this one.",
                );
            }
        });
}
