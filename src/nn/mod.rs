//! Networks in tch, one file per architecture. Tensors stay behind this room,
//! `training`, `inference` and `bundle`.
//!
//! Variable names equal those of the published checkpoints (specification 9),
//! so that weights port over by name.

mod attention_network;
mod backbone;
mod black_box;
mod latent_time;
mod network;
mod pass;
mod prototype_branch;
mod prototype_network;
mod resnet1d;
mod similarity;
mod start;
mod state_space;
mod weights;

pub use attention_network::{AttentionNetwork, AttentionOutput};
pub use backbone::{Backbone, BackboneSpec, LATENT, STEPS};
pub use black_box::{BlackBox, BlackBoxBranch, BlackBoxNetwork, Head};
pub use latent_time::{STEP_S, first_step, receptive_field_s, window_s};
pub use network::Network;
pub use pass::{Masks, Pass, normal};
pub use prototype_branch::{Pooling, PrototypeBranch, PrototypeKind};
pub use prototype_network::{BranchShape, PrototypeNetwork, identity, live_parameters};
pub use resnet1d::ResNet1d;
pub use similarity::{cosine, unit_rows};
pub use start::randomise;
pub use state_space::StateSpace;
pub use weights::{Weights, WeightsError};
