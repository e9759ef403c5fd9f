//! What an import gives: weights of our networks and what the file says of
//! their classes.

use tch::Tensor;

use crate::nn::Weights;
use crate::statements::Group;

/// A published network with its weights in one dimension.
#[derive(Debug)]
pub enum ImportedModel {
    Branch(ImportedBranch),
    Fusion(ImportedFusion),
    /// An encoder without prototypes or outputs: a start for training.
    Backbone(ImportedBackbone),
    Attention(ImportedAttention),
}

/// A branch of ProtoECGNet.
#[derive(Debug)]
pub struct ImportedBranch {
    /// `feature_extractor.*` as [`crate::nn::ResNet1d`] names it,
    /// `add_on_layers.{0,2}.{weight,bias}` with weights (512, 512),
    /// `prototype_vectors` (P, 512) or (P, 512, T) and `classifier.weight`
    /// (C, P).
    pub weights: Weights,
    /// T, the latent steps of a prototype; `None` where it stands for the
    /// whole recording.
    pub steps: Option<i64>,
    /// The classes of each prototype: one, or two of a joint prototype.
    pub prototype_classes: Vec<Vec<usize>>,
    pub classes: usize,
}

impl ImportedBranch {
    /// P, the number of prototypes.
    pub fn prototypes(&self) -> usize {
        self.prototype_classes.len()
    }

    /// The branch's own classifier (C, P).
    pub fn classifier(&self) -> Tensor {
        self.weights.tensors["classifier.weight"].shallow_clone()
    }

    /// Prototypes of each class, where all have the same number.
    pub fn prototypes_per_class(&self) -> Option<usize> {
        let count = |class| {
            let of_class = |own: &&Vec<usize>| own.contains(&class);
            self.prototype_classes.iter().filter(of_class).count()
        };
        let first = count(0);
        (1..self.classes)
            .all(|class| count(class) == first)
            .then_some(first)
    }

    /// The group of statements that has as many as this branch has outputs.
    pub fn group(&self) -> Option<Group> {
        match self.classes {
            16 => Some(Group::Rhythm),
            52 => Some(Group::Morphology),
            3 => Some(Group::Global),
            _ => None,
        }
    }

    /// Prototypes that are all zero: classes without a training ECG at
    /// upstream's projection (specification 5.4).
    pub fn zero_prototypes(&self) -> Vec<usize> {
        let Some(vectors) = self.weights.tensors.get("prototype_vectors") else {
            return Vec::new();
        };
        let largest = vectors.flatten(1, -1).abs().amax([1i64].as_slice(), false);
        (0..self.prototypes())
            .filter(|&j| largest.double_value(&[j as i64]) == 0.0)
            .collect()
    }
}

/// All of ProtoECGNet: three branches and the classifier of their similarities.
#[derive(Debug)]
pub struct ImportedFusion {
    /// Without a time axis, with windows, and of the whole recording: the
    /// order of the classifier's columns.
    pub branches: Vec<ImportedBranch>,
    /// (C, P of all branches).
    pub classifier: Tensor,
    /// (C).
    pub bias: Tensor,
}

/// The encoder alone, under the names of [`crate::nn::ResNet1d`].
#[derive(Debug)]
pub struct ImportedBackbone {
    pub weights: Weights,
}

/// TrustECG, under the names of [`crate::nn::AttentionNetwork`].
#[derive(Debug)]
pub struct ImportedAttention {
    pub weights: Weights,
    pub outputs: usize,
}
