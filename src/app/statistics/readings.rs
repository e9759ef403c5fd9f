//! The numbers of a reading study: the rows of its report, as the terminal and
//! the PDF have them.

use eframe::egui::Ui;

use crate::app::texts::columns;
use crate::app::texts::statistics::{self as shared, readings as texts};
use crate::app::tokens::{Tokens, space};
use crate::app::widgets::{Cell, Column, Table, card, figure, heading, secondary, weak};
use crate::review::reading::{ReaderState, ReadingResults, Section, sections};

/// What is read, and how far the readers are; no result.
pub fn overview(ui: &mut Ui, results: &ReadingResults) {
    card(ui, |ui| {
        ui.set_width(ui.available_width());
        let closed = results.readers.iter().filter(|r| r.closed).count();
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::XXL;
            figure(ui, texts::ECGS, &results.ecgs.to_string());
            figure(ui, texts::READERS, &results.readers.len().to_string());
            figure(ui, shared::QUEUES_CLOSED, &closed.to_string());
        });
    });
    card(ui, |ui| {
        ui.set_width(ui.available_width());
        heading(ui, texts::READERS);
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let columns = [
                Column::left(texts::READER, 120.0),
                Column::left(shared::SPECIALTY, 0.0),
                Column::right(shared::ANSWERED, 100.0),
                Column::left(shared::QUEUE, 110.0),
                Column::right(shared::MEDIAN_TIME, 90.0),
            ];
            let table = Table::new(ui, &columns);
            table.header(ui);
            for reader in &results.readers {
                reader_row(ui, &table, reader);
            }
        });
    });
}

fn reader_row(ui: &mut Ui, table: &Table, reader: &ReaderState) {
    let tokens = Tokens::of(ui);
    let answered = columns::of(reader.answered, reader.total);
    let queue = match reader.closed {
        true => shared::CLOSED,
        false => shared::OPEN,
    };
    let time = reader
        .median_response_time_ms
        .map_or("–".to_owned(), |ms| columns::seconds(ms / 1000.0));
    let name = reader.reader.to_string();
    let cells = [
        Cell::new(name.clone()).strong(),
        Cell::new(reader.specialty.clone()).colour(tokens.text_secondary),
        Cell::new(answered.clone()),
        Cell::new(queue),
        Cell::new(time).colour(tokens.text_secondary),
    ];
    let sentence = texts::reader(&name, &answered, queue);
    table.row(ui, &cells, &sentence);
}

/// What was done, and every table.
pub fn results(ui: &mut Ui, design: &[String], results: &ReadingResults) {
    card(ui, |ui| {
        ui.set_width(ui.available_width());
        heading(ui, texts::WHAT_WAS_DONE);
        for line in design {
            secondary(ui, line.as_str());
        }
    });
    for section in sections(results) {
        card(ui, |ui| {
            ui.set_width(ui.available_width());
            heading(ui, section.title);
            weak(ui, section.note);
            ui.scope(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                rows(ui, &section);
            });
        });
    }
}

fn rows(ui: &mut Ui, section: &Section) {
    let column = |(number, name): (usize, &&'static str)| match (number, section.columns.len()) {
        (0, _) => Column::left(name, 0.0),
        (1, 6) => Column::left(name, 110.0),
        (5, 6) => Column::left(name, 250.0),
        _ => Column::right(name, 100.0),
    };
    let columns: Vec<Column> = section.columns.iter().enumerate().map(column).collect();
    let table = Table::new(ui, &columns);
    table.header(ui);
    for row in &section.rows {
        let cells: Vec<Cell> = row.iter().map(|text| Cell::new(text.as_str())).collect();
        let parts = section.columns.iter().zip(row).skip(1);
        let parts: Vec<String> = parts.map(|(name, text)| format!("{name} {text}")).collect();
        let sentence = format!("{}: {}", row[0].trim(), parts.join(", "));
        table.row(ui, &cells, &sentence);
    }
}
