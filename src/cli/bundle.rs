//! `protoecg bundle`, and its `verify`: what a manifest says, computed again.

use std::path::PathBuf;

use super::output;
use crate::bundle::{self, Bundle, Exemplars, Prototype};
use crate::inference::{DeviceChoice, Model, Prediction};

/// Inspect model bundles, and take prototypes out of use
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Verify(Verify),
    Audit(super::audit::Arguments),
    Exclude(super::exclude::Arguments),
}

/// Verify a bundle: checksums, weights, duplicates, and that every prototype is its training ECG
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  protoecg bundle verify models/demo-rhythm\n\n\
    Training ECGs that are neither in the bundle nor in --data are counted as not checked."
)]
pub struct Verify {
    /// Folder of a bundle, or the name of one that comes with the program
    bundle: PathBuf,
    /// Folder of the data set that the model was trained on, for its training ECGs
    #[arg(long, value_name = "DIR", env = "PROTOECG_PTBXL")]
    data: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// A prototype has this cosine with its training ECG, to single precision.
const SMALLEST_COSINE: f64 = 1.0 - 1e-5;

#[derive(serde::Serialize)]
struct Document<'a> {
    schema: u32,
    bundle: super::predict::BundleHead<'a>,
    files: usize,
    prototypes: usize,
    distinct_sources: usize,
    duplicates: Vec<Duplicate>,
    projection: &'a [bundle::ProjectionReport],
    free_prototypes: Option<&'a bundle::FreePrototypes>,
    zero_prototypes: Vec<usize>,
    /// Prototypes whose training ECG could be read and was given to the model.
    sources_checked: usize,
    faults: Vec<Fault>,
}

#[derive(serde::Serialize)]
struct Duplicate {
    prototype: usize,
    of: usize,
    ecg_id: Option<u32>,
}

#[derive(serde::Serialize)]
struct Fault {
    prototype: usize,
    what: String,
}

pub fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Verify(arguments) => verify(arguments),
        Command::Audit(arguments) => super::audit::run(arguments),
        Command::Exclude(arguments) => super::exclude::run(arguments),
    }
}

fn verify(arguments: &Verify) -> anyhow::Result<()> {
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
    let mut faults: Vec<Fault> = zero
        .iter()
        .map(|&prototype| Fault {
            prototype,
            what: "is all zero".to_owned(),
        })
        .collect();
    let duplicates = duplicates(&manifest.prototypes, &mut faults);
    let known_sources = manifest
        .prototypes
        .iter()
        .filter(|p| p.recording_sha256.is_some())
        .count();
    let exemplars = Exemplars::new(model.bundle(), arguments.data.clone());
    let sources_checked = check_sources(&model, &exemplars, &mut faults);
    let document = Document {
        schema: 1,
        bundle: model.bundle().into(),
        files: manifest.files.len(),
        prototypes: manifest.prototypes.len(),
        distinct_sources: known_sources - duplicates.len(),
        duplicates,
        projection: &manifest.projection,
        free_prototypes: manifest.free_prototypes.as_ref(),
        zero_prototypes: zero,
        sources_checked,
        faults,
    };
    if arguments.json {
        output::print_json(&document)?;
    } else {
        print(&document, &model)?;
    }
    let faults: Vec<String> = document
        .faults
        .iter()
        .map(|f| format!("prototype {} {}", f.prototype, f.what))
        .collect();
    anyhow::ensure!(faults.is_empty(), "{}", faults.join("; "));
    Ok(())
}

/// Prototypes with the signal of one before them, from the checksums; where
/// the manifest says otherwise is a fault.
fn duplicates(prototypes: &[Prototype], faults: &mut Vec<Fault>) -> Vec<Duplicate> {
    let mut duplicates = Vec::new();
    for (j, prototype) in prototypes.iter().enumerate() {
        // Two unknown sources are not one.
        if prototype.recording_sha256.is_none() {
            continue;
        }
        let same = |p: &Prototype| {
            p.branch == prototype.branch
                && p.recording_sha256 == prototype.recording_sha256
                && p.window_samples == prototype.window_samples
        };
        let first = prototypes[..j].iter().position(same);
        if first != prototype.duplicate_of {
            let said = |of: Option<usize>| of.map_or("none".to_owned(), |of| of.to_string());
            faults.push(Fault {
                prototype: j,
                what: format!(
                    "is a duplicate of {} by its checksum, of {} in the manifest",
                    said(first),
                    said(prototype.duplicate_of)
                ),
            });
        }
        duplicates.extend(first.map(|of| Duplicate {
            prototype: j,
            of,
            ecg_id: prototype.ecg_id,
        }));
    }
    duplicates
}

/// Gives every training ECG that can be read to the model: the cosine of its
/// own prototype's window is 1. Returns how many there were.
fn check_sources(model: &Model, exemplars: &Exemplars, faults: &mut Vec<Fault>) -> usize {
    let mut checked = 0;
    let mut unread = None;
    for prototype in 0..model.manifest().prototypes.len() {
        let fault = match exemplars.read(prototype) {
            Ok(recording) => {
                checked += 1;
                match model.predict(&recording) {
                    Ok(prediction) => not_its_source(model, &prediction, prototype),
                    Err(error) => Some(format!("has no sound training ECG: {error}")),
                }
            }
            // What a bundle brings along must be right; a data set may be another.
            Err(error) if exemplars.in_bundle() => {
                Some(format!("has no sound training ECG: {error}"))
            }
            Err(error) => {
                unread.get_or_insert(error);
                None
            }
        };
        faults.extend(fault.map(|what| Fault { prototype, what }));
    }
    if let Some(error) = unread {
        eprintln!("not every training ECG could be checked: {error}");
    }
    checked
}

/// What is wrong where a prototype is not a window of its training ECG.
fn not_its_source(model: &Model, prediction: &Prediction, prototype: usize) -> Option<String> {
    let cosine = model.best_window(prediction, prototype)?.cosine;
    let is_its_source = cosine > SMALLEST_COSINE;
    (!is_its_source).then(|| format!("is not its training ECG: their cosine is {cosine:.6}"))
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
        manifest.data_name(),
        if document.zero_prototypes.is_empty() {
            "yes"
        } else {
            "no"
        }
    ))?;
    output::print_line(&format!(
        "{} of {} prototypes compared with their training ECGs; faults: {}",
        document.sources_checked,
        document.prototypes,
        document.faults.len()
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
            p.ecg_id.map_or("unknown".to_owned(), |id| id.to_string()),
            p.fold.map_or("-".to_owned(), |fold| fold.to_string()),
            output::number(p.cosine_before),
            p.cosine.map_or("-".to_owned(), |c| format!("{c:.6}")),
            p.duplicate_of.map_or(String::new(), |d| d.to_string()),
        ]);
    }
    table.print()
}
