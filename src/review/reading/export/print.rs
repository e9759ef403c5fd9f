//! `report.pdf` of a reading study.

use super::super::super::ReviewError;
use super::super::super::figures::WIDTH_MM;
use super::super::super::store::ReadingSnapshot;
use super::super::ReadingResults;
use super::super::summary::{Section, design, sections};
use crate::sheet::{Align, Page, Palette, Scene, TableColumn, pages_to_pdf, paginate};

const GAP_MM: f64 = 4.0;

/// Rows of a table that fit on a page with its heading.
const ROWS_PER_BLOCK: usize = 40;

pub(super) fn pdf(
    snapshot: &ReadingSnapshot,
    results: &ReadingResults,
) -> Result<Vec<u8>, ReviewError> {
    let mut blocks = vec![cover(snapshot, results)];
    if results.report.readers.is_empty() {
        let text = "No queue is closed yet, so there are no results. `review close` ends a queue.";
        blocks.push(Scene::paragraph(text, WIDTH_MM));
    } else {
        blocks.extend(sections(results).iter().flat_map(section));
    }
    let pages = paginate(blocks, Page::A4Portrait, GAP_MM).map_err(ReviewError::Print)?;
    pages_to_pdf(&pages, &Palette::PRINT).map_err(ReviewError::Print)
}

fn cover(snapshot: &ReadingSnapshot, results: &ReadingResults) -> Scene {
    let study = &snapshot.study;
    let mut lines = vec![
        format!("Reading study {}, made {}.", study.study_id, study.created),
        format!(
            "Bundle {}, SHA-256 {}; data: {}.",
            study.bundle_name, study.bundle_sha256, study.data
        ),
    ];
    lines.extend(design(study, results));
    for chain in &snapshot.chains.chains {
        lines.push(format!(
            "Chain {}: {} events, head {}.",
            chain.installation, chain.events, chain.head
        ));
    }
    let columns = [
        TableColumn::new("reader", 30.0, Align::Left),
        TableColumn::new("specialty", 50.0, Align::Left),
        TableColumn::new("answered", 26.0, Align::Right),
        TableColumn::new("queue", 18.0, Align::Left),
        TableColumn::new("median time", 26.0, Align::Right),
    ];
    let rows: Vec<Vec<String>> = results
        .readers
        .iter()
        .map(|reader| {
            let time = reader.median_response_time_ms;
            vec![
                reader.reader.to_string(),
                reader.specialty.clone(),
                format!("{} of {}", reader.answered, reader.total),
                if reader.closed { "closed" } else { "open" }.to_owned(),
                time.map_or("-".to_owned(), |ms| format!("{:.1} s", ms / 1000.0)),
            ]
        })
        .collect();
    let title = Scene::heading(study.title(), WIDTH_MM);
    let words = lines.iter().map(|line| Scene::paragraph(line, WIDTH_MM));
    let table = [Scene::table(&columns, &rows)];
    Scene::stack(std::iter::once(title).chain(words).chain(table), 1.0)
}

/// A table, in as many blocks as there are pages of rows.
fn section(section: &Section) -> Vec<Scene> {
    let widths: &[f64] = match section.columns.len() {
        6 => &[62.0, 24.0, 10.0, 12.0, 18.0, 38.0],
        _ => &[62.0, 16.0, 34.0, 30.0],
    };
    let columns: Vec<TableColumn> = section
        .columns
        .iter()
        .zip(widths)
        .enumerate()
        .map(|(number, (name, width_mm))| {
            let is_words = number == 0 || section.columns.len() == 6 && matches!(number, 1 | 5);
            let align = if is_words { Align::Left } else { Align::Right };
            TableColumn::new(*name, *width_mm, align)
        })
        .collect();
    let mut blocks: Vec<Scene> = section
        .rows
        .chunks(ROWS_PER_BLOCK)
        .map(|rows| Scene::table(&columns, rows))
        .collect();
    if !blocks.is_empty() {
        let first = blocks.remove(0);
        let heading = Scene::heading(section.title, WIDTH_MM);
        let note = Scene::paragraph(section.note, WIDTH_MM);
        blocks.insert(0, Scene::stack([heading, note, first], 1.0));
    }
    blocks
}
