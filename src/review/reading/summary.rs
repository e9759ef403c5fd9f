//! The results in words and rows: the terminal, the window and the PDF show the
//! same.

use super::results::ReadingResults;
use super::{Arm, ReadingStudy, Right, Sequence};
use crate::review::Included;
use crate::statistics::reading::{Estimate, ReaderEstimate};

/// One table of the report.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    pub title: &'static str,
    pub columns: &'static [&'static str],
    pub rows: Vec<Vec<String>>,
    /// What a reader of the table has to know.
    pub note: &'static str,
}

const SHARES: [&str; 6] = ["What", "Reader", "n", "ECGs", "Share", "95 %"];

/// Row of the mean over the readers.
const THESE_READERS: &str = "these readers";

/// What was done, in sentences.
pub fn design(study: &ReadingStudy, results: &ReadingResults) -> Vec<String> {
    let protocol = &study.protocol;
    let arms: Vec<&str> = protocol.arms.iter().map(|arm| arm.name()).collect();
    let sequence = match protocol.sequence {
        Sequence::EcgByEcg => "all arms of an ECG, then the next ECG",
        Sequence::ArmByArm => "all ECGs in one arm, then all in the next",
    };
    let right = match protocol.right {
        Right::ExactlyThese => {
            "all statements of the ECG in the data set that could be said, and no other"
        }
        Right::NoneWrong => "statements of the ECG in the data set only",
    };
    let mut lines = vec![
        format!(
            "{} ECGs, {} more for practice, not counted; folds {:?}; seed {}. Arms: {}; {sequence}.",
            results.ecgs,
            results.training,
            protocol.ecgs.folds,
            study.seed,
            arms.join(", ")
        ),
        format!(
            "An answer of 1 to {} of {} statements is right where it has {right}.",
            protocol.most_statements,
            study.statements.len()
        ),
        format!(
            "{} wrong controls (what the model said of another ECG); {} of {} shown predictions are wrong; the model \
             itself is wrong about {}.",
            results.wrong_controls, results.shown_wrong, results.ecgs, results.model_wrong
        ),
        format!(
            "Intervals: 95 %, paired bootstrap of whole ECGs, {} resamples, seed {} (BCa, else percentile); readers fixed.",
            results.report.settings.resampling.resamples, results.report.settings.resampling.seed
        ),
    ];
    if results.included == Included::Everyone {
        lines.push("INTERIM: readers whose queue is still open are included.".to_owned());
    }
    if !results.conflicts.is_empty() {
        lines.push(format!(
            "{} place(s) were answered on several machines; the first to arrive counts.",
            results.conflicts.len()
        ));
    }
    lines
}

/// All tables, in their order.
pub fn sections(results: &ReadingResults) -> Vec<Section> {
    let report = &results.report;
    let mut accuracy = Vec::new();
    let mut conduct = Vec::new();
    for arm in &report.arms {
        of_readers(&mut accuracy, title_of(&arm.arm), &arm.readers);
        accuracy.push(row(title_of(&arm.arm), THESE_READERS, &arm.these_readers));
        let confidence = arm.mean_confidence.map(|c| format!("{c:.2}"));
        let time = arm.median_time_ms.map(|ms| format!("{:.1} s", ms / 1000.0));
        conduct.push(vec![
            title_of(&arm.arm).to_owned(),
            arm.these_readers.n.to_string(),
            confidence.unwrap_or_else(|| "-".to_owned()),
            time.unwrap_or_else(|| "-".to_owned()),
        ]);
    }
    let mut changes = Vec::new();
    for change in &report.changes {
        let what = format!(
            "{} less {}",
            title_of(&change.to),
            lower(title_of(&change.from))
        );
        of_readers(&mut changes, &what, &change.readers);
        changes.push(row(&what, THESE_READERS, &change.these_readers));
        changes.push(row("  wrong, then right", "all pairs", &change.gained));
        changes.push(row("  right, then wrong", "all pairs", &change.lost));
    }
    let mut reliance = Vec::new();
    for arm in &report.reliance {
        let what = |said: &str| format!("{}: {said}", title_of(&arm.arm));
        let wrong = what("took over a wrong prediction");
        of_readers(&mut reliance, &wrong, &arm.readers_took_over_wrong);
        reliance.push(row(&wrong, "all pairs", &arm.took_over_wrong));
        reliance.push(row(
            "  of the controls",
            "all pairs",
            &arm.took_over_controls,
        ));
        reliance.push(row(
            "  of the model's errors",
            "all pairs",
            &arm.took_over_errors,
        ));
        reliance.push(row("  right, then wrong", "all pairs", &arm.lost));
        let corrected = what("corrected by a right prediction");
        of_readers(&mut reliance, &corrected, &arm.readers_corrected);
        reliance.push(row(&corrected, "all pairs", &arm.corrected));
    }
    vec![
        Section {
            title: "Accuracy",
            columns: &SHARES,
            rows: accuracy,
            note: "These readers: the mean of their accuracies.",
        },
        Section {
            title: "Change from arm to arm",
            columns: &SHARES,
            rows: changes,
            note: "Over what was answered in both arms, paired by ECG.",
        },
        Section {
            title: "Reliance on the prediction",
            columns: &SHARES,
            rows: reliance,
            note: "Took over: right unaided, shown a wrong statement, which then is in the answer. Corrected: wrong \
                   unaided, shown a right statement, right then. n: pairs of reader and ECG.",
        },
        Section {
            title: "Confidence and time",
            columns: &["Arm", "n", "Mean confidence", "Median time"],
            rows: conduct,
            note: "Confidence from 1, a guess, to 5, certain.",
        },
    ]
}

fn title_of(arm: &str) -> &'static str {
    let mut all = Arm::ALL.into_iter();
    all.find(|a| a.name() == arm).map_or("", Arm::title)
}

fn lower(text: &str) -> String {
    text.to_lowercase()
}

fn of_readers(rows: &mut Vec<Vec<String>>, what: &str, readers: &[ReaderEstimate]) {
    rows.extend(readers.iter().map(|r| row(what, &r.reader, &r.estimate)));
}

/// A share in percent with its interval, or the reasons.
fn row(what: &str, reader: &str, estimate: &Estimate) -> Vec<String> {
    let percent = |value: f64| format!("{:.1}", 100.0 * value);
    let (value, interval) = match (&estimate.value.0, &estimate.interval.0) {
        (Err(reason), _) => ("-".to_owned(), reason.to_string()),
        (Ok(value), Err(reason)) => (format!("{} %", percent(*value)), reason.to_string()),
        (Ok(value), Ok(interval)) => (
            format!("{} %", percent(*value)),
            format!("{} to {}", percent(interval.low), percent(interval.high)),
        ),
    };
    vec![
        what.to_owned(),
        reader.to_owned(),
        estimate.n.to_string(),
        estimate.ecgs.to_string(),
        value,
        interval,
    ]
}
