//! Which network the weights of a bundle belong to. Every model is a variant
//! of one enum, in the configuration of a training run and in the manifest.

use serde::{Deserialize, Serialize};
use tch::nn::Path;

use crate::nn::{
    AttentionNetwork, BackboneSpec, BlackBoxBranch, BlackBoxNetwork, BranchShape, Head, Network,
    PrototypeKind, PrototypeNetwork,
};
use crate::statements::LabelSet;

/// A network and what its outputs mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Architecture {
    /// ProtoECGNet (Sethi et al. 2025): one branch, or several under one
    /// classifier.
    Prototypes {
        branches: Vec<BranchSpec>,
        /// Whether the classifier has a bias: the fusion classifier has one,
        /// that of a branch has none.
        bias: bool,
    },
    /// The same backbones without prototypes, for comparison.
    BlackBox { branches: Vec<BlackBoxSpec> },
    /// TrustECG: temporal and lead attention, five superclasses.
    Attention {
        /// In percent: a statement below it does not count for its superclass.
        least_likelihood: f64,
    },
}

/// One branch of ProtoECGNet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BranchSpec {
    /// `rhythm`, `morphology`, `global`.
    pub name: String,
    pub labels: LabelSet,
    pub prototypes: PrototypeKind,
    /// Fewer where a class has fewer training ECGs, if the run says so.
    pub prototypes_per_class: usize,
    pub backbone: BackboneSpec,
}

/// One branch of the comparison without prototypes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlackBoxSpec {
    pub name: String,
    pub labels: LabelSet,
    pub backbone: BackboneSpec,
    pub head: Head,
}

impl Architecture {
    /// The outputs: those of the only branch, or all statements under several.
    pub fn labels(&self) -> LabelSet {
        let of = |labels: Vec<LabelSet>| match labels[..] {
            [only] => only,
            _ => LabelSet::All,
        };
        match self {
            Self::Prototypes { branches, .. } => of(branches.iter().map(|b| b.labels).collect()),
            Self::BlackBox { branches } => of(branches.iter().map(|b| b.labels).collect()),
            Self::Attention { least_likelihood } => LabelSet::Superclasses {
                least_likelihood: *least_likelihood,
            },
        }
    }

    /// The outputs that a set of labels has in this model: index by index.
    pub fn outputs_of(&self, labels: LabelSet) -> Vec<usize> {
        let all = self.labels().labels();
        labels
            .labels()
            .iter()
            .filter_map(|label| all.iter().position(|l| l.code == label.code))
            .collect()
    }

    /// The outputs of a branch with prototypes, index by index; none where there
    /// is no branch of this name.
    pub fn outputs_of_branch(&self, name: &str) -> Vec<usize> {
        let branch = self.branches().iter().find(|b| b.name == name);
        branch.map_or_else(Vec::new, |b| self.outputs_of(b.labels))
    }

    /// The branches with prototypes; empty for other networks.
    pub fn branches(&self) -> &[BranchSpec] {
        match self {
            Self::Prototypes { branches, .. } => branches,
            _ => &[],
        }
    }

    /// Builds the network below `p`, all zeros. `prototypes` has the branch and
    /// the output of every prototype, branch by branch.
    pub fn build(&self, p: &Path, leads: usize, prototypes: &[(usize, usize)]) -> Network {
        let outputs = self.labels().labels().len();
        match self {
            Self::Prototypes { branches, bias } => {
                let shapes: Vec<BranchShape> = branches
                    .iter()
                    .enumerate()
                    .map(|(index, spec)| BranchShape {
                        name: spec.name.clone(),
                        kind: spec.prototypes,
                        backbone: spec.backbone,
                        classes: prototypes
                            .iter()
                            .filter(|(branch, _)| *branch == index)
                            .map(|&(_, class)| class)
                            .collect(),
                    })
                    .collect();
                Network::Prototypes(PrototypeNetwork::new(p, &shapes, leads, outputs, *bias))
            }
            Self::BlackBox { branches } => {
                let branches: Vec<BlackBoxBranch> = branches
                    .iter()
                    .map(|spec| BlackBoxBranch {
                        name: spec.name.clone(),
                        backbone: spec.backbone,
                        head: spec.head,
                        outputs: self.outputs_of(spec.labels),
                    })
                    .collect();
                Network::BlackBox(BlackBoxNetwork::new(p, &branches, leads, outputs))
            }
            Self::Attention { .. } => Network::Attention(AttentionNetwork::new(p, outputs)),
        }
    }

    /// In words, for people.
    pub fn describe(&self) -> String {
        match self {
            Self::Prototypes { branches, .. } => {
                let names: Vec<&str> = branches.iter().map(|b| b.name.as_str()).collect();
                match names[..] {
                    [only] => format!("ProtoECGNet, {only} branch"),
                    _ => format!("ProtoECGNet, {} branches and fusion", names.join(", ")),
                }
            }
            Self::Attention { .. } => "attention over time and leads (TrustECG)".to_owned(),
            Self::BlackBox { .. } => "backbone without prototypes".to_owned(),
        }
    }
}
