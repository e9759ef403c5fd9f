//! `protoecg import-torch`: published checkpoints become a bundle.

use std::path::{Path, PathBuf};

use super::output;
use crate::bundle::import_torch::{
    ImportedNetwork, ImportedPrototypes, Provenance, TorchFile, assemble, recognise,
};

/// Import checkpoints of PyTorch as a bundle; nothing in them is run
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  protoecg import-torch trustecg_model.pt --out trustecg\n  \
    protoecg import-torch fusion.ckpt --out published --metadata rhythm_prototype_metadata.json\n\n\
    Reads zip checkpoints of ProtoECGNet (a branch, the fused model, an encoder alone) and of\n\
    TrustECG. The three branches given together become one model with their own classifiers.\n\
    An imported model has no calibration and no known training counts: thresholds are 0.5.\n\n\
    Still missing: writing the bundle. The files are read, checked and described."
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
    write(&network, &provenance, &arguments.out)
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

/// Writes the bundle. To be completed with the manifest that has several
/// branches and attention: statements without training counts, thresholds 0.5,
/// no calibration, mean pooling, sources of prototypes only from `provenance`.
fn write(
    _network: &ImportedNetwork,
    _provenance: &[Provenance],
    _out: &Path,
) -> anyhow::Result<()> {
    anyhow::bail!(
        "the files are sound, but writing an imported bundle is not there yet: nothing was written"
    )
}
