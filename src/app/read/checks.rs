//! Which part of the ECG the similarity of the pair hangs on, and trust checks
//! on the spot: the pair with noise, another gain and a shift.

use eframe::egui::{ScrollArea, Ui};

use crate::app::command::{Command, Commands};
use crate::app::state::State;
use crate::app::texts::columns::COSINE;
use crate::app::texts::read::checks as texts;
use crate::app::tokens::{Tokens, space};
use crate::app::widgets::{Cell, Column, Table, secondary, section, weak};
use crate::explain::{Checks, words};

pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let reading = &state.reading;
    ui.spacing_mut().item_spacing.y = 3.0;
    section(ui, texts::TITLE);
    influence(ui, state);
    if !reading.changes.is_none() {
        secondary(ui, texts::RESET_FIRST);
        return;
    }
    match reading.checks_of_evidence() {
        Some(checks) => results(ui, checks),
        None if reading.checking => {
            ui.horizontal(|ui| {
                ui.spinner();
                secondary(ui, texts::TRYING);
            });
        }
        None => {
            weak(ui, texts::WHAT);
            ui.add_space(space::XS);
            if ui.button(texts::CHECK).clicked() {
                commands.send(Command::RunChecks);
            }
        }
    }
}

/// What the similarity hangs on, which is measured unasked.
fn influence(ui: &mut Ui, state: &State) {
    let reading = &state.reading;
    if let Some(influence) = reading.influence_of_evidence() {
        weak(ui, words::influence_note(&influence));
    } else if reading.measuring.is_some() {
        weak(ui, texts::MEASURING_INFLUENCE);
    } else if let Some(what) = reading.unmeasured() {
        weak(ui, words::not_measured(what));
    }
}

fn results(ui: &mut Ui, checks: &Checks) {
    let tokens = Tokens::of(ui);
    ui.spacing_mut().item_spacing.y = 0.0;
    let table = Table::new(
        ui,
        &[
            Column::left(texts::WITH, 0.0),
            Column::right(texts::KEPT, 54.0),
            Column::right(COSINE, 50.0),
            Column::right(texts::WINDOW_MOVES, 90.0),
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
                    Cell::new(moved.map_or("–".to_owned(), texts::moved))
                        .colour(tokens.text_secondary),
                ];
                table.row(ui, &cells, &words::probe_sentence(probe));
            }
        });
}
