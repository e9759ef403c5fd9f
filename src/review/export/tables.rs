//! `ratings.csv` and `events.csv`.

use super::super::results::source_number;
use super::super::{CurrentAnswer, Event, Exclusion, Mark, Question, Snapshot, utc_text};
use super::files::Draft;

pub(super) const RATINGS_FILE: &str = "ratings.csv";
pub(super) const EVENTS_FILE: &str = "events.csv";

pub(super) const RATINGS_COLUMNS: [&str; 23] = [
    "study_id",
    "bundle_sha256",
    "prototype",
    "class_code",
    "branch",
    "source_ecg",
    "linked",
    "rater",
    "queue_closed",
    "phase",
    "question",
    "value",
    "excluded",
    "mark",
    "comment",
    "change_reason",
    "response_time_ms",
    "reconsidered",
    "answered_at",
    "answered_ms",
    "arrival",
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

/// The long table: one line per rater, prototype and question, current answers
/// only. An excluded prototype has its lines too, without a value.
pub(super) fn ratings(snapshot: &Snapshot) -> csv::Result<Draft> {
    let mut rows = Vec::new();
    for current in &snapshot.answers {
        for question in &snapshot.study.protocol.questions {
            rows.push(rating_row(snapshot, current, question));
        }
    }
    Draft::csv(RATINGS_FILE, &RATINGS_COLUMNS, &rows)
}

fn rating_row(
    snapshot: &Snapshot,
    current: &CurrentAnswer,
    question: &Question,
) -> [String; RATINGS_COLUMNS.len()] {
    let study = &snapshot.study;
    let answer = &current.answer;
    let item = study.item(answer.prototype).cloned().unwrap_or_default();
    let value = answer.rating(&question.id).map(|v| v.to_string());
    let linked: Vec<String> = item.linked.iter().map(usize::to_string).collect();
    let closed = snapshot.closed.contains_key(&current.rater);
    [
        study.study_id.clone(),
        study.bundle_sha256.clone(),
        answer.prototype.to_string(),
        no_formula(&item.class_code),
        item.branch,
        source_number(item.source_ecg, answer.prototype).to_string(),
        linked.join(" "),
        current.rater.to_string(),
        if closed { "yes" } else { "no" }.to_owned(),
        answer.phase.name().to_owned(),
        question.id.clone(),
        value.unwrap_or_default(),
        answer.exclusion.map_or("", Exclusion::name).to_owned(),
        answer.mark.map_or("", Mark::name).to_owned(),
        no_formula(answer.comment.as_deref().unwrap_or_default()),
        no_formula(answer.change_reason.as_deref().unwrap_or_default()),
        answer.response_time_ms.to_string(),
        answer.reconsidered.to_string(),
        utc_text(current.time_utc_ms),
        current.time_utc_ms.to_string(),
        current.arrival.to_string(),
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
