//! The prototypes of the chosen class: the one that is shown, the next ones to
//! step through, and what speaks for another statement.

use eframe::egui::{Align, Layout, ScrollArea, Ui};

use crate::app::command::{Command, Commands};
use crate::app::state::State;
use crate::app::texts::columns::{COSINE, TRAINING_ECG, of};
use crate::app::texts::read::evidence as texts;
use crate::app::tokens::{Tokens, space};
use crate::app::widgets::{
    Cell, Column, Table, divider, figure, ghost_button, icon_button, secondary, section, weak,
    weak_line,
};
use crate::explain::{ClassExplanation, CounterCase, PrototypeEvidence, words};

pub fn ui(ui: &mut Ui, state: &State, explanation: &ClassExplanation, commands: &mut Commands) {
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.horizontal(|ui| {
        section(ui, &texts::title(&explanation.code));
        steps(ui, state, explanation, commands);
    });
    if explanation.prototypes.is_empty() {
        secondary(ui, texts::NO_PROTOTYPES);
        return;
    }
    if let Some(evidence) = state.reading.at_rank(state.reading.rank) {
        figures(ui, evidence);
    }
    if let Some(disagree) = &explanation.orders_disagree {
        weak_line(ui, words::orders_note(disagree));
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let table = Table::new(
        ui,
        &[
            Column::left("", 20.0),
            Column::left(TRAINING_ECG, 0.0),
            Column::right(COSINE, 54.0),
            Column::right(texts::PERCENTILE, 62.0),
            Column::right(texts::CONTRIBUTION, 76.0),
        ],
    );
    table.header(ui);
    let counter = explanation.counter_case.as_ref();
    let below = counter.map_or(0.0, |_| space::CONTROL + 18.0);
    let height = (ui.available_height() - below).max(space::ROW);
    ScrollArea::vertical()
        .id_salt("prototypes")
        .auto_shrink([false, counter.is_some()])
        .max_height(height)
        .show(ui, |ui| {
            for (rank, place) in explanation
                .ordered(state.reading.order)
                .into_iter()
                .enumerate()
            {
                row(
                    ui,
                    &table,
                    state,
                    rank,
                    &explanation.prototypes[place],
                    commands,
                );
            }
        });
    if let Some(counter) = counter {
        against(ui, state, counter, commands);
    }
}

/// To the next prototype and back.
fn steps(ui: &mut Ui, state: &State, explanation: &ClassExplanation, commands: &mut Commands) {
    let (rank, count) = (state.reading.rank, explanation.prototypes.len());
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.add_enabled_ui(rank + 1 < count, |ui| {
            if icon_button(ui, "›", texts::NEXT).clicked() {
                commands.send(Command::ChoosePrototype(rank + 1));
            }
        });
        weak(ui, of((rank + 1).min(count), count));
        ui.add_enabled_ui(rank > 0, |ui| {
            if icon_button(ui, "‹", texts::PREVIOUS).clicked() {
                commands.send(Command::ChoosePrototype(rank.saturating_sub(1)));
            }
        });
    });
}

fn figures(ui: &mut Ui, evidence: &PrototypeEvidence) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::XL;
        figure(ui, COSINE, &format!("{:.3}", evidence.cosine));
        figure(ui, texts::PERCENTILE, &percentile(evidence.percentile))
            .on_hover_text(texts::WHAT_PERCENTILE_MEANS);
        figure(ui, texts::WEIGHT, &format!("{:+.3}", evidence.weight));
        figure(
            ui,
            texts::CONTRIBUTION,
            &format!("{:+.3}", evidence.contribution),
        )
        .on_hover_text(texts::WHAT_CONTRIBUTION_MEANS);
    });
}

fn percentile(value: Option<f64>) -> String {
    value.map_or("–".to_owned(), |value| format!("{value:.1} %"))
}

fn row(
    ui: &mut Ui,
    table: &Table,
    state: &State,
    rank: usize,
    prototype: &PrototypeEvidence,
    commands: &mut Commands,
) {
    let tokens = Tokens::of(ui);
    let source = texts::source(prototype.ecg_id, words::remark(prototype));
    let name = texts::prototype(
        rank + 1,
        &source,
        prototype.cosine,
        &percentile(prototype.percentile),
        prototype.contribution,
    );
    let cells = [
        Cell::new(format!("{}", rank + 1)).colour(tokens.text_weak),
        Cell::new(source).strong(),
        Cell::new(format!("{:.3}", prototype.cosine)),
        Cell::new(percentile(prototype.percentile)).colour(tokens.text_secondary),
        Cell::new(format!("{:+.3}", prototype.contribution)).colour(tokens.text_secondary),
    ];
    let selected = rank == state.reading.rank;
    if table.choice(ui, &cells, selected, &name).clicked() {
        commands.send(Command::ChoosePrototype(rank));
    }
}

/// How near the ECG came to another statement, with its prototype to look at.
fn against(ui: &mut Ui, state: &State, counter: &CounterCase, commands: &mut Commands) {
    divider(ui);
    ui.horizontal(|ui| {
        let short = texts::counter_case(counter);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let is_shown = state.reading.against;
            let text = if is_shown {
                texts::BACK
            } else {
                texts::COMPARE
            };
            let button = ghost_button(ui, text);
            if button.on_hover_text(texts::COMPARE_HOVER).clicked() {
                commands.send(Command::ShowCounterCase(!is_shown));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                weak_line(ui, short).on_hover_text(words::counter_sentence(counter));
            });
        });
    });
}
