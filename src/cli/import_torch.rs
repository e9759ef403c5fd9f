//! `protoecg import-torch`: published checkpoints become a bundle.

use std::path::{Path, PathBuf};

use anyhow::Context;
use sha2::{Digest, Sha256};

use super::output;
use crate::bundle::import_torch::{
    ImportedNetwork, ImportedPrototypes, Provenance, TorchFile, assemble, manifest_of, recognise,
};
use crate::bundle::{
    Bundle, BundleError, BundleWriter, ImportedFile, Manifest, TrainingSimilarities,
};
use crate::dataset::DataSet;
use crate::ecg::hex;
use crate::inference::{DeviceChoice, LEAST_COSINE_OF_SOURCE, Model, OtherRecord, find_sources};
use crate::nn::Weights;
use crate::training::model_card;

/// Import checkpoints of PyTorch as a bundle; nothing in them is run
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  protoecg import-torch trustecg_model.pt --out trustecg\n  \
    protoecg import-torch fusion.ckpt --out published \\\n      \
    --metadata rhythm_prototype_metadata.json --data /path/to/ptb-xl\n\n\
    Reads zip checkpoints of ProtoECGNet (a branch, the fused model, an encoder alone) and of\n\
    TrustECG. The three branches given together become one model with their own classifiers.\n\
    An imported model has no calibration and no known training counts: thresholds are 0.5."
)]
pub struct Arguments {
    /// Checkpoints: Lightning .ckpt, .pth or .pt
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Folder for the bundle, new or empty
    #[arg(long, value_name = "BUNDLE")]
    out: PathBuf,
    /// Training ECGs of the prototypes, as upstream's projection writes them; one file per branch
    #[arg(long, value_name = "JSON")]
    metadata: Vec<PathBuf>,
    /// Data set that the model was trained on: finds the window that each prototype is
    #[arg(long, value_name = "DIR", requires = "metadata")]
    data: Option<PathBuf>,
    /// The model was trained on simulated ECGs, and the bundle is a demonstration
    #[arg(long)]
    simulated: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut models = Vec::new();
    for path in &arguments.files {
        let file = TorchFile::read(path)?;
        output::print_line(&format!(
            "{}: {} tensors, {} numbers",
            path.display(),
            file.tensors.len(),
            file.elements()
        ))?;
        let shown = file.path.clone();
        models.push((shown, recognise(file)?));
    }
    let network = assemble(models)?;
    let provenance = arguments
        .metadata
        .iter()
        .map(|path| Provenance::read(path))
        .collect::<Result<Vec<_>, _>>()?;
    describe(&network)?;
    let files = arguments.files.iter().map(|path| named(path));
    let files = files.collect::<anyhow::Result<Vec<_>>>()?;
    let set = arguments.data.as_deref().map(DataSet::open).transpose()?;
    let out = &arguments.out;
    if out.exists() {
        let path = out.display().to_string();
        return Err(BundleError::Exists { path }.into());
    }
    let (mut manifest, weights) = manifest_of(&network, files, &provenance, name_of(out))?;
    manifest.simulated = arguments.simulated;
    let bundle = write(manifest, &weights, out, set.as_ref())?;
    let manifest = &bundle.manifest;
    if !manifest.prototypes.is_empty() {
        let known = manifest
            .prototypes
            .iter()
            .filter(|p| p.ecg_id.is_some())
            .count();
        output::print_line(&format!(
            "{known} of {} prototypes have a known training ECG",
            manifest.prototypes.len()
        ))?;
    }
    output::print_line(&format!("bundle written to {}", bundle.dir.display()))
}

/// A file by its name and checksum.
fn named(path: &Path) -> anyhow::Result<ImportedFile> {
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    let name = path.file_name().unwrap_or_default();
    Ok(ImportedFile {
        name: name.to_string_lossy().into_owned(),
        sha256: hex(&Sha256::digest(&bytes)),
    })
}

/// What the files hold, for people.
fn describe(network: &ImportedNetwork) -> anyhow::Result<()> {
    match network {
        ImportedNetwork::Attention(attention) => output::print_line(&format!(
            "TrustECG: {} outputs, temporal and lead attention",
            attention.outputs
        )),
        ImportedNetwork::Backbone(_) => {
            output::print_line("ResNet18 of 12 leads, without prototypes and outputs")
        }
        ImportedNetwork::Prototypes(network) => describe_branches(network),
    }
}

fn describe_branches(network: &ImportedPrototypes) -> anyhow::Result<()> {
    output::print_line(&format!(
        "ProtoECGNet: {} outputs, {} prototypes, classifier {} bias",
        network.codes.len(),
        network.prototypes.len(),
        if network.bias.is_some() {
            "with"
        } else {
            "without"
        }
    ))?;
    let mut table = output::Table::new(&[
        "branch",
        "outputs",
        "prototypes",
        "per class",
        "latent steps",
        "all zero",
    ]);
    for (branch, name) in network.branches.iter().zip(&network.names) {
        let per_class = branch.prototypes_per_class();
        table.row(vec![
            (*name).to_owned(),
            branch.classes.to_string(),
            branch.prototypes().to_string(),
            per_class.map_or("different".to_owned(), |n| n.to_string()),
            branch
                .steps
                .map_or("whole recording".to_owned(), |t| t.to_string()),
            branch.zero_prototypes().len().to_string(),
        ]);
    }
    table.print()
}

fn name_of(out: &Path) -> String {
    let name = out.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Writes the bundle to `out`, which appears when it is complete; nothing is
/// left of one that does not become complete.
fn write(
    manifest: Manifest,
    weights: &Weights,
    out: &Path,
    set: Option<&DataSet>,
) -> anyhow::Result<Bundle> {
    let partial = out.with_file_name(format!("{}.partial", name_of(out)));
    // An own folder, or one that was empty: only this is removed below.
    let writer = BundleWriter::new(&partial)?;
    let written = fill(writer, &partial, manifest, weights, set)
        .and_then(|()| std::fs::rename(&partial, out).with_context(|| out.display().to_string()));
    if let Err(why) = written {
        if let Err(e) = std::fs::remove_dir_all(&partial) {
            output::notice(&format!("{} is left behind: {e}", partial.display()));
        }
        return Err(why);
    }
    Ok(Bundle::open(out)?)
}

/// Everything that is in the bundle.
fn fill(
    writer: BundleWriter,
    partial: &Path,
    manifest: Manifest,
    weights: &Weights,
    set: Option<&DataSet>,
) -> anyhow::Result<()> {
    weights.write(&partial.join(Bundle::WEIGHTS))?;
    TrainingSimilarities::default().write(&partial.join(Bundle::SIMILARITIES))?;
    // Building the network from what was written shows a tensor that is missing.
    let bundle = Bundle {
        dir: partial.to_owned(),
        manifest,
        sha256: String::new(),
    };
    let model = Model::load(bundle, DeviceChoice::Cpu)?;
    let mut manifest = model.manifest().clone();
    if let Some(set) = set {
        let progress = output::Progress::new("prototype");
        let mut tick = |done, of| progress.show(done, of);
        let found = find_sources(&model, set, &mut tick)?;
        output::status("");
        manifest.prototypes = found.prototypes;
        if !found.not_there.is_empty() {
            output::print_line(&format!(
                "training ECGs that are not in the data set: {:?}",
                found.not_there
            ))?;
        }
        report_others(&found.others)?;
    }
    let card = partial.join(Bundle::MODEL_CARD);
    std::fs::write(&card, model_card(&manifest)).with_context(|| card.display().to_string())?;
    writer.finish(manifest)?;
    Ok(())
}

/// Records that are not what the metadata says, one a line.
fn report_others(others: &[OtherRecord]) -> anyhow::Result<()> {
    if !others.is_empty() {
        output::print_line(&format!(
            "not taken as source, since the most similar window has a cosine below {LEAST_COSINE_OF_SOURCE} (another data set, or a network that changed after projection):"
        ))?;
    }
    for other in others {
        output::print_line(&format!(
            "  prototype {}: record {}, cosine {}",
            other.prototype,
            other.ecg_id,
            output::number(other.cosine)
        ))?;
    }
    Ok(())
}
