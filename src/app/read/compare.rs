//! Up to four ECGs side by side: in one look, at one scale, from the same
//! second on, moved and measured together.

use std::path::Path;

use eframe::egui::{Align, Button, Key, Label, Layout, Response, RichText, Ui, Vec2, vec2};

use super::{display_bar, worklist, zoom_buttons};
use crate::app::command::{Command, Commands, CompareCommand, Place, Scroll};
use crate::app::state::{
    Compared, ComparedEcg, ComparedReading, Comparison, Fields, OpenedRecording, State, is_over,
};
use crate::app::texts::read::compare as texts;
use crate::app::theme::{regular, strong};
use crate::app::tokens::{Tokens, space, type_size};
use crate::app::training_ecg;
use crate::app::widgets::{
    SheetZoom, card_frame, ghost_button, heading, icon_button, problem_ui, sheet_pane, weak,
};
use crate::sheet::Scene;

/// Between a heading and its sheet.
const GAP: f32 = 2.0;
/// What the buttons of a heading need.
const BUTTONS: f32 = 92.0;

/// The Read screen while ECGs are compared.
pub fn ui(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    for place in [Place::Reading, Place::Model] {
        problem_ui(ui, state, place, commands);
    }
    let comparison = &state.comparison;
    let along = display_bar::Along {
        duration_s: comparison.duration_s(),
        start_s: comparison.page_start_s,
    };
    display_bar::ui(ui, state, along, fields, commands);
    ui.add_space(space::XS);
    card_frame(ui).inner_margin(space::S as i8).show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        toolbar(ui, state, commands);
        grid(ui, comparison, &mut fields.read_zoom, commands);
    });
    let scrolled_s = std::mem::take(&mut fields.read_zoom.scrolled_s);
    if scrolled_s != 0.0 {
        commands.send(Command::Scroll(Scroll::By(scrolled_s)));
    }
}

fn toolbar(ui: &mut Ui, state: &State, commands: &mut Commands) {
    ui.horizontal(|ui| {
        ui.set_height(space::CONTROL);
        if ui
            .button(texts::BACK)
            .accessible_name(texts::BACK_NAME)
            .on_hover_text(texts::BACK_HOVER)
            .clicked()
        {
            commands.send(Command::Compare(CompareCommand::Show(false)));
        }
        heading(ui, texts::title(state.comparison.ecgs.len()));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            zoom_buttons::ui(ui, state, commands);
        });
    });
}

/// One, two beside each other, or two rows of two.
fn grid(ui: &mut Ui, comparison: &Comparison, zoom: &mut SheetZoom, commands: &mut Commands) {
    let count = comparison.ecgs.len();
    let (columns, rows) = (count.clamp(1, 2), count.div_ceil(2).max(1));
    let share = |length: f32, parts: usize| {
        let gaps = (parts - 1) as f32 * space::S;
        ((length - gaps) / parts as f32).floor()
    };
    let size = vec2(
        share(ui.available_width(), columns),
        share(ui.available_height(), rows),
    );
    // All are fitted to it alike, so that a second is as long on each.
    let opened = comparison.ecgs.iter().filter_map(Compared::opened);
    let page = Scene::room_for(opened.map(|opened| &opened.drawn.plain));
    ui.spacing_mut().item_spacing = vec2(space::S, space::S);
    let places: Vec<usize> = (0..count).collect();
    for row in places.chunks(columns) {
        ui.horizontal_top(|ui| {
            for &place in row {
                let layout = Layout::top_down(Align::Min);
                ui.allocate_ui_with_layout(size, layout, |ui| {
                    ui.set_min_size(size);
                    ui.spacing_mut().item_spacing.y = GAP;
                    let mut cell = Cell {
                        comparison,
                        place,
                        compared: &comparison.ecgs[place],
                        commands,
                    };
                    cell.heading(ui);
                    let pane = size - vec2(0.0, space::CONTROL + GAP);
                    cell.sheet(ui, &page, zoom, pane);
                });
            }
        });
    }
}

/// One of the ECGs, with its heading.
struct Cell<'a> {
    comparison: &'a Comparison,
    place: usize,
    compared: &'a Compared,
    commands: &'a mut Commands,
}

impl Cell<'_> {
    fn send(&mut self, command: CompareCommand) {
        self.commands.send(Command::Compare(command));
    }

    fn heading(&mut self, ui: &mut Ui) {
        let tokens = Tokens::of(ui);
        let name = self.compared.name(self.place);
        let page_start_s = self.comparison.page_start_s;
        ui.horizontal(|ui| {
            ui.set_height(space::CONTROL);
            ui.spacing_mut().item_spacing.x = space::XS;
            let text = RichText::new(&name).font(strong(type_size::BODY));
            let chosen = self.comparison.chosen == self.place;
            let label = ui.selectable_label(chosen, text);
            if label.on_hover_text(texts::CHOOSE_HOVER).clicked() {
                self.send(CompareCommand::Choose(self.place));
            }
            let mut facts = self.compared.facts();
            if let Some(opened) = self.compared.opened()
                && is_over(&opened.recording, page_start_s)
            {
                facts += &format!(" · {}", texts::ends_at(opened.recording.duration_s()));
            }
            let found = matches!(&self.compared.reading, ComparedReading::Read(positive) if !positive.is_empty());
            let colour = if found {
                tokens.text
            } else {
                tokens.text_secondary
            };
            let text = RichText::new(&facts)
                .font(regular(type_size::SMALL))
                .color(colour);
            let width = (ui.available_width() - BUTTONS).max(40.0);
            ui.allocate_ui(vec2(width, space::CONTROL), |ui| {
                ui.add(Label::new(text).truncate()).on_hover_text(&facts);
            });
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if icon_button(ui, "×", &texts::remove(&name)).clicked() {
                    self.send(CompareCommand::Remove(self.place));
                }
                if self.compared.opened().is_some() {
                    let open = ghost_button(ui, texts::OPEN)
                        .accessible_name(texts::open_alone(&name))
                        .on_hover_text(texts::OPEN_HOVER);
                    if open.clicked() {
                        self.send(CompareCommand::Open(self.place));
                    }
                }
            });
        });
    }

    fn sheet(&mut self, ui: &mut Ui, page: &Scene, zoom: &mut SheetZoom, size: Vec2) {
        match &self.compared.ecg {
            ComparedEcg::Reading => training_ecg::waiting(ui, size),
            ComparedEcg::Failed(reason) => {
                ui.allocate_ui(size, |ui| {
                    weak(ui, texts::not_read(worklist::without_path(reason)));
                });
            }
            ComparedEcg::Ready(opened) => {
                let name = self.compared.name(self.place);
                let scene = &opened.drawn.plain;
                // The beats that the caliper hops over are those of the chosen ECG.
                let others = self.comparison.chosen != self.place;
                let steps = others.then(|| zoom.caliper.set_aside());
                let sheet = sheet_pane(ui, scene, Some(page), zoom, size, &name);
                if let Some(steps) = steps {
                    zoom.caliper.put_back(steps);
                }
                if sheet.clicked() {
                    self.send(CompareCommand::Choose(self.place));
                }
            }
        }
    }
}

/// Beside the name of a file or of an entry of the worklist: put it beside the
/// others, or take it away again. `name` is what a screen reader says.
pub fn toggle(ui: &mut Ui, state: &State, path: &Path, name: &str, commands: &mut Commands) {
    let comparison = &state.comparison;
    let place = comparison.place_of_file(path);
    let enabled = place.is_some() || !comparison.is_full();
    let button = Button::selectable(place.is_some(), texts::COMPARE);
    let response = ui.add_enabled(enabled, button);
    let hint = match (place, enabled) {
        (Some(_), _) => texts::TAKE_AWAY,
        (None, true) => texts::ADD,
        (None, false) => texts::FULL,
    };
    let response = response.accessible_name(name).on_hover_text(hint);
    if response.on_disabled_hover_text(hint).clicked() {
        commands.send(Command::Compare(match place {
            Some(place) => CompareCommand::Remove(place),
            None => CompareCommand::Add(path.to_owned()),
        }));
    }
}

/// The key that compares was pressed while a row has the keyboard.
pub fn asked(row: &Response) -> bool {
    row.has_focus()
        && row
            .ctx
            .input(|input| input.key_pressed(Key::A) && input.modifiers.is_none())
}

/// Beside the name of the ECG that is open: put it beside the others, or, where
/// it is or there is no room, the way to them.
pub fn beside(ui: &mut Ui, state: &State, opened: &OpenedRecording, commands: &mut Commands) {
    let comparison = &state.comparison;
    let place = comparison.place_of_signal(&opened.sha256);
    if place.is_some() || comparison.is_full() {
        let count = comparison.ecgs.len();
        show_button(ui, &texts::show(count), count, commands);
        return;
    }
    let compare = ui
        .button(texts::COMPARE)
        .accessible_name(texts::COMPARE_OPEN_NAME)
        .on_hover_text(texts::COMPARE_OPEN_HOVER);
    if compare.clicked() {
        commands.send(Command::Compare(CompareCommand::AddOpen));
    }
}

/// How many are compared, and the way to them.
pub fn way(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let count = state.comparison.ecgs.len();
    if count > 0 {
        show_button(ui, &texts::side_by_side(count), count, commands);
    }
}

fn show_button(ui: &mut Ui, text: &str, count: usize, commands: &mut Commands) {
    let name = texts::show_name(count, Comparison::MOST);
    let button = ui
        .button(text)
        .accessible_name(name)
        .on_hover_text(texts::SHOW_HOVER);
    if button.clicked() {
        commands.send(Command::Compare(CompareCommand::Show(true)));
    }
}
