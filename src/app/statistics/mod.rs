//! The Statistics screen: what the ratings of the loaded model amount to.

mod beside;
mod chart;
mod figures;
mod readings;
mod table;

use std::path::PathBuf;

use eframe::egui::{Align, Layout, ScrollArea, Ui};

use super::command::{Command, Commands, Place};
use super::state::{Fields, State};
use super::texts::statistics as texts;
use super::tokens::space;
use super::widgets::{
    banner, card, figure, heading, path_field, primary_button, problem_ui, secondary, title, weak,
};
use super::worker::{Purpose, Summary};
use crate::review::Results;

pub use beside::in_words;
pub use figures::SHOWN;

pub fn ui(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    ScrollArea::vertical()
        .auto_shrink([false, false])
        .show(ui, |ui| {
            header(ui, state, commands);
            problem_ui(ui, state, Place::Statistics, commands);
            problem_ui(ui, state, Place::Model, commands);
            let loaded = state.model.bundle().map(|model| model.sha256.as_str());
            let results = state
                .statistics
                .results
                .as_ref()
                .filter(|_| loaded == Some(state.statistics.bundle.as_str()));
            let rater = state.review.rater();
            match results {
                Some(Summary::Reading { design, results }) => {
                    readings::overview(ui, results);
                    if !results.may_be_seen_by(rater) || results.report.readers.is_empty() {
                        not_yet(ui);
                    } else {
                        export(ui, state, fields, commands);
                        readings::results(ui, design, results);
                    }
                }
                Some(Summary::Prototypes { results, refused }) if !results.raters.is_empty() => {
                    overview(ui, results);
                    table::raters(ui, results);
                    if !results.may_be_seen_by(rater) || results.report.items.is_empty() {
                        not_yet(ui);
                    } else {
                        table::means(ui, results);
                        export(ui, state, fields, commands);
                        match &results.cosines {
                            Some(cosines) => beside::cosines(ui, results, cosines),
                            None => beside::ui(ui, state, results, refused.as_deref(), commands),
                        }
                        figures::ui(ui, state, results);
                    }
                }
                _ => nothing(ui, state),
            }
        });
}

fn header(ui: &mut Ui, state: &State, commands: &mut Commands) {
    ui.horizontal(|ui| {
        title(ui, texts::TITLE);
        if let Some(model) = state.model.bundle() {
            secondary(ui, model.manifest.title.as_str());
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.button(texts::READ_AGAIN).clicked() {
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
            secondary(ui, texts::READING);
            return;
        }
        heading(ui, texts::NO_RATINGS);
        let text = if state.model.bundle().is_some() {
            texts::NOBODY_HAS_RATED
        } else {
            texts::NO_MODEL
        };
        secondary(ui, text);
    });
}

/// Raters see no running results.
fn not_yet(ui: &mut Ui) {
    card(ui, |ui| {
        ui.set_width(ui.available_width());
        heading(ui, texts::NO_RESULTS);
        secondary(ui, texts::WHEN_SHOWN);
    });
}

fn overview(ui: &mut Ui, results: &Results) {
    let closed = results.raters.iter().filter(|rater| rater.closed).count();
    let excluded: usize = results
        .raters
        .iter()
        .flat_map(|rater| rater.excluded.values())
        .sum();
    card(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::XXL;
            let what = if results.is_of_pairs() {
                texts::PAIRS
            } else {
                texts::PROTOTYPES
            };
            figure(ui, what, &results.prototypes.to_string());
            if !results.is_of_pairs() {
                figure(ui, texts::LINKED, &results.linked.to_string());
            }
            figure(ui, texts::RATERS, &results.raters.len().to_string());
            figure(ui, texts::QUEUES_CLOSED, &closed.to_string());
            figure(ui, texts::EXCLUDED, &excluded.to_string());
        });
    });
}

fn export(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    card(ui, |ui| {
        ui.set_width(ui.available_width());
        heading(ui, texts::EXPORT);
        weak(ui, texts::WHAT_IS_EXPORTED);
        ui.horizontal(|ui| {
            let entered = path_field(
                ui,
                &mut fields.export,
                texts::EXPORT_FOLDER,
                texts::EXPORT_FOLDER,
                380.0,
            );
            let is_given = !fields.export.trim().is_empty();
            let save = primary_button(
                ui,
                texts::EXPORT_STUDY,
                is_given && !state.statistics.exporting,
            );
            if is_given && (entered || save.clicked()) {
                commands.send(Command::Export(PathBuf::from(fields.export.trim())));
            }
            if ui.button(texts::CHOOSE_EXPORT_FOLDER).clicked() {
                commands.send(Command::Ask(Purpose::ExportTables));
            }
            if state.statistics.exporting {
                ui.spinner();
            }
        });
        if let Some(report) = &state.statistics.exported {
            let tone = super::tokens::Tokens::of(ui).good;
            banner(ui, tone, |ui| {
                let folder = report.folder.display().to_string();
                ui.label(texts::exported(report.files.len(), &folder));
                let names: Vec<&str> = report.files.iter().map(|f| f.name.as_str()).collect();
                ui.label(names.join(", "));
            });
        }
    });
}
