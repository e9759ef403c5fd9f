//! The output of a frozen backbone for all records: computed once, so that
//! what is trained on top of it costs seconds and not hours.

use rand::RngExt;
use sha2::{Digest, Sha256};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

use super::Augment;
use super::fit::{in_batches, in_batches_from};
use super::random::{Draw, Moment};
use super::run::Run;
use crate::ecg::hex;
use crate::nn::{Pass, PrototypeBranch};

/// Backbone steps (N, 512, 32) of every record.
#[derive(Debug)]
pub struct Features {
    /// What they were computed with.
    key: String,
    /// The training records: as they are, then changed versions. Of 16 bits,
    /// which is half a gigabyte for each version of PTB-XL (relative error 2^-11).
    train: Vec<Tensor>,
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
        let signals = &run.data.train.signals;
        let steps = |xs: &Tensor| branch.steps(xs, Pass::Evaluate);
        let rounded = |xs: &Tensor| steps(xs).to_kind(Kind::Half);
        let mut train = vec![in_batches(signals, rounded)];
        for version in 1..=changed {
            let Some(augment) = augment else { break };
            train.push(in_batches_from(signals, |first, xs| {
                rounded(&varied(run, xs, augment, (version, first)))
            }));
        }
        Self {
            key,
            train,
            validation: in_batches(&run.data.validation.signals, steps),
        }
    }

    /// One of the versions of some training records: each batch draws which.
    pub fn drawn(&self, run: &Run, rows: &[i64], moment: Moment) -> Tensor {
        let mut random = moment.generator(Draw::Augmentation);
        let version = random.random_range(0..self.train.len());
        let steps = self.train[version].index_select(0, &run.index(rows));
        steps.to_kind(Kind::Float)
    }

    /// Something of the training records as they are, batch by batch.
    pub fn of_train(&self, of: impl Fn(&Tensor) -> Tensor) -> Tensor {
        in_batches(&self.train[0], |steps| of(&steps.to_kind(Kind::Float)))
    }
}

/// Some records, each changed; `first` is the row of the first of them.
fn varied(run: &Run, xs: &Tensor, augment: &Augment, (version, first): (usize, usize)) -> Tensor {
    let moment = Moment {
        seed: run.config.seed,
        // No stage has this number: these draws belong to none.
        stage: usize::MAX,
        epoch: version,
        step: first,
    };
    let rate_hz = run.config.preprocessing.rate_hz;
    augment.apply(xs, rate_hz, &mut moment.generator(Draw::Augmentation))
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
