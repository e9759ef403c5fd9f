//! The model that is loaded, as the window sees it.

use std::path::PathBuf;
use std::sync::Arc;

use crate::bundle::{Exemplars, Manifest};

/// Where the model is between not being there and being ready.
#[derive(Default)]
pub enum ModelState {
    /// None was found, none is loading.
    #[default]
    None,
    /// Checksums are being verified; nothing is known of it yet.
    Opening(PathBuf),
    /// The bundle is open, the network is loading. Reviewing works already.
    Loading(LoadedModel),
    Ready {
        model: LoadedModel,
        device: String,
    },
    Failed(PathBuf),
}

impl ModelState {
    /// The open bundle, whether or not its network is ready.
    pub fn bundle(&self) -> Option<&LoadedModel> {
        match self {
            Self::Loading(model) | Self::Ready { model, .. } => Some(model),
            Self::None | Self::Opening(_) | Self::Failed(_) => None,
        }
    }

    pub fn is_ready(&self) -> bool {
        matches!(self, Self::Ready { .. })
    }

    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Opening(_) | Self::Loading(_))
    }

    /// The folder that was asked for last.
    pub fn path(&self) -> Option<&PathBuf> {
        match self {
            Self::None => None,
            Self::Opening(path) | Self::Failed(path) => Some(path),
            Self::Loading(model) | Self::Ready { model, .. } => Some(&model.path),
        }
    }

    /// Trained on simulated ECGs, which every screen says.
    pub fn is_demonstration(&self) -> bool {
        self.bundle().is_some_and(|model| model.manifest.simulated)
    }
}

/// An open bundle.
#[derive(Clone)]
pub struct LoadedModel {
    pub path: PathBuf,
    pub sha256: String,
    pub manifest: Arc<Manifest>,
    pub exemplars: Arc<Exemplars>,
}
