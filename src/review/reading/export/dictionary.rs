//! `data_dictionary.csv` of a reading study: what each column means.

use super::super::super::export::dictionary::{COLUMNS, FILE, describe as of_ratings};
use super::super::super::export::files::Draft;
use super::super::super::export::tables::EVENTS_FILE;
use super::tables::{ECGS_FILE, all};

pub(super) fn table() -> csv::Result<Draft> {
    let mut rows: Vec<[&str; COLUMNS.len()]> = Vec::new();
    for (file, columns) in all() {
        rows.extend(columns.into_iter().map(|column| {
            let (values, meaning) = describe(file, column);
            [file, column, values, meaning]
        }));
    }
    Draft::csv(FILE, &COLUMNS, &rows)
}

/// Values and meaning of a column; what a study of prototypes has, too, means
/// the same.
fn describe(file: &'static str, column: &'static str) -> (&'static str, &'static str) {
    const YES: &str = "yes; no";
    const CODE: &str = "SCP code, or superclass";
    const CODES: &str = "SCP codes, or superclasses, with a blank between";
    match column {
        "kind" if file == EVENTS_FILE => (
            "reading; close",
            "What happened: an answer; the end of a queue",
        ),
        "bundle_sha256" => (
            "64 hexadecimal digits",
            "SHA-256 of the model bundle whose predictions were shown",
        ),
        "ecg_id" => (
            "record number",
            "The ECG in the data set of the model card; never shown to a reader",
        ),
        "recording_sha256" => (
            "64 hexadecimal digits",
            "SHA-256 of its signal, by which the window knows that it shows the right one",
        ),
        "training" => (YES, "Read for practice; in no result"),
        "reader" => (
            "1-16 letters, digits, - or _",
            "Code of the reader; who that is is not in this study",
        ),
        "arm" => (
            "unaided; with_prediction; with_prototype; with_attention",
            "What was shown beside the ECG: nothing; the prediction; that and its most similar \
             prototype; the prediction and where the network looked",
        ),
        "statements" => (CODES, "What the reader said"),
        "confidence" => ("1 to 5", "How sure the reader was: 1 a guess, 5 certain"),
        "right" => (
            YES,
            "Whether the answer is right by the rule of the protocol",
        ),
        "carried" => (
            CODES,
            "The reference: what the data set says of the ECG, of the statements that could be said",
        ),
        "said" => (CODE, "What the model said of this ECG"),
        "said_probability" => ("0 to 1", "The model's probability of it"),
        "shown" => (
            CODE,
            "What was shown as the prediction: what the model said, or in a wrong control what it \
             said of another ECG",
        ),
        "shown_probability" => ("0 to 1", "The probability that was shown with it"),
        "shown_positive" => (YES, "Whether it was shown as above its threshold"),
        "shown_prototype" => (
            "0, 1, ..., or empty",
            "Number of the prototype in the bundle that was shown with it",
        ),
        "shown_right" => (YES, "Whether the ECG carries the statement that was shown"),
        "says_shown" => (YES, "Whether the answer has the statement that was shown"),
        "wrong_control" => (
            YES,
            "Whether a wrong statement was shown in place of the model's own",
        ),
        "response_time_ms" => (
            "milliseconds",
            "From when everything of the arm was shown until the answer was given",
        ),
        "reconsidered" => (
            "0, 1, ...",
            "How often a choice was taken back or replaced before the answer was saved",
        ),
        "counts" => (
            YES,
            "Whether it is the answer that counts: the first to arrive",
        ),
        "agrees" => (YES, "Whether all machines have the same answer"),
        "name" => (
            "setting/..., accuracy/ARM/READER/what, change/FROM/TO/..., reliance/ARM/...",
            "Which number of the report: n, ecgs, value, low and high of each estimate",
        ),
        "value" => ("number", "The number of that name; shares are from 0 to 1"),
        "arrival" => ("1, 2, ...", "Place of the event in this file"),
        _ if file == ECGS_FILE => ("", ""),
        _ => of_ratings(file, column),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_described() {
        for (file, columns) in all() {
            for column in columns {
                let (values, meaning) = describe(file, column);
                assert!(!values.is_empty() && !meaning.is_empty(), "{file} {column}");
            }
        }
    }
}
