//! The comparison without prototypes: a backbone and one linear layer
//! (specification 1.2, 1.3, "feature extractor").

use serde::{Deserialize, Serialize};
use tch::nn::{self, Module, Path};
use tch::{Kind, Tensor};

use super::Pass;
use super::backbone::{Backbone, BackboneSpec, LATENT, STEPS};

/// What the linear layer sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Head {
    /// The mean over the latent steps: the published 1-D network.
    Pooled,
    /// All latent steps side by side: the published 2-D network.
    Flattened,
}

/// Backbone and head.
#[derive(Debug)]
pub struct BlackBox {
    backbone: Backbone,
    head: Head,
    dropout: f64,
    linear: nn::Linear,
}

impl BlackBox {
    /// Below `p`: the backbone in `feature_extractor`, the layer in `fc`.
    /// `dropout` acts between them while learning.
    pub fn new(
        p: &Path,
        spec: &BackboneSpec,
        (head, dropout): (Head, f64),
        leads: usize,
        outputs: usize,
    ) -> Self {
        let width = match head {
            Head::Pooled => LATENT,
            Head::Flattened => LATENT * STEPS,
        };
        let config = nn::LinearConfig {
            ws_init: nn::Init::Const(0.0),
            bs_init: Some(nn::Init::Const(0.0)),
            bias: true,
        };
        Self {
            backbone: Backbone::new(&(p / "feature_extractor"), spec, leads),
            head,
            dropout,
            linear: nn::linear(p / "fc", width, outputs as i64, config),
        }
    }

    /// (N, leads, 1000) to logits (N, C).
    pub fn logits(&self, xs: &Tensor, pass: Pass) -> Tensor {
        let steps = self.backbone.steps(xs, pass);
        let seen = match self.head {
            Head::Pooled => steps.mean_dim(-1, false, None::<Kind>),
            Head::Flattened => steps.flatten(1, 2),
        };
        self.linear.forward(&pass.dropout(seen, self.dropout))
    }
}

/// What a branch of a [`BlackBoxNetwork`] is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct BlackBoxBranch {
    pub name: String,
    pub backbone: BackboneSpec,
    pub head: Head,
    /// The output of the network that each output of the branch is.
    pub outputs: Vec<usize>,
}

/// One or more black boxes, each with outputs of its own.
#[derive(Debug)]
pub struct BlackBoxNetwork {
    branches: Vec<(BlackBox, Vec<i64>)>,
    outputs: i64,
}

impl BlackBoxNetwork {
    /// The variables of the only branch are directly below `p`; of several,
    /// each has a folder of its own.
    pub fn new(p: &Path, branches: &[BlackBoxBranch], leads: usize, outputs: usize) -> Self {
        let built = branches.iter().map(|branch| {
            let inside = p / branch.name.as_str();
            let path = if branches.len() == 1 { p } else { &inside };
            let count = branch.outputs.len();
            let columns = branch.outputs.iter().map(|&c| c as i64).collect();
            (
                BlackBox::new(path, &branch.backbone, (branch.head, 0.0), leads, count),
                columns,
            )
        });
        Self {
            branches: built.collect(),
            outputs: outputs as i64,
        }
    }

    /// (N, leads, 1000) to logits (N, C); 0 for an output that no branch has.
    pub fn logits(&self, xs: &Tensor, pass: Pass) -> Tensor {
        let zeros = Tensor::zeros([xs.size()[0], self.outputs], (Kind::Float, xs.device()));
        self.branches.iter().fold(zeros, |logits, (net, columns)| {
            let index = Tensor::from_slice(columns).to_device(xs.device());
            logits.index_add(1, &index, &net.logits(xs, pass))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Specification 1.3: 852,020 parameters in the head for 52 outputs.
    #[test]
    fn the_flattened_head_has_the_published_size() {
        let vs = nn::VarStore::new(tch::Device::Cpu);
        let spec = BackboneSpec::ResNet18 { dropout: 0.0 };
        let net = BlackBox::new(&vs.root(), &spec, (Head::Flattened, 0.0), 12, 52);
        let size: usize = vs.trainable_variables().iter().map(Tensor::numel).sum();
        assert_eq!(size, 3_848_832 + 852_020);
        let xs = Tensor::zeros([2, 12, 1000], (Kind::Float, tch::Device::Cpu));
        assert_eq!(net.logits(&xs, Pass::Evaluate).size(), [2, 52]);
    }
}
