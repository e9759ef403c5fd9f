//! Text in the sizes and colours of the tokens.

use eframe::egui::{Label, Response, RichText, Ui};

use crate::app::theme::{regular, strong};
use crate::app::tokens::{Tokens, type_size};

/// The name of what is on the screen.
pub fn title(ui: &mut Ui, text: impl Into<String>) -> Response {
    let tokens = Tokens::of(ui);
    ui.label(
        RichText::new(text)
            .font(strong(type_size::TITLE))
            .color(tokens.text),
    )
}

/// Over a part of a screen.
pub fn heading(ui: &mut Ui, text: impl Into<String>) -> Response {
    let tokens = Tokens::of(ui);
    ui.label(
        RichText::new(text)
            .font(strong(type_size::HEADING))
            .color(tokens.text),
    )
}

pub fn body(ui: &mut Ui, text: impl Into<String>) -> Response {
    let tokens = Tokens::of(ui);
    ui.label(
        RichText::new(text)
            .font(regular(type_size::BODY))
            .color(tokens.text),
    )
}

/// Explains; not read first.
pub fn secondary(ui: &mut Ui, text: impl Into<String>) -> Response {
    let tokens = Tokens::of(ui);
    ui.label(
        RichText::new(text)
            .font(regular(type_size::BODY))
            .color(tokens.text_secondary),
    )
}

pub fn small(ui: &mut Ui, text: impl Into<String>) -> Response {
    let tokens = Tokens::of(ui);
    ui.label(
        RichText::new(text)
            .font(regular(type_size::SMALL))
            .color(tokens.text_secondary),
    )
}

/// The quietest text that there is.
pub fn weak(ui: &mut Ui, text: impl Into<String>) -> Response {
    let text = weak_text(ui, text);
    ui.label(text)
}

/// As [`weak`], kept on one line; where it is cut, all of it shows on hovering.
pub fn weak_line(ui: &mut Ui, text: impl Into<String>) -> Response {
    let text = weak_text(ui, text);
    ui.add(Label::new(text).truncate())
}

fn weak_text(ui: &Ui, text: impl Into<String>) -> RichText {
    RichText::new(text)
        .font(regular(type_size::SMALL))
        .color(Tokens::of(ui).text_weak)
}

/// A number with its name above it.
pub fn figure(ui: &mut Ui, name: &str, value: &str) -> Response {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        weak(ui, name);
        title(ui, value);
    })
    .response
}

/// A message of another room as a sentence: with a capital and a full stop.
pub fn sentence(message: &str) -> String {
    let mut letters = message.trim().chars();
    let mut text: String = letters
        .next()
        .map(|first| first.to_uppercase().collect())
        .unwrap_or_default();
    text.push_str(letters.as_str());
    if !text.is_empty() && !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_become_sentences() {
        assert_eq!(sentence("lead V2 is flat"), "Lead V2 is flat.");
        assert_eq!(sentence("Done."), "Done.");
        assert_eq!(sentence(""), "");
    }
}
