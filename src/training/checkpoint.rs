//! Where a run stands, on disk after every epoch: one safetensors file with
//! the weights, the best weights, Adam's moments and the progress, replaced
//! whole, so that a kill at any moment leaves the last epoch's state.

use std::path::{Path, PathBuf};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Adam;
use super::error::TrainingError;
use super::fit::State;
use super::projection::Projected;
use super::schedule::Seen;
use crate::nn::Weights;

/// Which stage and epoch comes next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// SHA-256 of the configuration and the data: another run's state is refused.
    pub fingerprint: String,
    /// Index of the stage that runs or comes next.
    pub stage: usize,
    pub epoch: usize,
    /// Best validation macro AUROC of this stage, -1 before the first epoch.
    pub best: f64,
    pub bad_epochs: usize,
    pub seen: Seen,
    /// The last projection of each branch, by name.
    pub projected: BTreeMap<String, Projected>,
}

/// The state of a run and the file that holds it.
#[derive(Debug)]
pub struct Checkpoint {
    path: PathBuf,
    pub progress: Progress,
    best: Option<Weights>,
    /// What was read from disk, until a stage has taken it over.
    pending: Option<Weights>,
}

impl Checkpoint {
    pub const FILE: &str = "checkpoint.safetensors";
    const PROGRESS: &str = "progress";

    /// Starts a run, or goes on with the one in `dir` when `resume` is set.
    pub fn open(dir: &Path, fingerprint: &str, resume: bool) -> Result<Self, TrainingError> {
        let path = dir.join(Self::FILE);
        let fresh = Progress {
            fingerprint: fingerprint.to_owned(),
            stage: 0,
            epoch: 0,
            best: -1.0,
            bad_epochs: 0,
            seen: Seen::default(),
            projected: BTreeMap::new(),
        };
        if !(resume && path.exists()) {
            return Ok(Self {
                path,
                progress: fresh,
                best: None,
                pending: None,
            });
        }
        let weights = Weights::read(&path)?;
        let progress = weights
            .metadata
            .get(Self::PROGRESS)
            .and_then(|text| ron::from_str::<Progress>(text).ok());
        let progress = progress.ok_or_else(|| TrainingError::Checkpoint {
            path: path.display().to_string(),
            what: "it has no progress record".to_owned(),
        })?;
        if progress.fingerprint != fingerprint {
            return Err(TrainingError::Checkpoint {
                path: path.display().to_string(),
                what: "it belongs to another configuration or other data".to_owned(),
            });
        }
        Ok(Self {
            path,
            progress,
            best: None,
            pending: Some(weights),
        })
    }

    /// Writes the state of a run that begins; one that goes on has its own.
    pub fn save_start(&self, state: &State) -> Result<(), TrainingError> {
        match self.pending {
            None => self.write(Weights::default(), state),
            Some(_) => Ok(()),
        }
    }

    /// Puts a resumed state into the network and the optimiser; nothing for a
    /// stage that starts afresh.
    pub fn restore(&mut self, state: &State, adam: &mut Adam) -> Result<(), TrainingError> {
        let Some(saved) = self.pending.take() else {
            return Ok(());
        };
        state.put(&part(&saved, "now."), &self.path)?;
        let best = part(&saved, "best.");
        if !best.tensors.is_empty() {
            self.best = Some(best);
        }
        if self.progress.epoch > 0 && !adam.load(&saved) {
            return Err(TrainingError::Checkpoint {
                path: self.path.display().to_string(),
                what: "the optimiser's state does not fit the network".to_owned(),
            });
        }
        Ok(())
    }

    /// Puts the network of a resumed state back before its stage begins, which
    /// looks at it. What only the stage knows follows in [`Checkpoint::restore`];
    /// of a stage that has not begun there is nothing.
    pub fn restore_network(&mut self, state: &State) -> Result<(), TrainingError> {
        let Some(saved) = &self.pending else {
            return Ok(());
        };
        state.put_network(&part(saved, "now."), &self.path)?;
        if self.progress.epoch == 0 {
            self.pending = None;
        }
        Ok(())
    }

    /// Keeps the weights of an epoch if none before was better, and says
    /// whether it was the best so far. On a tie the later epoch is kept, but it
    /// counts as one without progress. Without an AUROC the last epoch is kept.
    pub fn judge(&mut self, weights: Weights, auroc: Option<f64>) -> bool {
        let Some(auroc) = auroc else {
            self.best = Some(weights);
            return false;
        };
        let better = auroc > self.progress.best;
        if auroc >= self.progress.best {
            self.best = Some(weights);
            self.progress.best = auroc;
        }
        self.progress.bad_epochs = if better {
            0
        } else {
            self.progress.bad_epochs + 1
        };
        better
    }

    /// Keeps the weights of the last epoch, whatever its AUROC.
    pub fn keep(&mut self, weights: Weights, auroc: Option<f64>) -> bool {
        let better = auroc.is_some_and(|a| a > self.progress.best);
        self.progress.best = auroc.unwrap_or(-1.0).max(self.progress.best);
        self.progress.bad_epochs = if better {
            0
        } else {
            self.progress.bad_epochs + 1
        };
        self.best = Some(weights);
        better
    }

    /// Puts the weights of the epoch that the stage keeps back.
    pub fn restore_best(&mut self, state: &State) -> Result<(), TrainingError> {
        match self.best.take() {
            Some(best) => state.put(&best, &self.path),
            None => Ok(()),
        }
    }

    /// Writes the state of the middle of a stage.
    pub fn save(&self, state: &State, adam: &Adam) -> Result<(), TrainingError> {
        let mut weights = Weights::default();
        adam.save(&mut weights);
        self.write(weights, state)
    }

    /// Marks a stage as done and writes the state of the beginning of the next.
    pub fn next_stage(&mut self, state: &State) -> Result<(), TrainingError> {
        let fingerprint = std::mem::take(&mut self.progress.fingerprint);
        self.progress = Progress {
            fingerprint,
            stage: self.progress.stage + 1,
            epoch: 0,
            best: -1.0,
            bad_epochs: 0,
            seen: Seen::default(),
            projected: std::mem::take(&mut self.progress.projected),
        };
        self.best = None;
        self.write(Weights::default(), state)
    }

    fn write(&self, mut weights: Weights, state: &State) -> Result<(), TrainingError> {
        let best = self
            .best
            .iter()
            .flat_map(|b| &b.tensors)
            .map(|(name, t)| (format!("best.{name}"), t.shallow_clone()));
        weights.tensors.extend(best);
        weights.tensors.extend(
            state
                .weights()
                .tensors
                .into_iter()
                .map(|(name, t)| (format!("now.{name}"), t)),
        );
        let progress = ron::to_string(&self.progress).map_err(|e| TrainingError::Checkpoint {
            path: self.path.display().to_string(),
            what: e.to_string(),
        })?;
        weights.metadata.insert(Self::PROGRESS.to_owned(), progress);
        Ok(weights.write(&self.path)?)
    }
}

/// The tensors below a prefix, without it.
fn part(weights: &Weights, prefix: &str) -> Weights {
    let tensors = weights
        .tensors
        .iter()
        .filter_map(|(name, t)| Some((name.strip_prefix(prefix)?.to_owned(), t.shallow_clone())))
        .collect();
    Weights {
        tensors,
        ..Weights::default()
    }
}
