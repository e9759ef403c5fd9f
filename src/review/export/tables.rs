//! The tables.

use super::super::results::source_number;
use super::super::{
    Conflict, CurrentAnswer, Event, Exclusion, Item, Mark, Phase, Question, Rater, Results,
    Snapshot, utc_text,
};
use super::files::Draft;
use crate::statistics::study::{Metric, MetricTable};

pub(super) const RATINGS_FILE: &str = "ratings.csv";
pub(in crate::review) const EVENTS_FILE: &str = "events.csv";
pub(super) const WIDE_FILE: &str = "ratings_wide.csv";
pub(super) const CONFLICTS_FILE: &str = "conflicts.csv";
pub(super) const TABLE_3_FILE: &str = "table3.csv";
pub(super) const AUDIT_FILE: &str = "audit.csv";

pub(super) const AUDIT_COLUMNS: [&str; 6] = [
    "prototype",
    Metric::ALL[0].name(),
    Metric::ALL[1].name(),
    Metric::ALL[2].name(),
    Metric::ALL[3].name(),
    Metric::ALL[4].name(),
];

pub(super) const CONFLICTS_COLUMNS: [&str; 6] =
    ["rater", "prototype", "phase", "event_id", "said", "counts"];

pub(super) const TABLE_3_COLUMNS: [&str; 8] = [
    "rater",
    "question",
    "n",
    "mean",
    "clustered_low",
    "clustered_high",
    "naive_low",
    "naive_high",
];

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

/// More of them in a study of pairs.
pub(super) const PAIR_COLUMNS: [&str; 3] = ["pair_ecg", "pair_prototype", "pair_cosine"];

pub(in crate::review) const EVENTS_COLUMNS: [&str; 11] = [
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
    let mut rows: Vec<Vec<String>> = Vec::new();
    let study = &snapshot.study;
    for current in &snapshot.answers {
        let pair = study.item(current.answer.prototype).and_then(pair_cells);
        for question in &study.protocol.questions {
            let row = rating_row(snapshot, current, question);
            rows.push(
                row.into_iter()
                    .chain(pair.clone().into_iter().flatten())
                    .collect(),
            );
        }
    }
    Draft::csv(RATINGS_FILE, &ratings_columns(study.is_of_pairs()), &rows)
}

/// The columns of `ratings.csv`.
pub(super) fn ratings_columns(of_pairs: bool) -> Vec<&'static str> {
    let more = PAIR_COLUMNS.iter().filter(|_| of_pairs);
    RATINGS_COLUMNS.iter().chain(more).copied().collect()
}

/// In the order of [`PAIR_COLUMNS`].
fn pair_cells(item: &Item) -> Option<[String; 3]> {
    let pair = item.pair.as_ref()?;
    Some([
        pair.ecg_id.to_string(),
        pair.prototype.to_string(),
        pair.cosine.to_string(),
    ])
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
        item.branch.clone(),
        source_number(&item).to_string(),
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
pub(in crate::review) fn events(study_id: &str, events: &[Event]) -> csv::Result<Draft> {
    let row = |event: &Event| -> [String; EVENTS_COLUMNS.len()] {
        [
            study_id.to_owned(),
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
    let rows: Vec<_> = events.iter().map(row).collect();
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

/// One line per prototype: first answers in earnest, a column per rater and
/// question, `label_error` or another reason where there is no rating.
pub(super) fn wide(snapshot: &Snapshot) -> csv::Result<Draft> {
    let study = &snapshot.study;
    let mut raters: Vec<&Rater> = snapshot.answers.iter().map(|a| &a.rater).collect();
    raters.sort();
    raters.dedup();
    let mut columns: Vec<String> = ["prototype", "class_code", "branch", "source_ecg", "linked"]
        .map(str::to_owned)
        .into();
    if study.is_of_pairs() {
        columns.extend(PAIR_COLUMNS.map(str::to_owned));
    }
    for rater in &raters {
        let of_rater = study.protocol.questions.iter();
        columns.extend(of_rater.map(|question| format!("{rater}.{}", question.id)));
    }
    let rows: Vec<Vec<String>> = study
        .items
        .iter()
        .map(|item| {
            let linked: Vec<String> = item.linked.iter().map(usize::to_string).collect();
            let mut row = vec![
                item.prototype.to_string(),
                no_formula(&item.class_code),
                item.branch.clone(),
                source_number(item).to_string(),
                linked.join(" "),
            ];
            row.extend(pair_cells(item).into_iter().flatten());
            for rater in &raters {
                let answer = snapshot.answers.iter().map(|a| (&a.rater, &a.answer));
                let answer = answer
                    .filter(|(_, a)| a.phase == Phase::Main && a.prototype == item.prototype)
                    .find(|(by, _)| by == rater);
                for question in &study.protocol.questions {
                    row.push(answer.map_or(String::new(), |(_, answer)| {
                        let excluded = answer.exclusion.map_or("", Exclusion::name);
                        let rating = answer.rating(&question.id).map(|rating| rating.to_string());
                        rating.unwrap_or_else(|| excluded.to_owned())
                    }));
                }
            }
            row
        })
        .collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    Draft::csv(WIDE_FILE, &columns, &rows)
}

/// One line per answer to a question that several machines have.
pub(super) fn conflicts(conflicts: &[Conflict]) -> csv::Result<Draft> {
    let mut rows = Vec::new();
    for conflict in conflicts {
        for (number, answer) in conflict.answers.iter().enumerate() {
            let ratings = answer.ratings.iter().map(|(q, r)| format!("{q} {r}"));
            let said: Vec<String> = ratings.chain(answer.excluded.map(str::to_owned)).collect();
            let counts = number + 1 == conflict.answers.len();
            rows.push([
                conflict.rater.clone(),
                conflict.prototype.to_string(),
                conflict.phase.name().to_owned(),
                answer.event.to_string(),
                said.join(", "),
                if counts { "yes" } else { "no" }.to_owned(),
            ]);
        }
    }
    Draft::csv(CONFLICTS_FILE, &CONFLICTS_COLUMNS, &rows)
}

/// The paper's table 3 with the interval by clusters beside its own.
pub(super) fn table_3(results: &Results) -> csv::Result<Draft> {
    let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    let rows: Vec<[String; TABLE_3_COLUMNS.len()]> = results
        .table3
        .iter()
        .map(|row| {
            let (clustered, naive) = (row.clustered.ok(), row.naive.ok());
            [
                row.rater.clone(),
                row.item.clone(),
                row.n.to_string(),
                number(row.mean),
                number(clustered.map(|i| i.low)),
                number(clustered.map(|i| i.high)),
                number(naive.map(|i| i.low)),
                number(naive.map(|i| i.high)),
            ]
        })
        .collect();
    Draft::csv(TABLE_3_FILE, &TABLE_3_COLUMNS, &rows)
}

/// The metrics of every prototype of the model, rated or not.
pub(super) fn audit(table: &MetricTable) -> csv::Result<Draft> {
    let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    let rows: Vec<Vec<String>> = table
        .prototypes
        .iter()
        .map(|metrics| {
            let values = Metric::ALL.map(|metric| number(metrics.get(metric)));
            let first = std::iter::once(metrics.prototype.to_string());
            first.chain(values).collect()
        })
        .collect();
    Draft::csv(AUDIT_FILE, &AUDIT_COLUMNS, &rows)
}
