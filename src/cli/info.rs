//! `protoecg info`: what a file holds.

use std::path::PathBuf;

use super::output;
use crate::{formats, plausibility};

/// Say what an ECG file holds: leads, rate, duration, checksum, plausibility
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  protoecg info models/demo-rhythm/example.hea")]
pub struct Arguments {
    /// ECG file
    file: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(serde::Serialize)]
struct Document<'a> {
    schema: u32,
    format: String,
    leads: Vec<String>,
    rate_hz: f64,
    duration_s: f64,
    samples: usize,
    unit_source: String,
    remarks: Vec<String>,
    pseudonym: Option<crate::ecg::Pseudonym>,
    sha256: String,
    plausibility: &'a [plausibility::Finding],
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let admitted = plausibility::admit(formats::open(&arguments.file)?);
    let (recording, report) = (admitted.recording, admitted.report);
    let leads = recording
        .channels
        .iter()
        .map(|c| c.lead.map_or(c.name.clone(), |l| l.name().to_owned()));
    let document = Document {
        schema: 1,
        leads: leads.collect(),
        rate_hz: recording.rate_hz,
        duration_s: recording.duration_s(),
        samples: recording.len(),
        sha256: recording.sha256(),
        format: recording.format,
        unit_source: recording.unit_source,
        remarks: recording.remarks,
        pseudonym: recording.pseudonym,
        plausibility: &report.findings,
    };
    if arguments.json {
        return output::print_json(&document);
    }
    let mut table = output::Table::default();
    let mut row = |name: &str, value: String| table.row(vec![name.to_owned(), value]);
    row("format", document.format);
    row("leads", document.leads.join(" "));
    row("rate", format!("{} Hz", document.rate_hz));
    row(
        "duration",
        format!(
            "{:.3} s, {} samples per lead",
            document.duration_s, document.samples
        ),
    );
    row("unit", document.unit_source);
    for remark in document.remarks {
        row("remark", remark);
    }
    if let Some(pseudonym) = document.pseudonym {
        row("patient", format!("{pseudonym} (pseudonym)"));
    }
    row("SHA-256", document.sha256);
    for finding in report.remarks() {
        row(finding.severity.word(), finding.message.clone());
    }
    let passed = report.of(plausibility::Severity::Pass).count();
    row(
        "passed",
        format!("{passed} checks of plausibility (--json lists them)"),
    );
    table.print()
}
