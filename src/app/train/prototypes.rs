//! The prototypes as they were projected last, and the training ECG of each.

use eframe::egui::{Context, ScrollArea, Ui, vec2};

use crate::app::command::{Commands, TrainCommand};
use crate::app::state::{Exemplar, Fields, State};
use crate::app::texts::{columns, train::prototypes as texts};
use crate::app::tokens::{Tokens, space};
use crate::app::training_ecg;
use crate::app::widgets::{Cell, Column, Table, body, dialog, heading, sheet_pane, small, weak};
use crate::training::{ProjectedSource, RunView};

pub fn ui(
    ui: &mut Ui,
    state: &State,
    view: &RunView,
    fields: &mut Fields,
    commands: &mut Commands,
) {
    heading(ui, texts::TITLE);
    if view
        .begun
        .as_ref()
        .is_some_and(|begun| begun.prototypes == 0)
    {
        weak(ui, texts::NO_PROTOTYPES);
        return;
    }
    let projections = view.newest_projections();
    if projections.is_empty() {
        weak(ui, texts::NONE_YET);
        return;
    }
    for projection in &projections {
        small(ui, texts::projection(&projection.report));
    }
    let sources = view.sources();
    if sources.is_empty() {
        weak(ui, texts::NO_SOURCES);
        return;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let columns = [
        Column::left(texts::CLASS, 64.0),
        Column::left(texts::BRANCH, 0.0),
        Column::right(texts::ECG, 60.0),
        Column::right(texts::WINDOW, 96.0),
        Column::right(texts::COSINE_BEFORE, 84.0),
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
        Cell::new(texts::window(source.window_s)).colour(tokens.text_secondary),
        Cell::new(format!("{:.3}", source.cosine_before)),
    ];
    let name = texts::prototype(number + 1, branch, source);
    table.choice(ui, &cells, chosen, &name).clicked()
}

/// The training ECG of the chosen prototype.
pub fn overlay(ctx: &Context, state: &State, fields: &mut Fields, commands: &mut Commands) {
    let training = &state.training;
    let (Some(shown), Some(run)) = (&training.shown, &training.run) else {
        return;
    };
    let count = run.view.sources().len();
    let title = columns::TRAINING_ECG;
    dialog(ctx, title, 1080.0, commands, |ui, commands| {
        let source = &shown.source;
        ui.horizontal(|ui| {
            body(ui, texts::shown(training.chosen + 1, count, source));
            for (text, place) in [
                (texts::PREVIOUS, training.chosen.checked_sub(1)),
                (
                    texts::NEXT,
                    Some(training.chosen + 1).filter(|&n| n < count),
                ),
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
                let name = texts::training_ecg(source.ecg_id);
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
