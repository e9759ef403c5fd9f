//! A field for a path with what goes beside it.

use eframe::egui::{self, Key, Response, TextEdit, Ui, vec2};

use crate::app::tokens::space;

/// What happened in a [`path_field`].
pub struct PathField {
    pub response: Response,
    /// Enter was pressed with something in the field.
    pub entered: bool,
}

/// A one-line field for a path; `name` is its accessible name.
pub fn path_field(ui: &mut Ui, text: &mut String, name: &str, hint: &str, width: f32) -> PathField {
    let edit = TextEdit::singleline(text)
        .hint_text(hint)
        .desired_width(width)
        .min_size(vec2(0.0, space::CONTROL))
        .vertical_align(egui::Align::Center);
    let response = ui.add(edit).accessible_name(name);
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) && !text.trim().is_empty();
    PathField { response, entered }
}
