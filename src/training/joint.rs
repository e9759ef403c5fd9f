//! The joint stage: backbone, add-on layers and prototypes are trained
//! together; the classifier stays at +1 and -0.5.

use std::time::Instant;

use rand::seq::SliceRandom;
use tch::nn::VarStore;
use tch::{Kind, Tensor};

use super::augment::generator;
use super::checkpoint::Checkpoint;
use super::error::TrainingError;
use super::evaluation::Columns;
use super::losses::{Losses, Targets, cooccurrence, positive_weights};
use super::projection::project;
use super::run::{Event, Run};
use super::{Adam, JointStage, Split};
use crate::inference::{BATCH, logits, rows_of, similarities_of};
use crate::nn::{PrototypeBranch, Weights};

/// What the loss needs besides the batch.
struct Constants {
    identity: Tensor,
    cooccurrence: Tensor,
    positive_weight: Tensor,
}

impl Constants {
    fn new(losses: &Losses, train: &Split, network: &PrototypeBranch) -> Self {
        let counts: Vec<f64> = Vec::try_from(
            &train
                .labels
                .sum_dim_intlist(0, false, Kind::Double)
                .to_device(tch::Device::Cpu),
        )
        .unwrap_or_default();
        let positives: Vec<usize> = counts.iter().map(|&n| n as usize).collect();
        let weights = positive_weights(
            losses.positive_weight,
            losses.positive_weight_cap,
            &positives,
            train.len(),
        );
        Self {
            identity: network.identity(),
            cooccurrence: cooccurrence(&train.labels),
            positive_weight: Tensor::from_slice(&weights)
                .to_kind(Kind::Float)
                .to_device(network.device()),
        }
    }
}

/// Runs one joint stage from where the checkpoint stands, and leaves the
/// network at its best epoch.
pub fn run(
    run: &mut Run,
    stage: &JointStage,
    variables: &VarStore,
    network: &PrototypeBranch,
    checkpoint: &mut Checkpoint,
) -> Result<(), TrainingError> {
    let constants = Constants::new(&run.config.losses, &run.data.train, network);
    let trained = variables
        .variables()
        .into_iter()
        .filter(|(name, v)| v.requires_grad() && name != "classifier.weight");
    let mut trained: Vec<(String, Tensor)> = trained.collect();
    trained.sort_by(|a, b| a.0.cmp(&b.0));
    let mut adam = Adam::new(trained, stage.l2);
    network.reset_classifier();
    checkpoint.restore(variables, &mut adam)?;
    let started = Instant::now();
    let first = checkpoint.progress.epoch;
    while checkpoint.progress.epoch < stage.epochs
        && checkpoint.progress.bad_epochs < stage.patience
    {
        let epoch = checkpoint.progress.epoch;
        let rate = stage
            .schedule
            .rate(stage.learning_rate, epoch, stage.epochs);
        let mean = train_epoch(
            run,
            stage,
            network,
            &constants,
            &mut adam,
            (checkpoint.progress.stage, epoch, rate),
        )?;
        if !variables.trainable_variables().iter().all(is_finite) {
            return Err(TrainingError::Diverged {
                stage: checkpoint.progress.stage,
                epoch,
            });
        }
        // What is kept is the state before projection: the Project stage that
        // follows does it again, and reports how far it moved each prototype.
        let before = Weights::of(variables);
        if stage.project_each_epoch {
            project(network, &run.data.train, true)?;
        }
        let auroc = macro_auroc(network, &run.data.validation);
        let better = checkpoint.judge(before, auroc);
        checkpoint.progress.epoch += 1;
        checkpoint.save(variables, &adam)?;
        let per_epoch = started.elapsed().as_secs_f64() / (epoch + 1 - first) as f64;
        run.emit(Event::Epoch {
            stage: checkpoint.progress.stage,
            name: "joint",
            epoch: epoch + 1,
            of: stage.epochs,
            loss: mean,
            validation_macro_auroc: auroc,
            better,
            seconds_left: per_epoch * (stage.epochs - epoch - 1) as f64,
        })?;
    }
    checkpoint.restore_best(variables)
}

/// One pass over the training records; returns the mean of the total loss.
fn train_epoch(
    run: &mut Run,
    stage: &JointStage,
    network: &PrototypeBranch,
    constants: &Constants,
    adam: &mut Adam,
    (stage_index, epoch, rate): (usize, usize, f64),
) -> Result<f64, TrainingError> {
    let train = &run.data.train;
    let mut order: Vec<i64> = (0..train.len() as i64).collect();
    order.shuffle(&mut generator(
        run.config.seed,
        stage_index,
        epoch,
        usize::MAX,
    ));
    let mut sum = 0.0;
    for (step, rows) in order.chunks(stage.batch).enumerate() {
        run.check_cancelled()?;
        let index = Tensor::from_slice(rows).to_device(network.device());
        let mut xs = train.signals.index_select(0, &index);
        if let Some(augment) = &stage.augment {
            let mut random = generator(run.config.seed, stage_index, epoch, step);
            xs = augment.apply(&xs, run.config.preprocessing.rate_hz, &mut random);
        }
        let labels = train.labels.index_select(0, &index);
        let similarities = network.similarities(&network.latents(&xs, true));
        let logits = network.logits(&similarities);
        let targets = Targets {
            labels: &labels,
            identity: &constants.identity,
            cooccurrence: &constants.cooccurrence,
            positive_weight: &constants.positive_weight,
        };
        let terms = run
            .config
            .losses
            .terms(&logits, &similarities, &network.prototypes, &targets);
        adam.zero_grad();
        terms.total.backward();
        adam.step(|name| match name {
            "prototype_vectors" => rate * stage.prototype_rate,
            _ => rate,
        });
        if stage.prototypes_in_range {
            tch::no_grad(|| {
                let _ = network.prototypes.shallow_clone().clamp_(0.0, 1.0);
            });
        }
        let total = terms.total.double_value(&[]);
        if !total.is_finite() {
            return Err(TrainingError::Diverged {
                stage: stage_index,
                epoch,
            });
        }
        sum += total * rows.len() as f64;
    }
    Ok(sum / train.len() as f64)
}

fn is_finite(variable: &Tensor) -> bool {
    variable.isfinite().all().int64_value(&[]) != 0
}

/// Macro AUROC of a split with the network as it stands; `None` where no
/// statement has both outcomes.
pub fn macro_auroc(network: &PrototypeBranch, split: &Split) -> Option<f64> {
    Columns::new(
        network.classes(),
        &logit_rows(network, split),
        &labels_of(split),
    )
    .macro_auroc()
}

/// Logits of a split, computed as inference computes them.
pub fn logit_rows(network: &PrototypeBranch, split: &Split) -> Vec<Vec<f64>> {
    let weights = rows_of(&network.classifier);
    similarity_rows(network, split)
        .iter()
        .map(|row| logits(&weights, row))
        .collect()
}

/// Similarities of a split, in batches of the size that inference uses.
pub fn similarity_rows(network: &PrototypeBranch, split: &Split) -> Vec<Vec<f64>> {
    (0..split.len())
        .step_by(BATCH)
        .flat_map(|start| {
            let length = BATCH.min(split.len() - start) as i64;
            similarities_of(network, &split.signals.narrow(0, start as i64, length))
        })
        .collect()
}

/// Labels of a split, row by row.
pub fn labels_of(split: &Split) -> Vec<f32> {
    let flat = split
        .labels
        .to_device(tch::Device::Cpu)
        .contiguous()
        .view([-1]);
    Vec::try_from(&flat).unwrap_or_default()
}
