//! The sheets: the read ECG, and beside it the training ECG of a prototype at
//! the same scale.

use eframe::egui::{Align, Layout, Panel, RichText, Ui, Vec2, vec2};

use super::panels;
use crate::app::command::{Command, Commands, PairView, ZoomStep};
use crate::app::drawn::Drawn;
use crate::app::state::{Exemplar, Fields, OpenedRecording, State};
use crate::app::theme::{regular, strong};
use crate::app::tokens::{Tokens, space, type_size};
use crate::app::training_ecg;
use crate::app::widgets::{
    SheetZoom, banner, card_frame, ghost_button, heading, icon_button, segmented, sheet_pane,
    small, weak, weak_line,
};
use crate::explain::{ClassExplanation, Extent, PrototypeEvidence, words};
use crate::sheet::Scene;

/// Least height of the evidence under the sheets.
const EVIDENCE: f32 = 232.0;
/// Height of a line under or over a sheet.
const LINE: f32 = 18.0;
/// Between a sheet and its lines.
const GAP: f32 = 3.0;

pub fn ui(
    ui: &mut Ui,
    state: &State,
    opened: &OpenedRecording,
    fields: &mut Fields,
    commands: &mut Commands,
) {
    let explanation = state.reading.explanation();
    let evidence = state.reading.evidence();
    let view = evidence.map_or(PairView::Single, |evidence| view_of(state, evidence));
    if let Some(explanation) = explanation {
        let height = evidence_height(ui, view, opened);
        Panel::bottom("evidence")
            .exact_size(height)
            .resizable(false)
            .show_separator_line(false)
            .frame(Default::default())
            .show(ui, |ui| {
                ui.add_space(space::S);
                panels::ui(ui, state, explanation, fields, commands);
            });
    }
    card_frame(ui).inner_margin(space::S as i8).show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        toolbar(
            ui,
            state,
            explanation.map(|explanation| &**explanation),
            commands,
        );
        if let Some(warning) = evidence.and_then(words::warning) {
            banner(ui, Tokens::of(ui).caution, |ui| small(ui, warning));
        }
        let zoom = &mut fields.read_zoom;
        match evidence {
            Some(evidence) if view != PairView::Single => {
                let mut pair = Pair {
                    state,
                    opened,
                    evidence,
                    zoom,
                    commands,
                };
                match view {
                    PairView::Strips => pair.strips(ui),
                    _ => pair.side_by_side(ui, view),
                }
            }
            _ => single(ui, state, opened, zoom),
        }
    });
}

/// The views that the evidence has: what is no window cannot be cut out.
fn views_of(evidence: &PrototypeEvidence) -> impl Iterator<Item = PairView> {
    let is_window = evidence.extent() == Extent::Window;
    let is_there = move |view: &PairView| is_window || *view != PairView::CutOuts;
    PairView::ALL.into_iter().filter(is_there)
}

/// The chosen view, or whole sheets where the evidence does not have it.
fn view_of(state: &State, evidence: &PrototypeEvidence) -> PairView {
    let chosen = state.reading.pair_view;
    let mut views = views_of(evidence);
    views
        .find(|view| *view == chosen)
        .unwrap_or(PairView::Sheets)
}

/// What the sheets do not need: they are as high as their pages are when they
/// fill the width.
fn evidence_height(ui: &Ui, view: PairView, opened: &OpenedRecording) -> f32 {
    let ratio = |scene: &Scene| (scene.height_mm / scene.width_mm) as f32;
    let width = ui.available_width() - 2.0 * space::S;
    let around = space::CONTROL + 4.0 * space::S;
    let sheets = match view {
        PairView::Single => width * ratio(&opened.drawn.plain),
        PairView::Sheets | PairView::CutOuts => {
            (width - space::S) / 2.0 * ratio(&opened.drawn.marked) + 2.0 * (LINE + GAP)
        }
        PairView::Strips => 2.0 * width * ratio(&opened.drawn.strip) + 3.0 * LINE + 6.0 * GAP,
    };
    (ui.available_height() - sheets - around).max(EVIDENCE)
}

/// What is compared with what, and how it is looked at.
fn toolbar(
    ui: &mut Ui,
    state: &State,
    explanation: Option<&ClassExplanation>,
    commands: &mut Commands,
) {
    let tokens = Tokens::of(ui);
    ui.horizontal(|ui| {
        ui.set_height(space::CONTROL);
        match explanation {
            Some(explanation) => {
                let colour = if explanation.positive == Some(true) {
                    tokens.positive.text
                } else {
                    tokens.text
                };
                let counter = state
                    .reading
                    .counter_case()
                    .filter(|_| state.reading.against);
                let said =
                    counter.map_or(explanation.heading(), |_| "Counter-case, below threshold");
                ui.label(
                    RichText::new(said)
                        .font(strong(type_size::HEADING))
                        .color(colour),
                );
                let class = match counter {
                    Some(counter) => format!("{}, {}", counter.code, counter.description),
                    None => format!("{}, {}", explanation.code, explanation.description),
                };
                let text = RichText::new(class)
                    .font(regular(type_size::HEADING))
                    .color(tokens.text_secondary);
                // The controls at the right need their place.
                let width = (ui.available_width() - 480.0).max(60.0);
                ui.allocate_ui(vec2(width, space::CONTROL), |ui| {
                    ui.add(eframe::egui::Label::new(text).truncate());
                });
            }
            None => {
                heading(ui, "12-lead ECG");
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if icon_button(ui, "+", "Zoom in (+)").clicked() {
                commands.send(Command::Zoom(ZoomStep::In));
            }
            if ghost_button(ui, "Fit")
                .on_hover_text("Fit the page (0)")
                .clicked()
            {
                commands.send(Command::Zoom(ZoomStep::Fit));
            }
            if icon_button(ui, "−", "Zoom out (-)").clicked() {
                commands.send(Command::Zoom(ZoomStep::Out));
            }
            if let Some(evidence) = state.reading.evidence() {
                let views: Vec<_> = views_of(evidence).map(|view| (view, view.name())).collect();
                if let Some(view) = segmented(ui, view_of(state, evidence), &views) {
                    commands.send(Command::SetPairView(view));
                }
            }
        });
    });
}

/// The read ECG alone; with the attention behind its traces where there is one.
fn single(ui: &mut Ui, state: &State, opened: &OpenedRecording, zoom: &mut SheetZoom) {
    let size = ui.available_size();
    let attention = state.reading.attention.as_ref();
    let marked = attention.and_then(|_| state.reading.marked());
    sheet_pane(
        ui,
        marked.map_or(&opened.drawn.plain, |drawn| &drawn.marked),
        None,
        zoom,
        size,
        &format!("ECG {}", opened.id),
    );
}

/// The read ECG and the training ECG of a prototype.
struct Pair<'a> {
    state: &'a State,
    opened: &'a OpenedRecording,
    evidence: &'a PrototypeEvidence,
    zoom: &'a mut SheetZoom,
    commands: &'a mut Commands,
}

impl<'a> Pair<'a> {
    /// Whole sheets or cut-outs, the same size and so the same scale.
    fn side_by_side(&mut self, ui: &mut Ui, view: PairView) {
        let size = vec2(
            (ui.available_width() - space::S) / 2.0,
            ui.available_height(),
        );
        let pane = size - vec2(0.0, 2.0 * (LINE + GAP));
        ui.horizontal_top(|ui| {
            for is_exemplar in [false, true] {
                ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
                    ui.spacing_mut().item_spacing.y = GAP;
                    if is_exemplar {
                        exemplar_caption(ui, self.state, self.evidence);
                        self.exemplar(ui, pane, view);
                        weak(ui, scale_note());
                    } else {
                        recording_caption(ui, self.opened);
                        self.recording(ui, pane, view);
                        weak_line(ui, words::windows_sentence(self.evidence));
                    }
                });
            }
        });
    }

    /// The two rhythm strips, one above the other.
    fn strips(&mut self, ui: &mut Ui) {
        let height = (ui.available_height() - 3.0 * LINE - 6.0 * GAP) / 2.0;
        let pane = vec2(ui.available_width(), height.max(40.0));
        ui.spacing_mut().item_spacing.y = GAP;
        recording_caption(ui, self.opened);
        self.recording(ui, pane, PairView::Strips);
        exemplar_caption(ui, self.state, self.evidence);
        self.exemplar(ui, pane, PairView::Strips);
        let windows = words::windows_sentence(self.evidence);
        weak_line(ui, format!("{windows} {}", scale_note()));
    }

    /// The read ECG with the evidence on it: the whole strip, which every
    /// drawing has, or the windows, when they are drawn.
    fn marked(&self) -> Option<&'a Drawn> {
        let whole = self.evidence.whole_recording.then_some(&*self.opened.drawn);
        self.state.reading.marked().or(whole)
    }

    fn recording(&mut self, ui: &mut Ui, size: Vec2, view: PairView) {
        let scene = match (self.marked(), view) {
            (Some(drawn), _) => scene_of(drawn, view),
            (None, PairView::Strips) => Some(&self.opened.drawn.plain_strip),
            (None, PairView::CutOuts) => None,
            (None, _) => Some(&self.opened.drawn.plain),
        };
        let beside = self.training_ecg().and_then(|drawn| scene_of(drawn, view));
        let name = format!("ECG {}", self.opened.id);
        match scene {
            Some(scene) => {
                sheet_pane(ui, scene, beside, self.zoom, size, &name);
            }
            None => training_ecg::waiting(ui, size),
        }
    }

    /// The training ECG, or in its place why it is not there.
    fn exemplar(&mut self, ui: &mut Ui, size: Vec2, view: PairView) {
        match self.state.exemplars.get(self.evidence.prototype) {
            Some(Exemplar::Ready(drawn)) => {
                let beside = self.marked().and_then(|drawn| scene_of(drawn, view));
                let name = words::training_ecg(self.evidence);
                let scene = scene_of(drawn, view).unwrap_or(&drawn.marked);
                sheet_pane(ui, scene, beside, self.zoom, size, &name);
            }
            Some(Exemplar::Missing(why)) => training_ecg::missing(ui, size, why, self.commands),
            Some(Exemplar::Reading) | None => training_ecg::waiting(ui, size),
        }
    }

    fn training_ecg(&self) -> Option<&'a Drawn> {
        match self.state.exemplars.get(self.evidence.prototype) {
            Some(Exemplar::Ready(drawn)) => Some(drawn),
            _ => None,
        }
    }
}

/// What a view shows of a drawn ECG.
fn scene_of(drawn: &Drawn, view: PairView) -> Option<&Scene> {
    match view {
        PairView::Single => Some(&drawn.plain),
        PairView::Sheets => Some(&drawn.marked),
        PairView::Strips => Some(&drawn.strip),
        PairView::CutOuts => drawn.cut_out.as_ref(),
    }
}

fn recording_caption(ui: &mut Ui, opened: &OpenedRecording) {
    caption(ui, "This ECG", &opened.id);
}

fn exemplar_caption(ui: &mut Ui, state: &State, evidence: &PrototypeEvidence) {
    let record = evidence.ecg_id.map(|id| format!("record {id}"));
    let mut parts = vec![record.unwrap_or_else(|| "source not known".to_owned())];
    let rated = PrototypeEvidence {
        rating: state.rating_of(evidence.prototype),
        ..evidence.clone()
    };
    parts.push(words::source_details(&rated));
    parts.retain(|part| !part.is_empty());
    caption(ui, "Training ECG", &parts.join(" · "));
}

fn caption(ui: &mut Ui, name: &str, rest: &str) {
    let tokens = Tokens::of(ui);
    ui.horizontal(|ui| {
        ui.set_height(LINE);
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.label(
            RichText::new(name)
                .font(strong(type_size::SMALL))
                .color(tokens.text),
        );
        let rest = RichText::new(rest)
            .font(regular(type_size::SMALL))
            .color(tokens.text_secondary);
        ui.add(eframe::egui::Label::new(rest).truncate());
    });
}

fn scale_note() -> &'static str {
    "Both at the same scale; screen not calibrated, measure by the grid."
}
