//! `protoecg predict`: what a model says about recordings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::{ModelArguments, output};
use crate::bundle::{Bundle, ModelInput};
use crate::explain::words;
use crate::inference::{Model, Prediction, sigmoid};
use crate::plausibility::{self, Admitted};
use crate::{formats, inference};

/// Read ECGs with a model
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  protoecg predict models/demo-rhythm/example.hea --json\n\n\
    A file that cannot be read, or whose ECG is refused as implausible, does not stop the others;\n\
    the exit code is then 1. With --json a refused ECG is listed without predictions."
)]
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
    /// None of a recording that the gate refused.
    predictions: Vec<inference::ClassPrediction>,
    /// Of a model with attention: share of each lead, by its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    lead_attention: Option<BTreeMap<&'static str, f64>>,
    /// Of a model with attention: lead x step of 0.08 s.
    #[serde(skip_serializing_if = "Option::is_none")]
    temporal_attention: Option<Vec<Vec<f64>>>,
}

impl RecordingDocument {
    /// `file` is what the document calls the recording: its path on standard
    /// output, [`Recording::short_id`] in a file, since a path counts as identity.
    pub fn new(
        file: String,
        model: &Model,
        report: plausibility::Report,
        prediction: Prediction,
    ) -> Self {
        let leads = &model.manifest().preprocessing.leads;
        let lead_attention = prediction.attention.as_ref().map(|attention| {
            let shares = attention.lead.iter().copied();
            leads.iter().map(|lead| lead.name()).zip(shares).collect()
        });
        Self {
            lead_attention,
            temporal_attention: prediction.attention.map(|a| a.temporal),
            file,
            sha256: prediction.recording_sha256,
            plausibility: report.findings,
            notes: prediction.notes,
            predictions: prediction.classes,
        }
    }

    /// Of a recording that was not given to the model.
    fn refused(file: String, sha256: String, report: plausibility::Report) -> Self {
        Self {
            file,
            sha256,
            plausibility: report.findings,
            notes: Vec::new(),
            predictions: Vec::new(),
            lead_attention: None,
            temporal_attention: None,
        }
    }
}

/// A recording that was read, and what the network sees of it unless it was
/// refused.
struct Prepared<'a> {
    file: &'a Path,
    sha256: String,
    report: plausibility::Report,
    input: Option<ModelInput>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let model = arguments.model.load()?;
    let files = &arguments.files;
    let mut prepared = Vec::with_capacity(files.len());
    let mut failures = Vec::new();
    let mut fail = |error: anyhow::Error| {
        if files.len() > 1 {
            eprintln!("error: {}", output::error_line(&error));
        }
        failures.push(error);
    };
    for file in files {
        match prepare(&model, file) {
            Ok(recording) => {
                if let Some(reason) = recording.report.refusal() {
                    fail(refusal(file, &reason));
                }
                prepared.push(recording);
            }
            Err(error) => fail(error),
        }
    }
    let recordings = predict(&model, prepared, arguments)?;
    if arguments.json {
        output::print_json(&Document {
            schema: 1,
            bundle: model.bundle().into(),
            recordings,
        })?;
    }
    match failures.len() {
        0 => Ok(()),
        1 if files.len() == 1 => Err(failures.remove(0)),
        failed => anyhow::bail!("{failed} of {} recordings were not read", files.len()),
    }
}

fn prepare<'a>(model: &Model, file: &'a Path) -> anyhow::Result<Prepared<'a>> {
    let Admitted { recording, report } = plausibility::admit(formats::open(file)?);
    let input = || model.input(&recording);
    let input = (!report.refused()).then(input).transpose();
    Ok(Prepared {
        file,
        sha256: recording.sha256(),
        report,
        input: input.with_context(|| file.display().to_string())?,
    })
}

/// Reads all recordings at once, and prints each unless a document is wanted.
fn predict(
    model: &Model,
    prepared: Vec<Prepared>,
    arguments: &Arguments,
) -> anyhow::Result<Vec<RecordingDocument>> {
    let mut recordings = Vec::with_capacity(prepared.len());
    let mut inputs = Vec::with_capacity(prepared.len());
    let mut heads = Vec::with_capacity(prepared.len());
    for p in prepared {
        inputs.extend(p.input);
        heads.push((p.file, p.sha256, p.report));
    }
    let mut readings = model.read(&inputs).into_iter().zip(inputs);
    for (file, sha256, report) in heads {
        // Only what was not refused has an input, in the same order.
        let reading = (!report.refused()).then(|| readings.next()).flatten();
        let Some((reading, input)) = reading else {
            let file = file.display().to_string();
            recordings.push(RecordingDocument::refused(file, sha256, report));
            continue;
        };
        let mut prediction = model.prediction(sha256, input.notes, reading);
        if arguments.raw {
            for class in &mut prediction.classes {
                class.probability.get_or_insert(sigmoid(class.logit));
            }
        }
        if !arguments.json {
            print_table(model.bundle(), file, &report, &prediction)?;
        }
        let file = file.display().to_string();
        recordings.push(RecordingDocument::new(file, model, report, prediction));
    }
    Ok(recordings)
}

/// Opens a file and lets it through the gate, unless it is refused.
pub fn admit(file: &Path) -> anyhow::Result<Admitted> {
    let admitted = plausibility::admit(formats::open(file)?);
    match admitted.report.refusal() {
        Some(reason) => Err(refusal(file, &reason)),
        None => Ok(admitted),
    }
}

fn refusal(file: &Path, reason: &str) -> anyhow::Error {
    anyhow::anyhow!("{}: {reason}", file.display())
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
    for finding in report.remarks() {
        output::print_line(&format!("{}: {}", finding.severity.word(), finding.message))?;
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
                Some(p) if class.assessed => words::rounded_probability(p, 3),
                Some(p) => format!("{} (raw)", words::rounded_probability(p, 3)),
                None => not_assessed.unwrap_or_default(),
            },
            output::number(class.threshold) + output::shared(class.threshold_shared),
            words::chance(class.calibrated_probability) + output::shared(class.calibration_shared),
            class.description.clone(),
        ]);
    }
    table.print()?;
    let mut classes = prediction.classes.iter();
    if classes.any(|c| c.calibration_shared || c.threshold_shared) {
        output::print_line(output::SHARED)?;
    }
    output::print_line("Not a medical device.\n")
}
