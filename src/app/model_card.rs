//! The card of the loaded model: what it was trained on, how good it is, what
//! it cannot see.

use eframe::egui::{Context, Ui};

use super::command::{Commands, Place};
use super::state::{LoadedModel, ModelState, State};
use super::texts::read::predictions::NOT_ASSESSED;
use super::texts::{columns, model_card as texts, top_bar};
use super::tokens::{Tokens, space};
use super::widgets::{
    Cell, Column, Table, badge, body, dialog, problem_ui, secondary, section, small, weak,
};
use crate::bundle::Manifest;

pub fn ui(ctx: &Context, state: &State, commands: &mut Commands) {
    let Some(model) = state.model.bundle() else {
        return;
    };
    dialog(ctx, texts::TITLE, 680.0, commands, |ui, commands| {
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
            badge(ui, tokens.demonstration, top_bar::DEMONSTRATION);
        }
    });
    if manifest.simulated {
        small(ui, texts::WHAT_DEMONSTRATION_IS);
    }
    secondary(
        ui,
        match &manifest.training {
            Some(training) => texts::trained_on(
                &training.data,
                training.train_records,
                training.validation_records,
            ),
            None => texts::IMPORTED.to_owned(),
        },
    );
    let device = match &state.model {
        ModelState::Ready { device, .. } => Some(device.as_str()),
        _ => None,
    };
    let sha256: String = model.sha256.chars().take(12).collect();
    weak(
        ui,
        texts::identity(&manifest.name, &sha256, &manifest.program_version, device),
    );
}

fn metrics(ui: &mut Ui, manifest: &Manifest) {
    section(ui, texts::MACRO_AUROC);
    for fold in &manifest.metrics {
        body(ui, texts::macro_auroc(fold));
    }
    match manifest.metrics.last() {
        Some(fold) => weak(ui, texts::intervals(&fold.ci_method)),
        None => small(ui, texts::NO_METRICS),
    };
}

fn projection(ui: &mut Ui, manifest: &Manifest) {
    if manifest.projection.is_empty() {
        return;
    }
    section(ui, texts::PROTOTYPES);
    for report in &manifest.projection {
        body(ui, texts::projection(report));
    }
}

fn classes(ui: &mut Ui, manifest: &Manifest) {
    let tokens = Tokens::of(ui);
    section(ui, texts::STATEMENTS);
    let table = Table::new(
        ui,
        &[
            Column::left(columns::CODE, 60.0),
            Column::left(columns::STATEMENT, 0.0),
            Column::right(texts::TRAINING_ECGS, 90.0),
            Column::right(columns::AUROC, 60.0),
            Column::right(columns::THRESHOLD, 86.0),
        ],
    );
    ui.spacing_mut().item_spacing.y = 0.0;
    table.header(ui);
    let test = manifest.metrics.last();
    for statement in &manifest.statements {
        let positives = statement
            .training_positives
            .map_or(texts::UNKNOWN.to_owned(), |n| n.to_string());
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
            texts::threshold(statement.threshold, statement.threshold_shared)
        } else {
            NOT_ASSESSED.to_owned()
        };
        let colour = if assessed {
            tokens.text
        } else {
            tokens.text_weak
        };
        let name = texts::row(
            &statement.code,
            statement.description(),
            &positives,
            &auroc,
            &threshold,
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
