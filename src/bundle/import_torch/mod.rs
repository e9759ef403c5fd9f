//! Checkpoints of PyTorch, read without running them: zip file, restricted
//! pickle, tensors; then which published network it is, with the names and
//! shapes of our one-dimensional networks. docs/import.md is for users.

mod archive;
mod assemble;
mod error;
mod fold;
mod imported;
mod manifest;
mod opcodes;
mod pickle;
mod provenance;
mod recognise;
mod scan;
mod torch_file;
mod values;

pub use assemble::{ImportedNetwork, ImportedPrototypes, assemble};
pub use error::ImportError;
pub use imported::{
    ImportedAttention, ImportedBackbone, ImportedBranch, ImportedFusion, ImportedModel,
};
pub use manifest::manifest_of;
pub use provenance::{Provenance, ProvenanceEntry};
pub use recognise::recognise;
pub use torch_file::{Setting, TorchFile};
