//! Networks that learn from labels alone: the backbone of a pre-training, a
//! black box, the attention network.

use tch::nn::VarStore;
use tch::{Kind, Tensor};

use super::augment::mixup;
use super::checkpoint::Checkpoint;
use super::error::TrainingError;
use super::fit::{Learner, State, fit, in_batches, learning_below, masks};
use super::losses::{CrossEntropy, cross_entropy, weights_of};
use super::random::{Draw, Moment};
use super::run::Run;
use super::{PreTrainStage, SupervisedStage};
use crate::bundle::Architecture;
use crate::nn::{BlackBox, Network, Pass};

/// Trains the network of the run.
pub fn run(
    run: &mut Run,
    stage: &SupervisedStage,
    state: &State,
    network: &Network,
    checkpoint: &mut Checkpoint,
) -> Result<(), TrainingError> {
    let outputs: Vec<usize> = (0..run.data.train.labels.size()[1] as usize).collect();
    let trained = learning_below(&state.network, &[""]);
    let logits = |xs: &Tensor, pass: Pass| network.logits(xs, pass);
    learn(
        run,
        ("supervised", stage),
        state,
        checkpoint,
        outputs,
        trained,
        &logits,
    )
}

/// Trains a backbone of its own and copies it into branches.
pub fn pre_train(
    run: &mut Run,
    stage: &PreTrainStage,
    state: &State,
    checkpoint: &mut Checkpoint,
) -> Result<(), TrainingError> {
    let architecture = run.config.model.clone();
    let branches = architecture.branches();
    let Some(first) = branches
        .iter()
        .find(|b| Some(&b.name) == stage.branches.first())
    else {
        return Ok(());
    };
    let outputs = architecture.outputs_of(stage.labels);
    let leads = run.config.preprocessing.leads.len();
    let net = BlackBox::new(
        &state.scratch.root(),
        &first.backbone,
        (stage.head, stage.head_dropout),
        leads,
        outputs.len(),
    );
    crate::nn::randomise(&state.scratch, run.config.seed);
    let trained = learning_below(&state.scratch, &[""]);
    let logits = |xs: &Tensor, pass: Pass| net.logits(xs, pass);
    learn(
        run,
        ("pre-train", &stage.training),
        state,
        checkpoint,
        outputs,
        trained,
        &logits,
    )?;
    for name in &stage.branches {
        copy_backbone(state, &branch_prefix(&architecture, name));
    }
    Ok(())
}

/// Starts the layer `fc`, which only a stage needs, at what is known without
/// looking at an ECG: weights 0, biases the log-odds of each class's share of
/// the training records. A bias near 0 would first have to be unlearnt, and the
/// quickest way down is to make the latents of all records large and alike. (A
/// pre-training starts as PyTorch does: the excerpt's backbone learned worse
/// from here, 0.870 instead of 0.898 on fold 9.)
pub fn start_at_share(scratch: &VarStore, train_labels: &Tensor) {
    let _guard = tch::no_grad_guard();
    let variables = scratch.variables();
    if let (Some(weight), Some(bias)) = (variables.get("fc.weight"), variables.get("fc.bias")) {
        let _ = weight.shallow_clone().zero_();
        bias.shallow_clone().copy_(&log_odds(train_labels));
    }
}

/// Log-odds of each column's share of the rows, (N, C) to (C); half a record
/// is added to both sides.
pub fn log_odds(labels: &Tensor) -> Tensor {
    let count = labels.size()[0] as f64;
    let share = (labels.sum_dim_intlist(0, false, Kind::Float) + 0.5) / (count + 1.0);
    share.logit(None::<f64>)
}

/// The variables of a branch: none before the names of the only branch.
pub fn branch_prefix(architecture: &Architecture, branch: &str) -> String {
    if architecture.branches().len() == 1 {
        String::new()
    } else {
        format!("{branch}.")
    }
}

fn copy_backbone(state: &State, prefix: &str) {
    let _guard = tch::no_grad_guard();
    let to = state.network.variables();
    for (name, from) in state.scratch.variables() {
        if name.starts_with("feature_extractor.")
            && let Some(variable) = to.get(&format!("{prefix}{name}"))
        {
            variable.shallow_clone().copy_(&from);
        }
    }
}

fn learn(
    run: &mut Run,
    (name, stage): (&'static str, &SupervisedStage),
    state: &State,
    checkpoint: &mut Checkpoint,
    outputs: Vec<usize>,
    trained: Vec<(String, Tensor)>,
    logits: &dyn Fn(&Tensor, Pass) -> Tensor,
) -> Result<(), TrainingError> {
    let learner = Supervised {
        stage,
        trained,
        logits,
        train_labels: run.data.train.columns(&outputs),
        validation_labels: run.data.validation.columns(&outputs),
        positive_weight: weights_of(
            stage.positive_weight,
            stage.positive_weight_cap,
            &run.data.train.columns(&outputs),
        ),
        outputs,
    };
    fit(run, (name, &stage.learning), state, checkpoint, &learner)
}

struct Supervised<'a> {
    stage: &'a SupervisedStage,
    trained: Vec<(String, Tensor)>,
    logits: &'a dyn Fn(&Tensor, Pass) -> Tensor,
    outputs: Vec<usize>,
    train_labels: Tensor,
    validation_labels: Tensor,
    positive_weight: Tensor,
}

impl Learner for Supervised<'_> {
    fn trained(&self) -> &[(String, Tensor)] {
        &self.trained
    }

    fn loss(&self, run: &Run, rows: &[i64], moment: Moment) -> Tensor {
        let mut random = moment.generator(Draw::Augmentation);
        let mut xs = run.signals(rows);
        if let Some(augment) = &self.stage.learning.augment {
            xs = augment.apply(&xs, run.config.preprocessing.rate_hz, &mut random);
        }
        let index = run.index(rows);
        let mut labels = self.train_labels.index_select(0, &index);
        if let Some(strength) = self.stage.mixup {
            (xs, labels) = mixup(&xs, &labels, strength, &mut random);
        }
        let logits = (self.logits)(&xs, Pass::Train(&masks(moment)));
        let kind = CrossEntropy::WeightOnPositives;
        cross_entropy(kind, &logits, &labels, &self.positive_weight)
    }

    fn validate(&self, run: &Run) -> Tensor {
        in_batches(&run.data.validation.signals, |xs| {
            (self.logits)(xs, Pass::Evaluate)
        })
    }

    fn outputs(&self) -> &[usize] {
        &self.outputs
    }

    fn validation_labels<'a>(&'a self, _run: &'a Run) -> &'a Tensor {
        &self.validation_labels
    }
}
