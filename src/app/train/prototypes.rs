//! The prototypes as they were projected last, and the training ECG of each.

use eframe::egui::{Context, ScrollArea, Ui, vec2};

use crate::app::command::{Commands, TrainCommand};
use crate::app::state::{Exemplar, Fields, State};
use crate::app::tokens::{Tokens, space};
use crate::app::training_ecg;
use crate::app::widgets::{Cell, Column, Table, body, dialog, heading, sheet_pane, small, weak};
use crate::bundle::ProjectionReport;
use crate::training::{ProjectedSource, RunView};

pub fn ui(
    ui: &mut Ui,
    state: &State,
    view: &RunView,
    fields: &mut Fields,
    commands: &mut Commands,
) {
    heading(ui, "Prototypes as they were projected");
    if view
        .begun
        .as_ref()
        .is_some_and(|begun| begun.prototypes == 0)
    {
        weak(ui, "This model has no prototypes.");
        return;
    }
    let projections = view.newest_projections();
    if projections.is_empty() {
        weak(
            ui,
            "None yet. A projection puts every prototype on the latent of a training ECG; its stage is in the list on the left.",
        );
        return;
    }
    for projection in &projections {
        small(ui, in_words(&projection.report));
    }
    let sources = view.sources();
    if sources.is_empty() {
        weak(
            ui,
            "The log of this run does not say which training ECGs they are.",
        );
        return;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let columns = [
        Column::left("Class", 64.0),
        Column::left("Branch", 0.0),
        Column::right("ECG", 60.0),
        Column::right("Window", 96.0),
        Column::right("Cosine before", 84.0),
    ];
    let table = Table::new(ui, &columns);
    table.header(ui);
    let mut area = ScrollArea::vertical()
        .id_salt("prototypes")
        .auto_shrink([false, false]);
    if std::mem::take(&mut fields.scroll_to_source) {
        // Two rows before it stay in sight.
        let above = state.training.chosen.saturating_sub(2);
        area = area.vertical_scroll_offset(above as f32 * space::ROW);
    }
    area.show_rows(ui, space::ROW, sources.len(), |ui, shown| {
        for number in shown {
            let Some((branch, source)) = sources.get(number) else {
                continue;
            };
            let chosen = number == state.training.chosen;
            if row(ui, &table, (branch, source), (number, chosen)) {
                commands.train(TrainCommand::ChooseSource(number));
                commands.train(TrainCommand::ShowSource);
            }
        }
    });
}

fn in_words(report: &ProjectionReport) -> String {
    let auroc = report
        .prototype_auroc_median
        .map_or("–".to_owned(), |auroc| format!("{auroc:.3}"));
    format!(
        "{}: {} prototypes on {} training ECGs. Cosine with the source before it was taken: median {:.3}, smallest {:.3}. AUROC of \
         a prototype for its statement: median {auroc}.",
        report.branch,
        report.prototypes,
        report.distinct,
        report.cosine_before_median,
        report.cosine_before_min
    )
}

fn window(source: &ProjectedSource) -> String {
    match source.window_s {
        Some((start, end)) => format!("{start:.2}–{end:.2} s"),
        None => "whole strip".to_owned(),
    }
}

fn row(
    ui: &mut Ui,
    table: &Table,
    (branch, source): (&str, &ProjectedSource),
    (number, chosen): (usize, bool),
) -> bool {
    let tokens = Tokens::of(ui);
    let cells = [
        Cell::new(source.code.clone()).strong(),
        Cell::new(branch).colour(tokens.text_secondary),
        Cell::new(source.ecg_id.to_string()),
        Cell::new(window(source)).colour(tokens.text_secondary),
        Cell::new(format!("{:.3}", source.cosine_before)),
    ];
    let name = format!(
        "Prototype {} of {branch}, {}: training ECG {}, {}, cosine before {:.3}",
        number + 1,
        source.code,
        source.ecg_id,
        window(source),
        source.cosine_before
    );
    table.choice(ui, &cells, chosen, &name).clicked()
}

/// The training ECG of the chosen prototype.
pub fn overlay(ctx: &Context, state: &State, fields: &mut Fields, commands: &mut Commands) {
    let training = &state.training;
    let (Some(shown), Some(run)) = (&training.shown, &training.run) else {
        return;
    };
    let count = run.view.sources().len();
    dialog(ctx, "Training ECG", 1080.0, commands, |ui, commands| {
        let source = &shown.source;
        ui.horizontal(|ui| {
            body(
                ui,
                format!(
                    "Prototype {} of {count}: {}, training ECG {}, {}",
                    training.chosen + 1,
                    source.code,
                    source.ecg_id,
                    window(source)
                ),
            );
            for (text, place) in [
                ("Previous", training.chosen.checked_sub(1)),
                ("Next", Some(training.chosen + 1).filter(|&n| n < count)),
            ] {
                let button = ui.add_enabled(place.is_some(), eframe::egui::Button::new(text));
                if let Some(place) = place.filter(|_| button.clicked()) {
                    commands.train(TrainCommand::ChooseSource(place));
                }
            }
        });
        let width = ui.available_width();
        match &shown.drawn {
            Exemplar::Ready(drawn) => {
                let scene = &drawn.marked;
                let height = width * (scene.height_mm / scene.width_mm) as f32;
                let name = format!("Training ECG {}", source.ecg_id);
                let size = vec2(width, height);
                sheet_pane(ui, scene, None, &mut fields.source_zoom, size, &name);
            }
            Exemplar::Reading => training_ecg::waiting(ui, vec2(width, 200.0)),
            Exemplar::Missing(why) => {
                training_ecg::missing(ui, vec2(width, 200.0), why, commands);
            }
        }
    });
}
