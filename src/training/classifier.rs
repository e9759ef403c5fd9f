//! The classifier stage: the weights from similarities to logits, with L1 on
//! the off-class weights (equation 10). The prototypes are fixed, so it works
//! on the cached similarities of all records at once, and the problem is
//! convex: accelerated proximal gradient (FISTA, Beck and Teboulle 2009) gives
//! weights that are exactly zero, which Adam as in the published program does not.

use tch::{Kind, Tensor};

use super::ClassifierStage;
use super::error::TrainingError;
use super::evaluation::Columns;
use super::joint::{labels_of, similarity_rows};
use super::run::{Event, Run};
use crate::inference::rows_of;
use crate::nn::PrototypeBranch;

/// Steps between two looks at the validation fold.
const LOOK: usize = 10;

/// Trains the classifier from +1 and -0.5 and leaves the weights of the best
/// validation macro AUROC, the later ones where several are as good.
pub fn run(
    run: &mut Run,
    stage: &ClassifierStage,
    index: usize,
    network: &PrototypeBranch,
) -> Result<(), TrainingError> {
    network.reset_classifier();
    let train = matrix(&similarity_rows(network, &run.data.train));
    let validation = similarity_rows(network, &run.data.validation);
    let labels = run.data.train.labels.to_device(tch::Device::Cpu);
    let truth = labels_of(&run.data.validation);
    let start = network
        .classifier
        .detach()
        .to_device(tch::Device::Cpu)
        .copy();
    let off_class = 1.0
        - network
            .identity()
            .transpose(0, 1)
            .to_device(tch::Device::Cpu);
    let mut problem = Fista::new(train, labels, off_class, stage.l1, start);
    let (mut best, mut best_weight, mut bad) = (f64::NEG_INFINITY, problem.weight.copy(), 0);
    for epoch in 1..=stage.epochs {
        run.check_cancelled()?;
        problem.step();
        if epoch % LOOK != 0 && epoch != stage.epochs {
            continue;
        }
        let now = auroc(&problem.weight, &validation, &truth).unwrap_or(0.0);
        let better = now > best;
        bad = if better { 0 } else { bad + LOOK };
        if now >= best {
            best = now;
            best_weight = problem.weight.copy();
        }
        if better || epoch % (LOOK * 10) == 0 {
            run.emit(Event::Epoch {
                stage: index,
                name: "classifier",
                epoch,
                of: stage.epochs,
                loss: problem.objective(),
                validation_macro_auroc: Some(now),
                better,
                seconds_left: 0.0,
            })?;
        }
        if bad >= stage.patience {
            break;
        }
    }
    tch::no_grad(|| network.classifier.shallow_clone().copy_(&best_weight));
    Ok(())
}

/// Mean cross entropy over records and classes + `l1` times the sum of the
/// absolute off-class weights, as a function of the weights (C, P).
struct Fista {
    /// (N, P).
    similarities: Tensor,
    /// (N, C).
    labels: Tensor,
    /// (C, P), 1 where the weight is penalised.
    penalised: Tensor,
    l1: f64,
    /// One over the Lipschitz constant of the gradient.
    step: f64,
    weight: Tensor,
    ahead: Tensor,
    momentum: f64,
}

impl Fista {
    fn new(
        similarities: Tensor,
        labels: Tensor,
        penalised: Tensor,
        l1: f64,
        start: Tensor,
    ) -> Self {
        let _guard = tch::no_grad_guard();
        // The cross entropy curves by at most a quarter in the logit.
        let elements = labels.numel() as f64;
        let curvature = 0.25
            * largest_eigenvalue(&similarities.transpose(0, 1).matmul(&similarities))
            / elements;
        let ahead = start.copy();
        Self {
            similarities,
            labels,
            penalised,
            l1,
            step: 1.0 / curvature,
            weight: start,
            ahead,
            momentum: 1.0,
        }
    }

    fn step(&mut self) {
        let _guard = tch::no_grad_guard();
        let error = self
            .similarities
            .matmul(&self.ahead.transpose(0, 1))
            .sigmoid()
            - &self.labels;
        let gradient =
            error.transpose(0, 1).matmul(&self.similarities) / self.labels.numel() as f64;
        let moved = &self.ahead - gradient * self.step;
        let next =
            moved.sign() * (moved.abs() - &self.penalised * (self.l1 * self.step)).clamp_min(0.0);
        let momentum = (1.0 + (1.0 + 4.0 * self.momentum * self.momentum).sqrt()) / 2.0;
        self.ahead = &next + (&next - &self.weight) * ((self.momentum - 1.0) / momentum);
        self.weight = next;
        self.momentum = momentum;
    }

    fn objective(&self) -> f64 {
        let _guard = tch::no_grad_guard();
        let logits = self.similarities.matmul(&self.weight.transpose(0, 1));
        let entropy = logits.binary_cross_entropy_with_logits::<Tensor>(
            &self.labels,
            None,
            None,
            tch::Reduction::Mean,
        );
        let penalty = (self.weight.abs() * &self.penalised).sum(Kind::Double);
        entropy.double_value(&[]) + self.l1 * penalty.double_value(&[])
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

fn matrix(rows: &[Vec<f64>]) -> Tensor {
    let columns = rows.first().map_or(0, Vec::len) as i64;
    Tensor::from_slice(&rows.concat())
        .view([rows.len() as i64, columns])
        .to_kind(Kind::Float)
}

fn auroc(weight: &Tensor, similarities: &[Vec<f64>], truth: &[f32]) -> Option<f64> {
    let _guard = tch::no_grad_guard();
    let logits = rows_of(&matrix(similarities).matmul(&weight.transpose(0, 1)));
    Columns::new(weight.size()[0] as usize, &logits, truth).macro_auroc()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scikit-learn 1.9.1 LogisticRegression(penalty='l1', solver='saga',
    /// fit_intercept=False, tol=1e-10) on sin(i j) data; see tests/truth/l1.py.
    #[test]
    fn the_optimum_equals_scikit_learn_with_its_exact_zeros() {
        let value = |i: i64, j: i64| ((i + 1) as f32 * (j + 1) as f32 * 0.7).sin();
        let rows: Vec<f32> = (0..40)
            .flat_map(|i| (0..5).map(move |j| value(i, j)))
            .collect();
        let labels: Vec<f32> = (0..40)
            .map(|i| f32::from(value(i, 0) + 0.3 * value(i, 3) > 0.2))
            .collect();
        let similarities = Tensor::from_slice(&rows).view([40, 5]);
        let labels = Tensor::from_slice(&labels).view([40, 1]);
        let float = (Kind::Float, tch::Device::Cpu);
        let mut problem = Fista::new(
            similarities,
            labels,
            Tensor::ones([1, 5], float),
            0.05,
            Tensor::ones([1, 5], float),
        );
        (0..3000).for_each(|_| problem.step());
        let found: Vec<f32> = Vec::try_from(&problem.weight.view([-1])).unwrap();
        for (found, expected) in found.iter().zip(SCIKIT_LEARN) {
            assert!(
                (found - expected).abs() < 1e-3,
                "{found} instead of {expected}"
            );
            assert_eq!(*found == 0.0, expected == 0.0);
        }
    }

    const SCIKIT_LEARN: [f32; 5] = [2.484_14, 0.0, 0.0, 0.0, -0.531_973_1];
}
