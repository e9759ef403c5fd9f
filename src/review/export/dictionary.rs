//! `data_dictionary.csv`: what each column means.

use super::files::Draft;
use super::numbers;
use super::tables::{
    AUDIT_COLUMNS, AUDIT_FILE, CONFLICTS_COLUMNS, CONFLICTS_FILE, EVENTS_COLUMNS, EVENTS_FILE,
    PAIR_COLUMNS, RATINGS_FILE, TABLE_3_COLUMNS, TABLE_3_FILE, WIDE_FILE, ratings_columns,
};

pub(in crate::review) const FILE: &str = "data_dictionary.csv";

pub(in crate::review) const COLUMNS: [&str; 4] = ["file", "column", "values", "meaning"];

/// Every table with its columns, that of the metrics where there are some.
fn tables(has_metrics: bool, of_pairs: bool) -> Vec<(&'static str, Vec<&'static str>)> {
    let wide = ["prototype", "class_code", "branch", "source_ecg", "linked"];
    let mut wide = wide.to_vec();
    wide.extend(PAIR_COLUMNS.iter().filter(|_| of_pairs));
    wide.push("RATER.QUESTION");
    let mut tables = vec![
        (RATINGS_FILE, ratings_columns(of_pairs)),
        (WIDE_FILE, wide),
        (EVENTS_FILE, EVENTS_COLUMNS.to_vec()),
        (CONFLICTS_FILE, CONFLICTS_COLUMNS.to_vec()),
        (TABLE_3_FILE, TABLE_3_COLUMNS.to_vec()),
        (numbers::FILE, numbers::COLUMNS.to_vec()),
    ];
    if has_metrics {
        tables.push((AUDIT_FILE, AUDIT_COLUMNS.to_vec()));
    }
    tables
}

pub(super) fn table(has_metrics: bool, of_pairs: bool) -> csv::Result<Draft> {
    let mut rows: Vec<[&str; COLUMNS.len()]> = Vec::new();
    for (file, columns) in tables(has_metrics, of_pairs) {
        rows.extend(columns.into_iter().map(|column| {
            let (values, meaning) = describe(file, column);
            [file, column, values, meaning]
        }));
    }
    Draft::csv(FILE, &COLUMNS, &rows)
}

/// Values and meaning of a column; all but one mean the same in every table.
pub(in crate::review) fn describe(file: &str, column: &str) -> (&'static str, &'static str) {
    match column {
        "value" if file == numbers::FILE => (
            "number",
            "The number of that name; settings first, on which the others depend",
        ),
        "name" => (
            "setting/..., question/rater/what, or question/metric/which/what",
            "Which number of the report: what recompute.R and recompute.py must find again",
        ),
        "label_purity" => (
            "0 to 1, or empty",
            "Share of the 10 most similar training ECGs that carry the statement of the prototype, \
             its source left out; see purity_without_patient in summary.json",
        ),
        "stability" => (
            "number, or empty",
            "Similarity of the prototype to its own training ECG with noise over that without: the \
             least of baseline wander, mains and white noise",
        ),
        "kept_without_surroundings" => (
            "number, or empty",
            "The same with all outside the window at the median of each lead; empty for a prototype \
             without a window",
        ),
        "faithfulness_drop" => (
            "number, or empty",
            "Fall of the logit of its statement when the window is a straight line; empty for a \
             prototype without a window",
        ),
        "consistency" => (
            "0 to 1, or empty",
            "Share of the up to 10 most similar training ECGs with its statement in which its similarity \
             hangs on the same part of the beat (P, QRS, ST or T); empty for a prototype that is no part of \
             the ECG, and where fewer than 5 can be measured",
        ),
        "RATER.QUESTION" => (
            "1 to 5; label_error; cannot_judge; artefact; or empty",
            "A column for each rater and question: the answer in earnest, not the repeat",
        ),
        "said" => (
            "question and rating, or reason",
            "What this machine has for the question",
        ),
        "counts" => (
            "yes; no",
            "Whether it is the answer that counts: the last to arrive",
        ),
        "n" => ("0, 1, ...", "Ratings in the mean"),
        "mean" => ("1 to 5, or empty", "Mean of the ratings"),
        "clustered_low" | "clustered_high" => (
            "number, or empty",
            "End of the 95 % interval by a bootstrap of classes and within them source ECGs",
        ),
        "naive_low" | "naive_high" => (
            "number, or empty",
            "End of the 95 % Student interval with every rating independent: the paper's",
        ),
        "study_id" => ("32 hexadecimal digits", "Identity of the study, random"),
        "bundle_sha256" => (
            "64 hexadecimal digits",
            "SHA-256 of the model bundle whose prototypes were rated",
        ),
        "prototype" => (
            "0, 1, ...",
            "Number of the prototype in the bundle; in a study of pairs (with pair_prototype) the \
             number of the pair",
        ),
        "pair_ecg" => (
            "record number",
            "The test ECG of the pair, in the data set of the study",
        ),
        "pair_prototype" => (
            "0, 1, ...",
            "Number in the bundle of the prototype that the model names for that ECG",
        ),
        "pair_cosine" => ("-1 to 1", "Cosine of the two, as the model has it"),
        "class_code" => (
            "SCP code",
            "Class of the prototype, which the rater was told",
        ),
        "rater" => (
            "1-16 letters, digits, - or _",
            "Code of the rater; who that is is not in this study",
        ),
        "branch" => (
            "rhythm; morphology; global; or empty",
            "Branch of the network that has the prototype; empty in studies begun before version 2",
        ),
        "source_ecg" => (
            "record number, or 4294967296 + prototype",
            "Training ECG that the prototype was cut from, in the data set of the model card; the \
             second form where an old study does not say it. Intervals draw whole source ECGs",
        ),
        "linked" => (
            "prototype numbers with a blank between, or empty",
            "Prototypes of the same class and source window, which this answer is for, too; \
             counted once",
        ),
        "queue_closed" => (
            "yes; no",
            "Whether the rater was done: results have the answers of closed queues only",
        ),
        "phase" => (
            "training; main; repeat",
            "Practice, in no result; the first time; the second time, for the agreement of the \
             rater with herself",
        ),
        "question" => (
            "representativeness; clarity; or another id",
            "What was asked; the wording and the anchors are in summary.json under protocol",
        ),
        "mark" => (
            "best_of_class; bad; or empty",
            "Said beside the scales: best of its class (of several the last one counts), or bad",
        ),
        "change_reason" => (
            "text, or empty",
            "FREE TEXT: why an earlier answer was changed to this one",
        ),
        "reconsidered" => (
            "0, 1, ...",
            "How often a choice was replaced by another before the answer was saved",
        ),
        "answered_ms" => ("milliseconds", "answered_at since 1970-01-01"),
        "arrival" => (
            "1, 2, ...",
            "Place of the event in this file: what decides which answer is the last, and the order \
             of drift and runs",
        ),
        "value" => (
            "1 to 5, or empty",
            "The rating, 1 lowest and 5 highest; empty where there is a reason under excluded",
        ),
        "excluded" => (
            "label_error; cannot_judge; artefact; or empty",
            "Why there is no rating: the ECG does not show its class; the rater cannot tell; the \
             recording is at fault",
        ),
        "comment" => (
            "text, or empty",
            "FREE TEXT as the rater typed it: read it for names and dates before passing this \
             file on. An apostrophe before =, +, -, @ or a line break was put there by the export",
        ),
        "response_time_ms" => (
            "milliseconds",
            "From when the prototype, or both ECGs of the pair, were shown until the answer was given",
        ),
        "answered_at" | "time" => (
            "RFC 3339, UTC",
            "By the clock of the machine that saved it; the order is that of the events, not this",
        ),
        "event_id" => (
            "installation-sequence",
            "The event that holds the answer, here and in events.csv",
        ),
        "earlier_answers" => (
            "0, 1, ...",
            "Answers of this rater to this prototype or pair before this one (changes of mind)",
        ),
        "time_utc_ms" => (
            "milliseconds",
            "The same since 1970-01-01, as it is in the hash",
        ),
        "installation" => (
            "16 hexadecimal digits",
            "Random number of the user account and machine that wrote the event",
        ),
        "sequence" => (
            "1, 2, ...",
            "Number of the event in its installation's chain",
        ),
        "kind" => (
            "answer; close",
            "What happened: an answer; the end of a queue",
        ),
        "payload" => (
            "JSON",
            "What was saved, FREE TEXT comments included, exactly as typed",
        ),
        "previous_hash" => (
            "64 hexadecimal digits",
            "Hash of the event before it in the chain; for the first, of the study",
        ),
        "hash" => (
            "64 hexadecimal digits",
            "SHA-256 over the event and previous_hash",
        ),
        _ => ("", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_described() {
        for (file, columns) in tables(true, true) {
            for column in columns {
                let (values, meaning) = describe(file, column);
                assert!(!values.is_empty() && !meaning.is_empty(), "{column}");
            }
        }
    }
}
