//! Under the sheets: how the logit adds up, and beside it what the evidence is
//! worth. Of a network with attention: where it looked, and what each lead is
//! worth.

use eframe::egui::Ui;

use super::{attention, checks, evidence, ledger, nearest, what_if};
use crate::app::command::{Command, Commands, EvidencePane};
use crate::app::state::{Fields, State};
use crate::app::texts::read::panels as texts;
use crate::app::widgets::{Side, card_frame, segmented, two_columns};
use crate::explain::ClassExplanation;

pub fn ui(
    ui: &mut Ui,
    state: &State,
    explanation: &ClassExplanation,
    fields: &mut Fields,
    commands: &mut Commands,
) {
    two_columns(ui, |ui, side| {
        card_frame(ui).show(ui, |ui| {
            ui.set_min_size(ui.available_size());
            match (side, explanation.ledger.is_some()) {
                (Side::Left, true) => ledger::ui(ui, state, explanation, commands),
                (Side::Left, false) => attention::looked(ui, state),
                (Side::Right, _) => beside(ui, state, explanation, fields, commands),
            }
        });
    });
}

/// The panes that a model has.
fn panes(has_prototypes: bool) -> Vec<(EvidencePane, &'static str)> {
    if has_prototypes {
        EvidencePane::ALL.map(|pane| (pane, pane.name())).to_vec()
    } else {
        vec![
            (EvidencePane::Prototypes, texts::OCCLUSION),
            (EvidencePane::WhatIf, EvidencePane::WhatIf.name()),
        ]
    }
}

fn beside(
    ui: &mut Ui,
    state: &State,
    explanation: &ClassExplanation,
    fields: &mut Fields,
    commands: &mut Commands,
) {
    let has_prototypes = explanation.ledger.is_some();
    let panes = panes(has_prototypes);
    let is_there = |pane: &EvidencePane| panes.iter().any(|(there, _)| there == pane);
    let pane = Some(state.reading.pane).filter(is_there);
    let pane = pane.unwrap_or_default();
    ui.horizontal(|ui| {
        if let Some(pane) = segmented(ui, pane, &panes) {
            commands.send(Command::ShowPane(pane));
        }
    });
    match pane {
        EvidencePane::Prototypes if has_prototypes => {
            evidence::ui(ui, state, explanation, commands);
        }
        EvidencePane::Prototypes => attention::worth(ui, state),
        EvidencePane::Nearest => nearest::ui(ui, explanation),
        EvidencePane::WhatIf => what_if::ui(ui, state, explanation, fields, commands),
        EvidencePane::Checks => checks::ui(ui, state, commands),
    }
}
