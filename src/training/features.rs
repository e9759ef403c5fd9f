//! The output of a frozen backbone for all records: computed once, so that
//! what is trained on top of it costs seconds and not hours.

use sha2::{Digest, Sha256};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

use super::fit::in_batches;
use super::random::{Draw, Moment};
use super::run::Run;
use super::{Augment, Split};
use crate::ecg::hex;
use crate::nn::{Pass, PrototypeBranch};

/// Backbone steps (N, 512, 32) of every record.
#[derive(Debug)]
pub struct Features {
    /// What they were computed with.
    key: String,
    /// The training records: as they are, then changed versions.
    pub train: Vec<Tensor>,
    pub validation: Tensor,
}

impl Features {
    /// Those of a branch with its backbone as it stands, taken over from
    /// `known` where that has the same ones.
    pub fn of(
        run: &Run,
        variables: &VarStore,
        branch: &PrototypeBranch,
        prefix: &str,
        (augment, changed): (Option<&Augment>, usize),
        known: Option<Self>,
    ) -> Self {
        let changed = if augment.is_some() { changed } else { 0 };
        let key = format!("{} {augment:?} {changed}", digest(variables, prefix));
        if let Some(known) = known.filter(|known| known.key == key) {
            return known;
        }
        let of = |xs: &Tensor| in_batches(xs, |xs| branch.steps(xs, Pass::Evaluate));
        let plain = of(&run.data.train.signals);
        let versions = (1..=changed).filter_map(|version| {
            let changed = varied(run, &run.data.train, augment?, version);
            Some(of(&changed))
        });
        Self {
            key,
            train: std::iter::once(plain).chain(versions).collect(),
            validation: of(&run.data.validation.signals),
        }
    }
}

/// All records of a split, each changed.
fn varied(run: &Run, split: &Split, augment: &Augment, version: usize) -> Tensor {
    let rate_hz = run.config.preprocessing.rate_hz;
    let batch = crate::inference::BATCH;
    let parts: Vec<Tensor> = (0..split.len())
        .step_by(batch)
        .map(|start| {
            let length = batch.min(split.len() - start) as i64;
            let moment = Moment {
                seed: run.config.seed,
                // No stage has this number: these draws belong to none.
                stage: usize::MAX,
                epoch: version,
                step: start,
            };
            let xs = split.signals.narrow(0, start as i64, length);
            augment.apply(&xs, rate_hz, &mut moment.generator(Draw::Augmentation))
        })
        .collect();
    Tensor::cat(&parts, 0)
}

/// SHA-256 of the backbone's weights.
fn digest(variables: &VarStore, prefix: &str) -> String {
    let start = format!("{prefix}feature_extractor.");
    let mut named: Vec<(String, Tensor)> = variables.variables().into_iter().collect();
    named.sort_by(|a, b| a.0.cmp(&b.0));
    let mut hash = Sha256::new();
    for (name, tensor) in named.iter().filter(|(name, _)| name.starts_with(&start)) {
        hash.update(&name[prefix.len()..]);
        let flat = tensor
            .detach()
            .to_device(Device::Cpu)
            .to_kind(Kind::Float)
            .view([-1]);
        let values: Vec<f32> = Vec::try_from(&flat).unwrap_or_default();
        for value in values {
            hash.update(value.to_le_bytes());
        }
    }
    hex(&hash.finalize())
}
