//! The Statistics screen: what the ratings of the loaded model amount to.

mod charts;
mod table;

use std::path::PathBuf;

use eframe::egui::{Align, Layout, ScrollArea, Ui};

use super::command::{Command, Commands, Place};
use super::state::{Fields, State};
use super::tokens::space;
use super::widgets::{
    banner, card, figure, heading, path_field, primary_button, problem_ui, secondary, title, weak,
};
use super::worker::Purpose;
use crate::review::StudySummary;

pub fn ui(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    ScrollArea::vertical()
        .auto_shrink([false, false])
        .show(ui, |ui| {
            header(ui, state, commands);
            problem_ui(
                ui,
                Place::Statistics,
                state.problems.get(&Place::Statistics),
                commands,
            );
            problem_ui(
                ui,
                Place::Model,
                state.problems.get(&Place::Model),
                commands,
            );
            let loaded = state.model.bundle().map(|model| model.sha256.as_str());
            let summary = state
                .statistics
                .summary
                .as_ref()
                .filter(|_| loaded == Some(state.statistics.bundle.as_str()));
            match summary {
                Some(summary) if !summary.raters.is_empty() => {
                    figures(ui, summary);
                    table::ui(ui, summary);
                    charts::ui(ui, summary);
                    export(ui, state, fields, commands);
                }
                _ => nothing(ui, state),
            }
        });
}

fn header(ui: &mut Ui, state: &State, commands: &mut Commands) {
    ui.horizontal(|ui| {
        title(ui, "Ratings");
        if let Some(model) = state.model.bundle() {
            secondary(ui, model.manifest.title.as_str());
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.button("Read again").clicked() {
                commands.send(Command::RefreshStatistics);
            }
            if state.statistics.reading {
                ui.spinner();
            }
        });
    });
}

fn nothing(ui: &mut Ui, state: &State) {
    card(ui, |ui| {
        ui.set_width(ui.available_width());
        if state.statistics.reading || state.model.is_busy() {
            secondary(ui, "Reading the reviews…");
            return;
        }
        heading(ui, "No ratings yet");
        let text = if state.model.bundle().is_some() {
            "Nobody has rated the prototypes of this model in this folder of reviews. Rate some on the Review screen."
        } else {
            "Ratings belong to a model. Choose one in the settings."
        };
        secondary(ui, text);
    });
}

fn figures(ui: &mut Ui, summary: &StudySummary) {
    let rated: usize = summary.raters.iter().map(|rater| rater.rated).sum();
    let excluded: usize = summary
        .raters
        .iter()
        .map(|rater| rater.excluded.total())
        .sum();
    card(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::XXL;
            figure(
                ui,
                "Prototypes in the study",
                &summary.prototypes.to_string(),
            );
            figure(ui, "Raters", &summary.raters.len().to_string());
            figure(ui, "Prototypes rated, over all raters", &rated.to_string());
            figure(ui, "Label errors and not judged", &excluded.to_string());
        });
    });
}

fn export(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    card(ui, |ui| {
        ui.set_width(ui.available_width());
        heading(ui, "Export");
        weak(
            ui,
            "ratings.csv (one line per rater, prototype and criterion), events.csv (the whole history), summary.json and a \
             data dictionary. No file names and no patients.",
        );
        ui.horizontal(|ui| {
            let entered = path_field(
                ui,
                &mut fields.export,
                "Folder for the tables",
                "Folder for the tables",
                380.0,
            );
            let is_given = !fields.export.trim().is_empty();
            let save = primary_button(ui, "Export CSV", is_given && !state.statistics.exporting);
            if is_given && (entered || save.clicked()) {
                commands.send(Command::Export(PathBuf::from(fields.export.trim())));
            }
            if ui.button("Choose export folder…").clicked() {
                commands.send(Command::Ask(Purpose::ExportTables));
            }
            if state.statistics.exporting {
                ui.spinner();
            }
        });
        if let Some(report) = &state.statistics.exported {
            let tone = super::tokens::Tokens::of(ui).good;
            banner(ui, tone, |ui| {
                ui.label(format!(
                    "Exported {} files to {}",
                    report.files.len(),
                    report.folder.display()
                ));
                for file in &report.files {
                    let rows = file
                        .rows
                        .map(|rows| format!(", {rows} rows"))
                        .unwrap_or_default();
                    ui.label(format!("{}{rows}", file.name));
                }
            });
        }
    });
}
