//! The classifier stage: the weights from similarities to logits, with L1 on
//! the off-class weights (equation 10). The prototypes are fixed, so it works
//! on the cached similarities, in one batch, and the problem is convex.

use tch::{Kind, Tensor};

use super::evaluation::Columns;
use super::joint::{labels_of, similarity_rows};
use super::run::{Event, Run, TrainingError};
use super::{Adam, ClassifierStage};
use crate::inference::rows_of;
use crate::nn::PrototypeBranch;

/// Epochs between two looks at the validation fold.
const LOOK: usize = 10;

/// Trains the classifier from +1 and -0.5 and leaves the weights of the best
/// validation macro AUROC.
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
    let off_class = 1.0
        - network
            .identity()
            .transpose(0, 1)
            .to_device(tch::Device::Cpu);
    let weight = network
        .classifier
        .detach()
        .to_device(tch::Device::Cpu)
        .copy()
        .set_requires_grad(true);
    let mut adam = Adam::new(vec![("weight".into(), weight.shallow_clone())], 0.0);
    let mut best = (auroc(&weight, &validation, &truth), weight.detach().copy());
    let mut bad = 0;
    for epoch in 0..stage.epochs {
        run.check_cancelled()?;
        let logits = train.matmul(&weight.transpose(0, 1));
        let loss = logits.binary_cross_entropy_with_logits::<Tensor>(
            &labels,
            None,
            None,
            tch::Reduction::Mean,
        );
        adam.zero_grad();
        loss.backward();
        adam.step(|_| stage.learning_rate);
        shrink(&weight, &off_class, stage.l1 * stage.learning_rate);
        if (epoch + 1) % LOOK != 0 {
            continue;
        }
        let now = auroc(&weight, &validation, &truth);
        let better = now > best.0;
        if better {
            best = (now, weight.detach().copy());
            bad = 0;
        } else {
            bad += LOOK;
        }
        if (epoch + 1) % (LOOK * 10) == 0 || better {
            run.emit(Event::Epoch {
                stage: index,
                name: "classifier",
                epoch: epoch + 1,
                of: stage.epochs,
                loss: loss.double_value(&[]),
                validation_macro_auroc: now,
                better,
                seconds_left: 0.0,
            })?;
        }
        if bad >= stage.patience {
            break;
        }
    }
    tch::no_grad(|| network.classifier.shallow_clone().copy_(&best.1));
    Ok(())
}

/// The proximal step of L1: weights move towards zero by `by` and stop there,
/// so that a weight that is not needed is exactly zero.
fn shrink(weight: &Tensor, mask: &Tensor, by: f64) {
    let _guard = tch::no_grad_guard();
    let shrunk = weight.sign() * (weight.abs() - mask * by).clamp_min(0.0);
    weight.shallow_clone().copy_(&shrunk);
}

fn matrix(rows: &[Vec<f64>]) -> Tensor {
    let columns = rows.first().map_or(0, Vec::len) as i64;
    Tensor::from_slice(&rows.concat())
        .view([rows.len() as i64, columns])
        .to_kind(Kind::Float)
}

fn auroc(weight: &Tensor, similarities: &[Vec<f64>], truth: &[f32]) -> f64 {
    let _guard = tch::no_grad_guard();
    let logits = rows_of(&matrix(similarities).matmul(&weight.transpose(0, 1)));
    Columns::new(weight.size()[0] as usize, &logits, truth)
        .macro_auroc()
        .unwrap_or(0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shrinking_step_stops_at_zero_and_spares_own_weights() {
        let weight = Tensor::from_slice(&[0.05f32, -0.3, 0.05]);
        shrink(&weight, &Tensor::from_slice(&[1f32, 1.0, 0.0]), 0.1);
        let weight: Vec<f32> = Vec::try_from(&weight).unwrap();
        assert_eq!(weight[0], 0.0);
        assert!((weight[1] + 0.2).abs() < 1e-6);
        assert_eq!(weight[2], 0.05);
    }
}
