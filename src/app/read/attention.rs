//! Of a network with attention: where it looked, and what each lead is worth to
//! each statement. The heat map itself is on the sheet, behind the traces.

use eframe::egui::{Role, ScrollArea, Sense, Ui, Vec2, WidgetInfo, vec2};

use crate::app::state::State;
use crate::app::texts::read::attention as texts;
use crate::app::tokens::Tokens;
use crate::app::widgets::{Cell, Column, Table, heading, secondary, section, weak};
use crate::explain::{AttentionExplanation, Ledger, NOT_PER_CLASS, lead_bars, lead_radar};
use crate::sheet::{Scene, SheetView, paint_egui};

/// A lead that moves a probability by so much is set off.
const MUCH: f64 = 0.05;

/// Attention of the leads, as bars and as a radar.
pub fn looked(ui: &mut Ui, state: &State) {
    heading(ui, texts::WHERE_IT_LOOKED);
    let Some(attention) = there(ui, state) else {
        return;
    };
    weak(ui, NOT_PER_CLASS);
    leads(ui, attention);
}

/// Shares of the leads, in the room that there is.
pub fn leads(ui: &mut Ui, attention: &AttentionExplanation) {
    let size = ui.available_size();
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        figure(ui, &lead_bars(attention), vec2(size.x * 0.58, size.y));
        figure(ui, &lead_radar(attention), vec2(size.x * 0.42, size.y));
    });
}

/// How far each probability falls without each lead.
pub fn worth(ui: &mut Ui, state: &State) {
    let tokens = Tokens::of(ui);
    let Some(attention) = there(ui, state) else {
        return;
    };
    ui.spacing_mut().item_spacing.y = 2.0;
    section(ui, texts::WORTH);
    weak(ui, texts::what_worth_means(MUCH));
    let codes = attention.occlusion.values().next();
    let codes: Vec<&String> = codes.into_iter().flat_map(|row| row.keys()).collect();
    let mut columns = vec![Column::left(texts::LEAD, 0.0)];
    // The names of the columns are the statements', which are not known before.
    columns.extend(codes.iter().map(|_| Column::right("", 52.0)));
    let table = Table::new(ui, &columns);
    let mut names = vec![Cell::new(texts::LEAD).colour(tokens.text_weak)];
    names.extend(
        codes
            .iter()
            .map(|code| Cell::new(code.as_str()).colour(tokens.text_weak)),
    );
    ui.spacing_mut().item_spacing.y = 0.0;
    table.row(ui, &names, texts::HEADER_NAME);
    ScrollArea::vertical()
        .id_salt("occlusion")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            for &lead in &attention.leads {
                let mut cells = vec![Cell::new(lead.name()).strong()];
                let mut said = Vec::new();
                for code in &codes {
                    let worth = Ledger::shown(attention.worth(lead, code).unwrap_or(0.0));
                    said.push(format!("{code} {worth:+.3}"));
                    let cell = Cell::new(format!("{worth:+.3}"));
                    cells.push(if worth.abs() >= MUCH {
                        cell.strong()
                    } else {
                        cell
                    });
                }
                let name = texts::without_lead(lead.name(), &said.join(", "));
                table.row(ui, &cells, &name);
            }
        });
}

/// The attention, or in its place why it is not there.
fn there<'a>(ui: &mut Ui, state: &'a State) -> Option<&'a AttentionExplanation> {
    let reading = &state.reading;
    if reading.attention.is_none() {
        if reading.attending {
            ui.horizontal(|ui| {
                ui.spinner();
                secondary(ui, texts::MEASURING);
            });
        } else {
            secondary(ui, texts::NO_EVIDENCE);
        }
    }
    reading.attention.as_deref()
}

/// A scene, fitted into a size and described by its words.
fn figure(ui: &mut Ui, scene: &Scene, size: Vec2) {
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::GraphicsDocument, true, &scene.description));
    let tokens = Tokens::of(ui);
    let area = (f64::from(rect.width()), f64::from(rect.height()));
    let view = SheetView::fit(scene, area);
    paint_egui(ui.painter(), rect, scene, &view, &tokens.sheet);
}
