//! `protoecg bundle verify`: checksums, provenance, duplicates.

use std::path::PathBuf;

use super::output;
use crate::bundle::{self, Bundle};
use crate::inference::{DeviceChoice, Model};

/// Inspect model bundles
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Verify(Verify),
}

/// Verify a bundle: checksums, weights, provenance and duplicates of prototypes
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  protoecg bundle verify models/demo-rhythm")]
pub struct Verify {
    /// Folder of a bundle, or the name of one that comes with the program
    bundle: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

#[derive(serde::Serialize)]
struct Document<'a> {
    schema: u32,
    bundle: super::predict::BundleHead<'a>,
    files: usize,
    prototypes: usize,
    distinct_sources: usize,
    duplicates: Vec<Duplicate>,
    projection: &'a bundle::ProjectionReport,
    zero_prototypes: Vec<usize>,
}

#[derive(serde::Serialize)]
struct Duplicate {
    prototype: usize,
    of: usize,
    ecg_id: u32,
}

pub fn run(command: &Command) -> anyhow::Result<()> {
    let Command::Verify(arguments) = command;
    let model = Model::load(
        Bundle::open(&bundle::resolve(&arguments.bundle)?)?,
        DeviceChoice::Cpu,
    )?;
    let manifest = model.manifest();
    let zero: Vec<usize> = model
        .prototypes()
        .iter()
        .enumerate()
        .filter(|(_, vector)| vector.iter().all(|&x| x == 0.0))
        .map(|(j, _)| j)
        .collect();
    let duplicates: Vec<Duplicate> = manifest
        .prototypes
        .iter()
        .enumerate()
        .filter_map(|(j, p)| {
            Some(Duplicate {
                prototype: j,
                of: p.duplicate_of?,
                ecg_id: p.ecg_id,
            })
        })
        .collect();
    let document = Document {
        schema: 1,
        bundle: model.bundle().into(),
        files: manifest.files.len(),
        prototypes: manifest.prototypes.len(),
        distinct_sources: manifest.prototypes.len() - duplicates.len(),
        duplicates,
        projection: &manifest.projection,
        zero_prototypes: zero,
    };
    if arguments.json {
        output::print_json(&document)?;
    } else {
        print(&document, &model)?;
    }
    anyhow::ensure!(
        document.zero_prototypes.is_empty(),
        "prototypes {:?} are all zero",
        document.zero_prototypes
    );
    Ok(())
}

fn print(document: &Document, model: &Model) -> anyhow::Result<()> {
    let manifest = model.manifest();
    output::print_line(&format!(
        "{} ({}), SHA-256 {}",
        manifest.title,
        manifest.name,
        model.bundle().sha256
    ))?;
    if let Some(notice) = model.bundle().notice() {
        output::print_line(notice)?;
    }
    output::print_line(&format!(
        "{} files, every checksum as written",
        document.files
    ))?;
    output::print_line(&format!(
        "{} prototypes from {} training ECGs of {}; no prototype is zero: {}",
        document.prototypes,
        document.distinct_sources,
        manifest.training.data,
        if document.zero_prototypes.is_empty() {
            "yes"
        } else {
            "no"
        }
    ))?;
    let mut table = output::Table::new(&[
        "prototype",
        "class",
        "ECG",
        "fold",
        "cosine before",
        "cosine",
        "duplicate of",
    ]);
    for (j, p) in manifest.prototypes.iter().enumerate() {
        table.row(vec![
            j.to_string(),
            manifest.statements[p.class].code.clone(),
            p.ecg_id.to_string(),
            p.fold.to_string(),
            output::number(Some(p.cosine_before)),
            format!("{:.6}", p.cosine),
            p.duplicate_of.map_or(String::new(), |d| d.to_string()),
        ]);
    }
    table.print()
}
