//! The place of a training ECG that is not there: it says so, and nothing else
//! is ever shown in its stead.

use eframe::egui::{Frame, Stroke, Ui, Vec2};

use super::command::{Command, Commands, Overlay};
use super::texts::training_ecg as texts;
use super::tokens::{Tokens, space};
use super::widgets::{heading, secondary, sentence, small};

/// It is being read.
pub fn waiting(ui: &mut Ui, size: Vec2) {
    place(ui, size, |ui| {
        ui.horizontal(|ui| {
            ui.spinner();
            secondary(ui, texts::READING);
        });
    });
}

/// It cannot be shown, for this reason.
pub fn missing(ui: &mut Ui, size: Vec2, why: &str, commands: &mut Commands) {
    not_there(ui, size, (texts::NOT_HERE, why), commands);
}

/// An ECG of the data set cannot be shown: what and why.
pub fn not_there(ui: &mut Ui, size: Vec2, (what, why): (&str, &str), commands: &mut Commands) {
    place(ui, size, |ui| {
        heading(ui, what);
        small(ui, sentence(why));
        ui.add_space(space::XS);
        if ui.button(texts::NAME_FOLDER).clicked() {
            commands.send(Command::Toggle(Overlay::Settings));
        }
    });
}

fn place(ui: &mut Ui, size: Vec2, contents: impl FnOnce(&mut Ui)) {
    let tokens = Tokens::of(ui);
    let frame = Frame::new()
        .fill(tokens.sunken)
        .stroke(Stroke::new(1.0, tokens.outline))
        .inner_margin(space::L as i8);
    frame.show(ui, |ui| {
        let inner = size - Vec2::splat(2.0 * space::L + 2.0);
        ui.set_min_size(inner);
        ui.set_max_size(inner);
        contents(ui);
    });
}
