//! Epochs of gradient steps: one loop for every stage that has them.

use std::time::{Duration, Instant};

use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

use super::checkpoint::Checkpoint;
use super::data::labels_of;
use super::error::TrainingError;
use super::evaluation::Columns;
use super::event::Event;
use super::random::{Draw, Moment};
use super::run::Run;
use super::{Adam, Keep, Learning, Validation};
use crate::inference::rows_of;
use crate::nn::{Masks, Weights};
use crate::statistics::auroc;

/// The variables of a run: those of the network, and those that only the
/// current stage needs.
#[derive(Debug)]
pub struct State {
    pub network: VarStore,
    pub scratch: VarStore,
}

impl State {
    const SCRATCH: &str = "scratch.";

    pub fn new(device: Device) -> Self {
        Self {
            network: VarStore::new(device),
            scratch: VarStore::new(device),
        }
    }

    /// Copies of all variables.
    pub fn weights(&self) -> Weights {
        let mut weights = Weights::of(&self.network);
        let scratch = Weights::of(&self.scratch).tensors.into_iter();
        weights
            .tensors
            .extend(scratch.map(|(name, t)| (format!("{}{name}", Self::SCRATCH), t)));
        weights
    }

    /// Puts the copies of the network's variables back.
    pub fn put_network(
        &self,
        weights: &Weights,
        path: &std::path::Path,
    ) -> Result<(), TrainingError> {
        let mut network = Weights::default();
        for (name, tensor) in &weights.tensors {
            if !name.starts_with(Self::SCRATCH) {
                network.tensors.insert(name.clone(), tensor.shallow_clone());
            }
        }
        Ok(network.copy_into(&self.network, path)?)
    }

    /// Puts all copies back.
    pub fn put(&self, weights: &Weights, path: &std::path::Path) -> Result<(), TrainingError> {
        self.put_network(weights, path)?;
        let mut scratch = Weights::default();
        for (name, tensor) in &weights.tensors {
            if let Some(name) = name.strip_prefix(Self::SCRATCH) {
                scratch
                    .tensors
                    .insert(name.to_owned(), tensor.shallow_clone());
            }
        }
        Ok(scratch.copy_into(&self.scratch, path)?)
    }
}

/// Variables that learn, below a prefix, in the order of their names.
pub fn learning_below(variables: &VarStore, prefixes: &[&str]) -> Vec<(String, Tensor)> {
    let mut found: Vec<(String, Tensor)> = variables
        .variables()
        .into_iter()
        .filter(|(name, v)| {
            v.requires_grad() && prefixes.iter().any(|prefix| name.starts_with(prefix))
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// What a stage learns, and how it is scored.
pub trait Learner {
    /// What learns, by name.
    fn trained(&self) -> &[(String, Tensor)];

    /// How many times faster a variable learns than the stage says.
    fn rate(&self, _name: &str) -> f64 {
        1.0
    }

    /// The loss of some records of the training folds.
    fn loss(&self, run: &Run, rows: &[i64], moment: Moment) -> Tensor;

    fn after_step(&self) {}

    /// After an epoch, counted from 0, before validation.
    fn after_epoch(&self, _run: &Run, _epoch: usize) -> Result<(), TrainingError> {
        Ok(())
    }

    /// Logits of the validation fold (N, C).
    fn validate(&self, run: &Run) -> Tensor;

    /// Which outputs of the model the C columns are.
    fn outputs(&self) -> &[usize];

    /// Their labels (N, C).
    fn validation_labels<'a>(&'a self, run: &'a Run) -> &'a Tensor;
}

/// Masks for the dropout of a step.
pub fn masks(moment: Moment) -> Masks {
    Masks::new(moment.generator(Draw::Dropout))
}

/// Runs a stage from where the checkpoint stands, and leaves the epoch that
/// the stage keeps.
pub fn fit(
    run: &mut Run,
    (name, learning): (&'static str, &Learning),
    state: &State,
    checkpoint: &mut Checkpoint,
    learner: &dyn Learner,
) -> Result<(), TrainingError> {
    let shared = |(name, v): &(String, Tensor)| (name.clone(), v.shallow_clone());
    let trained = learner.trained().iter().map(shared).collect();
    let mut adam = Adam::new(trained, learning.optimiser);
    checkpoint.restore(state, &mut adam)?;
    let started = Instant::now();
    let first = checkpoint.progress.epoch;
    while checkpoint.progress.epoch < learning.epochs
        && checkpoint.progress.bad_epochs < learning.patience
    {
        let epoch = checkpoint.progress.epoch;
        let mean = train_epoch(run, learning, checkpoint, learner, &mut adam)?;
        if !learner.trained().iter().all(|(_, v)| is_finite(v)) {
            return Err(TrainingError::Diverged {
                stage: checkpoint.progress.stage,
                epoch,
                step: None,
                ecg_ids: Vec::new(),
            });
        }
        // What is kept is the state before a projection: the Project stage that
        // follows does it again, and reports how far it moved each prototype.
        let before = state.weights();
        learner.after_epoch(run, epoch)?;
        let scored = score(run, learning, checkpoint, learner);
        if let Some(auroc) = scored.auroc {
            let stage = checkpoint.progress.stage;
            run.top.offer(stage, epoch + 1, auroc, &before)?;
        }
        let schedule = learning.schedule;
        schedule.saw(
            &mut checkpoint.progress.seen,
            Some(scored.loss),
            scored.auroc,
        );
        let better = match learning.keep {
            Keep::Best => checkpoint.judge(before, scored.auroc),
            Keep::Last => checkpoint.keep(before, scored.auroc),
        };
        checkpoint.progress.epoch += 1;
        checkpoint.save(state, &adam)?;
        let per_epoch = started.elapsed().as_secs_f64() / (epoch + 1 - first) as f64;
        run.emit(Event::Epoch {
            stage: checkpoint.progress.stage,
            name: name.into(),
            epoch: epoch + 1,
            of: learning.epochs,
            loss: mean,
            validation_loss: Some(scored.loss),
            validation_macro_auroc: scored.auroc,
            better,
            records_per_second: run.data.train.len() as f64 / per_epoch.max(1e-9),
            seconds_left: per_epoch * (learning.epochs - epoch - 1) as f64,
            class_auroc: run.by_code(learner.outputs(), scored.classes),
        })?;
    }
    checkpoint.restore_best(state)
}

/// Time between two looks into an epoch.
const TELL_EVERY: Duration = Duration::from_millis(500);

/// One pass over the training records; returns the mean of the loss.
fn train_epoch(
    run: &mut Run,
    learning: &Learning,
    checkpoint: &Checkpoint,
    learner: &dyn Learner,
    adam: &mut Adam,
) -> Result<f64, TrainingError> {
    let progress = &checkpoint.progress;
    let mut moment = Moment {
        seed: run.config.seed,
        stage: progress.stage,
        epoch: progress.epoch,
        step: 0,
    };
    let order = moment.order(run.data.train.len());
    let steps = order.len().div_ceil(learning.batch);
    let (mut sum, mut seen) = (0.0, 0);
    let (started, mut told) = (Instant::now(), Instant::now());
    for (step, rows) in order.chunks(learning.batch).enumerate() {
        run.check_cancelled()?;
        moment.step = step;
        let loss = learner.loss(run, rows, moment);
        let value = loss.double_value(&[]);
        if !value.is_finite() {
            return Err(TrainingError::Diverged {
                stage: progress.stage,
                epoch: progress.epoch,
                step: Some(step),
                ecg_ids: run.ecg_ids(rows),
            });
        }
        adam.backward(&loss);
        if let Some(largest) = learning.clip_norm {
            adam.clip(largest);
        }
        let rate = learning.schedule.rate(
            learning.learning_rate,
            progress.epoch,
            learning.epochs,
            (step, steps),
            &progress.seen,
        );
        adam.step(|name| rate * learner.rate(name));
        learner.after_step();
        sum += value * rows.len() as f64;
        seen += rows.len();
        // The last one too: a short epoch would go by without a word.
        if told.elapsed() >= TELL_EVERY || step + 1 == steps {
            told = Instant::now();
            run.emit(Event::Step {
                stage: progress.stage,
                epoch: progress.epoch + 1,
                step: step + 1,
                of: steps,
                loss: sum / seen as f64,
                records_per_second: seen as f64 / started.elapsed().as_secs_f64(),
            })?;
        }
    }
    Ok(sum / order.len().max(1) as f64)
}

fn is_finite(variable: &Tensor) -> bool {
    variable.isfinite().all().int64_value(&[]) != 0
}

/// How an epoch does on the validation fold.
struct Scored {
    loss: f64,
    auroc: Option<f64>,
    /// Of each column.
    classes: Vec<Option<f64>>,
}

fn score(run: &Run, learning: &Learning, checkpoint: &Checkpoint, learner: &dyn Learner) -> Scored {
    let _guard = tch::no_grad_guard();
    let mut logits = learner.validate(run);
    let mut labels = learner.validation_labels(run).shallow_clone();
    if learning.validation == Validation::Resampled {
        let rows = resampled(&labels, run.config.seed, &checkpoint.progress);
        logits = logits.index_select(0, &rows);
        labels = labels.index_select(0, &rows);
    }
    let loss = logits.binary_cross_entropy_with_logits::<Tensor>(
        &labels,
        None,
        None,
        tch::Reduction::Mean,
    );
    Scored {
        loss: loss.double_value(&[]),
        auroc: macro_auroc(&logits, &labels),
        classes: class_aurocs(&logits, &labels),
    }
}

/// Rows drawn with replacement, weighted by the labels as the published
/// program does (specification 4.4); a class without a positive weighs
/// nothing, where the published program fails.
fn resampled(labels: &Tensor, seed: u64, progress: &super::checkpoint::Progress) -> Tensor {
    use rand::distr::{Distribution, weighted::WeightedIndex};
    let moment = Moment {
        seed,
        stage: progress.stage,
        epoch: progress.epoch,
        step: 0,
    };
    let count = labels.size()[0];
    let rows = rows_of(labels);
    let columns = rows.first().map_or(0, Vec::len);
    let positives: Vec<f64> = (0..columns)
        .map(|c| rows.iter().map(|r| r[c]).sum())
        .collect();
    let all: f64 = positives.iter().sum();
    let weight = |c: usize| {
        if positives[c] > 0.0 {
            (all - positives[c]) / positives[c]
        } else {
            0.0
        }
    };
    let weights: Vec<f64> = rows
        .iter()
        .map(|row| (0..columns).map(|c| row[c] * weight(c)).sum())
        .collect();
    let mut random = moment.generator(Draw::Order);
    let drawn: Vec<i64> = match WeightedIndex::new(&weights) {
        Ok(index) => (0..count)
            .map(|_| index.sample(&mut random) as i64)
            .collect(),
        Err(_) => (0..count).collect(),
    };
    Tensor::from_slice(&drawn).to_device(labels.device())
}

/// Macro AUROC of logits and labels (N, C); `None` where no column has both
/// outcomes.
pub fn macro_auroc(logits: &Tensor, labels: &Tensor) -> Option<f64> {
    columns_of(logits, labels).macro_auroc()
}

/// AUROC of each column; `None` where it has one outcome only.
pub fn class_aurocs(logits: &Tensor, labels: &Tensor) -> Vec<Option<f64>> {
    let columns = columns_of(logits, labels);
    let class = |c| columns.class(c);
    (0..columns.len())
        .map(class)
        .map(|(scores, truth)| auroc(scores, truth))
        .collect()
}

fn columns_of(logits: &Tensor, labels: &Tensor) -> Columns {
    let truth = labels_of(labels);
    let columns = labels.size().get(1).copied().unwrap_or(0) as usize;
    Columns::new(columns, &rows_of(logits), &truth)
}

/// Runs something over a split in batches of the size that inference uses and
/// puts the results into one tensor, without gradients. It is filled as they
/// come: the latents of PTB-XL take a gigabyte, and two copies of them two.
pub fn in_batches(xs: &Tensor, of: impl Fn(&Tensor) -> Tensor) -> Tensor {
    in_batches_from(xs, |_, xs| of(xs))
}

/// The same for what wants to know the row of a batch's first record.
pub fn in_batches_from(xs: &Tensor, of: impl Fn(usize, &Tensor) -> Tensor) -> Tensor {
    let _guard = tch::no_grad_guard();
    let batch = crate::inference::BATCH as i64;
    let count = xs.size()[0];
    let mut all: Option<Tensor> = None;
    for start in (0..count).step_by(batch as usize) {
        let part = of(
            start as usize,
            &xs.narrow(0, start, batch.min(count - start)),
        );
        let all = all.get_or_insert_with(|| {
            let mut size = part.size();
            size[0] = count;
            Tensor::empty(size, (part.kind(), part.device()))
        });
        all.narrow(0, start, part.size()[0]).copy_(&part);
    }
    all.unwrap_or_else(|| Tensor::zeros([0], (Kind::Float, xs.device())))
}
