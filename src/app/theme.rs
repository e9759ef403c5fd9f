//! Fonts and egui's own style from the [tokens](super::tokens).

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui::{
    self, Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin,
    Shadow, Stroke, Style, TextStyle, Theme, ThemePreference, Visuals, vec2,
};

use super::command::ThemeChoice;
use super::tokens::{self, Tokens, radius, space, type_size};
use crate::sheet;

/// The family of headings, lead names and numbers that matter.
pub fn strong_family() -> FontFamily {
    FontFamily::Name(sheet::STRONG_FAMILY.into())
}

/// Strong text of a size in points.
pub fn strong(size: f32) -> FontId {
    FontId::new(size, strong_family())
}

/// Regular text of a size in points.
pub fn regular(size: f32) -> FontId {
    FontId::proportional(size)
}

/// Sets Inter and the default theme.
pub fn install(ctx: &Context) {
    ctx.set_fonts(fonts());
    choose(ctx, ThemeChoice::default());
    // Ctrl + plus belongs to the sheet; the text size is the desktop's.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
}

/// Takes a theme. egui knows two: the high contrast one is a dark one to it.
pub fn choose(ctx: &Context, choice: ThemeChoice) {
    let (preference, dark) = match choice {
        ThemeChoice::Light => (ThemePreference::Light, &tokens::DARK),
        ThemeChoice::Dark => (ThemePreference::Dark, &tokens::DARK),
        ThemeChoice::HighContrast => (ThemePreference::Dark, &tokens::CONTRAST),
        ThemeChoice::System => (ThemePreference::System, &tokens::DARK),
    };
    ctx.set_style_of(Theme::Light, style(&tokens::LIGHT));
    ctx.set_style_of(Theme::Dark, style(dark));
    ctx.set_theme(preference);
}

/// Inter first; egui's own fonts behind it have the arrows and signs it lacks.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    for (name, bytes) in [
        ("Inter", sheet::INTER_REGULAR),
        (sheet::STRONG_FAMILY, sheet::INTER_SEMI_BOLD),
    ] {
        fonts
            .font_data
            .insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let fallback = fonts
        .families
        .get(&FontFamily::Proportional)
        .cloned()
        .unwrap_or_default();
    let with_fallback = |first: &str| -> Vec<String> {
        std::iter::once(first.to_owned())
            .chain(fallback.clone())
            .collect()
    };
    fonts
        .families
        .insert(FontFamily::Proportional, with_fallback("Inter"));
    fonts
        .families
        .insert(strong_family(), with_fallback(sheet::STRONG_FAMILY));
    fonts
}

fn style(tokens: &Tokens) -> Style {
    let mut style = Style {
        text_styles: text_styles(),
        visuals: visuals(tokens),
        animation_time: 0.0,
        ..Style::default()
    };
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(space::S, space::S);
    spacing.button_padding = vec2(space::M, space::XS);
    spacing.interact_size = vec2(space::CONTROL, space::CONTROL);
    spacing.icon_width = 16.0;
    spacing.icon_width_inner = 8.0;
    spacing.menu_margin = Margin::same(6);
    spacing.window_margin = Margin::same(space::L as i8);
    spacing.tooltip_width = 360.0;
    spacing.scroll = egui::style::ScrollStyle::thin();
    style.interaction.tooltip_delay = 0.4;
    style.interaction.selectable_labels = false;
    style.url_in_tooltip = true;
    style
}

fn text_styles() -> BTreeMap<TextStyle, FontId> {
    [
        (TextStyle::Heading, strong(type_size::HEADING)),
        (TextStyle::Body, regular(type_size::BODY)),
        (TextStyle::Button, regular(type_size::BODY)),
        (TextStyle::Small, regular(type_size::SMALL)),
        (TextStyle::Monospace, FontId::monospace(type_size::BODY)),
    ]
    .into()
}

fn visuals(tokens: &Tokens) -> Visuals {
    let mut visuals = if tokens.dark {
        Visuals::dark()
    } else {
        Visuals::light()
    };
    let corner_radius = CornerRadius::same(radius::CONTROL);

    visuals.weak_text_color = Some(tokens.text_weak);
    visuals.hyperlink_color = tokens.accent_ink;
    visuals.faint_bg_color = tokens.sunken;
    visuals.extreme_bg_color = tokens.field;
    visuals.text_edit_bg_color = Some(tokens.field);
    visuals.code_bg_color = tokens.sunken;
    visuals.warn_fg_color = tokens.caution.text;
    visuals.error_fg_color = tokens.error.text;
    visuals.panel_fill = tokens.background;
    visuals.window_fill = tokens.raised;
    visuals.window_stroke = Stroke::new(1.0, tokens.outline_strong);
    visuals.window_corner_radius = CornerRadius::same(radius::CARD);
    visuals.menu_corner_radius = CornerRadius::same(radius::CARD);
    let shadow = Shadow {
        offset: [0, 6],
        blur: 20,
        spread: 0,
        color: tokens.shadow,
    };
    visuals.window_shadow = shadow;
    visuals.popup_shadow = shadow;
    visuals.selection.bg_fill = tokens.selected;
    visuals.selection.stroke = Stroke::new(1.0, tokens.accent_ink);
    visuals.text_cursor.blink = false;
    visuals.slider_trailing_fill = true;
    visuals.interact_cursor = None;

    let widgets = &mut visuals.widgets;
    widgets.noninteractive.bg_fill = tokens.surface;
    widgets.noninteractive.weak_bg_fill = tokens.surface;
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, tokens.outline);
    widgets.noninteractive.fg_stroke = Stroke::new(1.0, tokens.text);
    widgets.noninteractive.corner_radius = corner_radius;
    let states: [(&mut egui::style::WidgetVisuals, Color32, Color32, f32); 4] = [
        (
            &mut widgets.inactive,
            tokens.surface,
            tokens.outline_strong,
            1.0,
        ),
        (
            &mut widgets.hovered,
            tokens.hover,
            tokens.outline_strong,
            1.0,
        ),
        (&mut widgets.active, tokens.pressed, tokens.accent_ink, 1.5),
        (&mut widgets.open, tokens.hover, tokens.outline_strong, 1.0),
    ];
    for (state, fill, outline, width) in states {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = Stroke::new(width, outline);
        state.fg_stroke = Stroke::new(1.0, tokens.text);
        state.corner_radius = corner_radius;
        state.expansion = 0.0;
    }
    visuals
}
