//! `protoecg predict`: what a model says about recordings.

use std::path::{Path, PathBuf};

use super::{ModelArguments, output};
use crate::bundle::Bundle;
use crate::inference::Prediction;
use crate::{formats, plausibility};

/// Read ECGs with a model
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  protoecg predict models/demo-rhythm/example.hea --json")]
pub struct Arguments {
    /// ECG files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    model: ModelArguments,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    /// Also give probabilities of statements that the model has too few training ECGs to assess
    #[arg(long)]
    raw: bool,
}

/// `bundle` in every JSON document.
#[derive(serde::Serialize)]
pub struct BundleHead<'a> {
    name: &'a str,
    sha256: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<&'static str>,
}

impl<'a> From<&'a Bundle> for BundleHead<'a> {
    fn from(bundle: &'a Bundle) -> Self {
        Self {
            name: &bundle.manifest.name,
            sha256: &bundle.sha256,
            notice: bundle.notice(),
        }
    }
}

#[derive(serde::Serialize)]
struct Document<'a> {
    schema: u32,
    bundle: BundleHead<'a>,
    recordings: Vec<RecordingDocument>,
}

#[derive(serde::Serialize)]
pub struct RecordingDocument {
    file: String,
    sha256: String,
    plausibility: Vec<plausibility::Finding>,
    notes: Vec<String>,
    predictions: Vec<crate::inference::ClassPrediction>,
}

impl RecordingDocument {
    pub fn new(file: &Path, report: plausibility::Report, prediction: Prediction) -> Self {
        Self {
            file: file.display().to_string(),
            sha256: prediction.recording_sha256,
            plausibility: report.findings,
            notes: prediction.notes,
            predictions: prediction.classes,
        }
    }
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let model = arguments.model.load()?;
    let mut recordings = Vec::with_capacity(arguments.files.len());
    for file in &arguments.files {
        let (report, mut prediction) = read(&model, file)?;
        if arguments.raw {
            for class in &mut prediction.classes {
                class
                    .probability
                    .get_or_insert(1.0 / (1.0 + (-class.logit).exp()));
            }
        }
        if !arguments.json {
            print_table(model.bundle(), file, &report, &prediction)?;
        }
        recordings.push(RecordingDocument::new(file, report, prediction));
    }
    if arguments.json {
        output::print_json(&Document {
            schema: 1,
            bundle: model.bundle().into(),
            recordings,
        })?;
    }
    Ok(())
}

/// Opens a file, lets it through the gate and reads it.
pub fn read(
    model: &crate::inference::Model,
    file: &Path,
) -> anyhow::Result<(plausibility::Report, Prediction)> {
    let recording = formats::open(file)?;
    let report = plausibility::assess(&recording);
    if report.refused() {
        let reasons: Vec<String> = report
            .of(plausibility::Severity::Refuse)
            .map(|f| f.message.clone())
            .collect();
        anyhow::bail!(
            "{}: not given to the model: {}",
            file.display(),
            reasons.join("; ")
        );
    }
    let prediction = model.predict(&recording)?;
    Ok((report, prediction))
}

fn print_table(
    bundle: &Bundle,
    file: &Path,
    report: &plausibility::Report,
    prediction: &Prediction,
) -> anyhow::Result<()> {
    output::print_line(&format!(
        "{} read by {}",
        file.display(),
        bundle.manifest.title
    ))?;
    for note in bundle
        .notice()
        .into_iter()
        .chain(prediction.notes.iter().map(String::as_str))
    {
        output::print_line(note)?;
    }
    for finding in &report.findings {
        output::print_line(&format!("note: {}", finding.message))?;
    }
    if prediction.nothing_positive() {
        output::print_line("nothing is above its threshold (this is not the same as normal)")?;
    }
    let mut table = output::Table::new(&[
        "",
        "statement",
        "probability",
        "threshold",
        "calibrated",
        "description",
    ]);
    let mut order: Vec<_> = prediction.classes.iter().collect();
    order.sort_by(|a, b| {
        b.positive.cmp(&a.positive).then(
            b.probability
                .unwrap_or(-1.0)
                .total_cmp(&a.probability.unwrap_or(-1.0)),
        )
    });
    for class in order {
        let not_assessed = (!class.assessed).then(|| "not assessed".to_owned());
        table.row(vec![
            if class.positive == Some(true) {
                "+"
            } else {
                ""
            }
            .to_owned(),
            class.code.clone(),
            match class.probability {
                Some(p) if class.assessed => format!("{p:.3}"),
                Some(p) => format!("{p:.3} (raw)"),
                None => not_assessed.unwrap_or_default(),
            },
            output::number(class.threshold),
            output::number(class.calibrated_probability),
            class.description.clone(),
        ]);
    }
    table.print()?;
    output::print_line("Not a medical device.\n")
}
