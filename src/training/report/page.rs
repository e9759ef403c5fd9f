//! One page that shows the whole report; it needs no other file.

use std::fmt::Write;

use super::Report;
use crate::sheet::NOT_A_MEDICAL_DEVICE;
use crate::statistics::PatientInterval;
use crate::statistics::study::Outcome;

/// A chart as it stands on the page.
pub struct Figure {
    pub name: &'static str,
    pub heading: &'static str,
    pub svg: String,
}

const STYLE: &str = "body{font:15px/1.5 Inter,Helvetica,Arial,sans-serif;max-width:60em;margin:2em auto;padding:0 1em}\
    table{border-collapse:collapse}td,th{padding:.15em .8em;text-align:right;border-bottom:1px solid #ddd}\
    td:first-child,th:first-child{text-align:left}svg{max-width:100%;height:auto}";

pub fn html(report: &Report, figures: &[Figure]) -> String {
    let mut page = String::new();
    let title = format!("{} on fold {}", report.bundle, report.metrics.fold);
    // Writing to a String cannot fail.
    let mut put = |text: String| page.push_str(&text);
    put(format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{}</title><style>{STYLE}</style></head>\n<body>\n<h1>{}</h1>\n",
        escape(&title),
        escape(&title)
    ));
    put(format!("<p>{NOT_A_MEDICAL_DEVICE}</p>\n"));
    if let Some(notice) = report.notice {
        put(format!("<p><strong>{}</strong></p>\n", escape(notice)));
    }
    put(format!(
        "<p>Bundle SHA-256 {}. {} ECGs; {} statements with both outcomes. {} learned numbers, {} ms per ECG (median of {}, one at a time, {}, {} threads).</p>\n",
        report.bundle_sha256,
        report.metrics.records,
        report.metrics.statements_scored,
        report.cost.parameters,
        report
            .cost
            .ms_per_ecg
            .map_or("-".to_owned(), |ms| format!("{ms:.1}")),
        report.cost.ecgs_timed,
        escape(&report.cost.device),
        report.cost.threads
    ));
    put(averages(report));
    put(classes(report));
    for figure in figures {
        put(format!(
            "<h2>{}</h2>\n<figure>{}</figure>\n",
            escape(figure.heading),
            figure.svg
        ));
    }
    put("</body>\n</html>\n".to_owned());
    page
}

/// `0.812 [0.790, 0.833], 12 redrawn`, or why there is none.
pub fn measured(outcome: &Outcome<PatientInterval>) -> String {
    match &outcome.0 {
        Ok(m) => format!(
            "{:.3} [{:.3}, {:.3}], {} redrawn",
            m.value, m.interval.low, m.interval.high, m.redrawn
        ),
        Err(why) => why.to_string(),
    }
}

fn averages(report: &Report) -> String {
    let quality = &report.quality;
    let mut text = String::from(
        "<h2>Averages</h2>\n<p>Percentile intervals from 1,000 resamples of patients; a resample in which a statement loses an outcome is drawn again.</p>\n<table><tr><th>statements</th><th>macro AUROC</th><th>macro AUPRC</th><th>macro F1</th><th>Fmax</th></tr>\n",
    );
    for row in &quality.by_patient {
        writeln!(
            text,
            "<tr><td>{} with at least {} positive ECGs</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            row.statements,
            row.least_positives,
            measured(&row.macro_auroc),
            measured(&row.macro_auprc),
            measured(&row.macro_f1),
            measured(&row.f_max)
        )
        .ok();
    }
    writeln!(
        text,
        "</table>\n<p>Over all {}: macro AUROC {}, macro AUPRC {}, macro F1 {}, Fmax {} at {}. What the published program prints as test_auc, a mean over batches of 32 ECGs: {}.</p>",
        report.metrics.statements_scored,
        number(report.metrics.macro_auroc),
        number(quality.macro_auprc),
        number(quality.macro_f1),
        number(quality.f_max),
        number(quality.f_max_threshold),
        number(quality.published_batch_auroc)
    )
    .ok();
    text
}

fn classes(report: &Report) -> String {
    let mut text = String::from(
        "<h2>Statements</h2>\n<table><tr><th>code</th><th>training ECGs</th><th>positives</th><th>AUROC</th><th>AUPRC</th><th>F1</th><th>threshold</th></tr>\n",
    );
    for class in &report.metrics.classes {
        let interval = class.auroc_ci.map_or(String::new(), |(low, high)| {
            format!(" [{low:.3}, {high:.3}]")
        });
        writeln!(
            text,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}{interval}</td><td>{}</td><td>{}</td><td>{:.3}{}</td></tr>",
            escape(&class.code),
            class
                .train_positives
                .map_or("unknown".to_owned(), |n| n.to_string()),
            class.positives,
            number(class.auroc),
            number(class.auprc),
            number(class.f1),
            class.threshold,
            if class.threshold_shared { " (shared)" } else { "" }
        )
        .ok();
    }
    text += "</table>\n";
    if report.metrics.classes.iter().any(|c| c.threshold_shared) {
        text += "<p>(shared): one threshold for the statements of a branch with fewer than 10 positives in the validation folds.</p>\n";
    }
    text
}

fn number(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), |v| format!("{v:.3}"))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
