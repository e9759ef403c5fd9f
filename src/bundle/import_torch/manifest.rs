//! The manifest of an imported model: what its file says, and "unknown" for
//! what it does not.

use std::collections::BTreeMap;

use super::{
    ImportError, ImportedBranch, ImportedNetwork, ImportedPrototypes, Provenance, ProvenanceEntry,
};
use crate::bundle::{
    Architecture, BranchSpec, ImportedFile, Manifest, Preprocessing, Prototype, StatementInfo,
};
use crate::nn::{BackboneSpec, Pooling, PrototypeKind, Weights};
use crate::statements::{Group, LabelSet};

/// Threshold of an imported model: the published programs call everything
/// from 0.5 on positive.
const THRESHOLD: f64 = 0.5;

/// What made the published TrustECG weights (specification 4.5).
const LEAST_LIKELIHOOD: f64 = 50.0;

/// Manifest and weights of a bundle. `name` is the bundle's, `provenance` has
/// the training ECGs of the prototypes of some branches.
///
/// # Errors
/// An encoder alone, which has no outputs, and provenance that does not fit.
pub fn manifest_of(
    network: &ImportedNetwork,
    imported_from: Vec<ImportedFile>,
    provenance: &[Provenance],
    name: String,
) -> Result<(Manifest, Weights), ImportError> {
    let (title, architecture, preprocessing, prototypes, weights) = match network {
        ImportedNetwork::Attention(attention) => (
            "TrustECG, imported",
            Architecture::Attention {
                least_likelihood: LEAST_LIKELIHOOD,
            },
            Preprocessing::trustecg(),
            Vec::new(),
            attention.weights.copy(),
        ),
        ImportedNetwork::Prototypes(network) => (
            "ProtoECGNet, imported",
            architecture_of(network),
            Preprocessing::protoecgnet(),
            prototypes_of(network, provenance)?,
            network.weights(),
        ),
        ImportedNetwork::Backbone(_) => {
            let path = imported_from.first().map(|file| file.name.clone());
            return Err(ImportError::Content {
                path: path.unwrap_or_default(),
                found: "an encoder alone".to_owned(),
                expected: "a model with outputs: a bundle makes predictions".to_owned(),
            });
        }
    };
    let statement = |code: String| StatementInfo {
        code,
        training_positives: None,
        threshold: THRESHOLD,
        threshold_shared: false,
        calibration: None,
    };
    let outputs = architecture.labels().labels();
    let manifest = Manifest {
        version: Manifest::VERSION,
        name,
        title: title.to_owned(),
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        simulated: false,
        statements: outputs.into_iter().map(|l| statement(l.code)).collect(),
        architecture,
        preprocessing,
        imported_from,
        prototypes,
        projection: Vec::new(),
        free_prototypes: None,
        excluded: None,
        training: None,
        metrics: Vec::new(),
        files: BTreeMap::new(),
    };
    Ok((manifest, weights))
}

fn architecture_of(network: &ImportedPrototypes) -> Architecture {
    let spec = |(index, name): (usize, &&str)| {
        let branch = &network.branches[index];
        let of_branch = |p: &&(usize, usize)| p.0 == index;
        let per_class = |output: usize| {
            let of_class = |p: &&(usize, usize)| p.1 == output;
            let own = network.prototypes.iter().filter(of_branch);
            own.filter(of_class).count()
        };
        BranchSpec {
            name: (*name).to_owned(),
            labels: labels_of(name),
            prototypes: kind_of(branch),
            prototypes_per_class: (0..network.codes.len()).map(per_class).max().unwrap_or(0),
            // Dropout has no part in a prediction.
            backbone: BackboneSpec::ResNet18 { dropout: 0.0 },
        }
    };
    Architecture::Prototypes {
        branches: network.names.iter().enumerate().map(spec).collect(),
        bias: network.bias.is_some(),
    }
}

fn kind_of(branch: &ImportedBranch) -> PrototypeKind {
    match branch.steps {
        None => PrototypeKind::WholeRecording,
        // What the published forward pass computes (specification 2.2).
        Some(steps) => PrototypeKind::Windows {
            steps,
            pooling: Pooling::Mean,
        },
    }
}

fn labels_of(branch: &str) -> LabelSet {
    match branch {
        "rhythm" => LabelSet::Group(Group::Rhythm),
        "morphology" => LabelSet::Group(Group::Morphology),
        "global" => LabelSet::Group(Group::Global),
        _ => LabelSet::All,
    }
}

fn prototypes_of(
    network: &ImportedPrototypes,
    provenance: &[Provenance],
) -> Result<Vec<Prototype>, ImportError> {
    let mut sources: BTreeMap<usize, &ProvenanceEntry> = BTreeMap::new();
    for file in provenance {
        sources.extend(file.in_network(network)?);
    }
    let of = |(j, &(branch, class)): (usize, &(usize, usize))| {
        let source = sources.get(&j);
        let scale = kind_of(&network.branches[branch]).scale();
        Prototype {
            branch,
            class,
            ecg_id: source.map(|s| s.ecg_id),
            patient_id: None,
            fold: None,
            recording_sha256: None,
            window_samples: None,
            cosine_before: source.map(|s| s.similarity_score / scale),
            cosine: None,
            duplicate_of: None,
            source_statements: Vec::new(),
            age_years: None,
            sex: None,
        }
    };
    Ok(network.prototypes.iter().enumerate().map(of).collect())
}
