//! The tables of a reading study.

use super::super::super::export::files::Draft;
use super::super::super::export::tables::{EVENTS_COLUMNS, EVENTS_FILE, events};
use super::super::super::store::{CurrentReading, ReadingSnapshot};
use super::super::super::{Included, utc_text};
use super::super::results::row;
use super::super::{ReadEcg, ReadingResults, ReadingStudy};
use crate::statistics::reading::Estimate;

pub const READINGS_FILE: &str = "readings.csv";
pub const ECGS_FILE: &str = "ecgs.csv";
pub const CONFLICTS_FILE: &str = "conflicts.csv";
pub const NUMBERS_FILE: &str = "numbers.csv";

pub const READINGS_COLUMNS: [&str; 20] = [
    "study_id",
    "bundle_sha256",
    "ecg_id",
    "training",
    "reader",
    "queue_closed",
    "arm",
    "statements",
    "confidence",
    "right",
    "shown",
    "shown_right",
    "says_shown",
    "wrong_control",
    "response_time_ms",
    "reconsidered",
    "answered_at",
    "answered_ms",
    "arrival",
    "event_id",
];

pub const ECGS_COLUMNS: [&str; 11] = [
    "ecg_id",
    "recording_sha256",
    "training",
    "carried",
    "said",
    "said_probability",
    "shown",
    "shown_probability",
    "shown_positive",
    "shown_prototype",
    "wrong_control",
];

pub const CONFLICTS_COLUMNS: [&str; 6] =
    ["reader", "ecg_id", "arm", "event_id", "counts", "agrees"];

pub const NUMBERS_COLUMNS: [&str; 2] = ["name", "value"];

/// Every table with its columns, for the dictionary.
pub fn all() -> [(&'static str, Vec<&'static str>); 5] {
    [
        (READINGS_FILE, READINGS_COLUMNS.to_vec()),
        (ECGS_FILE, ECGS_COLUMNS.to_vec()),
        (EVENTS_FILE, EVENTS_COLUMNS.to_vec()),
        (CONFLICTS_FILE, CONFLICTS_COLUMNS.to_vec()),
        (NUMBERS_FILE, NUMBERS_COLUMNS.to_vec()),
    ]
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

/// The long table: one line per reader, ECG and arm.
pub fn readings(snapshot: &ReadingSnapshot) -> csv::Result<Draft> {
    let lines = snapshot.readings.iter();
    let rows: Vec<_> = lines
        .filter_map(|reading| {
            let ecg = snapshot.study.ecg(reading.answer.ecg_id)?;
            Some(reading_row(snapshot, reading, ecg))
        })
        .collect();
    Draft::csv(READINGS_FILE, &READINGS_COLUMNS, &rows)
}

fn reading_row(
    snapshot: &ReadingSnapshot,
    reading: &CurrentReading,
    ecg: &ReadEcg,
) -> [String; READINGS_COLUMNS.len()] {
    let (study, answer) = (&snapshot.study, &reading.answer);
    let judged = row(snapshot, reading, ecg);
    [
        study.study_id.clone(),
        study.bundle_sha256.clone(),
        answer.ecg_id.to_string(),
        yes(study.is_training(answer.ecg_id)),
        reading.rater.to_string(),
        yes(snapshot.closed.contains_key(&reading.rater)),
        answer.arm.name().to_owned(),
        answer.statements.join(" "),
        answer.confidence.to_string(),
        yes(judged.right),
        ecg.shown.said.code.clone(),
        yes(judged.shown_right),
        yes(judged.says_shown),
        yes(judged.control),
        answer.response_time_ms.to_string(),
        answer.reconsidered.to_string(),
        utc_text(reading.time_utc_ms),
        reading.time_utc_ms.to_string(),
        reading.arrival.to_string(),
        reading.event_id.to_string(),
    ]
}

/// One line per ECG: the reference, the model's statement, what was shown.
pub fn ecgs(study: &ReadingStudy) -> csv::Result<Draft> {
    let row = |ecg: &ReadEcg| -> [String; ECGS_COLUMNS.len()] {
        let prototype = ecg.shown.prototype.map(|p| p.to_string());
        [
            ecg.ecg_id.to_string(),
            ecg.recording_sha256.clone(),
            yes(study.is_training(ecg.ecg_id)),
            ecg.carried.join(" "),
            ecg.said.code.clone(),
            ecg.said.probability.to_string(),
            ecg.shown.said.code.clone(),
            ecg.shown.said.probability.to_string(),
            yes(ecg.shown.said.positive),
            prototype.unwrap_or_default(),
            yes(ecg.shown.wrong_control),
        ]
    };
    let rows: Vec<_> = study.training.iter().chain(&study.ecgs).map(row).collect();
    Draft::csv(ECGS_FILE, &ECGS_COLUMNS, &rows)
}

pub fn history(snapshot: &ReadingSnapshot) -> csv::Result<Draft> {
    events(&snapshot.study.study_id, &snapshot.events)
}

/// One line per answer to a place that several machines have.
pub fn conflicts(results: &ReadingResults) -> csv::Result<Draft> {
    let mut rows = Vec::new();
    for conflict in &results.conflicts {
        for (number, event) in conflict.events.iter().enumerate() {
            rows.push([
                conflict.reader.clone(),
                conflict.ecg_id.to_string(),
                conflict.arm.name().to_owned(),
                event.to_string(),
                yes(number == 0),
                yes(conflict.agrees),
            ]);
        }
    }
    Draft::csv(CONFLICTS_FILE, &CONFLICTS_COLUMNS, &rows)
}

/// Every number of the report by name; what has no value is not among them.
pub fn numbers(results: &ReadingResults) -> csv::Result<Draft> {
    let report = &results.report;
    let mut rows: Vec<[String; 2]> = Vec::new();
    let mut add = |name: String, value: f64| rows.push([name, value.to_string()]);
    let resampling = report.settings.resampling;
    add("setting/seed".to_owned(), f64::from(resampling.seed));
    add("setting/resamples".to_owned(), resampling.resamples as f64);
    add("setting/level".to_owned(), resampling.level);
    let everyone = results.included == Included::Everyone;
    add("setting/everyone".to_owned(), f64::from(u8::from(everyone)));
    // Arms by their places in the protocol, from 1.
    for (place, arm) in (1_u8..).zip(&report.settings.arms) {
        add(format!("setting/arm/{arm}"), f64::from(place));
        let aided = report.settings.aided.contains(arm);
        add(format!("setting/aided/{arm}"), f64::from(u8::from(aided)));
    }
    let mut estimates: Vec<(String, &Estimate)> = Vec::new();
    for arm in &report.arms {
        let name = format!("accuracy/{}", arm.arm);
        for reader in &arm.readers {
            estimates.push((format!("{name}/{}", reader.reader), &reader.estimate));
        }
        estimates.push((format!("{name}/these_readers"), &arm.these_readers));
        let others = [
            ("mean_confidence", arm.mean_confidence),
            ("median_time_ms", arm.median_time_ms),
        ];
        for (what, value) in others {
            if let Some(value) = value {
                add(format!("{what}/{}", arm.arm), value);
            }
        }
    }
    for change in &report.changes {
        let name = format!("change/{}/{}", change.from, change.to);
        for reader in &change.readers {
            estimates.push((format!("{name}/{}", reader.reader), &reader.estimate));
        }
        estimates.push((format!("{name}/these_readers"), &change.these_readers));
        estimates.push((format!("{name}/gained"), &change.gained));
        estimates.push((format!("{name}/lost"), &change.lost));
    }
    for reliance in &report.reliance {
        let name = format!("reliance/{}", reliance.arm);
        for (what, estimate) in [
            ("took_over_wrong", &reliance.took_over_wrong),
            ("took_over_controls", &reliance.took_over_controls),
            ("took_over_errors", &reliance.took_over_errors),
            ("lost", &reliance.lost),
            ("corrected", &reliance.corrected),
        ] {
            estimates.push((format!("{name}/{what}/all"), estimate));
        }
        for (what, readers) in [
            ("took_over_wrong", &reliance.readers_took_over_wrong),
            ("corrected", &reliance.readers_corrected),
        ] {
            for reader in readers {
                let name = format!("{name}/{what}/{}", reader.reader);
                estimates.push((name, &reader.estimate));
            }
        }
    }
    for (name, estimate) in estimates {
        add(format!("{name}/n"), estimate.n as f64);
        add(format!("{name}/ecgs"), estimate.ecgs as f64);
        if let Ok(value) = estimate.value.0 {
            add(format!("{name}/value"), value);
        }
        if let Ok(interval) = estimate.interval.0 {
            add(format!("{name}/low"), interval.low);
            add(format!("{name}/high"), interval.high);
        }
    }
    Draft::csv(NUMBERS_FILE, &NUMBERS_COLUMNS, &rows)
}
