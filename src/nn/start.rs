//! Random weights from a seed of our own.
//!
//! Networks are built with zeros, which is all that loading needs. What starts
//! a training run is drawn here, variable by variable in the order of their
//! names, from a generator that nothing else uses: libtorch's is one for the
//! whole process, so that two runs at once would change each other's weights.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tch::Tensor;
use tch::nn::VarStore;

use super::pass::normal;

/// Fills every variable as PyTorch does by default: weights and biases of
/// convolutions and linear layers from U(±1/sqrt(fan in)), batch normalisation
/// with 1 and 0, prototypes from the standard normal distribution. The 1x1
/// convolutions of a branch whose prototypes have a time axis start from a
/// normal distribution with variance 2/512 and biases of 0 (specification 1.4).
/// Variables of other names keep what their layer gave them.
pub fn randomise(variables: &VarStore, seed: u64) {
    let _guard = tch::no_grad_guard();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let variables: BTreeMap<String, Tensor> = variables.variables().into_iter().collect();
    for (name, variable) in &variables {
        let (owner, kind) = name.rsplit_once('.').unwrap_or(("", name));
        let weight = variables.get(&format!("{owner}.weight"));
        let values = match (kind, weight.map(Tensor::size)) {
            ("prototype_vectors", _) => normal(&mut random, variable.numel()),
            ("weight", Some(size)) if size.len() == 2 && kaiming(&variables, owner) => {
                let scale = (2.0 / size[0] as f32).sqrt();
                let draws = normal(&mut random, variable.numel());
                draws.into_iter().map(|x| x * scale).collect()
            }
            ("bias", Some(size)) if size.len() == 2 && kaiming(&variables, owner) => {
                vec![0.0; variable.numel()]
            }
            ("weight" | "bias", Some(size)) if size.len() >= 2 => {
                let fan_in: i64 = size[1..].iter().product();
                let bound = 1.0 / (fan_in as f32).sqrt();
                (0..variable.numel())
                    .map(|_| random.random_range(-bound..=bound))
                    .collect()
            }
            _ => continue,
        };
        let values = Tensor::from_slice(&values)
            .view(variable.size().as_slice())
            .to_device(variable.device());
        variable.shallow_clone().copy_(&values);
    }
}

/// Whether a layer is an add-on layer of a branch whose prototypes have a time axis.
fn kaiming(variables: &BTreeMap<String, Tensor>, layer: &str) -> bool {
    layer
        .rsplit_once("add_on_layers.")
        .is_some_and(|(branch, _)| {
            variables
                .get(&format!("{branch}prototype_vectors"))
                .is_some_and(|p| p.dim() == 3)
        })
}
