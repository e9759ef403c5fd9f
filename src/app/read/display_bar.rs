//! The bar over the sheets: how the ECG is looked at, what is measured on it,
//! and the way to paper. Keys in [`crate::app::keys`] do the same.

use eframe::egui::{ComboBox, Slider, Ui};

use crate::app::command::{Command, Commands, Overlay, Scroll};
use crate::app::state::{Fields, State};
use crate::app::texts::read::display_bar as texts;
use crate::app::tokens::space;
use crate::app::widgets::{CaliperMode, icon_button, weak};
use crate::bundle::SignalView;
use crate::sheet::{
    Columns, DisplayFilter, DisplayOptions, Gain, LeadOrder, PAGE_S, PageLayout, PaperSpeed,
};

/// The recording, or the longest of those side by side, and where the page is.
#[derive(Clone, Copy, Debug)]
pub struct Along {
    pub duration_s: f64,
    pub start_s: f64,
}

pub fn ui(ui: &mut Ui, state: &State, place: Along, fields: &Fields, commands: &mut Commands) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        let before = state.saved.display;
        let mut display = before;
        choose(
            ui,
            texts::LAYOUT,
            &mut display.layout,
            &PageLayout::ALL,
            layout_name,
        );
        choose(
            ui,
            texts::SPEED,
            &mut display.speed,
            &PaperSpeed::ALL,
            |v| texts::speed(v.name()),
        );
        choose(ui, texts::GAIN, &mut display.gain, &Gain::ALL, |v| {
            texts::gain(v.name())
        });
        choose(
            ui,
            texts::FILTER,
            &mut display.filter,
            &DisplayFilter::ALL,
            filter_name,
        );
        arrangement(ui, &mut display);
        if display != before {
            commands.send(Command::SetDisplay(display));
        }
        let mut signal = state.look().signal;
        ui.add_enabled_ui(state.model.bundle().is_some(), |ui| {
            choose(
                ui,
                texts::SIGNAL,
                &mut signal,
                &SignalView::ALL,
                signal_name,
            );
        });
        if signal != state.look().signal {
            commands.send(Command::SetSignal(signal));
        }
        let mut caliper = fields.read_zoom.caliper.mode;
        choose(ui, texts::CALIPER, &mut caliper, &CaliperMode::ALL, |v| {
            v.name().to_owned()
        });
        if caliper != fields.read_zoom.caliper.mode {
            commands.send(Command::SetCaliper(caliper));
        }
        if !state.comparison.shown {
            let print = ui.button(texts::PRINT).on_hover_text(texts::PRINT_HOVER);
            if print.clicked() {
                commands.send(Command::Toggle(Overlay::Print));
            }
        }
    });
    if place.duration_s > PAGE_S + 0.01 {
        along(ui, place, commands);
    }
}

/// Where the page is in a recording that is longer.
fn along(ui: &mut Ui, place: Along, commands: &mut Commands) {
    let Along {
        duration_s,
        start_s,
    } = place;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        if icon_button(ui, "‹", texts::BACK).clicked() {
            commands.send(Command::Scroll(Scroll::By(-PAGE_S)));
        }
        let text = texts::of_seconds(duration_s);
        ui.spacing_mut().slider_width = (ui.available_width() - 300.0).max(80.0);
        let mut wanted_s = start_s;
        let slider = Slider::new(&mut wanted_s, 0.0..=duration_s - PAGE_S)
            .text(texts::PAGE_FROM)
            .fixed_decimals(1);
        if ui.add(slider).changed() {
            commands.send(Command::Scroll(Scroll::To(wanted_s)));
        }
        weak(ui, text);
        if icon_button(ui, "›", texts::ON).clicked() {
            commands.send(Command::Scroll(Scroll::By(PAGE_S)));
        }
    });
}

/// A drop-down whose name to a screen reader is `name` with its value.
fn choose<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    value: &mut T,
    all: &[T],
    text: impl Fn(T) -> String,
) {
    let current = text(*value);
    let response = ComboBox::from_id_salt(name)
        .selected_text(&current)
        .width(0.0)
        .show_ui(ui, |ui| {
            for &option in all {
                ui.selectable_value(value, option, text(option));
            }
        })
        .response;
    response
        .accessible_name(format!("{name}: {current}"))
        .on_hover_text(name);
}

/// What is rarely changed: order, columns, half gain.
fn arrangement(ui: &mut Ui, display: &mut DisplayOptions) {
    let menu = ui.menu_button(texts::LEADS, |ui| {
        let mut cabrera = display.order == LeadOrder::Cabrera;
        ui.checkbox(&mut cabrera, texts::CABRERA);
        display.order = if cabrera {
            LeadOrder::Cabrera
        } else {
            LeadOrder::Standard
        };
        let mut simultaneous = display.columns == Columns::Simultaneous;
        ui.checkbox(&mut simultaneous, texts::SIMULTANEOUS);
        display.columns = if simultaneous {
            Columns::Simultaneous
        } else {
            Columns::Sequential
        };
        ui.checkbox(&mut display.half_gain_chest, texts::HALF_GAIN);
    });
    menu.response
        .accessible_name(texts::LEADS_NAME)
        .on_hover_text(texts::LEADS_NAME);
}

fn layout_name(layout: PageLayout) -> String {
    match layout {
        PageLayout::RhythmOnly => texts::RHYTHM_STRIP.to_owned(),
        _ => layout.name().to_owned(),
    }
}

fn filter_name(filter: DisplayFilter) -> String {
    match filter {
        DisplayFilter::None => texts::NO_FILTER,
        DisplayFilter::Diagnostic => texts::DIAGNOSTIC,
        DisplayFilter::Monitoring => texts::MONITORING,
    }
    .to_owned()
}

fn signal_name(signal: SignalView) -> String {
    match signal {
        SignalView::Clinician => texts::CLINICIAN,
        SignalView::Model => texts::MODEL,
        SignalView::Difference => texts::DIFFERENCE,
    }
    .to_owned()
}
