//! Under the sheets: how the logit adds up, and beside it what the evidence is
//! worth. Of a network with attention: where it looked, and what each lead is
//! worth.

use eframe::egui::{Align, Layout, Ui, vec2};

use super::{attention, checks, evidence, ledger, nearest, what_if};
use crate::app::command::{Command, Commands, EvidencePane};
use crate::app::state::{Fields, State};
use crate::app::tokens::space;
use crate::app::widgets::{card_frame, icon_button, segmented, weak};
use crate::explain::ClassExplanation;

pub fn ui(
    ui: &mut Ui,
    state: &State,
    explanation: &ClassExplanation,
    fields: &mut Fields,
    commands: &mut Commands,
) {
    let size = vec2(
        (ui.available_width() - space::S) / 2.0,
        ui.available_height(),
    );
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        for is_first in [true, false] {
            ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
                card_frame(ui).show(ui, |ui| {
                    ui.set_min_size(ui.available_size());
                    match (is_first, explanation.ledger.is_some()) {
                        (true, true) => ledger::ui(ui, state, explanation, commands),
                        (true, false) => attention::looked(ui, state),
                        (false, _) => beside(ui, state, explanation, fields, commands),
                    }
                });
            });
        }
    });
}

/// The panes that a model has.
fn panes(has_prototypes: bool) -> Vec<(EvidencePane, &'static str)> {
    if has_prototypes {
        EvidencePane::ALL.map(|pane| (pane, pane.name())).to_vec()
    } else {
        vec![
            (EvidencePane::Prototypes, "Occlusion"),
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
        if pane == EvidencePane::Prototypes && has_prototypes {
            steps(ui, state, explanation, commands);
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

/// To the next prototype and back.
fn steps(ui: &mut Ui, state: &State, explanation: &ClassExplanation, commands: &mut Commands) {
    let (rank, count) = (state.reading.rank, explanation.prototypes.len());
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.add_enabled_ui(rank + 1 < count, |ui| {
            if icon_button(ui, "›", "Next prototype (→)").clicked() {
                commands.send(Command::ChoosePrototype(rank + 1));
            }
        });
        weak(ui, format!("{} of {count}", (rank + 1).min(count)));
        ui.add_enabled_ui(rank > 0, |ui| {
            if icon_button(ui, "‹", "Previous prototype (←)").clicked() {
                commands.send(Command::ChoosePrototype(rank.saturating_sub(1)));
            }
        });
    });
}
