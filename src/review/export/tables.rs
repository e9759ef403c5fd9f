//! `ratings.csv` and `events.csv`.

use super::super::{Criterion, CurrentAnswer, Event, Exclusion, Snapshot, utc_text};
use super::files::Draft;

pub(super) const RATINGS_FILE: &str = "ratings.csv";
pub(super) const EVENTS_FILE: &str = "events.csv";

pub(super) const RATINGS_COLUMNS: [&str; 13] = [
    "study_id",
    "bundle_sha256",
    "prototype",
    "class_code",
    "rater",
    "criterion",
    "value",
    "excluded",
    "comment",
    "response_time_ms",
    "answered_at",
    "event_id",
    "earlier_answers",
];

pub(super) const EVENTS_COLUMNS: [&str; 11] = [
    "study_id",
    "event_id",
    "installation",
    "sequence",
    "time_utc_ms",
    "time",
    "rater",
    "kind",
    "payload",
    "previous_hash",
    "hash",
];

/// The long table: one line per rater, prototype and criterion, current answers
/// only. An excluded prototype has its lines too, without a value.
pub(super) fn ratings(snapshot: &Snapshot) -> csv::Result<Draft> {
    let mut rows = Vec::new();
    for current in &snapshot.answers {
        for criterion in Criterion::ALL {
            rows.push(rating_row(snapshot, current, criterion));
        }
    }
    Draft::csv(RATINGS_FILE, &RATINGS_COLUMNS, &rows)
}

fn rating_row(
    snapshot: &Snapshot,
    current: &CurrentAnswer,
    criterion: Criterion,
) -> [String; RATINGS_COLUMNS.len()] {
    let study = &snapshot.study;
    let answer = &current.answer;
    let class_code = study.item(answer.prototype).map(|i| i.class_code.as_str());
    let value = answer.rating(criterion).map(|v| v.to_string());
    [
        study.study_id.clone(),
        study.bundle_sha256.clone(),
        answer.prototype.to_string(),
        no_formula(class_code.unwrap_or_default()),
        current.rater.to_string(),
        criterion.name().to_owned(),
        value.unwrap_or_default(),
        answer.exclusion.map_or("", Exclusion::name).to_owned(),
        no_formula(answer.comment.as_deref().unwrap_or_default()),
        answer.response_time_ms.to_string(),
        utc_text(current.time_utc_ms),
        current.event_id.to_string(),
        current.earlier_answers.to_string(),
    ]
}

/// The whole history, in the order of arrival; the hashes can be computed again
/// from it.
pub(super) fn events(snapshot: &Snapshot) -> csv::Result<Draft> {
    let row = |event: &Event| -> [String; EVENTS_COLUMNS.len()] {
        [
            snapshot.study.study_id.clone(),
            event.id.to_string(),
            event.id.installation.to_string(),
            event.id.sequence.to_string(),
            event.time_utc_ms.to_string(),
            utc_text(event.time_utc_ms),
            event.rater.clone(),
            event.kind.clone(),
            // JSON, so it begins with a brace and is no formula.
            event.payload.clone(),
            event.previous_hash.clone(),
            event.hash.clone(),
        ]
    };
    let rows: Vec<_> = snapshot.events.iter().map(row).collect();
    Draft::csv(EVENTS_FILE, &EVENTS_COLUMNS, &rows)
}

/// Free text that no spreadsheet takes for a formula: an apostrophe goes before
/// a first character that would start one. Only `payload` has the text as typed.
fn no_formula(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}
