//! Design tokens: every colour, type size and distance of the window.
//!
//! Screens name what they mean (`tokens.positive`), never a colour; clippy.toml
//! forbids making one elsewhere. Text colours have a contrast of at least 4.5
//! to 1, in the high contrast theme 7 to 1, on every background they are used on
//! (a test computes it).

#![expect(
    clippy::disallowed_methods,
    reason = "this is the one file of the window that makes colours"
)]

use eframe::egui::{Color32, Style, Ui};

use crate::sheet::Palette;

/// Sizes of type in points.
pub mod type_size {
    pub const TITLE: f32 = 17.0;
    pub const HEADING: f32 = 14.5;
    pub const BODY: f32 = 13.0;
    pub const SMALL: f32 = 11.5;
}

/// Distances in points, steps of four.
pub mod space {
    pub const XS: f32 = 4.0;
    pub const S: f32 = 8.0;
    pub const M: f32 = 12.0;
    pub const L: f32 = 16.0;
    pub const XL: f32 = 24.0;
    pub const XXL: f32 = 40.0;
    /// Height of a row in a table.
    pub const ROW: f32 = 24.0;
    /// Height of a button or field.
    pub const CONTROL: f32 = 28.0;
    /// Height of the top bar.
    pub const BAR: f32 = 46.0;
}

/// Corner radii in points.
pub mod radius {
    pub const SMALL: u8 = 4;
    pub const CONTROL: u8 = 6;
    pub const CARD: u8 = 8;
}

/// A colour for text and outline, with the tint that goes behind it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tone {
    pub text: Color32,
    pub fill: Color32,
    pub outline: Color32,
}

/// The colours of one theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tokens {
    pub dark: bool,
    /// Behind everything.
    pub background: Color32,
    /// Cards and bars.
    pub surface: Color32,
    /// Headers of tables, wells.
    pub sunken: Color32,
    /// Menus, dialogs.
    pub raised: Color32,
    pub outline: Color32,
    pub outline_strong: Color32,
    pub text: Color32,
    pub text_secondary: Color32,
    pub text_weak: Color32,
    pub accent: Color32,
    pub accent_hover: Color32,
    pub accent_text: Color32,
    /// Text and lines in the accent colour on a surface.
    pub accent_ink: Color32,
    pub hover: Color32,
    pub pressed: Color32,
    pub selected: Color32,
    pub selected_outline: Color32,
    pub field: Color32,
    pub shadow: Color32,
    /// Behind a dialog.
    pub scrim: Color32,
    /// A statement at or above its threshold.
    pub positive: Tone,
    /// A statement below its threshold.
    pub negative: Tone,
    pub caution: Tone,
    pub error: Tone,
    pub good: Tone,
    /// Simulated signals.
    pub demonstration: Tone,
    /// Bars of the two criteria of a rating, and of a contribution's two signs.
    pub series_first: Color32,
    pub series_second: Color32,
    /// Calipers over a sheet: neither the grid's red nor the marks' blue.
    pub caliper: Color32,
    /// An ECG, and charts drawn like one.
    pub sheet: Palette,
}

impl Tokens {
    /// The tokens of the theme that `ui` is drawn in.
    pub fn of(ui: &Ui) -> &'static Self {
        Self::of_style(ui.style())
    }

    /// The tokens that a style was made from: it has their background, and each
    /// theme has its own.
    pub fn of_style(style: &Style) -> &'static Self {
        [&DARK, &CONTRAST]
            .into_iter()
            .find(|tokens| tokens.background == style.visuals.panel_fill)
            .unwrap_or(&LIGHT)
    }
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const fn tone(text: u32, fill: u32, outline: u32) -> Tone {
    Tone {
        text: rgb(text),
        fill: rgb(fill),
        outline: rgb(outline),
    }
}

/// Cool greys with the blue of a surgical drape; the warm paper is the only
/// large warm surface, so that the ECG is what one sees.
pub const LIGHT: Tokens = Tokens {
    dark: false,
    background: rgb(0xeef1f4),
    surface: rgb(0xffffff),
    sunken: rgb(0xf4f6f8),
    raised: rgb(0xffffff),
    outline: rgb(0xdde2e8),
    outline_strong: rgb(0xc3cbd4),
    text: rgb(0x17212b),
    text_secondary: rgb(0x465462),
    text_weak: rgb(0x5d6b79),
    accent: rgb(0x17617f),
    accent_hover: rgb(0x1f7396),
    accent_text: rgb(0xffffff),
    accent_ink: rgb(0x145a77),
    hover: rgb(0xe9eef2),
    pressed: rgb(0xdbe3ea),
    selected: rgb(0xdcecf3),
    selected_outline: rgb(0x5a9cb8),
    field: rgb(0xffffff),
    shadow: Color32::from_black_alpha(28),
    scrim: Color32::from_black_alpha(90),
    positive: tone(0x8a3b0c, 0xfdeadb, 0xeebd97),
    negative: tone(0x4c5a68, 0xeff2f5, 0xd3dae1),
    caution: tone(0x7a5200, 0xfff5da, 0xe8cf8b),
    error: tone(0xa3231b, 0xfdebe9, 0xefb9b4),
    good: tone(0x1c6b3f, 0xe4f5ea, 0xa9d8bb),
    demonstration: tone(0x5b3a9e, 0xf0eafb, 0xcdbdee),
    series_first: rgb(0x2f83a6),
    series_second: rgb(0xc47a35),
    caliper: rgb(0x6f2c9c),
    sheet: Palette::LIGHT,
};

pub const DARK: Tokens = Tokens {
    dark: true,
    background: rgb(0x12171c),
    surface: rgb(0x1a2128),
    sunken: rgb(0x151b21),
    raised: rgb(0x212a33),
    outline: rgb(0x2c3641),
    outline_strong: rgb(0x435160),
    text: rgb(0xe6ebf0),
    text_secondary: rgb(0xb3bfcb),
    text_weak: rgb(0x98a6b4),
    accent: rgb(0x2b7fa1),
    accent_hover: rgb(0x3489ac),
    accent_text: rgb(0xffffff),
    accent_ink: rgb(0x74c1df),
    hover: rgb(0x242e38),
    pressed: rgb(0x2d3945),
    selected: rgb(0x1e3c4b),
    selected_outline: rgb(0x4390b0),
    field: rgb(0x12181e),
    shadow: Color32::from_black_alpha(110),
    scrim: Color32::from_black_alpha(150),
    positive: tone(0xffb684, 0x43291a, 0x7a4a2a),
    negative: tone(0xa9b6c3, 0x252e37, 0x3a4653),
    caution: tone(0xf0cd78, 0x3a3119, 0x6b5a2a),
    error: tone(0xff9d94, 0x452321, 0x7f413c),
    good: tone(0x86d8a6, 0x1b3a29, 0x336a4b),
    demonstration: tone(0xc9b4f5, 0x332a4c, 0x5b4a8a),
    series_first: rgb(0x4aa3c7),
    series_second: rgb(0xd9934f),
    caliper: rgb(0xdcb0ff),
    sheet: Palette::DARK,
};

/// White on black with yellow for what is chosen or can be pressed; outlines
/// are as bright as text, and no text is greyer than 7 to 1.
pub const CONTRAST: Tokens = Tokens {
    dark: true,
    background: rgb(0x000000),
    surface: rgb(0x0a0a0a),
    sunken: rgb(0x000000),
    raised: rgb(0x101010),
    outline: rgb(0x8f8f8f),
    outline_strong: rgb(0xffffff),
    text: rgb(0xffffff),
    text_secondary: rgb(0xf0f0f0),
    text_weak: rgb(0xdcdcdc),
    accent: rgb(0xffe14a),
    accent_hover: rgb(0xfff0a0),
    accent_text: rgb(0x000000),
    accent_ink: rgb(0xffe14a),
    hover: rgb(0x2a2a2a),
    pressed: rgb(0x3a3a3a),
    selected: rgb(0x16324a),
    selected_outline: rgb(0xffe14a),
    field: rgb(0x000000),
    shadow: Color32::from_black_alpha(0),
    scrim: Color32::from_black_alpha(190),
    positive: tone(0xffc48f, 0x2e1500, 0xffc48f),
    negative: tone(0xe6e6e6, 0x1c1c1c, 0xb4b4b4),
    caution: tone(0xffe14a, 0x2b2400, 0xffe14a),
    error: tone(0xffb3ab, 0x3a0a06, 0xffb3ab),
    good: tone(0x8dffb0, 0x002b10, 0x8dffb0),
    demonstration: tone(0xe0ccff, 0x21103f, 0xe0ccff),
    series_first: rgb(0x5cc8ff),
    series_second: rgb(0xffb057),
    caliper: rgb(0xe9b3ff),
    sheet: Palette::CONTRAST,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::{Ink, Rgba};

    /// WCAG 2.2 relative luminance.
    fn luminance(colour: Color32) -> f64 {
        let channel = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(colour.r()) + 0.7152 * channel(colour.g()) + 0.0722 * channel(colour.b())
    }

    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn a_theme_is_known_by_its_background() {
        for tokens in [LIGHT, DARK, CONTRAST] {
            let mut style = Style::default();
            style.visuals.panel_fill = tokens.background;
            assert_eq!(*Tokens::of_style(&style), tokens);
        }
    }

    /// WCAG 2.2, 1.4.11: what bounds a control is a graphical object.
    #[test]
    fn controls_are_outlined_in_high_contrast() {
        for surface in [CONTRAST.background, CONTRAST.surface, CONTRAST.raised] {
            for outline in [CONTRAST.outline, CONTRAST.outline_strong] {
                assert!(contrast(outline, surface) >= 3.0, "{outline:?}");
            }
        }
    }

    #[test]
    fn text_can_be_read_on_every_background_it_is_used_on() {
        for (tokens, least) in [(LIGHT, 4.5), (DARK, 4.5), (CONTRAST, 7.0)] {
            let surfaces = [
                tokens.background,
                tokens.surface,
                tokens.sunken,
                tokens.raised,
                tokens.hover,
                tokens.selected,
            ];
            for surface in surfaces {
                for text in [
                    tokens.text,
                    tokens.text_secondary,
                    tokens.text_weak,
                    tokens.accent_ink,
                ] {
                    let ratio = contrast(text, surface);
                    assert!(ratio >= least, "{text:?} on {surface:?}: {ratio:.2}");
                }
            }
            for tone in [
                tokens.positive,
                tokens.negative,
                tokens.caution,
                tokens.error,
                tokens.good,
                tokens.demonstration,
            ] {
                let ratio = contrast(tone.text, tone.fill);
                assert!(ratio >= least, "{tone:?}: {ratio:.2}");
            }
            for fill in [tokens.accent, tokens.accent_hover] {
                let ratio = contrast(tokens.accent_text, fill);
                assert!(ratio >= 3.9, "accent {fill:?}: {ratio:.2}");
            }
        }
    }

    fn over(above: Rgba, below: Rgba) -> Rgba {
        let share = f64::from(above.alpha) / 255.0;
        let mixed = |a: u8, b: u8| (f64::from(a) * share + f64::from(b) * (1.0 - share)) as u8;
        Rgba {
            red: mixed(above.red, below.red),
            green: mixed(above.green, below.green),
            blue: mixed(above.blue, below.blue),
            alpha: 255,
        }
    }

    /// Windows are three steps long and one apart, so that three lie over each
    /// other at most; under them the part that the similarity hangs on most.
    #[test]
    fn what_is_marked_is_seen_and_the_trace_on_it_can_be_read() {
        let opaque = |colour: Rgba| Color32::from_rgb(colour.red, colour.green, colour.blue);
        for palette in [LIGHT.sheet, DARK.sheet, CONTRAST.sheet, Palette::PRINT] {
            let tint = |level: u8| over(palette.colour(Ink::Heat(level)), palette.paper);
            let strongest = tint(Ink::HEAT_LEVELS);
            let marked = (0..3).fold(strongest, |below, _| over(palette.mark_fill, below));
            for ink in [palette.trace, palette.mark_text, palette.label] {
                let ratio = contrast(opaque(ink), opaque(marked));
                assert!(ratio >= 4.5, "{ink:?} on {marked:?}: {ratio:.2}");
            }
            let one = over(palette.mark_fill, palette.paper);
            for (seen, least) in [
                (strongest, 2.5),
                (tint(Ink::HEAT_LEVELS / 2), 1.4),
                (one, 1.1),
            ] {
                let ratio = contrast(opaque(seen), opaque(palette.paper));
                assert!(
                    ratio >= least,
                    "{seen:?} on {:?}: {ratio:.2}",
                    palette.paper
                );
            }
        }
    }
}
