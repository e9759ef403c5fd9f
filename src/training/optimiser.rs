//! Adam and AdamW on tensors. tch's optimizer cannot save its state; this one
//! can, so that a resumed run goes on as if it had never stopped.

use serde::{Deserialize, Serialize};
use tch::Tensor;

use crate::nn::Weights;

/// Which optimiser, as configurations write it; beta1 0.9, eps 1e-8.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Optimiser {
    /// Kingma and Ba 2015 with coupled L2, as `torch.optim.Adam` with
    /// `weight_decay`: the published ProtoECGNet.
    Adam { l2: f64 },
    /// Loshchilov and Hutter 2019, as `torch.optim.AdamW`: the decay does not
    /// go through the moments. TrustECG uses it.
    AdamW { weight_decay: f64, beta2: f64 },
}

impl Optimiser {
    fn beta2(self) -> f64 {
        match self {
            Self::Adam { .. } => 0.999,
            Self::AdamW { beta2, .. } => beta2,
        }
    }
}

/// The optimiser of a stage with its moments.
#[derive(Debug)]
pub struct Adam {
    variables: Vec<(String, Tensor)>,
    first: Vec<Tensor>,
    second: Vec<Tensor>,
    kind: Optimiser,
    steps: i64,
}

const BETA1: f64 = 0.9;
const EPSILON: f64 = 1e-8;

impl Adam {
    /// An optimiser of these variables, by name.
    pub fn new(variables: Vec<(String, Tensor)>, kind: Optimiser) -> Self {
        let zeros = || {
            variables
                .iter()
                .map(|(_, v)| v.zeros_like().detach())
                .collect()
        };
        Self {
            first: zeros(),
            second: zeros(),
            variables,
            kind,
            steps: 0,
        }
    }

    /// Clears the gradients.
    pub fn zero_grad(&mut self) {
        for (_, variable) in &mut self.variables {
            variable.zero_grad();
        }
    }

    /// Scales all gradients down so that their common norm is at most `largest`
    /// (`torch.nn.utils.clip_grad_norm_`).
    pub fn clip(&mut self, largest: f64) {
        let _guard = tch::no_grad_guard();
        let gradients: Vec<Tensor> = self
            .variables
            .iter()
            .map(|(_, v)| v.grad())
            .filter(Tensor::defined)
            .collect();
        let norms: Vec<Tensor> = gradients.iter().map(Tensor::norm).collect();
        let norm = Tensor::stack(&norms, 0).norm().double_value(&[]);
        if norm > largest {
            for mut gradient in gradients {
                let _ = gradient.g_mul_scalar_(largest / (norm + 1e-6));
            }
        }
    }

    /// One step with the gradients that `backward` left. `rate` gives the
    /// learning rate of a variable by its name.
    pub fn step(&mut self, rate: impl Fn(&str) -> f64) {
        let _guard = tch::no_grad_guard();
        self.steps += 1;
        let correction1 = 1.0 - BETA1.powi(self.steps as i32);
        let beta2 = self.kind.beta2();
        let correction2 = 1.0 - beta2.powi(self.steps as i32);
        for (i, (name, variable)) in self.variables.iter_mut().enumerate() {
            let mut gradient = variable.grad();
            if !gradient.defined() {
                continue;
            }
            match self.kind {
                Optimiser::Adam { l2 } if l2 != 0.0 => gradient += &*variable * l2,
                Optimiser::AdamW { weight_decay, .. } if weight_decay != 0.0 => {
                    let _ = variable.g_mul_scalar_(1.0 - rate(name) * weight_decay);
                }
                _ => {}
            }
            let _ = self.first[i]
                .g_mul_scalar_(BETA1)
                .g_add_(&(&gradient * (1.0 - BETA1)));
            let _ = self.second[i]
                .g_mul_scalar_(beta2)
                .g_add_(&(gradient.square() * (1.0 - beta2)));
            let denominator = (&self.second[i] / correction2).sqrt() + EPSILON;
            let _ = variable.g_sub_(&(&self.first[i] / denominator * (rate(name) / correction1)));
        }
    }

    /// Puts the moments into a checkpoint.
    pub fn save(&self, into: &mut Weights) {
        for (i, (name, _)) in self.variables.iter().enumerate() {
            into.tensors
                .insert(format!("adam.first.{name}"), self.first[i].copy());
            into.tensors
                .insert(format!("adam.second.{name}"), self.second[i].copy());
        }
        into.tensors
            .insert("adam.steps".into(), Tensor::from_slice(&[self.steps]));
    }

    /// Takes the moments from a checkpoint; false where they do not fit.
    pub fn load(&mut self, from: &Weights) -> bool {
        let _guard = tch::no_grad_guard();
        for (i, (name, _)) in self.variables.iter().enumerate() {
            for (kind, mine) in [("first", &mut self.first), ("second", &mut self.second)] {
                match from.tensors.get(&format!("adam.{kind}.{name}")) {
                    Some(tensor) if tensor.size() == mine[i].size() => mine[i].copy_(tensor),
                    _ => return false,
                }
            }
        }
        let Some(steps) = from.tensors.get("adam.steps") else {
            return false;
        };
        self.steps = steps.int64_value(&[0]);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::nn::{self, OptimizerConfig};
    use tch::{Device, Kind};

    fn loss(xs: &Tensor, ws: &Tensor) -> Tensor {
        (xs.matmul(ws).sin() - 0.3).square().mean(Kind::Float)
    }

    /// libtorch's own Adam and AdamW are the independent truth.
    #[test]
    fn twenty_steps_equal_libtorch() {
        let start = Tensor::arange(15, (Kind::Float, Device::Cpu))
            .view([5, 3])
            .sin();
        let xs = Tensor::arange(40, (Kind::Float, Device::Cpu))
            .view([8, 5])
            .cos();
        let coupled = nn::Adam {
            wd: 0.01,
            ..Default::default()
        };
        let decoupled = nn::AdamW {
            wd: 0.3,
            ..Default::default()
        };
        for kind in [
            Optimiser::Adam { l2: 0.01 },
            Optimiser::AdamW {
                weight_decay: 0.3,
                beta2: 0.999,
            },
        ] {
            let vs = nn::VarStore::new(Device::Cpu);
            let theirs = vs.root().var_copy("w", &start);
            let mut optimiser = match kind {
                Optimiser::Adam { .. } => coupled.build(&vs, 1e-2),
                Optimiser::AdamW { .. } => decoupled.build(&vs, 1e-2),
            }
            .unwrap();
            let mine = start.copy().set_requires_grad(true);
            let mut adam = Adam::new(vec![("w".into(), mine.shallow_clone())], kind);
            for _ in 0..20 {
                optimiser.backward_step(&loss(&xs, &theirs));
                adam.zero_grad();
                loss(&xs, &mine).backward();
                adam.step(|_| 1e-2);
            }
            let difference = (&mine - &theirs).abs().max().double_value(&[]);
            assert!(difference < 1e-6, "{kind:?}: {difference}");
            assert!((&mine - &start).abs().max().double_value(&[]) > 0.05);
        }
    }

    #[test]
    fn a_saved_state_goes_on_to_the_same_bits() {
        let xs = Tensor::arange(40, (Kind::Float, Device::Cpu))
            .view([8, 5])
            .cos();
        let start = Tensor::arange(15, (Kind::Float, Device::Cpu))
            .view([5, 3])
            .sin();
        let w = start.set_requires_grad(true);
        let kind = Optimiser::Adam { l2: 1e-3 };
        let step = |w: &Tensor, adam: &mut Adam| {
            adam.zero_grad();
            loss(&xs, w).backward();
            adam.step(|_| 1e-2);
        };
        let mut adam = Adam::new(vec![("w".into(), w.shallow_clone())], kind);
        (0..3).for_each(|_| step(&w, &mut adam));
        let mut saved = Weights::default();
        adam.save(&mut saved);
        let resumed = w.detach().copy().set_requires_grad(true);
        let mut other = Adam::new(vec![("w".into(), resumed.shallow_clone())], kind);
        assert!(other.load(&saved));
        (0..3).for_each(|_| step(&w, &mut adam));
        (0..3).for_each(|_| step(&resumed, &mut other));
        assert_eq!(w, resumed);
    }
}
