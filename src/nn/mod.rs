//! Networks in tch, one file per architecture. Tensors stay behind this room,
//! `training`, `inference` and `bundle`.
//!
//! Variable names equal those of the published checkpoints (specification 9),
//! so that weights port over by name.

mod attention_network;
mod prototype_branch;
mod resnet1d;
mod similarity;
mod weights;

pub use attention_network::{AttentionNetwork, AttentionOutput, Masks};
pub use prototype_branch::{LATENT, PrototypeBranch};
pub use resnet1d::ResNet1d;
pub use similarity::{cosine, unit_rows};
pub use weights::{Weights, WeightsError};
