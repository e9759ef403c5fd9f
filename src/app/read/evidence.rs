//! The prototypes of the chosen class: the one that is shown, and the next ones
//! to step through.

use eframe::egui::{Align, Layout, ScrollArea, Ui};

use crate::app::command::{Command, Commands};
use crate::app::state::State;
use crate::app::tokens::{Tokens, space};
use crate::app::widgets::{Cell, Column, Table, figure, heading, icon_button, weak};
use crate::explain::{ClassExplanation, PrototypeEvidence};

pub fn ui(
    ui: &mut Ui,
    state: &State,
    explanation: &ClassExplanation,
    evidence: &PrototypeEvidence,
    commands: &mut Commands,
) {
    let (rank, count) = (state.reading.rank, explanation.prototypes.len());
    ui.horizontal(|ui| {
        heading(ui, format!("Prototypes of {}", explanation.code));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_enabled_ui(rank + 1 < count, |ui| {
                if icon_button(ui, "›", "Next prototype (→)").clicked() {
                    commands.send(Command::ChoosePrototype(rank + 1));
                }
            });
            weak(ui, format!("{} of {count}", rank + 1));
            ui.add_enabled_ui(rank > 0, |ui| {
                if icon_button(ui, "‹", "Previous prototype (←)").clicked() {
                    commands.send(Command::ChoosePrototype(rank.saturating_sub(1)));
                }
            });
        });
    });
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::XL;
        figure(ui, "Cosine", &format!("{:.3}", evidence.cosine));
        figure(ui, "Percentile", &percentile(evidence.percentile))
            .on_hover_text("Share of the training ECGs without this statement that are less similar to the prototype.");
        figure(ui, "Weight", &format!("{:+.3}", evidence.weight));
        figure(ui, "Contribution", &format!("{:+.3}", evidence.contribution))
            .on_hover_text("Cosine times weight: what this prototype adds to the logit.");
    });
    ui.spacing_mut().item_spacing.y = 0.0;
    let table = Table::new(
        ui,
        &[
            Column::left("", 20.0),
            Column::left("Training ECG", 0.0),
            Column::right("Cosine", 54.0),
            Column::right("Percentile", 62.0),
            Column::right("Contribution", 76.0),
        ],
    );
    table.header(ui);
    ScrollArea::vertical()
        .id_salt("prototypes")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            for (i, prototype) in explanation.prototypes.iter().enumerate() {
                row(ui, &table, i, rank, prototype, commands);
            }
        });
}

fn percentile(value: Option<f64>) -> String {
    value.map_or("–".to_owned(), |value| format!("{value:.1} %"))
}

fn row(
    ui: &mut Ui,
    table: &Table,
    i: usize,
    rank: usize,
    prototype: &PrototypeEvidence,
    commands: &mut Commands,
) {
    let tokens = Tokens::of(ui);
    let duplicate = if prototype.duplicate_of.is_some() {
        ", same ECG as another prototype"
    } else {
        ""
    };
    let ecg_id = prototype.ecg_id.map(|id| id.to_string());
    let source = format!("{}{duplicate}", ecg_id.as_deref().unwrap_or("not known"));
    let name = format!(
        "Prototype {} of this class: training ECG {source}, cosine {:.3}, percentile {}, contribution {:+.3}",
        i + 1,
        prototype.cosine,
        percentile(prototype.percentile),
        prototype.contribution
    );
    let cells = [
        Cell::new(format!("{}", i + 1)).colour(tokens.text_weak),
        Cell::new(source).strong(),
        Cell::new(format!("{:.3}", prototype.cosine)),
        Cell::new(percentile(prototype.percentile)).colour(tokens.text_secondary),
        Cell::new(format!("{:+.3}", prototype.contribution)).colour(tokens.text_secondary),
    ];
    if table.choice(ui, &cells, i == rank, &name).clicked() {
        commands.send(Command::ChoosePrototype(i));
    }
}
