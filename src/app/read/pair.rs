//! The sheets: the read ECG, and beside it the training ECG of a prototype at
//! the same scale.

use eframe::egui::{Align, Label, Layout, RichText, Ui, UiBuilder, Vec2, vec2};

use super::arrangement::{Arrangement, GAP, LINE};
use super::{panels, zoom_buttons};
use crate::app::command::{Command, Commands, PairView};
use crate::app::drawn::Drawn;
use crate::app::state::{Exemplar, Fields, OpenedRecording, State};
use crate::app::texts::read::{ecg, pair as texts};
use crate::app::texts::{columns, command};
use crate::app::theme::{regular, strong};
use crate::app::tokens::{Tokens, space, type_size};
use crate::app::training_ecg;
use crate::app::widgets::{
    SheetZoom, banner, card_frame, heading, icon_button, segmented, sheet_pane, small, weak_line,
};
use crate::explain::{ClassExplanation, CounterCase, Extent, PrototypeEvidence, words};
use crate::sheet::Scene;

/// Least height of the evidence under the sheets.
const EVIDENCE: f32 = 232.0;
/// The same where there are figures instead of a table.
const FIGURES: f32 = 292.0;
/// A strip is as high at least, however low the window is.
const LOWEST: f32 = 40.0;
/// What the card of the sheets takes around them.
const AROUND: f32 = space::CONTROL + 4.0 * space::S;

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
    let count = match counter_shown(state) {
        _ if view == PairView::Single => 1.0,
        Some(_) => 3.0,
        None => 2.0,
    };
    let below = explanation.filter(|_| !state.reading.enlarged);
    let least = match below {
        None => 0.0,
        Some(explanation) if explanation.ledger.is_none() => FIGURES,
        Some(_) => EVIDENCE,
    };
    let room = ui.available_size() - vec2(2.0 * space::S, AROUND + least);
    let arrangement = Arrangement::of(view, count, &opened.drawn.marked, room);
    let mut place = ui.available_rect_before_wrap();
    if let Some(explanation) = below {
        // Cut-outs are about as high as sheets.
        let scene = scene_of(&opened.drawn, view).unwrap_or(&opened.drawn.marked);
        let sheets = arrangement.height(count, scene, room.x);
        let height = (ui.available_height() - sheets - AROUND).max(least);
        let (above, below) = place.split_top_bottom_at_y(place.bottom() - height);
        place = above;
        ui.scope_builder(UiBuilder::new().max_rect(below), |ui| {
            ui.shrink_clip_rect(below);
            ui.add_space(space::S);
            panels::ui(ui, state, explanation, fields, commands);
        });
    }
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
        sheets(ui, state, opened, (view, arrangement), fields, commands);
    });
}

/// The card over the evidence, or alone.
fn sheets(
    ui: &mut Ui,
    state: &State,
    opened: &OpenedRecording,
    (view, arrangement): (PairView, Arrangement),
    fields: &mut Fields,
    commands: &mut Commands,
) {
    let explanation = state.reading.explanation();
    let evidence = state.reading.evidence();
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
                match arrangement {
                    Arrangement::Stacked => pair.stacked(ui, view),
                    Arrangement::Alone | Arrangement::Beside => pair.side_by_side(ui, view),
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

/// What is compared with what, and how it is looked at.
fn toolbar(
    ui: &mut Ui,
    state: &State,
    explanation: Option<&ClassExplanation>,
    commands: &mut Commands,
) {
    ui.horizontal(|ui| {
        ui.set_height(space::CONTROL);
        // The controls first: the words have the room that is left.
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            enlarge_button(ui, state, commands);
            zoom_buttons::ui(ui, state, commands);
            if let Some(evidence) = state.reading.evidence() {
                let views: Vec<_> = views_of(evidence).map(|view| (view, view.name())).collect();
                if let Some(view) = segmented(ui, view_of(state, evidence), &views) {
                    commands.send(Command::SetPairView(view));
                }
            }
            ui.with_layout(
                Layout::left_to_right(Align::Center),
                |ui| match explanation {
                    Some(explanation) => title(ui, state, explanation),
                    None => _ = heading(ui, texts::TWELVE_LEADS),
                },
            );
        });
    });
}

fn enlarge_button(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let enlarged = state.reading.enlarged;
    let name = if enlarged {
        texts::BACK
    } else {
        texts::ENLARGE
    };
    if icon_button(ui, "□", name).clicked() {
        commands.send(Command::Enlarge(!enlarged));
    }
}

/// What the pair says, and of which statement. What there is no room for is
/// under the pointer.
fn title(ui: &mut Ui, state: &State, explanation: &ClassExplanation) {
    let tokens = Tokens::of(ui);
    let colour = if explanation.positive == Some(true) {
        tokens.positive.text
    } else {
        tokens.text
    };
    let shown = state.reading.evidence();
    let heading = match shown {
        Some(evidence) => explanation.heading_over(evidence),
        None => &explanation.heading,
    };
    let heading = RichText::new(heading).font(strong(type_size::HEADING));
    let class = format!("{}, {}", explanation.code, explanation.description);
    let class = RichText::new(class).font(regular(type_size::HEADING));
    ui.add(Label::new(heading.color(colour)).truncate());
    if ui.available_width() > space::XXL {
        ui.add(Label::new(class.color(tokens.text_secondary)).truncate());
    }
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
        &ecg(&opened.id),
    );
}

/// The read ECG, the training ECG of a prototype and, if it is wanted, that of
/// the counter-case.
struct Pair<'a> {
    state: &'a State,
    opened: &'a OpenedRecording,
    evidence: &'a PrototypeEvidence,
    zoom: &'a mut SheetZoom,
    commands: &'a mut Commands,
}

impl<'a> Pair<'a> {
    /// What stands beside each other, or under each other: `None` is the read
    /// ECG.
    fn shown(&self) -> Vec<Option<&'a PrototypeEvidence>> {
        let counter = counter_shown(self.state).map(|counter| Some(&counter.prototype));
        let pair = [None, Some(self.evidence)];
        pair.into_iter().chain(counter).collect()
    }

    /// Whole sheets or cut-outs, the same size and so the same scale.
    fn side_by_side(&mut self, ui: &mut Ui, view: PairView) {
        let shown = self.shown();
        let pane = Arrangement::Beside.pane(shown.len() as f32, ui.available_size());
        let size = vec2(pane.x, ui.available_height());
        let page = self.common_page(&shown, view);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            for evidence in shown {
                ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
                    ui.spacing_mut().item_spacing.y = GAP;
                    self.caption(ui, evidence);
                    self.ecg(ui, evidence, pane, (view, &page));
                    match evidence {
                        None => weak_line(ui, words::windows_sentence(self.evidence)),
                        Some(_) => weak_line(ui, texts::SAME_SCALE),
                    };
                });
            }
        });
    }

    /// Rhythm strips or whole sheets, one above the other.
    fn stacked(&mut self, ui: &mut Ui, view: PairView) {
        let shown = self.shown();
        let pane = Arrangement::Stacked.pane(shown.len() as f32, ui.available_size());
        let pane = pane.max(vec2(0.0, LOWEST));
        let page = self.common_page(&shown, view);
        ui.spacing_mut().item_spacing.y = GAP;
        for evidence in shown {
            self.caption(ui, evidence);
            self.ecg(ui, evidence, pane, (view, &page));
        }
        let windows = words::windows_sentence(self.evidence);
        weak_line(ui, format!("{windows} {}", texts::SAME_SCALE));
    }

    fn caption(&self, ui: &mut Ui, evidence: Option<&PrototypeEvidence>) {
        let counter = counter_shown(self.state);
        match evidence {
            None => {
                let mut parts = vec![self.opened.id.as_str()];
                // A cut-out is a part itself and has no tint.
                let is_tinted = view_of(self.state, self.evidence) != PairView::CutOuts;
                let influence = self.state.reading.influence_of_evidence();
                parts.extend(influence.filter(|_| is_tinted).map(|_| words::TINT));
                caption(ui, command::THIS_ECG, &parts.join(" · "));
            }
            Some(evidence) if evidence.prototype == self.evidence.prototype => {
                caption(ui, columns::TRAINING_ECG, &details(self.state, evidence));
            }
            Some(evidence) => {
                let code = counter.map_or("", |counter| counter.code.as_str());
                caption(
                    ui,
                    &texts::counter_case(code),
                    &details(self.state, evidence),
                );
            }
        }
    }

    /// The drawing of what is shown, if it is there.
    fn drawn(&self, evidence: Option<&PrototypeEvidence>) -> Option<&'a Drawn> {
        match evidence {
            None => {
                // The whole strip is on every drawing, windows are on their own.
                let whole = self.evidence.whole_recording;
                let whole = whole.then_some(&*self.opened.drawn);
                self.state.reading.marked().or(whole)
            }
            Some(evidence) => match self.state.exemplars.get(evidence.prototype) {
                // In another look its millimetres would not be those of the read ECG.
                Some(Exemplar::Ready(drawn)) if self.is_alike(drawn) => Some(drawn),
                _ => None,
            },
        }
    }

    fn is_alike(&self, drawn: &Drawn) -> bool {
        drawn.look == self.opened.drawn.look.clone().of_the_first_page()
    }

    /// A page without anything on it that has room for each of the sheets, so
    /// that all of them are fitted alike.
    fn common_page(&self, shown: &[Option<&PrototypeEvidence>], view: PairView) -> Scene {
        let scenes = shown.iter().filter_map(|e| scene_of(self.drawn(*e)?, view));
        Scene::room_for(scenes)
    }

    /// The ECG, or in its place why it is not there.
    fn ecg(
        &mut self,
        ui: &mut Ui,
        evidence: Option<&PrototypeEvidence>,
        size: Vec2,
        (view, page): (PairView, &Scene),
    ) {
        let name = match evidence {
            None => ecg(&self.opened.id),
            Some(evidence) => words::training_ecg(evidence),
        };
        let scene = self.drawn(evidence).and_then(|drawn| scene_of(drawn, view));
        let plain = &self.opened.drawn;
        let scene = match (scene, evidence, view) {
            (None, None, PairView::Strips) => Some(&plain.plain_strip),
            (None, None, PairView::Sheets) => Some(&plain.plain),
            (found, _, _) => found,
        };
        let training = evidence.and_then(|e| self.state.exemplars.get(e.prototype));
        match (scene, training) {
            (Some(scene), _) => {
                sheet_pane(ui, scene, Some(page), self.zoom, size, &name);
            }
            (None, Some(Exemplar::Missing(why))) => {
                training_ecg::missing(ui, size, why, self.commands);
            }
            (None, _) => training_ecg::waiting(ui, size),
        }
    }
}

/// The counter-case, if it is to stand beside the pair.
fn counter_shown(state: &State) -> Option<&CounterCase> {
    state
        .reading
        .counter_case()
        .filter(|_| state.reading.against)
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

/// What is known of a training ECG.
fn details(state: &State, evidence: &PrototypeEvidence) -> String {
    let record = evidence.ecg_id.map(texts::record);
    let mut parts = vec![record.unwrap_or_else(|| texts::SOURCE_NOT_KNOWN.to_owned())];
    let rated = PrototypeEvidence {
        rating: state.rating_of(evidence.prototype),
        ..evidence.clone()
    };
    parts.push(words::source_details(&rated));
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
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
        ui.add(Label::new(rest).truncate());
    });
}
