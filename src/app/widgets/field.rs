//! A field for a path with what goes beside it.

use eframe::egui::{Align2, Key, TextEdit, Ui, vec2};

use crate::app::tokens::space;

/// A one-line field for a path; `name` is its accessible name. True when Enter
/// was pressed with something in it.
pub fn path_field(ui: &mut Ui, text: &mut String, name: &str, hint: &str, width: f32) -> bool {
    focused_path_field(ui, text, name, hint, width, false)
}

/// The same; with `focus` it takes the keyboard.
pub fn focused_path_field(
    ui: &mut Ui,
    text: &mut String,
    name: &str,
    hint: &str,
    width: f32,
    focus: bool,
) -> bool {
    let edit = TextEdit::singleline(text)
        // Not by its place: what appears above it while somebody types must
        // not take the keyboard away.
        .id_salt(name)
        .hint_text(hint)
        .desired_width(width)
        .min_size(vec2(0.0, space::CONTROL))
        .align(Align2::LEFT_CENTER);
    let response = ui.add(edit).accessible_name(name);
    if focus {
        response.request_focus();
    }
    response.lost_focus()
        && ui.input(|input| input.key_pressed(Key::Enter))
        && !text.trim().is_empty()
}
