//! Which encoder turns a recording into latent steps. A new one is a file of
//! its own and a variant here.

use serde::{Deserialize, Serialize};
use tch::Tensor;
use tch::nn::Path;

use super::{Pass, ResNet1d, StateSpace};

/// Number of latent steps of a 10 s recording: step `i` is centred on
/// sample `32 i`, that is `0.32 i` seconds.
pub const STEPS: i64 = 32;

/// Channels of a latent step, length of a latent vector and of a prototype step.
pub const LATENT: i64 = 512;

/// The choice of an encoder, as configurations and manifests write it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum BackboneSpec {
    /// The encoder of the published programs.
    ResNet18 {
        /// Between the third and the fourth layer. The published rhythm branch
        /// accepts such an option and ignores it; 0 is what runs there.
        dropout: f64,
    },
    /// Diagonal state spaces (S4D, Gu et al. 2022): every step can depend on
    /// the whole recording.
    StateSpace {
        /// Channels inside.
        width: i64,
        layers: i64,
        /// Complex states per channel.
        states: i64,
        dropout: f64,
    },
}

/// An encoder: (N, leads, 1000) to (N, 512, 32).
#[derive(Debug)]
pub struct Backbone {
    network: Network,
    dropout: f64,
}

#[derive(Debug)]
enum Network {
    ResNet18(ResNet1d),
    StateSpace(StateSpace),
}

impl Backbone {
    pub fn new(p: &Path, spec: &BackboneSpec, leads: usize) -> Self {
        let leads = leads as i64;
        match *spec {
            BackboneSpec::ResNet18 { dropout } => Self {
                network: Network::ResNet18(ResNet1d::new(p, leads)),
                dropout,
            },
            BackboneSpec::StateSpace {
                width,
                layers,
                states,
                dropout,
            } => Self {
                network: Network::StateSpace(StateSpace::new(p, leads, width, layers, states)),
                dropout,
            },
        }
    }

    /// (N, leads, 1000) to the latent steps (N, 512, 32).
    pub fn steps(&self, xs: &Tensor, pass: Pass) -> Tensor {
        match &self.network {
            Network::ResNet18(net) => net.steps(xs, self.dropout, pass),
            Network::StateSpace(net) => net.steps(xs, self.dropout, pass),
        }
    }
}
