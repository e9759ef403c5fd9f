//! The evidence for one statement as blocks of a printed page: the test ECG,
//! the training ECG of the most similar prototype at the same scale, the
//! ledger, and what speaks against it. The same values as on the screen and in
//! the JSON.

use super::words::{
    NOTHING_ABOVE, NOTHING_ABOVE_IS_NOT_NORMAL, changes_sentence, counter_sentence,
    neighbours_sentence, orders_note, probability_sentence, similarity_sentence, source_details,
    source_title, test_title, warning, windows_sentence,
};
use super::{
    AttentionExplanation, ClassExplanation, Explanation, Ledger, NOT_PER_CLASS, Neighbour, Order,
    PrototypeEvidence, lead_bars, lead_radar, marks,
};
use crate::bundle::Bundle;
use crate::ecg::Recording;
use crate::sheet::{
    self, Align, HeatMap, Layout, Mark, NOT_A_MEDICAL_DEVICE, Scene, SheetSpec, TableColumn, scene,
};

/// Width that the text of a page may take.
const TEXT_WIDTH_MM: f64 = 260.0;

/// What words and a sheet may take together; more of them go on a page of
/// their own, since nothing is ever made smaller.
const TOGETHER_MM: f64 = 188.0;

/// Rows of a table that a page holds.
const ROWS: usize = 34;

/// What is drawn of the two ECGs.
const FILTER_NOTE: &str = "as recorded, no display filter";

/// What is printed.
pub struct Printed<'a> {
    pub bundle: &'a Bundle,
    pub recording: &'a Recording,
    /// [`super::words::notes`].
    pub notes: &'a [String],
    pub explanation: &'a Explanation,
    /// The statement, one of `explanation`.
    pub class: &'a ClassExplanation,
    /// In which order the prototypes stand.
    pub order: Order,
    /// The training ECG of the first prototype in that order, or the reason why
    /// it cannot be shown ([`crate::bundle::ExemplarError::on_a_sheet`]).
    pub exemplar: Result<&'a Recording, String>,
}

impl Printed<'_> {
    /// The prototype that is shown: the first in the order.
    fn shown(&self) -> Option<&PrototypeEvidence> {
        let first = *self.class.ordered(self.order).first()?;
        self.class.prototypes.get(first)
    }

    /// All blocks of the print, from top to bottom.
    pub fn blocks(&self) -> Vec<Scene> {
        let mut blocks = self.test_ecg();
        if let Some(evidence) = self.shown() {
            blocks.extend(self.training_ecg(evidence));
            blocks.extend(self.cut_outs(evidence));
        }
        let ledger = self.class.ledger.iter();
        blocks.extend(ledger.flat_map(|ledger| ledger_blocks(ledger, self.order)));
        blocks.extend(self.class.counter_case.as_ref().map(|counter| {
            Scene::stack(
                [
                    Scene::heading("What speaks for something else", TEXT_WIDTH_MM),
                    paragraph(&counter_sentence(counter)),
                ],
                1.0,
            )
        }));
        if !self.class.nearest.is_empty() {
            blocks.push(nearest_block(&self.class.code, &self.class.nearest));
        }
        let attention = self.explanation.attention.iter();
        blocks.extend(attention.flat_map(attention_blocks));
        let statements = &self.bundle.manifest.statements;
        let blind = statements.iter().filter(|s| !s.assessed());
        let blind: Vec<&str> = blind.map(|s| s.code.as_str()).collect();
        if !blind.is_empty() {
            blocks.push(paragraph(&format!(
                "Not assessed by this model (fewer than 10 training ECGs): {}.",
                blind.join(", ")
            )));
        }
        blocks.push(paragraph(NOT_A_MEDICAL_DEVICE));
        blocks
    }

    /// The probability without the changes.
    fn unchanged(&self) -> Option<f64> {
        let mut classes = self.explanation.unchanged.iter();
        classes.find(|c| c.code == self.class.code)?.probability
    }

    fn test_ecg(&self) -> Vec<Scene> {
        let manifest = &self.bundle.manifest;
        let class = self.class;
        let mut words = vec![
            Scene::heading(
                &format!("{}: {}", class.code, class.description),
                TEXT_WIDTH_MM,
            ),
            paragraph(&format!(
                "{}. Model {} ({}).",
                probability_sentence(class),
                manifest.title,
                &self.bundle.sha256[..8]
            )),
        ];
        let changes = changes_sentence(&self.explanation.changes, self.unchanged());
        words.extend(changes.map(|said| paragraph(&said)));
        if self.explanation.nothing_above_threshold {
            words.push(paragraph(&format!(
                "{NOTHING_ABOVE}. {NOTHING_ABOVE_IS_NOT_NORMAL}"
            )));
        }
        words.extend(self.bundle.notice().map(paragraph));
        words.extend(self.notes.iter().map(|note| paragraph(note)));
        let marks = self.shown().map(marks::test_marks).unwrap_or_default();
        let heat = self.explanation.attention.as_ref().map(marks::heat_map);
        let title = vec![test_title(self.recording)];
        together(words, sheet_of(self.recording, title, marks, heat))
    }

    fn training_ecg(&self, evidence: &PrototypeEvidence) -> Vec<Scene> {
        let mut words = vec![
            Scene::heading(self.class.heading(), TEXT_WIDTH_MM),
            paragraph(&format!(
                "{}. {}",
                similarity_sentence(evidence),
                windows_sentence(evidence)
            )),
        ];
        words.extend(warning(evidence).map(paragraph));
        let disagree = self.class.orders_disagree.as_ref();
        words.extend(disagree.map(|disagree| paragraph(&orders_note(disagree))));
        match &self.exemplar {
            Ok(source) => together(
                words,
                sheet_of(
                    source,
                    vec![source_title(evidence), source_details(evidence)],
                    marks::source_marks(evidence),
                    None,
                ),
            ),
            Err(reason) => {
                words.push(paragraph(&format!("Training ECG not shown: {reason}")));
                vec![Scene::stack(words, 1.0)]
            }
        }
    }

    /// The window of both in all 12 leads, at one scale.
    fn cut_outs(&self, evidence: &PrototypeEvidence) -> Option<Scene> {
        let cut = |recording, layout, title| {
            let spec = SheetSpec {
                layout,
                title: vec![title],
                filter_note: FILTER_NOTE.to_owned(),
                ..SheetSpec::default()
            };
            scene(recording, &spec)
        };
        let test: Layout = marks::test_cut_out(evidence)?;
        let mut cut_outs = cut(self.recording, test, test_title(self.recording));
        if let (Ok(source), Some(layout)) = (&self.exemplar, marks::source_cut_out(evidence)) {
            let title = source_title(evidence);
            cut_outs = cut_outs.side_by_side(cut(source, layout, title), 2.0);
        }
        let heading = "The window in all 12 leads, both at one scale";
        Some(Scene::stack(
            [Scene::heading(heading, TEXT_WIDTH_MM), cut_outs],
            1.0,
        ))
    }
}

fn paragraph(text: &str) -> Scene {
    Scene::paragraph(text, TEXT_WIDTH_MM)
}

/// Words over a sheet, or before it where a page does not hold both.
fn together(words: Vec<Scene>, sheet: Scene) -> Vec<Scene> {
    let words = Scene::stack(words, 1.0);
    if words.height_mm + sheet.height_mm + 1.0 > TOGETHER_MM {
        vec![words, sheet]
    } else {
        vec![Scene::stack([words, sheet], 1.0)]
    }
}

fn sheet_of(
    recording: &Recording,
    title: Vec<String>,
    marks: Vec<Mark>,
    heat: Option<HeatMap>,
) -> Scene {
    let spec = SheetSpec {
        title,
        marks,
        heat,
        filter_note: FILTER_NOTE.to_owned(),
        ..SheetSpec::default()
    };
    scene(recording, &spec)
}

/// The ledger as printed rows whose rounded contributions add up to the
/// rounded logit: "all others" carries the rounding.
pub fn ledger_rows(ledger: &Ledger, order: Order) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = ledger
        .ordered(order)
        .iter()
        .map(|e| {
            vec![
                e.prototype.to_string(),
                e.class.clone(),
                format!("{:.3}", e.cosine),
                e.percentile.map_or("-".to_owned(), |p| format!("{p:.1}")),
                format!("{:.3}", e.similarity),
                format!("{:+.3}", e.weight),
                format!("{:+.3}", Ledger::shown(e.contribution)),
            ]
        })
        .collect();
    let sums = ledger.shown_sums();
    let last = |name: &str, value: f64| {
        let mut row = vec![String::new(); 6];
        row[1] = name.to_owned();
        row.push(format!("{value:+.3}"));
        row
    };
    rows.push(last("all others", sums.rest));
    if ledger.bias != 0.0 {
        rows.push(last("bias", sums.bias));
    }
    rows.push(last("logit", sums.logit));
    rows
}

fn ledger_blocks(ledger: &Ledger, order: Order) -> Vec<Scene> {
    let columns = [
        TableColumn::new("prototype", 20.0, Align::Right),
        TableColumn::new("of class", 26.0, Align::Left),
        TableColumn::new("cosine", 20.0, Align::Right),
        TableColumn::new("percentile", 22.0, Align::Right),
        TableColumn::new("similarity", 22.0, Align::Right),
        TableColumn::new("weight", 20.0, Align::Right),
        TableColumn::new("contribution", 26.0, Align::Right),
    ];
    let by = match order {
        Order::Similarity => "the most similar first",
        Order::Contribution => "what moves the logit most first",
    };
    let rows = ledger_rows(ledger, order);
    let tables = rows.chunks(ROWS).map(|rows| Scene::table(&columns, rows));
    let blocks = tables.enumerate().map(|(i, table)| {
        let heading = match i {
            0 => format!("Ledger: similarity x weight = contribution; {by}"),
            _ => "Ledger, continued".to_owned(),
        };
        Scene::stack([Scene::heading(&heading, TEXT_WIDTH_MM), table], 1.0)
    });
    blocks.collect()
}

fn nearest_block(code: &str, nearest: &[Neighbour]) -> Scene {
    let columns = [
        TableColumn::new("training ECG", 26.0, Align::Right),
        TableColumn::new("distance", 20.0, Align::Right),
        TableColumn::new(code, 16.0, Align::Left),
        TableColumn::new("statements", 150.0, Align::Left),
    ];
    let rows: Vec<Vec<String>> = nearest
        .iter()
        .map(|n| {
            let own = if n.same_patient {
                " (same patient)"
            } else {
                ""
            };
            vec![
                n.ecg_id.to_string(),
                format!("{:.4}", n.distance),
                if n.carries { "yes" } else { "no" }.to_owned(),
                format!("{}{own}", n.statements.join(" ")),
            ]
        })
        .collect();
    Scene::stack(
        [
            Scene::heading("Nearest training ECGs", TEXT_WIDTH_MM),
            paragraph(&format!(
                "{} Distance: root mean square difference of the cosines with the prototypes of the branch.",
                neighbours_sentence(code, nearest)
            )),
            Scene::table(&columns, &rows),
        ],
        1.0,
    )
}

fn attention_blocks(attention: &AttentionExplanation) -> Vec<Scene> {
    let figures = lead_bars(attention).side_by_side(lead_radar(attention), 10.0);
    let mut blocks = vec![Scene::stack(
        [
            Scene::heading("Attention", TEXT_WIDTH_MM),
            paragraph(NOT_PER_CLASS),
            figures,
        ],
        2.0,
    )];
    let mut columns = vec![TableColumn::new("statement", 20.0, Align::Left)];
    let leads = attention.leads.iter();
    columns.extend(leads.map(|lead| TableColumn::new(lead.name(), 15.0, Align::Right)));
    let codes = attention.occlusion.values().next();
    let codes: Vec<&String> = codes.into_iter().flat_map(|row| row.keys()).collect();
    let rows: Vec<Vec<String>> = codes
        .iter()
        .map(|code| {
            let mut row = vec![(*code).clone()];
            row.extend(attention.leads.iter().map(|lead| {
                attention
                    .worth(*lead, code)
                    .map_or("-".to_owned(), |worth| {
                        format!("{:+.3}", Ledger::shown(worth))
                    })
            }));
            row
        })
        .collect();
    blocks.extend(rows.chunks(ROWS).map(|rows| {
        let heading = "Occlusion: how far the probability falls without the lead";
        Scene::stack(
            [
                Scene::heading(heading, TEXT_WIDTH_MM),
                Scene::table(&columns, rows),
            ],
            1.0,
        )
    }));
    blocks
}

/// The print as A4 landscape pages.
pub fn pages(blocks: Vec<Scene>) -> Result<Vec<Scene>, sheet::SheetError> {
    sheet::paginate(blocks, sheet::Page::A4Landscape, 4.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::LedgerEntry;

    #[test]
    fn printed_rows_add_up_to_the_printed_logit_in_either_order() {
        let entry = |contribution: f64| LedgerEntry {
            prototype: 0,
            branch: "rhythm".into(),
            class: "SR".into(),
            cosine: 0.5 - contribution,
            similarity: 0.5,
            percentile: None,
            weight: 1.0,
            contribution,
        };
        let mut entries: Vec<LedgerEntry> = (0..7)
            .map(|i| entry(0.100_4 + f64::from(i) * 0.000_1))
            .collect();
        entries.push(entry(-0.300_4));
        let logit = entries.iter().map(|e| e.contribution).sum::<f64>() + 0.001_7 - 0.250_3;
        let ledger = Ledger {
            entries,
            rest: 0.001_7,
            bias: -0.250_3,
            logit,
        };
        for order in [Order::Contribution, Order::Similarity] {
            let rows = ledger_rows(&ledger, order);
            // Thousandths as whole numbers, so that the sum is exact.
            let value = |row: &Vec<String>| {
                let shown: f64 = row.last().unwrap().parse().unwrap();
                (shown * 1000.0).round() as i64
            };
            let (total, parts) = rows.split_last().unwrap();
            let sum: i64 = parts.iter().map(value).sum();
            assert_eq!(sum, value(total), "{rows:?}");
            // Negative evidence is there.
            assert!(parts.iter().any(|row| row.last().unwrap() == "-0.300"));
        }
        let by_similarity = ledger_rows(&ledger, Order::Similarity);
        assert_eq!(by_similarity[0].last().unwrap(), "-0.300");
    }
}
