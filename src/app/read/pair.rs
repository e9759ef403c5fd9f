//! The sheets: the read ECG, and beside it the training ECG of a prototype at
//! the same scale.

use eframe::egui::{Align, Layout, Panel, RichText, Ui, Vec2, vec2};

use super::{evidence, ledger};
use crate::app::command::{Command, Commands, PairView, ZoomStep};
use crate::app::drawn::Drawn;
use crate::app::state::{Exemplar, Fields, OpenedRecording, State};
use crate::app::theme::{regular, strong};
use crate::app::tokens::{Tokens, space, type_size};
use crate::app::training_ecg;
use crate::app::widgets::{
    SheetZoom, card_frame, ghost_button, heading, icon_button, segmented, sheet_pane, weak,
    weak_line,
};
use crate::explain::{ClassExplanation, PrototypeEvidence, print};
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
    let chosen = explanation.zip(state.reading.evidence());
    if let Some((explanation, evidence)) = chosen {
        let height = evidence_height(ui, state.reading.pair_view, opened);
        Panel::bottom("evidence")
            .exact_size(height)
            .resizable(false)
            .show_separator_line(false)
            .frame(Default::default())
            .show(ui, |ui| {
                ui.add_space(space::S);
                under(ui, state, explanation, evidence, commands);
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
        let zoom = &mut fields.read_zoom;
        match chosen {
            Some((_, evidence)) if state.reading.pair_view != PairView::Single => {
                let mut pair = Pair {
                    state,
                    opened,
                    evidence,
                    zoom,
                    commands,
                };
                match state.reading.pair_view {
                    PairView::Strips => pair.strips(ui),
                    _ => pair.side_by_side(ui),
                }
            }
            _ => single(ui, opened, zoom),
        }
    });
}

/// What the sheets do not need: they are as high as their pages are when they
/// fill the width.
fn evidence_height(ui: &Ui, view: PairView, opened: &OpenedRecording) -> f32 {
    let ratio = |scene: &Scene| (scene.height_mm / scene.width_mm) as f32;
    let width = ui.available_width() - 2.0 * space::S;
    let around = space::CONTROL + 4.0 * space::S;
    let sheets = match view {
        PairView::Single => width * ratio(&opened.drawn.plain),
        PairView::Sheets => {
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
                ui.label(
                    RichText::new(explanation.heading())
                        .font(strong(type_size::HEADING))
                        .color(colour),
                );
                let class = format!("{}, {}", explanation.code, explanation.description);
                let text = RichText::new(class)
                    .font(regular(type_size::HEADING))
                    .color(tokens.text_secondary);
                // The controls at the right need their place.
                let width = (ui.available_width() - 400.0).max(60.0);
                ui.allocate_ui(vec2(width, space::CONTROL), |ui| {
                    ui.add(eframe::egui::Label::new(text).truncate());
                });
            }
            None => {
                heading(ui, "12-lead ECG");
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if state.saved.monitors.pixels_per_mm(&state.monitor).is_some()
                && ghost_button(ui, "1:1")
                    .on_hover_text("True to scale (1)")
                    .clicked()
            {
                commands.send(Command::Zoom(ZoomStep::TrueScale));
            }
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
            if explanation.is_some() {
                let views = PairView::ALL.map(|view| (view, view.name()));
                if let Some(view) = segmented(ui, state.reading.pair_view, &views) {
                    commands.send(Command::SetPairView(view));
                }
            }
        });
    });
}

fn single(ui: &mut Ui, opened: &OpenedRecording, zoom: &mut SheetZoom) {
    let size = ui.available_size();
    sheet_pane(
        ui,
        &opened.drawn.plain,
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
    /// Whole sheets, the same size and so the same scale.
    fn side_by_side(&mut self, ui: &mut Ui) {
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
                        exemplar_caption(ui, self.evidence);
                        self.exemplar(ui, pane, |drawn| &drawn.marked);
                        weak(ui, scale_note());
                    } else {
                        recording_caption(ui, self.opened);
                        self.recording(ui, pane, self.test_sheet());
                        weak_line(ui, axis_note(self.evidence));
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
        self.recording(ui, pane, self.test_strip());
        exemplar_caption(ui, self.evidence);
        self.exemplar(ui, pane, |drawn| &drawn.strip);
        weak_line(ui, format!("{} {}", axis_note(self.evidence), scale_note()));
    }

    /// The whole strip is marked for a prototype without a time axis; of one
    /// with windows the note below says where they are.
    fn test_sheet(&self) -> fn(&Drawn) -> &Scene {
        if self.evidence.whole_recording {
            |drawn| &drawn.marked
        } else {
            |drawn| &drawn.plain
        }
    }

    fn test_strip(&self) -> fn(&Drawn) -> &Scene {
        if self.evidence.whole_recording {
            |drawn| &drawn.strip
        } else {
            |drawn| &drawn.plain_strip
        }
    }

    fn recording(&mut self, ui: &mut Ui, size: Vec2, scene: fn(&Drawn) -> &Scene) {
        let beside = self.training_ecg().map(scene);
        let name = format!("ECG {}", self.opened.id);
        sheet_pane(
            ui,
            scene(&self.opened.drawn),
            beside,
            self.zoom,
            size,
            &name,
        );
    }

    /// The training ECG, or in its place why it is not there.
    fn exemplar(&mut self, ui: &mut Ui, size: Vec2, scene: fn(&Drawn) -> &Scene) {
        match self.state.exemplars.get(self.evidence.prototype) {
            // In another look its millimetres would not be those of the read ECG.
            Some(Exemplar::Ready(drawn)) if self.is_alike(drawn) => {
                let beside = Some(scene(&self.opened.drawn));
                let name = print::training_ecg(self.evidence);
                sheet_pane(ui, scene(drawn), beside, self.zoom, size, &name);
            }
            Some(Exemplar::Missing(why)) => training_ecg::missing(ui, size, why, self.commands),
            Some(Exemplar::Ready(_) | Exemplar::Reading) | None => {
                training_ecg::waiting(ui, size);
            }
        }
    }

    fn is_alike(&self, drawn: &Drawn) -> bool {
        drawn.look == self.opened.drawn.look.clone().of_the_first_page()
    }

    fn training_ecg(&self) -> Option<&'a Drawn> {
        match self.state.exemplars.get(self.evidence.prototype) {
            Some(Exemplar::Ready(drawn)) if self.is_alike(drawn) => Some(drawn),
            _ => None,
        }
    }
}

fn recording_caption(ui: &mut Ui, opened: &OpenedRecording) {
    caption(ui, "This ECG", &opened.id);
}

fn exemplar_caption(ui: &mut Ui, evidence: &PrototypeEvidence) {
    let record = evidence.ecg_id.map(|id| format!("record {id}"));
    let mut parts = vec![record.unwrap_or_else(|| "source not known".to_owned())];
    parts.extend(evidence.source_fold.map(|fold| format!("fold {fold}")));
    parts.extend(
        evidence
            .source_age_years
            .map(|age| format!("{age:.0} years")),
    );
    parts.extend(
        evidence
            .source_sex
            .map(|sex| format!("{sex:?}").to_lowercase()),
    );
    if !evidence.source_statements.is_empty() {
        parts.push(evidence.source_statements.join(" "));
    }
    if evidence.same_recording {
        parts.insert(0, "the same recording as the one that is read".to_owned());
    }
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

fn axis_note(evidence: &PrototypeEvidence) -> String {
    if evidence.whole_recording {
        return "This branch has no time axis: the whole strip and all 12 leads were used.".into();
    }
    let windows: Vec<String> = evidence
        .windows
        .iter()
        .map(|w| format!("{:.2}–{:.2} s ({:.2})", w.start_s, w.end_s, w.cosine))
        .collect();
    format!(
        "Most similar windows and their cosines: {}.",
        windows.join(", ")
    )
}

fn scale_note() -> &'static str {
    "Both at the same scale. Where it is not true, measure by the grid."
}

fn under(
    ui: &mut Ui,
    state: &State,
    explanation: &ClassExplanation,
    evidence: &PrototypeEvidence,
    commands: &mut Commands,
) {
    let size = vec2(
        (ui.available_width() - space::S) / 2.0,
        ui.available_height(),
    );
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        for is_ledger in [false, true] {
            ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
                card_frame(ui).show(ui, |ui| {
                    ui.set_min_size(ui.available_size());
                    if is_ledger {
                        ledger::ui(ui, explanation);
                    } else {
                        evidence::ui(ui, state, explanation, evidence, commands);
                    }
                });
            });
        }
    });
}
