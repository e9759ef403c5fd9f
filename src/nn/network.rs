//! Any of the networks.

use tch::Tensor;

use super::{AttentionNetwork, BlackBoxNetwork, Pass, PrototypeNetwork};

/// The network of a bundle or of a training run.
#[derive(Debug)]
pub enum Network {
    Prototypes(PrototypeNetwork),
    BlackBox(BlackBoxNetwork),
    Attention(AttentionNetwork),
}

impl Network {
    /// (N, leads, samples) to logits (N, C).
    pub fn logits(&self, xs: &Tensor, pass: Pass) -> Tensor {
        match self {
            Self::Prototypes(net) => net.logits(&net.similarities(xs, pass)),
            Self::BlackBox(net) => net.logits(xs, pass),
            Self::Attention(net) => net.forward(xs, pass).logits,
        }
    }

    /// The network with prototypes, where it is one.
    pub fn prototypes(&self) -> Option<&PrototypeNetwork> {
        match self {
            Self::Prototypes(net) => Some(net),
            Self::BlackBox(_) | Self::Attention(_) => None,
        }
    }
}
