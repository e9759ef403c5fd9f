//! The report's tables as CSV.

use super::Report;
use crate::statistics::{CurvePoint, Reliability};

/// File names and contents.
pub fn all(report: &Report) -> Vec<(&'static str, String)> {
    let codes: Vec<&str> = report.details.iter().map(|c| c.code.as_str()).collect();
    vec![
        ("classes.csv", classes(report)),
        ("distribution.csv", distribution(report, &codes)),
        (
            "cooccurrence.csv",
            matrix(&codes, &report.cooccurrence, |n| n.to_string()),
        ),
        (
            "jaccard.csv",
            matrix(&codes, &report.jaccard, |j| format!("{j:.6}")),
        ),
        ("curves.csv", curves(report)),
        ("confusion.csv", confusion(report)),
        ("reliability.csv", reliability(report)),
    ]
}

/// One line; a field with a comma or a quote is quoted.
fn line(fields: &[String]) -> String {
    let quoted = fields.iter().map(|field| {
        if field.contains([',', '"', '\n']) {
            format!("\"{}\"", field.replace('"', "\"\""))
        } else {
            field.clone()
        }
    });
    quoted.collect::<Vec<_>>().join(",") + "\n"
}

fn header(names: &[&str]) -> String {
    names.join(",") + "\n"
}

/// Empty where there is no number.
fn number(value: Option<f64>) -> String {
    value.map_or(String::new(), |v| format!("{v:.6}"))
}

fn classes(report: &Report) -> String {
    let mut text = header(&[
        "code",
        "train_positives",
        "positives",
        "auroc",
        "auroc_low",
        "auroc_high",
        "auprc",
        "f1",
        "threshold",
        "threshold_shared",
    ]);
    for class in &report.metrics.classes {
        text += &line(&[
            class.code.clone(),
            class
                .train_positives
                .map_or(String::new(), |n| n.to_string()),
            class.positives.to_string(),
            number(class.auroc),
            number(class.auroc_ci.map(|ci| ci.0)),
            number(class.auroc_ci.map(|ci| ci.1)),
            number(class.auprc),
            number(class.f1),
            number(Some(class.threshold)),
            class.threshold_shared.to_string(),
        ]);
    }
    text
}

fn distribution(report: &Report, codes: &[&str]) -> String {
    let splits: Vec<&str> = report.distribution.iter().map(|s| s.split).collect();
    let mut text = header(&[&["code"], splits.as_slice()].concat());
    for (c, code) in codes.iter().enumerate() {
        let mut fields = vec![(*code).to_owned()];
        fields.extend(
            report
                .distribution
                .iter()
                .map(|s| s.positives[c].to_string()),
        );
        text += &line(&fields);
    }
    text
}

fn matrix<T>(codes: &[&str], rows: &[Vec<T>], show: impl Fn(&T) -> String) -> String {
    let mut text = header(&[&["code"], codes].concat());
    for (code, row) in codes.iter().zip(rows) {
        let mut fields = vec![(*code).to_owned()];
        fields.extend(row.iter().map(&show));
        text += &line(&fields);
    }
    text
}

/// ROC and precision-recall: the same points.
fn curves(report: &Report) -> String {
    let mut text = header(&[
        "code",
        "threshold",
        "false_positive_rate",
        "true_positive_rate",
        "precision",
    ]);
    for class in &report.details {
        let points: &[CurvePoint] = class.curve.as_deref().unwrap_or_default();
        for point in points {
            text += &line(&[
                class.code.clone(),
                number(point.threshold),
                number(Some(point.false_positive_rate)),
                number(Some(point.true_positive_rate)),
                number(point.precision),
            ]);
        }
    }
    text
}

fn confusion(report: &Report) -> String {
    let mut text = header(&[
        "code",
        "threshold",
        "true_negatives",
        "false_positives",
        "false_negatives",
        "true_positives",
    ]);
    for (class, metrics) in report.details.iter().zip(&report.metrics.classes) {
        let c = &class.confusion;
        let mut fields = vec![class.code.clone(), number(Some(metrics.threshold))];
        let counts = [
            c.true_negatives,
            c.false_positives,
            c.false_negatives,
            c.true_positives,
        ];
        fields.extend(counts.iter().map(usize::to_string));
        text += &line(&fields);
    }
    text
}

fn reliability(report: &Report) -> String {
    let mut text = header(&[
        "code",
        "probability",
        "low",
        "high",
        "records",
        "mean_probability",
        "observed",
    ]);
    let mut rows = |code: &str, kind: &str, diagram: &Reliability| {
        for bin in &diagram.bins {
            text += &line(&[
                code.to_owned(),
                kind.to_owned(),
                number(Some(bin.low)),
                number(Some(bin.high)),
                bin.records.to_string(),
                number(bin.mean_probability),
                number(bin.observed),
            ]);
        }
    };
    for class in &report.details {
        if let Ok(diagram) = &class.reliability.0 {
            rows(&class.code, "as_is", diagram);
        }
        if let Some(Ok(diagram)) = class.calibrated_reliability.as_ref().map(|r| &r.0) {
            rows(&class.code, "calibrated", diagram);
        }
    }
    text
}
