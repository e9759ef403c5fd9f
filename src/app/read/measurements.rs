//! The table of intervals, the switch of the fiducials, and the median beat.

use eframe::egui::{Button, CollapsingHeader, Context, Frame, Grid, Margin, RichText, Ui, vec2};

use crate::app::command::{Command, Commands, Overlay};
use crate::app::state::{Fields, OpenedRecording, State};
use crate::app::texts::read::measurements as texts;
use crate::app::theme::{regular, strong};
use crate::app::tokens::{Tokens, space, type_size};
use crate::app::widgets::{dialog, sentence, sheet_pane, small, weak};
use crate::measurements::Measurements;

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
                weak(ui, texts::MEASURING);
            }
            Some(Err(why)) => {
                weak(ui, sentence(&texts::not_measured(why)));
            }
            Some(Ok(measurements)) => table(ui, state, measurements, commands),
        }
    });
}

fn table(ui: &mut Ui, state: &State, measurements: &Measurements, commands: &mut Commands) {
    let tokens = Tokens::of(ui);
    let name = RichText::new(texts::title(&summary(measurements)))
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
            ui.checkbox(&mut fiducials, texts::MARK_FIDUCIALS);
            if fiducials != state.saved.fiducials {
                commands.send(Command::ShowFiducials(fiducials));
            }
            let has_beat = measurements.median_beat.is_some();
            let button = ui.add_enabled(has_beat, Button::new(texts::SHOW_MEDIAN_BEAT));
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
    dialog(ctx, texts::MEDIAN_BEAT, 1080.0, commands, |ui, _| {
        let width = ui.available_width();
        let height = width * (scene.height_mm / scene.width_mm) as f32;
        let name = texts::median_beat_of(&opened.id);
        let zoom = &mut fields.median_beat_zoom;
        sheet_pane(ui, scene, None, zoom, vec2(width, height), &name);
        small(ui, summary(measurements));
        small(ui, sentence(&measurements.method));
    });
}

/// `72/min, PR 160 ms, QRS 92 ms`: what a reader asks first.
fn summary(measurements: &Measurements) -> String {
    let m = measurements;
    let parts: Vec<String> = [
        m.heart_rate_bpm.value().map(texts::rate),
        m.pr_ms.value().map(texts::pr),
        m.qrs_ms.value().map(texts::qrs),
        m.qt_ms.value().map(texts::qt),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() {
        texts::NO_BEATS.to_owned()
    } else {
        parts.join(", ")
    }
}

fn rows(measurements: &Measurements) -> Vec<(&'static str, String)> {
    let m = measurements;
    let mut rows = vec![
        (texts::RATE, m.heart_rate_bpm.text(0, texts::PER_MINUTE)),
        (texts::P, m.p_ms.text(0, texts::MS)),
        (texts::PR, m.pr_ms.text(0, texts::MS)),
        (texts::QRS, m.qrs_ms.text(0, texts::MS)),
        (texts::QT, m.qt_ms.text(0, texts::MS)),
    ];
    if let Some(qtc) = &m.qtc {
        rows.extend([
            (texts::QTC_BAZETT, qtc.bazett_ms.text(0, texts::MS)),
            (texts::QTC_FRIDERICIA, qtc.fridericia_ms.text(0, texts::MS)),
            (texts::QTC_FRAMINGHAM, qtc.framingham_ms.text(0, texts::MS)),
            (texts::QTC_HODGES, qtc.hodges_ms.text(0, texts::MS)),
        ]);
    }
    rows.extend([
        (texts::P_AXIS, m.p_axis_deg.text(0, texts::DEGREES)),
        (texts::QRS_AXIS, m.qrs_axis_deg.text(0, texts::DEGREES)),
        (texts::T_AXIS, m.t_axis_deg.text(0, texts::DEGREES)),
        (texts::SOKOLOW_LYON, m.sokolow_lyon_mv.text(2, texts::MV)),
        (texts::CORNELL, m.cornell_mv.text(2, texts::MV)),
    ]);
    rows
}
