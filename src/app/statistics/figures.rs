//! The figures of the report, and the prototypes at both ends.

use eframe::egui::{Align, Layout, Ui, vec2};

use super::{beside, chart};
use crate::app::state::{Exemplar, State};
use crate::app::texts::statistics::figures as texts;
use crate::app::tokens::space;
use crate::app::widgets::{SheetZoom, body, card, heading, sheet_pane, weak};
use crate::review::figures::{agreement_matrix, forest};
use crate::review::{PrototypeMean, Results};
use crate::sheet::Scene;
use crate::statistics::study::PrototypeMetrics;

/// How many prototypes of either end are shown with their pictures.
pub const SHOWN: usize = 3;

pub fn ui(ui: &mut Ui, state: &State, results: &Results) {
    for item in &results.report.items {
        let title = results.title_of(&item.item);
        card(ui, |ui| {
            ui.set_width(ui.available_width());
            heading(ui, texts::means(title));
            for part in forest(item, title) {
                figure(ui, &part);
            }
        });
        card(ui, |ui| {
            ui.set_width(ui.available_width());
            heading(ui, texts::distribution(title));
            chart::ui(ui, item, title);
        });
        if item.raters.len() > 1 {
            card(ui, |ui| {
                ui.set_width(ui.available_width());
                heading(ui, texts::agreement(title));
                figure(ui, &agreement_matrix(item, title));
                weak(ui, texts::AGREEMENT_NOTE);
            });
        }
    }
    ends(ui, state, results);
}

/// A figure at the width that there is, as high as it then has to be.
fn figure(ui: &mut Ui, scene: &Scene) {
    const BORDER_MM: f64 = 3.0;
    let mut scene = scene.clone();
    scene.shift(BORDER_MM, BORDER_MM);
    scene.width_mm += 2.0 * BORDER_MM;
    scene.height_mm += 2.0 * BORDER_MM;
    let width = ui.available_width().min(960.0);
    let height = width * (scene.height_mm / scene.width_mm) as f32;
    let mut fitted = SheetZoom::default();
    sheet_pane(
        ui,
        &scene,
        None,
        &mut fitted,
        vec2(width, height),
        texts::FIGURE,
    );
}

/// The worst and the best prototypes with their training ECGs.
fn ends(ui: &mut Ui, state: &State, results: &Results) {
    let ranked = &results.by_prototype;
    let best: Vec<&PrototypeMean> = ranked.iter().rev().take(SHOWN).collect();
    let worst: Vec<&PrototypeMean> = ranked.iter().take(SHOWN).collect();
    let titles = match results.is_of_pairs() {
        true => [texts::WORST_PAIRS, texts::BEST_PAIRS],
        false => [texts::WORST_PROTOTYPES, texts::BEST_PROTOTYPES],
    };
    for (title, prototypes) in titles.into_iter().zip([worst, best]) {
        card(ui, |ui| {
            ui.set_width(ui.available_width());
            heading(ui, title);
            let width = (ui.available_width() - 2.0 * space::S) / SHOWN as f32;
            ui.horizontal_top(|ui| {
                for prototype in prototypes {
                    let layout = Layout::top_down(Align::Min);
                    ui.allocate_ui_with_layout(vec2(width, 0.0), layout, |ui| {
                        let metrics = results.metrics.as_ref();
                        let metrics = metrics.and_then(|m| m.table.of(prototype.prototype));
                        one(ui, state, prototype, metrics, width);
                    });
                }
            });
        });
    }
}

fn one(
    ui: &mut Ui,
    state: &State,
    prototype: &PrototypeMean,
    metrics: Option<&PrototypeMetrics>,
    width: f32,
) {
    let (code, name) = (&prototype.class_code, prototype.name());
    body(
        ui,
        texts::prototype(code, &name, prototype.mean, prototype.bad),
    );
    if let Some(metrics) = metrics {
        weak(ui, beside::in_words(metrics));
    }
    let shown = prototype.shown_prototype();
    match state.exemplars.get(shown) {
        Some(Exemplar::Ready(drawn)) => {
            let scene = &drawn.marked;
            let height = width * (scene.height_mm / scene.width_mm) as f32;
            let name = texts::training_ecg(shown);
            let mut fitted = SheetZoom::default();
            sheet_pane(ui, scene, None, &mut fitted, vec2(width, height), &name);
        }
        Some(Exemplar::Missing(why)) => {
            weak(ui, why.as_str());
        }
        Some(Exemplar::Reading) | None => {
            ui.spinner();
        }
    }
}
