//! The classifier as the published program trains it: mini-batches, Adam with
//! coupled L2, a subgradient of the L1 norm. No weight becomes exactly zero,
//! and the result is no optimum: the proximal gradient of [`super::classifier`]
//! is the default. The similarities are cached, unless the frozen layers are to
//! stay in training mode, as in the published stage (specification 5.5).

use std::path::Path;

use tch::{Device, Kind, Tensor};

use super::classifier::{Classifier, Live, Problem};
use super::error::TrainingError;
use super::event::Event;
use super::fit::{in_batches, masks};
use super::losses::{CrossEntropy, cross_entropy, weights_of};
use super::random::Moment;
use super::run::Run;
use super::{Adam, ClassifierStage, Keep, Optimiser, Penalised};
use crate::nn::{Pass, Weights};

/// Fits from weights of +1 (own class) and -0.5 (others), or from zero where
/// there is a bias.
pub fn fit(
    run: &mut Run,
    stage: &ClassifierStage,
    (learning_rate, batch, l2): (f64, usize, f64),
    (index, name): (usize, &'static str),
    problem: &Problem,
) -> Result<Classifier, TrainingError> {
    let mut learner = Learner::new(stage, l2, problem);
    let (mut best, mut best_state, mut bad) = (f64::NEG_INFINITY, None, 0);
    for epoch in 1..=stage.epochs {
        run.check_cancelled()?;
        let moment = Moment {
            seed: run.config.seed,
            stage: index,
            epoch,
            step: 0,
        };
        let order = moment.order(problem.train.size()[0] as usize);
        let similarities = |step, rows: &[i64]| {
            let Some(live) = &problem.live else {
                return Ok(problem.train.index_select(0, &Tensor::from_slice(rows)));
            };
            run.check_cancelled()?;
            let _guard = tch::no_grad_guard();
            let masks = masks(Moment { step, ..moment });
            let latents = live.branch.latents(&run.signals(rows), Pass::Train(&masks));
            Ok(live.branch.similarities(&latents).to_device(Device::Cpu))
        };
        let loss = learner.epoch(stage, problem, &order, (batch, learning_rate), similarities)?;
        let classifier = learner.classifier();
        let read_validation = |Live { branch, .. }: &Live| {
            let of = |xs: &Tensor| branch.similarities(&branch.latents(xs, Pass::Evaluate));
            in_batches(&run.data.validation.signals, of).to_device(Device::Cpu)
        };
        let read = problem.live.as_ref().map(read_validation);
        let validation = read.as_ref().unwrap_or(problem.validation);
        let auroc = classifier.macro_auroc(validation, problem.validation_labels);
        let classes = classifier.class_aurocs(validation, problem.validation_labels);
        let now = auroc.unwrap_or(0.0);
        let better = now > best;
        bad = if better { 0 } else { bad + 1 };
        if better {
            best = now;
            let network = problem
                .live
                .as_ref()
                .map(|live| Weights::of(live.variables));
            best_state = Some((classifier, network));
        }
        run.emit(Event::Epoch {
            stage: index,
            name: name.into(),
            epoch,
            of: stage.epochs,
            loss,
            validation_loss: None,
            validation_macro_auroc: auroc,
            better,
            records_per_second: 0.0,
            seconds_left: 0.0,
            class_auroc: run.by_code(problem.outputs, classes),
        })?;
        if bad >= stage.patience {
            break;
        }
    }
    Ok(match (stage.keep, best_state) {
        (Keep::Best, Some((best, network))) => {
            if let (Some(live), Some(network)) = (&problem.live, network) {
                network.copy_into(live.variables, Path::new("the best epoch"))?;
            }
            best
        }
        _ => learner.classifier(),
    })
}

struct Learner {
    weight: Tensor,
    bias: Option<Tensor>,
    adam: Adam,
    positive_weight: Tensor,
    /// (C, P), 1 where the L1 norm counts a weight.
    penalised: Tensor,
}

impl Learner {
    fn new(stage: &ClassifierStage, l2: f64, problem: &Problem) -> Self {
        let classes = problem.train_labels.size()[1];
        let float = (Kind::Float, Device::Cpu);
        let start = if problem.bias {
            problem.own.zeros_like()
        } else {
            problem.own * 1.5 - 0.5
        };
        let weight = start.set_requires_grad(true);
        let bias = problem
            .bias
            .then(|| Tensor::zeros([classes], float).set_requires_grad(true));
        let mut trained = vec![("weight".to_owned(), weight.shallow_clone())];
        trained.extend(bias.iter().map(|b| ("bias".to_owned(), b.shallow_clone())));
        Self {
            adam: Adam::new(trained, Optimiser::Adam { l2 }),
            weight,
            bias,
            positive_weight: weights_of(
                stage.positive_weight,
                stage.positive_weight_cap,
                problem.train_labels,
            ),
            penalised: match stage.l1_on {
                Penalised::OffClass => 1.0 - problem.own,
                Penalised::All => problem.own.ones_like(),
            },
        }
    }

    /// One pass over the records; returns the mean of the loss. `similarities`
    /// are those of some rows, (B, P), at a step of the epoch.
    fn epoch(
        &mut self,
        stage: &ClassifierStage,
        problem: &Problem,
        order: &[i64],
        (batch, rate): (usize, f64),
        similarities: impl Fn(usize, &[i64]) -> Result<Tensor, TrainingError>,
    ) -> Result<f64, TrainingError> {
        let mut sum = 0.0;
        for (step, rows) in order.chunks(batch.max(1)).enumerate() {
            let index = Tensor::from_slice(rows);
            let similarities = similarities(step, rows)?;
            let labels = problem.train_labels.index_select(0, &index);
            let mut logits = similarities.matmul(&self.weight.transpose(0, 1));
            if let Some(bias) = &self.bias {
                logits += bias;
            }
            let kind = CrossEntropy::WeightOnPositives;
            let entropy = cross_entropy(kind, &logits, &labels, &self.positive_weight);
            let absolute = (self.weight.abs() * &self.penalised).sum(Kind::Float);
            let loss = entropy + absolute * stage.l1;
            self.adam.backward(&loss);
            self.adam.step(|_| rate);
            sum += loss.double_value(&[]) * rows.len() as f64;
        }
        Ok(sum / order.len().max(1) as f64)
    }

    fn classifier(&self) -> Classifier {
        Classifier {
            weight: self.weight.detach().copy(),
            bias: self.bias.as_ref().map(|b| b.detach().copy()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::PositiveWeight;

    /// One full batch from the start: Adam's first step moves every weight by
    /// the learning rate against the sign of its gradient.
    #[test]
    fn the_first_step_is_adams() {
        let similarities = Tensor::from_slice(&[1.0f32, 0.0, 0.0, 1.0]).view([2, 2]);
        let labels = Tensor::from_slice(&[1.0f32, 0.0, 0.0, 1.0]).view([2, 2]);
        let problem = Problem {
            train: &similarities,
            validation: &similarities,
            train_labels: &labels,
            validation_labels: &labels,
            own: &Tensor::eye(2, (Kind::Float, Device::Cpu)),
            bias: false,
            outputs: &[0, 1],
            live: None,
        };
        let all =
            |_: usize, rows: &[i64]| Ok(similarities.index_select(0, &Tensor::from_slice(rows)));
        let stage = ClassifierStage {
            epochs: 1,
            l1: 0.0,
            l1_on: Penalised::OffClass,
            l2: 0.0,
            own_not_negative: false,
            standardise: false,
            positive_weight: PositiveWeight::None,
            positive_weight_cap: None,
            patience: 1,
            keep: Keep::Last,
            solver: crate::training::Solver::default(),
        };
        let mut learner = Learner::new(&stage, 0.0, &problem);
        let loss = learner
            .epoch(&stage, &problem, &[0, 1], (2, 0.01), all)
            .unwrap();
        // -log sigmoid(1) and -log sigmoid(0.5), two of each.
        let term = |x: f64| (1.0 + (-x).exp()).ln();
        assert!(
            (loss - f64::midpoint(term(1.0), term(0.5))).abs() < 1e-6,
            "{loss}"
        );
        let found: Vec<f32> = Vec::try_from(&learner.classifier().weight.view([-1])).unwrap();
        for (found, expected) in found.iter().zip([1.01, -0.51, -0.51, 1.01]) {
            assert!((found - expected).abs() < 1e-4, "{found} {expected}");
        }
        // A large L1 pulls the off-class weights to 0 and leaves the others.
        let heavy = ClassifierStage { l1: 100.0, ..stage };
        let mut learner = Learner::new(&heavy, 0.0, &problem);
        for _ in 0..40 {
            learner
                .epoch(&heavy, &problem, &[0, 1], (2, 0.01), all)
                .unwrap();
        }
        let weight = learner.classifier().weight;
        assert!(weight.double_value(&[0, 1]) > -0.15, "{weight:?}");
        assert!(weight.double_value(&[0, 0]) > 1.0);
    }
}
