//! Who rates? Nothing is shown before that is known.

use eframe::egui::{Align, Align2, Layout, TextEdit, Ui, vec2};

use crate::app::command::{Commands, Place, ReviewCommand};
use crate::app::state::{Fields, ModelState, State};
use crate::app::texts::review::{self as shared, start as texts};
use crate::app::tokens::space;
use crate::app::widgets::{
    card, primary_button, problem_ui, secondary, section, small, title, weak,
};

const WIDTH: f32 = 520.0;

pub fn ui(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    ui.add_space((ui.available_height() * 0.12).min(90.0));
    ui.with_layout(Layout::top_down(Align::Center), |ui| {
        ui.allocate_ui_with_layout(vec2(WIDTH, 0.0), Layout::top_down(Align::Min), |ui| {
            problem_ui(ui, state, Place::Review, commands);
            problem_ui(ui, state, Place::Model, commands);
            card(ui, |ui| {
                ui.set_width(WIDTH - 2.0 * space::M);
                form(ui, state, fields, commands);
            });
        });
    });
}

fn form(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    let no_study = state.review.found.is_empty();
    title(
        ui,
        if no_study {
            texts::RATE_MODEL
        } else {
            texts::TAKE_PART
        },
    );
    match state.model.bundle() {
        Some(model) => {
            let manifest = &model.manifest;
            let count = manifest.prototypes.len();
            secondary(ui, texts::prototypes(&manifest.title, count));
            if manifest.simulated {
                small(ui, texts::SIMULATED);
            }
        }
        None if state.model.is_busy() => {
            ui.horizontal(|ui| {
                ui.spinner();
                secondary(ui, texts::CHECKING);
            });
        }
        None => {
            let text = match state.model {
                ModelState::Failed(_) => texts::MODEL_FAILED,
                _ => texts::NO_MODEL,
            };
            secondary(ui, text);
        }
    }
    studies(ui, state, commands);
    ui.add_space(space::S);
    section(ui, texts::YOUR_CODE);
    codes(ui, state, fields);
    ui.horizontal(|ui| {
        let edit = TextEdit::singleline(&mut fields.rater)
            .hint_text(texts::CODE_HINT)
            .desired_width(180.0)
            .char_limit(16)
            .min_size(vec2(0.0, space::CONTROL))
            .align(Align2::LEFT_CENTER);
        let response = ui.add(edit).accessible_name(texts::CODE_NAME);
        if std::mem::take(&mut fields.focus_rater) {
            response.request_focus();
        }
        let is_given = !fields.rater.trim().is_empty();
        let entered =
            response.lost_focus() && ui.input(|input| input.key_pressed(eframe::egui::Key::Enter));
        let start = primary_button(ui, texts::START, is_given && !state.review.starting);
        if is_given && (entered || start.clicked()) {
            commands.review(ReviewCommand::Start(fields.rater.clone()));
        }
        if state.review.starting {
            ui.spinner();
        }
    });
    weak(ui, texts::WHAT_A_CODE_IS);
}

/// Which study, where there is a choice.
fn studies(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let review = &state.review;
    if review.found.is_empty() {
        return;
    }
    ui.add_space(space::S);
    section(ui, texts::STUDY);
    for study in &review.found {
        let chosen = review.chosen.as_ref() == Some(&study.database);
        let text = format!("{} ({})", study.title, study.what);
        if ui.radio(chosen, text).clicked() && !chosen {
            commands.review(ReviewCommand::ChooseStudy(Some(study.database.clone())));
        }
    }
    if ui
        .radio(review.chosen.is_none(), texts::WITHOUT_PROTOCOL)
        .clicked()
    {
        commands.review(ReviewCommand::ChooseStudy(None));
    }
}

/// The codes of the protocol, to click instead of typing.
fn codes(ui: &mut Ui, state: &State, fields: &mut Fields) {
    let review = &state.review;
    let chosen = review
        .found
        .iter()
        .find(|study| review.chosen.as_ref() == Some(&study.database));
    let Some(study) = chosen.filter(|study| !study.raters.is_empty()) else {
        return;
    };
    ui.horizontal_wrapped(|ui| {
        for rater in &study.raters {
            let selected = fields.rater.trim() == rater.as_str();
            let button = ui.add(eframe::egui::Button::new(rater.as_str()).selected(selected));
            if button
                .accessible_name(shared::rater(rater.as_str()))
                .clicked()
            {
                rater.as_str().clone_into(&mut fields.rater);
            }
        }
    });
}
