//! Adam and AdamW on tensors. tch's optimizer cannot save its state; this one
//! can, so that a resumed run goes on as if it had never stopped.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor};

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
    /// What [`Self::backward`] found for each, undefined where the loss does not
    /// reach it; none before.
    gradients: Vec<Tensor>,
    /// Moments of all variables, one after the other.
    first: Tensor,
    second: Tensor,
    /// Where those of each variable start, and the end.
    starts: Vec<i64>,
    /// Whether neighbours are stepped as one: on a GPU a step takes as long as
    /// starting its kernels does.
    together: bool,
    /// How many numbers are stepped at once.
    piece: i64,
    kind: Optimiser,
    steps: i64,
}

const BETA1: f64 = 0.9;
const EPSILON: f64 = 1e-8;
/// Numbers stepped at once on a CPU: what a step reads and makes of them stays
/// in its caches, where all of a layer would come from memory nine times.
const PIECE: i64 = 1 << 17;

impl Adam {
    /// An optimiser of these variables, by name.
    pub fn new(variables: Vec<(String, Tensor)>, kind: Optimiser) -> Self {
        let device = variables.first().map_or(Device::Cpu, |(_, v)| v.device());
        let mut starts = vec![0];
        for (_, variable) in &variables {
            starts.push(starts[starts.len() - 1] + variable.numel() as i64);
        }
        let zeros = || Tensor::zeros([starts[variables.len()]], (Kind::Float, device));
        Self {
            first: zeros(),
            second: zeros(),
            starts,
            together: device.is_cuda(),
            piece: if device.is_cuda() { i64::MAX } else { PIECE },
            gradients: Vec::new(),
            variables,
            kind,
            steps: 0,
        }
    }

    /// Takes the gradients of a loss in place of those of the last one, and not
    /// through `Tensor::backward`, which adds to tensors that must be cleared.
    pub fn backward(&mut self, loss: &Tensor) {
        assert!(loss.requires_grad(), "a loss of nothing that learns");
        self.gradients.clear();
        let variables: Vec<&Tensor> = self.variables.iter().map(|(_, v)| v).collect();
        self.gradients = Tensor::run_backward(&[loss], &variables, false, false);
    }

    /// Scales all gradients down so that their common norm is at most `largest`
    /// (`torch.nn.utils.clip_grad_norm_`).
    pub fn clip(&mut self, largest: f64) {
        let _guard = tch::no_grad_guard();
        let defined = || self.gradients.iter().filter(|g| g.defined());
        let norms: Vec<Tensor> = defined().map(Tensor::norm).collect();
        let norm = Tensor::stack(&norms, 0).norm().double_value(&[]);
        if norm > largest {
            // Not in place: two variables may share the tensor of their gradient.
            for gradient in self.gradients.iter_mut().filter(|g| g.defined()) {
                *gradient = &*gradient * (largest / (norm + 1e-6));
            }
        }
    }

    /// One step with the gradients of the last loss. `rate` gives the learning
    /// rate of a variable by its name.
    pub fn step(&mut self, rate: impl Fn(&str) -> f64) {
        let _guard = tch::no_grad_guard();
        self.steps += 1;
        for run in self.runs(&rate) {
            let variables = &self.variables[run.clone()];
            let rate = rate(&variables[0].0);
            let in_place = run.len() == 1 && variables[0].1.is_contiguous();
            let values = joined(variables.iter().map(|(_, v)| v));
            let gradient = joined(self.gradients[run.clone()].iter());
            let (first, second) = (self.part(&self.first, &run), self.part(&self.second, &run));
            let count = values.numel() as i64;
            for start in (0..count).step_by(self.piece as usize) {
                let of = |all: &Tensor| all.narrow(0, start, self.piece.min(count - start));
                self.step_piece(rate, of(&values), of(&gradient), of(&first), of(&second));
            }
            if !in_place {
                let sizes: Vec<i64> = variables.iter().map(|(_, v)| v.numel() as i64).collect();
                let parts = values.split_with_sizes(sizes, 0);
                for ((_, variable), part) in variables.iter().zip(parts) {
                    variable.shallow_clone().copy_(&part.view_as(variable));
                }
            }
        }
    }

    /// A step of numbers and their moments, in place.
    fn step_piece(
        &self,
        rate: f64,
        mut values: Tensor,
        mut gradient: Tensor,
        mut first: Tensor,
        mut second: Tensor,
    ) {
        let correction1 = 1.0 - BETA1.powi(self.steps as i32);
        let beta2 = self.kind.beta2();
        let root_correction2 = (1.0 - beta2.powi(self.steps as i32)).sqrt();
        match self.kind {
            // Not in place either.
            Optimiser::Adam { l2 } if l2 != 0.0 => gradient = &gradient + &values * l2,
            Optimiser::AdamW { weight_decay, .. } if weight_decay != 0.0 => {
                let _ = values.g_mul_scalar_(1.0 - rate * weight_decay);
            }
            _ => {}
        }
        let _ = first.lerp_(&gradient, 1.0 - BETA1);
        let _ = second.lerp_(&gradient.square(), 1.0 - beta2);
        // The corrections of both moments, taken out of the quotient.
        let denominator = second.sqrt().g_add_scalar_(EPSILON * root_correction2);
        let _ = values.addcdiv_(
            &(&first * (-rate * root_correction2 / correction1)),
            &denominator,
        );
    }

    /// The variables to step as one, each run with one rate; without those that
    /// the loss does not reach.
    fn runs(&self, rate: impl Fn(&str) -> f64) -> Vec<Range<usize>> {
        let mut runs: Vec<Range<usize>> = Vec::new();
        for (i, (name, _)) in self.variables.iter().enumerate() {
            if !self.gradients.get(i).is_some_and(Tensor::defined) {
                continue;
            }
            let goes_on = |run: &Range<usize>| {
                self.together && run.end == i && rate(&self.variables[run.start].0) == rate(name)
            };
            match runs.last_mut().filter(|run| goes_on(run)) {
                Some(run) => run.end = i + 1,
                None => runs.push(i..i + 1),
            }
        }
        runs
    }

    /// Of a moment, that of some variables.
    fn part(&self, moment: &Tensor, run: &Range<usize>) -> Tensor {
        let (start, end) = (self.starts[run.start], self.starts[run.end]);
        moment.narrow(0, start, end - start)
    }

    /// Puts the moments into a checkpoint.
    pub fn save(&self, into: &mut Weights) {
        for (i, (name, variable)) in self.variables.iter().enumerate() {
            for (kind, moment) in [("first", &self.first), ("second", &self.second)] {
                let mine = self.part(moment, &(i..i + 1)).view_as(variable).copy();
                into.tensors.insert(format!("adam.{kind}.{name}"), mine);
            }
        }
        into.tensors
            .insert("adam.steps".into(), Tensor::from_slice(&[self.steps]));
    }

    /// Takes the moments from a checkpoint; false where they do not fit.
    pub fn load(&mut self, from: &Weights) -> bool {
        let _guard = tch::no_grad_guard();
        for (i, (name, variable)) in self.variables.iter().enumerate() {
            for (kind, moment) in [("first", &self.first), ("second", &self.second)] {
                let mut mine = self.part(moment, &(i..i + 1));
                match from.tensors.get(&format!("adam.{kind}.{name}")) {
                    Some(tensor) if tensor.size() == variable.size() => {
                        mine.copy_(&tensor.reshape([-1]));
                    }
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

/// All numbers of some tensors, one after the other; those of a single tensor
/// in row order itself.
fn joined<'a>(tensors: impl Iterator<Item = &'a Tensor>) -> Tensor {
    let mut flat: Vec<Tensor> = tensors.map(|tensor| tensor.reshape([-1])).collect();
    match flat.len() {
        1 => flat.remove(0),
        _ => Tensor::cat(&flat, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::nn::{self, OptimizerConfig};

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
            adam.piece = 4;
            for _ in 0..20 {
                optimiser.backward_step(&loss(&xs, &theirs));
                adam.backward(&loss(&xs, &mine));
                adam.step(|_| 1e-2);
            }
            let difference = (&mine - &theirs).abs().max().double_value(&[]);
            assert!(difference < 1e-6, "{kind:?}: {difference}");
            assert!((&mine - &start).abs().max().double_value(&[]) > 0.05);
        }
    }

    /// What a GPU does, on the CPU: to the bit what each variable alone gets,
    /// with rates of their own, one that no loss reaches and one whose numbers
    /// are not in the order of its rows.
    #[test]
    fn variables_stepped_together_get_what_each_alone_gets() {
        let named = |name: &str, rows: i64| {
            let start = Tensor::arange(rows * 3, (Kind::Float, Device::Cpu)).sin();
            let start = match name {
                "b" => start.view([3, rows]).transpose(0, 1),
                _ => start.view([rows, 3]),
            };
            (name.to_owned(), start.set_requires_grad(true))
        };
        let rate = |name: &str| if name >= "d" { 1e-3 } else { 1e-2 };
        let stepped = |kind: Optimiser, together: bool| {
            let all = [
                ("a", 5),
                ("b", 4),
                ("c", 6),
                ("d", 1),
                ("idle", 2),
                ("j", 3),
            ];
            let all = all.map(|(name, rows)| named(name, rows));
            let shared = all.iter().map(|(n, v)| (n.clone(), v.shallow_clone()));
            let mut adam = Adam::new(shared.collect(), kind);
            adam.together = together;
            for _ in 0..5 {
                let used = all.iter().filter(|(name, _)| name != "idle");
                let waves: Vec<Tensor> = used.map(|(_, v)| v.sin().square()).collect();
                adam.backward(&joined(waves.iter()).sum(Kind::Float));
                adam.step(rate);
            }
            let mut saved = Weights::default();
            adam.save(&mut saved);
            (all, saved.tensors, adam.runs(rate))
        };
        let decoupled = Optimiser::AdamW {
            weight_decay: 0.3,
            beta2: 0.99,
        };
        for kind in [Optimiser::Adam { l2: 0.01 }, decoupled] {
            let (alone, moments, single) = stepped(kind, false);
            let (together, theirs, runs) = stepped(kind, true);
            assert_eq!(single, [0..1, 1..2, 2..3, 3..4, 5..6]);
            assert_eq!(runs, [0..3, 3..4, 5..6]);
            assert_eq!(alone, together);
            assert_eq!(moments, theirs);
            assert!(alone[0].1 != named("a", 5).1);
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
            adam.backward(&loss(&xs, w));
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
