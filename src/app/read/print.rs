//! The ECG, or the explanation, on paper: where to, on what.

use std::path::PathBuf;

use eframe::egui::{Button, Context, Ui};

use crate::app::command::{Command, Commands, Place, PrintWhat};
use crate::app::state::{Awaited, Fields, State};
use crate::app::texts::read::print as texts;
use crate::app::tokens::space;
use crate::app::widgets::{
    dialog, focused_path_field, primary_button, problem_ui, secondary, section, segmented, small,
};
use crate::app::worker::Purpose;
use crate::explain::words;
use crate::sheet::{FileKind, PrintPage};

const WIDTH: f32 = 560.0;
/// Dots per inch of a picture: for a screen, a printer, a poster.
const RESOLUTIONS: [(u16, &str); 3] = [
    (150, texts::DPI_150),
    (300, texts::DPI_300),
    (600, texts::DPI_600),
];

pub fn overlay(ctx: &Context, state: &State, fields: &mut Fields, commands: &mut Commands) {
    dialog(ctx, texts::TITLE, WIDTH, commands, |ui, commands| {
        problem_ui(ui, state, Place::Print, commands);
        let whats = PrintWhat::ALL.map(|what| (what, what.name()));
        if let Some(what) = segmented(ui, fields.print_what, &whats) {
            fields.print_what = what;
        }
        ui.add_space(space::XS);
        secondary(ui, said(fields.print_what));
        ui.add_space(space::S);
        section(ui, texts::PAPER);
        let pages = PrintPage::ALL.map(|page| (page, page.name()));
        if let Some(page) = segmented(ui, state.saved.print_page, &pages) {
            commands.send(Command::SetPrintPage(page));
        }
        ui.add_space(space::XS);
        section(ui, texts::RESOLUTION);
        if let Some(dpi) = segmented(ui, fields.print_dpi, &RESOLUTIONS) {
            fields.print_dpi = dpi;
        }
        if fields.print_what == PrintWhat::Explanation {
            small(ui, texts::ONE_LONG_SHEET);
        }
        ui.add_space(space::XS);
        section(ui, texts::FILE);
        file(ui, state, fields, commands);
    });
}

fn said(what: PrintWhat) -> &'static str {
    match what {
        PrintWhat::EcgPage => texts::ECG_PAGE,
        PrintWhat::Explanation => texts::EXPLANATION,
    }
}

/// Why the explanation cannot be printed yet.
fn waits_for(awaited: Awaited) -> &'static str {
    match awaited {
        Awaited::Prediction => texts::WAITS_FOR_MODEL,
        Awaited::Explanation => texts::NO_EXPLANATION,
        Awaited::Attention => texts::WAITS_FOR_ATTENTION,
        Awaited::Influence => texts::WAITS_FOR_INFLUENCE,
    }
}

fn file(ui: &mut Ui, state: &State, fields: &mut Fields, commands: &mut Commands) {
    let path = PathBuf::from(fields.print.trim());
    let is_known = FileKind::of(&path).is_some();
    ui.horizontal(|ui| {
        let focus = std::mem::take(&mut fields.focus_path);
        let entered = focused_path_field(
            ui,
            &mut fields.print,
            texts::PATH,
            texts::HINT,
            330.0,
            focus,
        );
        let is_there = fields.print_what == PrintWhat::EcgPage || state.reading.is_explained();
        let can_print = is_known && is_there && !state.reading.printing;
        let save = primary_button(ui, texts::SAVE, can_print);
        if can_print && (entered || save.clicked()) {
            commands.send(Command::Print(path));
        }
        if ui
            .add_enabled(!state.dialog_open, Button::new(texts::CHOOSE))
            .clicked()
        {
            commands.send(Command::Ask(Purpose::SavePrint));
        }
    });
    if !fields.print.trim().is_empty() && !is_known {
        small(ui, texts::ENDINGS);
    }
    if fields.print_what == PrintWhat::Explanation {
        let waits = state.reading.awaited().map(waits_for);
        let without = || state.reading.unmeasured().map(words::not_measured);
        if let Some(said) = waits.or_else(without) {
            small(ui, said);
        }
    }
    if state.reading.printing {
        ui.horizontal(|ui| {
            ui.spinner();
            secondary(ui, texts::PRINTING);
        });
    }
    if let Some(printed) = &state.reading.printed {
        secondary(ui, printed.as_str());
    }
}
