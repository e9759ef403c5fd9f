//! The table of intervals, the switch of the fiducials, and the median beat.

use eframe::egui::{Button, CollapsingHeader, Context, Frame, Grid, Margin, RichText, Ui, vec2};

use crate::app::command::{Command, Commands, Overlay};
use crate::app::state::{Fields, OpenedRecording, State};
use crate::app::theme::{regular, strong};
use crate::app::tokens::{Tokens, space, type_size};
use crate::app::widgets::{dialog, sentence, sheet_pane, small, weak};
use crate::measurements::{Measurements, Quantity};

pub fn ui(ui: &mut Ui, state: &State, opened: &OpenedRecording, commands: &mut Commands) {
    let inner = Margin {
        bottom: 6,
        ..Margin::symmetric(space::S as i8, 0)
    };
    Frame::new().inner_margin(inner).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.spacing_mut().interact_size.y = 20.0;
        match &opened.measurements {
            None => {
                weak(ui, "Measuring…");
            }
            Some(Err(why)) => {
                weak(ui, sentence(&format!("not measured: {why}")));
            }
            Some(Ok(measurements)) => table(ui, state, measurements, commands),
        }
    });
}

fn table(ui: &mut Ui, state: &State, measurements: &Measurements, commands: &mut Commands) {
    let tokens = Tokens::of(ui);
    let name = RichText::new(format!("Measurements: {}", summary(measurements)))
        .font(regular(type_size::SMALL))
        .color(tokens.text_weak);
    CollapsingHeader::new(name)
        .id_salt("measurements")
        .show(ui, |ui| {
            Grid::new("intervals")
                .num_columns(2)
                .spacing([space::L, 2.0])
                .show(ui, |ui| {
                    for (name, value) in rows(measurements) {
                        ui.label(RichText::new(name).font(strong(type_size::SMALL)));
                        ui.label(RichText::new(value).font(regular(type_size::SMALL)));
                        ui.end_row();
                    }
                });
            small(ui, sentence(&measurements.method));
            let mut fiducials = state.saved.fiducials;
            ui.checkbox(&mut fiducials, "Mark P, QRS and T on the sheets (I)");
            if fiducials != state.saved.fiducials {
                commands.send(Command::ShowFiducials(fiducials));
            }
            let has_beat = measurements.median_beat.is_some();
            let button = ui.add_enabled(has_beat, Button::new("Median beat (B)"));
            if button.clicked() {
                commands.send(Command::Toggle(Overlay::MedianBeat));
            }
        });
}

/// The median beat, with its limits and intervals.
pub fn median_beat_overlay(
    ctx: &Context,
    state: &State,
    fields: &mut Fields,
    commands: &mut Commands,
) {
    let Some(opened) = &state.reading.opened else {
        return;
    };
    let (Some(scene), Some(Ok(measurements))) = (&opened.median_beat, &opened.measurements) else {
        return;
    };
    dialog(ctx, "Median beat", 1080.0, commands, |ui, _| {
        let width = ui.available_width();
        let height = width * (scene.height_mm / scene.width_mm) as f32;
        let name = format!("Median beat of ECG {}", opened.id);
        let zoom = &mut fields.median_beat_zoom;
        sheet_pane(ui, scene, None, zoom, vec2(width, height), &name);
        small(ui, summary(measurements));
        small(ui, sentence(&measurements.method));
    });
}

/// `72/min, PR 160 ms, QRS 92 ms`: what a reader asks first.
fn summary(measurements: &Measurements) -> String {
    let of = |name: &str, quantity: &Quantity, unit: &str| {
        quantity
            .value()
            .map(|value| format!("{name}{value:.0}{unit}"))
    };
    let parts: Vec<String> = [
        of("", &measurements.heart_rate_bpm, "/min"),
        of("PR ", &measurements.pr_ms, " ms"),
        of("QRS ", &measurements.qrs_ms, " ms"),
        of("QT ", &measurements.qt_ms, " ms"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() {
        "no beats found".to_owned()
    } else {
        parts.join(", ")
    }
}

fn rows(measurements: &Measurements) -> Vec<(&'static str, String)> {
    let m = measurements;
    let mut rows = vec![
        ("Rate", m.heart_rate_bpm.text(0, "/min")),
        ("P", m.p_ms.text(0, "ms")),
        ("PR", m.pr_ms.text(0, "ms")),
        ("QRS", m.qrs_ms.text(0, "ms")),
        ("QT", m.qt_ms.text(0, "ms")),
    ];
    if let Some(qtc) = &m.qtc {
        rows.extend([
            ("QTc Bazett", qtc.bazett_ms.text(0, "ms")),
            ("QTc Fridericia", qtc.fridericia_ms.text(0, "ms")),
            ("QTc Framingham", qtc.framingham_ms.text(0, "ms")),
            ("QTc Hodges", qtc.hodges_ms.text(0, "ms")),
        ]);
    }
    rows.extend([
        ("P axis", m.p_axis_deg.text(0, "°")),
        ("QRS axis", m.qrs_axis_deg.text(0, "°")),
        ("T axis", m.t_axis_deg.text(0, "°")),
        ("Sokolow-Lyon", m.sokolow_lyon_mv.text(2, "mV")),
        ("Cornell", m.cornell_mv.text(2, "mV")),
    ]);
    rows
}
