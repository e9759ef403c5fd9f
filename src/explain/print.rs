//! The evidence for one statement as blocks of a printed page: the test ECG,
//! the training ECG of the most similar prototype at the same scale, the
//! ledger. The same values as on the screen and in the JSON.

use super::{ClassExplanation, Ledger, PrototypeEvidence};
use crate::bundle::Bundle;
use crate::ecg::{Recording, Sex};
use crate::inference::Prediction;
use crate::plausibility;
use crate::sheet::{self, Align, Mark, NOT_A_MEDICAL_DEVICE, Scene, SheetSpec, TableColumn, scene};

/// Width that the text of a page may take.
const TEXT_WIDTH_MM: f64 = 260.0;

/// What is drawn of the two ECGs.
const FILTER_NOTE: &str = "as recorded, no display filter";

/// The mark of a prototype without a time axis: the whole rhythm strip.
pub fn marks(evidence: &PrototypeEvidence) -> Vec<Mark> {
    let label = format!("prototype {}", evidence.prototype);
    if evidence.whole_recording {
        return vec![Mark::whole_recording(label)];
    }
    evidence
        .windows
        .iter()
        .map(|w| {
            let field = (w.receptive_field_s.start_s, w.receptive_field_s.end_s);
            Mark::pooled(w.start_s, w.end_s, Some(field), label.clone())
        })
        .collect()
}

/// The mark of the prototype on its own training ECG: the window that it is.
pub fn source_marks(evidence: &PrototypeEvidence) -> Vec<Mark> {
    let label = format!("prototype {}", evidence.prototype);
    match evidence.source_window {
        Some(window) => vec![Mark::pooled(window.start_s, window.end_s, None, label)],
        None => vec![Mark::whole_recording(label)],
    }
}

/// Name of the test ECG on sheets: never its file name.
pub fn test_title(recording: &Recording) -> String {
    format!("Test ECG {}", recording.short_id())
}

/// Name of a training ECG on sheets.
pub fn source_title(evidence: &PrototypeEvidence) -> String {
    format!(
        "{}, prototype {}",
        training_ecg(evidence),
        evidence.prototype
    )
}

/// The training ECG that a prototype is, or that nobody knows it.
pub fn training_ecg(evidence: &PrototypeEvidence) -> String {
    match evidence.ecg_id {
        Some(ecg_id) => format!("Training ECG {ecg_id}"),
        None => "Training ECG not known".to_owned(),
    }
}

/// What is known of a training ECG: statements, age, sex, fold.
pub fn source_details(evidence: &PrototypeEvidence) -> String {
    let mut parts = vec![evidence.source_statements.join(" ")];
    parts.extend(
        evidence
            .source_age_years
            .map(|age| format!("{age:.0} years")),
    );
    parts.extend(
        evidence
            .source_sex
            .map(|sex| if sex == Sex::Male { "male" } else { "female" }.to_owned()),
    );
    parts.extend(evidence.source_fold.map(|fold| format!("fold {fold}")));
    parts.join(", ")
}

/// How similar, in words with units.
pub fn similarity_sentence(evidence: &PrototypeEvidence) -> String {
    let percentile = match evidence.percentile {
        Some(p) => format!("closer than {p:.1} % of the training ECGs without the statement"),
        None => "no training ECGs without the statement to compare with".to_owned(),
    };
    format!(
        "cosine {:.3} ({percentile}); weight {:+.3}, contribution {:+.3}",
        evidence.cosine, evidence.weight, evidence.contribution
    )
}

/// What stands over the test ECG: what was done to it for the model, and what
/// the gate cut off and warns of.
pub fn notes(prediction: &Prediction, report: &plausibility::Report) -> Vec<String> {
    let warnings = report.of(plausibility::Severity::Warn);
    let warnings = warnings.map(|finding| format!("Warning: {}", finding.message));
    // What was done about rate and length stands in the notes of the prediction.
    let cut = report.of(plausibility::Severity::Note);
    let cut = cut.filter(|finding| finding.code == plausibility::Code::CalibrationPulse);
    let cut = cut.map(|finding| format!("Note: {}", finding.message));
    let done = prediction.notes.iter().cloned();
    done.chain(cut).chain(warnings).collect()
}

/// The probability, or why there is none.
pub fn probability_sentence(explanation: &ClassExplanation) -> String {
    match (explanation.probability, explanation.threshold) {
        (Some(p), Some(threshold)) => format!(
            "probability {p:.3}, threshold {threshold:.3}{}: {}{}",
            shared(explanation.threshold_shared),
            if explanation.positive == Some(true) {
                "positive"
            } else {
                "below threshold"
            },
            explanation
                .calibrated_probability
                .map_or(String::new(), |c| format!(
                    "; calibrated {c:.3}{}",
                    shared(explanation.calibration_shared)
                ))
        ),
        _ => "not assessed: too few training ECGs".to_owned(),
    }
}

/// What stands behind a number that the statement does not have of its own.
fn shared(shared: bool) -> &'static str {
    match shared {
        true => " (shared by the branch)",
        false => "",
    }
}

/// All blocks of the print, from top to bottom. `notes` are those of [`notes`],
/// `exemplar` is the training ECG
/// of the most similar prototype, or the reason why it cannot be shown
/// ([`crate::bundle::ExemplarError::on_a_sheet`]).
pub fn blocks(
    bundle: &Bundle,
    recording: &Recording,
    notes: &[String],
    explanation: &ClassExplanation,
    exemplar: Result<&Recording, String>,
) -> Vec<Scene> {
    let manifest = &bundle.manifest;
    let mut first = vec![
        Scene::heading(
            &format!("{}: {}", explanation.code, explanation.description),
            TEXT_WIDTH_MM,
        ),
        Scene::paragraph(
            &format!(
                "{}. Model {} ({}).",
                probability_sentence(explanation),
                manifest.title,
                &bundle.sha256[..8]
            ),
            TEXT_WIDTH_MM,
        ),
    ];
    first.extend(
        bundle
            .notice()
            .map(|notice| Scene::paragraph(notice, TEXT_WIDTH_MM)),
    );
    first.extend(
        notes
            .iter()
            .map(|note| Scene::paragraph(note, TEXT_WIDTH_MM)),
    );
    let best = explanation.prototypes.first();
    let test_marks = best.map(marks).unwrap_or_default();
    first.push(sheet_of(recording, vec![test_title(recording)], test_marks));
    let mut blocks = vec![Scene::stack(first, 1.0)];
    if let Some(evidence) = best {
        let mut second = vec![
            Scene::heading(explanation.heading(), TEXT_WIDTH_MM),
            Scene::paragraph(&similarity_sentence(evidence), TEXT_WIDTH_MM),
        ];
        match exemplar {
            Ok(source) => second.push(sheet_of(
                source,
                vec![source_title(evidence), source_details(evidence)],
                source_marks(evidence),
            )),
            Err(reason) => second.push(Scene::paragraph(
                &format!("Training ECG not shown: {reason}"),
                TEXT_WIDTH_MM,
            )),
        }
        blocks.push(Scene::stack(second, 1.0));
    }
    blocks.extend(explanation.ledger.iter().flat_map(ledger_blocks));
    let blind: Vec<&str> = manifest
        .statements
        .iter()
        .filter(|s| !s.assessed())
        .map(|s| s.code.as_str())
        .collect();
    if !blind.is_empty() {
        let text = format!(
            "Not assessed by this model (fewer than 10 training ECGs): {}.",
            blind.join(", ")
        );
        blocks.push(Scene::paragraph(&text, TEXT_WIDTH_MM));
    }
    blocks.push(Scene::paragraph(NOT_A_MEDICAL_DEVICE, TEXT_WIDTH_MM));
    blocks
}

fn sheet_of(recording: &Recording, title: Vec<String>, marks: Vec<Mark>) -> Scene {
    let spec = SheetSpec {
        title,
        marks,
        filter_note: FILTER_NOTE.to_owned(),
        ..SheetSpec::default()
    };
    scene(recording, &spec)
}

/// The ledger as printed rows whose rounded contributions add up to the
/// rounded logit: `rest` carries the rounding.
pub fn ledger_rows(ledger: &Ledger) -> Vec<Vec<String>> {
    let rounded = |x: f64| (x * 1000.0).round() / 1000.0;
    let mut rows: Vec<Vec<String>> = ledger
        .entries
        .iter()
        .map(|e| {
            vec![
                e.prototype.to_string(),
                e.class.clone(),
                format!("{:.3}", e.cosine),
                e.percentile.map_or("-".to_owned(), |p| format!("{p:.1}")),
                format!("{:+.3}", e.weight),
                format!("{:+.3}", e.contribution),
            ]
        })
        .collect();
    let listed: f64 = ledger.entries.iter().map(|e| rounded(e.contribution)).sum();
    let rest = rounded(ledger.logit) - listed - rounded(ledger.bias);
    let last = |name: &str, value: f64| {
        let mut row = vec![String::new(); 5];
        row[1] = name.to_owned();
        // -0.0004 must not print as "-0.000".
        row.push(format!("{:+.3}", rounded(value) + 0.0));
        row
    };
    rows.push(last("all others", rest));
    if ledger.bias != 0.0 {
        rows.push(last("bias", ledger.bias));
    }
    rows.push(last("logit", ledger.logit));
    rows
}

fn ledger_blocks(ledger: &Ledger) -> Vec<Scene> {
    let columns = [
        TableColumn::new("prototype", 20.0, Align::Right),
        TableColumn::new("of class", 26.0, Align::Left),
        TableColumn::new("cosine", 20.0, Align::Right),
        TableColumn::new("percentile", 22.0, Align::Right),
        TableColumn::new("weight", 20.0, Align::Right),
        TableColumn::new("contribution", 26.0, Align::Right),
    ];
    let rows = ledger_rows(ledger);
    // A page holds about 35 rows.
    let tables = rows
        .chunks(34)
        .map(|rows| Scene::table(&columns, rows))
        .collect::<Vec<_>>();
    let mut blocks = Vec::new();
    for (i, table) in tables.into_iter().enumerate() {
        let heading = if i == 0 {
            "Ledger: cosine x weight = contribution"
        } else {
            "Ledger, continued"
        };
        blocks.push(Scene::stack(
            [Scene::heading(heading, TEXT_WIDTH_MM), table],
            1.0,
        ));
    }
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
    fn printed_rows_add_up_to_the_printed_logit() {
        let entry = |contribution: f64| LedgerEntry {
            prototype: 0,
            branch: "rhythm".into(),
            class: "SR".into(),
            cosine: 0.5,
            similarity: 0.5,
            percentile: None,
            weight: 1.0,
            contribution,
        };
        let entries: Vec<LedgerEntry> = (0..7)
            .map(|i| entry(0.100_4 + f64::from(i) * 0.000_1))
            .collect();
        let logit = entries.iter().map(|e| e.contribution).sum::<f64>() + 0.001_7;
        let rows = ledger_rows(&Ledger {
            entries,
            rest: 0.001_7,
            bias: 0.0,
            logit,
        });
        let value = |row: &Vec<String>| row.last().unwrap().parse::<f64>().unwrap();
        let (total, parts) = rows.split_last().unwrap();
        let sum: f64 = parts.iter().map(value).sum();
        assert!((sum - value(total)).abs() < 1e-9, "{rows:?}");
    }
}
