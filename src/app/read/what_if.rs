//! What if: a lead or a span masked, the amplitude scaled, a prototype switched
//! off. Everything on the screen then is of the changed ECG or model, and says
//! so; one press takes all of it back.

use eframe::egui::{Button, DragValue, RichText, ScrollArea, Slider, Ui};

use crate::app::command::{Command, Commands};
use crate::app::state::{Fields, State};
use crate::app::texts::{columns, read::what_if as texts};
use crate::app::theme::{regular, strong};
use crate::app::tokens::{Tokens, space, type_size};
use crate::app::widgets::{banner, ghost_button, icon_button, section, weak};
use crate::explain::{ClassExplanation, Extent, Span};
use crate::inference::Changes;

/// Amplitudes to try: a quarter to four times.
const SCALES: std::ops::RangeInclusive<f64> = 0.25..=4.0;

pub fn ui(
    ui: &mut Ui,
    state: &State,
    explanation: &ClassExplanation,
    fields: &mut Fields,
    commands: &mut Commands,
) {
    let Some(model) = state.model.bundle() else {
        return;
    };
    let preprocessing = &model.manifest.preprocessing;
    let mut changes = state.reading.changes.clone();
    ui.spacing_mut().item_spacing.y = 5.0;
    ScrollArea::vertical()
        .id_salt("what-if")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            section(ui, texts::LEADS_HEADING);
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = 3.0;
                ui.spacing_mut().button_padding.x = 5.0;
                for &lead in &preprocessing.leads {
                    let masked = changes.masked_leads.contains(&lead);
                    let text = RichText::new(lead.name()).font(regular(type_size::SMALL));
                    let button = ui
                        .add(Button::selectable(masked, text).frame_when_inactive(true))
                        .accessible_name(texts::mask_lead(lead.name()));
                    if button.clicked() {
                        changes.toggle_lead(lead);
                    }
                }
            });
            section(ui, texts::SECONDS_HEADING);
            spans(ui, state, &mut changes, preprocessing.duration_s(), fields);
            section(ui, texts::AMPLITUDE);
            ui.horizontal(|ui| {
                let slider = Slider::new(&mut changes.amplitude_scale, SCALES)
                    .logarithmic(true)
                    .fixed_decimals(2)
                    .prefix("× ");
                ui.add(slider).accessible_name(texts::AMPLITUDE_TIMES);
                if preprocessing.standardise != crate::bundle::Standardise::None {
                    weak(ui, texts::NO_EFFECT);
                }
            });
            if explanation.ledger.is_some() {
                section(ui, texts::PROTOTYPES_HEADING);
                prototypes(ui, state, &mut changes);
            }
        });
    if changes != state.reading.changes {
        commands.send(Command::WhatIf(changes));
    }
}

fn spans(ui: &mut Ui, state: &State, changes: &mut Changes, duration_s: f64, fields: &mut Fields) {
    ui.horizontal(|ui| {
        let (from, to) = &mut fields.mask_span_s;
        ui.add(second(from, duration_s))
            .accessible_name(texts::MASK_FROM);
        weak(ui, texts::TO);
        ui.add(second(to, duration_s))
            .accessible_name(texts::MASK_TO);
        let span = Span {
            start_s: *from,
            end_s: *to,
        };
        let button = ui.add_enabled(span.end_s > span.start_s, Button::new(texts::MASK));
        if button.accessible_name(texts::MASK_NAME).clicked() {
            changes.masked_spans.push(span);
        }
        let evidence = state.reading.evidence();
        let window = evidence
            .filter(|evidence| evidence.extent() == Extent::Window)
            .and_then(|evidence| evidence.windows.first());
        if let Some(window) = window
            && ghost_button(ui, texts::MASK_WINDOW).clicked()
        {
            changes.masked_spans.push(window.span());
        }
    });
    let mut shown_again = None;
    ui.horizontal_wrapped(|ui| {
        for (place, span) in changes.masked_spans.iter().enumerate() {
            let text = columns::span(span.start_s, span.end_s);
            weak(ui, &text);
            if icon_button(ui, "×", &texts::show_again(&text)).clicked() {
                shown_again = Some(place);
            }
        }
    });
    if let Some(place) = shown_again {
        changes.masked_spans.remove(place);
    }
}

fn second(value: &mut f64, duration_s: f64) -> DragValue<'_> {
    DragValue::new(value)
        .range(0.0..=duration_s)
        .speed(0.02)
        .fixed_decimals(2)
        .suffix(texts::SECONDS_SUFFIX)
}

fn prototypes(ui: &mut Ui, state: &State, changes: &mut Changes) {
    ui.horizontal_wrapped(|ui| {
        if let Some(evidence) = state.reading.evidence()
            && !changes.is_off(evidence.prototype)
        {
            let text = texts::switch_off(evidence.prototype);
            if ui.button(text).clicked() {
                changes.toggle_prototype(evidence.prototype);
            }
        }
        for prototype in changes.without_prototypes.clone() {
            weak(ui, texts::is_off(prototype));
            let name = texts::switch_on(prototype);
            if icon_button(ui, "×", &name).clicked() {
                changes.toggle_prototype(prototype);
            }
        }
    });
    weak(ui, texts::OR_PRESS_ROW);
}

/// Over the probabilities, as long as something is changed.
pub fn notice(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let changes = &state.reading.changes;
    if changes.is_none() {
        return;
    }
    banner(ui, Tokens::of(ui).caution, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.label(RichText::new(texts::NOT_AS_RECORDED).font(strong(type_size::SMALL)));
        for sentence in changes.sentences() {
            ui.label(RichText::new(sentence).font(regular(type_size::SMALL)));
        }
        if ui
            .button(texts::RESET)
            .on_hover_text(texts::RESET_HOVER)
            .clicked()
        {
            commands.send(Command::WhatIf(Changes::default()));
        }
    });
    ui.add_space(space::XS);
}
