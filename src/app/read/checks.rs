//! Trust checks on the spot: the pair with noise, another gain and a shift, and
//! which part of the ECG its similarity hangs on.

use eframe::egui::{ScrollArea, Ui};

use crate::app::command::{Command, Commands};
use crate::app::state::State;
use crate::app::tokens::{Tokens, space};
use crate::app::widgets::{Cell, Column, Table, secondary, section, weak};
use crate::explain::{Checks, words};

pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let reading = &state.reading;
    ui.spacing_mut().item_spacing.y = 3.0;
    section(ui, "Checks of this pair");
    if !reading.changes.is_none() {
        secondary(
            ui,
            "Checks are of the ECG as it was recorded. Reset the \"What if\" first.",
        );
        return;
    }
    match reading.checks_of_evidence() {
        Some(checks) => results(ui, checks),
        None if reading.checking => {
            ui.horizontal(|ui| {
                ui.spinner();
                secondary(ui, "Trying the pair with noise, gain and shift…");
            });
        }
        None => {
            weak(
                ui,
                "Does the similarity survive what no diagnosis depends on: wander, mains, muscle noise, half and twice \
                 the gain, a shift? And which part of the ECG does it hang on?",
            );
            ui.add_space(space::XS);
            if ui.button("Check this pair").clicked() {
                commands.send(Command::RunChecks);
            }
        }
    }
}

fn results(ui: &mut Ui, checks: &Checks) {
    let tokens = Tokens::of(ui);
    weak(
        ui,
        format!(
            "{} The tint behind the traces is this influence.",
            words::influence_sentence(&checks.influence)
        ),
    );
    ui.spacing_mut().item_spacing.y = 0.0;
    let table = Table::new(
        ui,
        &[
            Column::left("With", 0.0),
            Column::right("Kept", 54.0),
            Column::right("Cosine", 50.0),
            Column::right("Window moves", 90.0),
        ],
    );
    table.header(ui);
    ScrollArea::vertical()
        .id_salt("checks")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            for probe in &checks.probes {
                let moved = probe.window_moved_s;
                let cells = [
                    Cell::new(probe.probe.as_str()),
                    Cell::new(format!("{:.1} %", 100.0 * probe.similarity_kept)).strong(),
                    Cell::new(format!("{:.3}", probe.cosine)),
                    Cell::new(moved.map_or("–".to_owned(), |s| format!("{s:.2} s")))
                        .colour(tokens.text_secondary),
                ];
                table.row(ui, &cells, &words::probe_sentence(probe));
            }
        });
}
