//! The card of the loaded model: what it was trained on, how good it is, what
//! it cannot see.

use eframe::egui::{Context, Ui};

use super::command::{Commands, Place};
use super::state::{LoadedModel, ModelState, State};
use super::tokens::{Tokens, space};
use super::widgets::{
    Cell, Column, Table, badge, body, dialog, problem_ui, secondary, section, small, weak,
};
use crate::bundle::{FoldMetrics, Manifest};

pub fn ui(ctx: &Context, state: &State, commands: &mut Commands) {
    let Some(model) = state.model.bundle() else {
        return;
    };
    dialog(ctx, "Model", 680.0, commands, |ui, commands| {
        problem_ui(ui, state, Place::Model, commands);

        about(ui, state, model);
        ui.add_space(space::S);
        metrics(ui, &model.manifest);
        ui.add_space(space::S);
        projection(ui, &model.manifest);
        ui.add_space(space::S);
        classes(ui, &model.manifest);
    });
}

fn about(ui: &mut Ui, state: &State, model: &LoadedModel) {
    let tokens = Tokens::of(ui);
    let manifest = &model.manifest;
    ui.horizontal(|ui| {
        body(ui, manifest.title.as_str());
        if manifest.simulated {
            badge(ui, tokens.demonstration, "Demonstration, simulated signals");
        }
    });
    if manifest.simulated {
        small(
            ui,
            "Trained on simulated ECGs to show the program. It says nothing about real patients.",
        );
    }
    secondary(
        ui,
        match &manifest.training {
            Some(training) => format!(
                "Trained on {}: {} ECGs, checked on {}.",
                training.data, training.train_records, training.validation_records
            ),
            None => "Imported: what it was trained on is not known.".to_owned(),
        },
    );
    let device = match &state.model {
        ModelState::Ready { device, .. } => format!("runs on {device}"),
        _ => "loading".to_owned(),
    };
    let sha256: String = model.sha256.chars().take(12).collect();
    weak(
        ui,
        format!(
            "{} · SHA-256 {sha256}… · protoecg {} · {device}",
            manifest.name, manifest.program_version
        ),
    );
}

fn metrics(ui: &mut Ui, manifest: &Manifest) {
    section(ui, "Macro AUROC");
    for fold in &manifest.metrics {
        body(ui, macro_auroc(fold));
    }
    match manifest.metrics.last() {
        Some(fold) => weak(ui, format!("Intervals: {}.", fold.ci_method)),
        None => small(ui, "The bundle has no metrics."),
    };
}

fn macro_auroc(fold: &FoldMetrics) -> String {
    let value = fold
        .macro_auroc
        .map_or("not defined".to_owned(), |value| format!("{value:.3}"));
    let ci = fold
        .macro_auroc_ci
        .map(|(low, high)| format!(" (95 % interval {low:.3} to {high:.3})"));
    format!(
        "Fold {}: {value}{}; {} ECGs, {} statements scored",
        fold.fold,
        ci.unwrap_or_default(),
        fold.records,
        fold.statements_scored
    )
}

fn projection(ui: &mut Ui, manifest: &Manifest) {
    if manifest.projection.is_empty() {
        return;
    }
    section(ui, "Prototypes");
    for report in &manifest.projection {
        body(
            ui,
            format!(
                "{}: {} prototypes from {} training ECGs; cosine to the ECG that replaced each: median {:.3}, lowest {:.3}",
                report.branch,
                report.prototypes,
                report.distinct,
                report.cosine_before_median,
                report.cosine_before_min
            ),
        );
    }
}

fn classes(ui: &mut Ui, manifest: &Manifest) {
    let tokens = Tokens::of(ui);
    section(ui, "Statements");
    let table = Table::new(
        ui,
        &[
            Column::left("Code", 60.0),
            Column::left("Statement", 0.0),
            Column::right("Training ECGs", 90.0),
            Column::right("AUROC", 60.0),
            Column::right("Threshold", 86.0),
        ],
    );
    ui.spacing_mut().item_spacing.y = 0.0;
    table.header(ui);
    let test = manifest.metrics.last();
    for statement in &manifest.statements {
        let positives = statement
            .training_positives
            .map_or("unknown".to_owned(), |n| n.to_string());
        let auroc = test
            .and_then(|fold| {
                fold.classes
                    .iter()
                    .find(|class| class.code == statement.code)
            })
            .and_then(|class| class.auroc)
            .map_or("–".to_owned(), |auroc| format!("{auroc:.3}"));
        let assessed = statement.assessed();
        let threshold = if assessed {
            let shared = if statement.threshold_shared {
                " shared"
            } else {
                ""
            };
            format!("{:.2}{shared}", statement.threshold)
        } else {
            "not assessed".to_owned()
        };
        let colour = if assessed {
            tokens.text
        } else {
            tokens.text_weak
        };
        let name = format!(
            "{}, {}: {positives} training ECGs, AUROC {auroc}, threshold {threshold}",
            statement.code,
            statement.description()
        );
        let cells = [
            Cell::new(statement.code.as_str()).strong().colour(colour),
            Cell::new(statement.description()).colour(colour),
            Cell::new(positives).colour(colour),
            Cell::new(auroc).colour(colour),
            Cell::new(threshold).colour(colour),
        ];
        table.row(ui, &cells, &name);
    }
}
