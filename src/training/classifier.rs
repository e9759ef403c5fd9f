//! The classifier: the weights from similarities to logits, with L1 on
//! the off-class weights (equation 10). The prototypes are fixed, so it works
//! on the cached similarities of all records at once, and the problem is
//! convex: accelerated proximal gradient (FISTA, Beck and Teboulle 2009) gives
//! weights that are exactly zero, which Adam as in the published program does not.

use tch::nn::VarStore;
use tch::{Kind, Tensor};

use super::error::TrainingError;
use super::event::Event;
use super::fit::{class_aurocs, macro_auroc};
use super::losses::weights_of;
use super::run::Run;
use super::{ClassifierStage, Keep, Penalised, Solver, classifier_adam};
use crate::nn::PrototypeBranch;

/// A prototype to which all ECGs are equally similar says nothing, and must not
/// get an infinite weight.
const SMALLEST_DEVIATION: f64 = 1e-4;

/// Steps between two looks at the validation fold.
const LOOK: usize = 10;

/// What a classifier is fitted on, on the CPU but for what is live.
#[derive(Debug)]
pub struct Problem<'a> {
    /// (N, P) of the training and of the validation records.
    pub train: &'a Tensor,
    pub validation: &'a Tensor,
    /// (N, C).
    pub train_labels: &'a Tensor,
    pub validation_labels: &'a Tensor,
    /// (C, P), 1 for a prototype's own class.
    pub own: &'a Tensor,
    pub bias: bool,
    /// Which outputs of the model the C are.
    pub outputs: &'a [usize],
    /// Where its frozen layers stay in training mode: then `train` and
    /// `validation` are those from before.
    pub live: Option<Live<'a>>,
}

/// A branch whose similarities are computed anew for each batch.
#[derive(Debug)]
pub struct Live<'a> {
    pub branch: &'a PrototypeBranch,
    /// Of the whole network.
    pub variables: &'a VarStore,
}

/// Weights (C, P) and, where asked for, biases (C).
#[derive(Debug)]
pub struct Classifier {
    pub weight: Tensor,
    pub bias: Option<Tensor>,
}

/// Fits a classifier from weights of +1 and -0.5 where there is no bias, from
/// zero where there is one.
pub fn fit(
    run: &mut Run,
    stage: &ClassifierStage,
    (index, name): (usize, &'static str),
    problem: &Problem,
) -> Result<Classifier, TrainingError> {
    if let Solver::Adam {
        learning_rate,
        batch,
        l2,
        ..
    } = stage.solver
    {
        let settings = (learning_rate, batch, l2);
        return classifier_adam::fit(run, stage, settings, (index, name), problem);
    }
    let mut fista = Fista::new(stage, problem);
    let (mut best, mut best_state, mut bad) = (f64::NEG_INFINITY, None, 0);
    for epoch in 1..=stage.epochs {
        run.check_cancelled()?;
        fista.step();
        if epoch % LOOK != 0 && epoch != stage.epochs {
            continue;
        }
        let classifier = fista.classifier();
        let now = classifier.macro_auroc(problem.validation, problem.validation_labels);
        let now = now.unwrap_or(0.0);
        let better = now > best;
        bad = if better { 0 } else { bad + LOOK };
        if better || epoch % (LOOK * 10) == 0 {
            let classes = classifier.class_aurocs(problem.validation, problem.validation_labels);
            run.emit(Event::Epoch {
                stage: index,
                name: name.into(),
                epoch,
                of: stage.epochs,
                loss: fista.objective(),
                validation_loss: None,
                validation_macro_auroc: Some(now),
                better,
                records_per_second: 0.0,
                seconds_left: 0.0,
                class_auroc: run.by_code(problem.outputs, classes),
            })?;
        }
        if now >= best {
            best = now;
            best_state = Some(classifier);
        }
        if bad >= stage.patience || fista.is_still() {
            break;
        }
    }
    Ok(match (stage.keep, best_state) {
        (Keep::Best, Some(best)) => best,
        _ => fista.classifier(),
    })
}

impl Classifier {
    /// (N, P) to logits (N, C).
    pub fn logits(&self, similarities: &Tensor) -> Tensor {
        let _guard = tch::no_grad_guard();
        let logits = similarities.matmul(&self.weight.transpose(0, 1));
        match &self.bias {
            Some(bias) => logits + bias,
            None => logits,
        }
    }

    pub fn macro_auroc(&self, similarities: &Tensor, labels: &Tensor) -> Option<f64> {
        macro_auroc(&self.logits(similarities), labels)
    }

    pub fn class_aurocs(&self, similarities: &Tensor, labels: &Tensor) -> Vec<Option<f64>> {
        class_aurocs(&self.logits(similarities), labels)
    }
}

/// For each class: mean over records of the cross entropy + `l1` times the sum
/// of the absolute penalised weights + `l2` / 2 times the sum of all squares.
struct Fista {
    /// (N, P + 1): the last column is 1, or 0 where there is no bias.
    inputs: Tensor,
    /// (N, C).
    labels: Tensor,
    /// (C), of the positive term.
    positive_weight: Tensor,
    /// (C, P + 1), 1 where the weight is penalised.
    penalised: Tensor,
    /// (C, P + 1), what no weight may fall below, if there is such a thing.
    lowest: Option<Tensor>,
    /// (P + 1), 0 for the bias.
    shrunk: Tensor,
    l1: f64,
    l2: f64,
    /// One over the Lipschitz constant of the gradient.
    step: f64,
    weight: Tensor,
    ahead: Tensor,
    momentum: f64,
    moved: f64,
    bias: bool,
    /// (P): what was taken from and divided out of the similarities.
    centre: Tensor,
    deviation: Tensor,
}

impl Fista {
    fn new(stage: &ClassifierStage, problem: &Problem) -> Self {
        let _guard = tch::no_grad_guard();
        let float = (Kind::Float, problem.train.device());
        let (records, count) = problem.train.size2().unwrap_or_default();
        let classes = problem.train_labels.size()[1];
        let (mut centre, mut deviation) =
            (Tensor::zeros([count], float), Tensor::ones([count], float));
        if stage.standardise {
            deviation = problem
                .train
                .std_dim([0i64].as_slice(), false, false)
                .clamp_min(SMALLEST_DEVIATION);
            if problem.bias {
                centre = problem.train.mean_dim(0, false, Kind::Float);
            }
        }
        let scaled = (problem.train - &centre) / &deviation;
        let last = Tensor::full([records, 1], f64::from(u8::from(problem.bias)), float);
        let inputs = Tensor::cat(&[scaled, last], 1);
        let free = Tensor::zeros([classes, 1], float);
        let penalised = match stage.l1_on {
            Penalised::OffClass => 1.0 - problem.own,
            Penalised::All => problem.own.ones_like(),
        };
        // 0 for a class's own prototypes, minus infinity elsewhere.
        let lowest = stage.own_not_negative.then(|| {
            let own = Tensor::cat(&[problem.own.shallow_clone(), free.copy()], 1);
            own.zeros_like()
                .masked_fill(&own.eq(0.0), f64::NEG_INFINITY)
        });
        let start = if problem.bias {
            let share = (problem.train_labels.sum_dim_intlist(0, false, Kind::Float) + 0.5)
                / (records as f64 + 1.0);
            let logit = share.logit(None::<f64>).unsqueeze(1);
            Tensor::cat(&[problem.own.zeros_like(), logit], 1)
        } else {
            let weights = (problem.own * 1.5 - 0.5) * &deviation;
            Tensor::cat(&[weights, free.copy()], 1)
        };
        let positive_weight = weights_of(
            stage.positive_weight,
            stage.positive_weight_cap,
            problem.train_labels,
        );
        // The cross entropy curves by at most a quarter in the logit.
        let largest = positive_weight.max().double_value(&[]).max(1.0);
        let gram = inputs.transpose(0, 1).matmul(&inputs);
        let curvature = 0.25 * largest * largest_eigenvalue(&gram) / records as f64 + stage.l2;
        let shrunk = Tensor::cat(
            &[Tensor::ones([count], float), Tensor::zeros([1], float)],
            0,
        );
        Self {
            inputs,
            labels: problem.train_labels.shallow_clone(),
            positive_weight,
            penalised: Tensor::cat(&[penalised, free], 1),
            lowest,
            shrunk,
            l1: stage.l1,
            l2: stage.l2,
            step: 1.0 / curvature,
            ahead: start.copy(),
            weight: start,
            momentum: 1.0,
            moved: f64::INFINITY,
            bias: problem.bias,
            centre,
            deviation,
        }
    }

    fn step(&mut self) {
        let _guard = tch::no_grad_guard();
        let chance = self.inputs.matmul(&self.ahead.transpose(0, 1)).sigmoid();
        let weighted = &self.labels * &self.positive_weight;
        let error = &chance * (&weighted + 1.0 - &self.labels) - weighted;
        let gradient = error.transpose(0, 1).matmul(&self.inputs) / self.labels.size()[0] as f64
            + &self.ahead * &self.shrunk * self.l2;
        let moved = &self.ahead - gradient * self.step;
        let mut next =
            moved.sign() * (moved.abs() - &self.penalised * (self.l1 * self.step)).clamp_min(0.0);
        if let Some(lowest) = &self.lowest {
            next = next.maximum(lowest);
        }
        let momentum = (1.0 + (1.0 + 4.0 * self.momentum * self.momentum).sqrt()) / 2.0;
        self.moved = (&next - &self.weight).abs().max().double_value(&[]);
        self.ahead = &next + (&next - &self.weight) * ((self.momentum - 1.0) / momentum);
        self.weight = next;
        self.momentum = momentum;
    }

    /// Whether the last step changed nothing that counts.
    fn is_still(&self) -> bool {
        self.moved < 1e-6
    }

    fn objective(&self) -> f64 {
        let _guard = tch::no_grad_guard();
        let logits = self.inputs.matmul(&self.weight.transpose(0, 1));
        let entropy = logits.binary_cross_entropy_with_logits(
            &self.labels,
            None::<Tensor>,
            Some(self.positive_weight.shallow_clone()),
            tch::Reduction::Sum,
        ) / self.labels.size()[0] as f64;
        let absolute = (self.weight.abs() * &self.penalised).sum(Kind::Double);
        let squares = (self.weight.square() * &self.shrunk).sum(Kind::Double);
        entropy.double_value(&[])
            + self.l1 * absolute.double_value(&[])
            + self.l2 / 2.0 * squares.double_value(&[])
    }

    /// In terms of the similarities as they are.
    fn classifier(&self) -> Classifier {
        let _guard = tch::no_grad_guard();
        let count = self.deviation.size()[0];
        let weight = self.weight.narrow(1, 0, count) / &self.deviation;
        let bias = self.bias.then(|| {
            self.weight.select(1, count) - weight.matmul(&self.centre.unsqueeze(1)).squeeze_dim(1)
        });
        Classifier { weight, bias }
    }
}

/// Of a symmetric positive matrix, by power iteration; a little too large
/// rather than too small.
fn largest_eigenvalue(matrix: &Tensor) -> f64 {
    let mut vector = Tensor::ones([matrix.size()[0], 1], (Kind::Float, matrix.device()));
    let mut value = 0.0;
    for _ in 0..100 {
        let next = matrix.matmul(&vector);
        value = next.norm().double_value(&[]) / vector.norm().double_value(&[]).max(1e-12);
        vector = &next / next.norm().clamp_min(1e-12);
    }
    (value * 1.01).max(1e-12)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// sin(i j) data; the truths are made by tests/truth/l1.py.
    fn optimum(own: [f32; 5], l1_on: Penalised, own_not_negative: bool) -> Vec<f32> {
        let value = |i: i64, j: i64| ((i + 1) as f32 * (j + 1) as f32 * 0.7).sin();
        let rows: Vec<f32> = (0..40)
            .flat_map(|i| (0..5).map(move |j| value(i, j)))
            .collect();
        let labels: Vec<f32> = (0..40)
            .map(|i| f32::from(value(i, 0) + 0.3 * value(i, 3) > 0.2))
            .collect();
        let similarities = Tensor::from_slice(&rows).view([40, 5]);
        let labels = Tensor::from_slice(&labels).view([40, 1]);
        let problem = Problem {
            train: &similarities,
            validation: &similarities,
            train_labels: &labels,
            validation_labels: &labels,
            own: &Tensor::from_slice(&own).view([1, 5]),
            bias: false,
            outputs: &[0],
            live: None,
        };
        let stage = ClassifierStage {
            epochs: 3000,
            l1: 0.05,
            l1_on,
            l2: 0.0,
            own_not_negative,
            standardise: false,
            positive_weight: super::super::PositiveWeight::None,
            positive_weight_cap: None,
            patience: 3000,
            keep: Keep::Last,
            solver: Solver::ProximalGradient,
        };
        let mut fista = Fista::new(&stage, &problem);
        (0..3000).for_each(|_| fista.step());
        Vec::try_from(&fista.classifier().weight.view([-1])).unwrap()
    }

    fn assert_close(found: &[f32], expected: [f32; 5]) {
        for (found, expected) in found.iter().zip(expected) {
            assert!(
                (found - expected).abs() < 1e-3,
                "{found} instead of {expected}"
            );
            assert_eq!(*found == 0.0, expected == 0.0);
        }
    }

    /// scikit-learn 1.9.1 LogisticRegression(penalty='l1', solver='saga',
    /// fit_intercept=False, tol=1e-10).
    #[test]
    fn the_optimum_equals_scikit_learn_with_its_exact_zeros() {
        let found = optimum([1.0; 5], Penalised::All, false);
        assert_close(&found, [2.484_14, 0.0, 0.0, 0.0, -0.531_973_1]);
    }

    /// scipy 1.16 minimize(method='L-BFGS-B') with bounds.
    #[test]
    fn own_weights_stay_at_0_or_above_where_asked() {
        let own = [1.0, 1.0, 1.0, 1.0, 0.0];
        let found = optimum(own, Penalised::OffClass, true);
        assert_close(&found, [5.668_47, 0.440_695, 0.0, 1.641_816, 0.0]);
        let free = optimum(own, Penalised::OffClass, false);
        assert!(free[2] < 0.0, "the bound changes nothing here: {free:?}");
    }
}
