//! `protoecg convert`: one format to another.

use std::path::PathBuf;

use anyhow::bail;

use super::output;
use crate::formats;

/// Write an ECG in another format
///
/// Read are WFDB (also several segments, FLAC and MATLAB v4), EDF, EDF+, BDF, and
/// CSV and NPY with a sidecar x.ron that says rate, unit and leads; the type is
/// found from the content. Written is what OUT ends in: .hea (WFDB, with .dat),
/// .edf (EDF+) or .csv (in mV, with .ron). Only age and sex of the patient are
/// kept. docs/formats.md says more.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  protoecg convert models/demo-rhythm/example.hea example.edf")]
pub struct Arguments {
    /// ECG file to read
    #[arg(value_name = "IN")]
    from: PathBuf,
    /// File to write
    #[arg(value_name = "OUT")]
    to: PathBuf,
    /// Overwrite files that are there
    #[arg(long)]
    force: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let files = formats::files_of(&arguments.to)?;
    if let Some(there) = files.iter().find(|f| f.exists() && !arguments.force) {
        bail!(
            "{}: is there already; --force overwrites it",
            there.display()
        );
    }
    let recording = formats::open(&arguments.from)?;
    let saved = formats::save(&arguments.to, &recording)?;
    let mut table = output::Table::default();
    let mut row = |name: &str, value: String| table.row(vec![name.to_owned(), value]);
    row("read", recording.format);
    for remark in recording.remarks {
        row("remark", remark);
    }
    row("written", saved.format.to_owned());
    if let Some(resolution) = saved.resolution {
        row(
            "resolution",
            format!(
                "{} uV per step, largest rounding {:.3} uV",
                resolution.step_uv, resolution.largest_rounding_uv
            ),
        );
    }
    for file in saved.files {
        row("file", file.display().to_string());
    }
    table.print()
}
