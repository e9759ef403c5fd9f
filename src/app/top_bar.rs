//! The bar at the top: the screens, the model, settings and help.

use eframe::egui::{
    Align, Align2, Button, CornerRadius, Frame, Layout, Margin, Panel, Rect, RichText, Role, Sense,
    Stroke, Ui, WidgetInfo, pos2, vec2,
};

use super::command::{Command, Commands, Overlay, Screen};
use super::state::{ModelState, State};
use super::texts::{application::PROGRAM, settings, top_bar as texts};
use super::theme::{regular, strong};
use super::tokens::{Tokens, radius, space, type_size};
use super::widgets::{badge, icon_button};

pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let tokens = Tokens::of(ui);
    let frame = Frame::new()
        .fill(tokens.surface)
        .inner_margin(Margin::symmetric(space::M as i8, 0));
    Panel::top("top-bar")
        .exact_size(space::BAR)
        .frame(frame)
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                brand(ui);
                ui.add_space(space::M);
                for screen in Screen::ALL {
                    if tab(ui, screen, state.screen == screen) {
                        commands.send(Command::Show(screen));
                    }
                }
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if icon_button(ui, "?", texts::HELP).clicked() {
                        commands.send(Command::Toggle(Overlay::Help));
                    }
                    if ui
                        .add(Button::new(settings::TITLE).frame_when_inactive(false))
                        .clicked()
                    {
                        commands.send(Command::Toggle(Overlay::Settings));
                    }
                    model(ui, state, commands);
                    if state.model.is_demonstration() {
                        badge(ui, tokens.demonstration, texts::DEMONSTRATION);
                    }
                });
            });
        });
    if state.notice {
        notice(ui, commands);
    }
}

/// The name with a few millimetres of ECG.
fn brand(ui: &mut Ui) {
    let tokens = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(28.0, 22.0), Sense::hover());
    ui.painter()
        .rect_filled(rect, CornerRadius::same(radius::CONTROL), tokens.accent);
    let at = |x: f32, y: f32| {
        pos2(
            rect.left() + x * rect.width(),
            rect.center().y - y * rect.height(),
        )
    };
    let beat = [
        (0.12, 0.0),
        (0.26, 0.0),
        (0.32, 0.1),
        (0.38, 0.0),
        (0.44, -0.08),
        (0.51, 0.36),
        (0.58, -0.22),
        (0.63, 0.0),
        (0.72, 0.0),
        (0.78, 0.12),
        (0.85, 0.0),
        (0.9, 0.0),
    ];
    let points = beat.iter().map(|&(x, y)| at(x, y)).collect();
    ui.painter()
        .line(points, Stroke::new(1.4, tokens.accent_text));
    ui.label(
        RichText::new(PROGRAM)
            .font(strong(type_size::TITLE))
            .color(tokens.text),
    );
}

/// One of the screens; the chosen one is underlined.
fn tab(ui: &mut Ui, screen: Screen, is_current: bool) -> bool {
    let tokens = Tokens::of(ui);
    let font = if is_current {
        strong(type_size::HEADING)
    } else {
        regular(type_size::HEADING)
    };
    let width = ui
        .painter()
        .layout_no_wrap(
            screen.name().to_owned(),
            strong(type_size::HEADING),
            tokens.text,
        )
        .size()
        .x;
    let (rect, response) = ui.allocate_exact_size(vec2(width + 24.0, space::BAR), Sense::click());
    response.widget_info(|| {
        WidgetInfo::selected(Role::Tab, ui.is_enabled(), is_current, screen.name())
    });
    let colour = if is_current || response.hovered() {
        tokens.text
    } else {
        tokens.text_secondary
    };
    ui.painter().text(
        rect.center(),
        Align2::CENTER_CENTER,
        screen.name(),
        font,
        colour,
    );
    if is_current {
        let line = Rect::from_min_max(
            pos2(rect.left() + 8.0, rect.bottom() - 3.0),
            rect.right_bottom() - vec2(8.0, 0.0),
        );
        ui.painter()
            .rect_filled(line, CornerRadius::same(1), tokens.accent_ink);
    }
    if response.has_focus() {
        let focus = rect.shrink2(vec2(4.0, 8.0));
        ui.painter().rect_stroke(
            focus,
            4.0,
            Stroke::new(1.5, tokens.accent_ink),
            eframe::egui::StrokeKind::Inside,
        );
    }
    response.clicked()
}

/// The model and what it is doing; opens its card.
fn model(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let tokens = Tokens::of(ui);
    let (text, busy) = match &state.model {
        ModelState::None => (texts::NO_MODEL.to_owned(), false),
        ModelState::Failed(_) => (texts::NOT_LOADED.to_owned(), false),
        ModelState::Opening(_) => (texts::CHECKING.to_owned(), true),
        ModelState::Loading(model) => (texts::loading(&model.manifest.title), true),
        ModelState::Ready { model, .. } => (model.manifest.title.clone(), false),
    };
    let colour = match state.model {
        ModelState::None | ModelState::Failed(_) => tokens.error.text,
        _ => tokens.text_secondary,
    };
    let label = RichText::new(text.clone())
        .font(regular(type_size::BODY))
        .color(colour);
    let response = ui.add(Button::new(label).frame_when_inactive(false));
    let response = response.accessible_name(texts::model(&text));
    if response.clicked() {
        let overlay = if state.model.bundle().is_some() {
            Overlay::Model
        } else {
            Overlay::Settings
        };
        commands.send(Command::Toggle(overlay));
    }
    if busy {
        ui.spinner();
    }
}

/// Said at every start, until it is read.
fn notice(ui: &mut Ui, commands: &mut Commands) {
    let tone = Tokens::of(ui).caution;
    let frame = Frame::new()
        .fill(tone.fill)
        .inner_margin(Margin::symmetric(space::M as i8, 3));
    Panel::top("notice")
        .exact_size(36.0)
        .frame(frame)
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                let not_medical = RichText::new(texts::NOT_MEDICAL).font(strong(type_size::BODY));
                ui.label(not_medical.color(tone.text));
                ui.label(RichText::new(texts::FOR_RESEARCH).color(tone.text));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if ui.button(texts::UNDERSTOOD).clicked() {
                        commands.send(Command::DismissNotice);
                    }
                });
            });
        });
}
