//! ProtoECGNet: one or more branches and a linear classifier on the
//! similarities of all their prototypes (specification 1.4).

use std::collections::BTreeMap;

use tch::nn::{self, Path};
use tch::{Device, Kind, Tensor};

use super::{BackboneSpec, Pass, PrototypeBranch, PrototypeKind};

/// What a branch is made of; `classes` has the output of each prototype.
#[derive(Clone, Debug, PartialEq)]
pub struct BranchShape {
    pub name: String,
    pub kind: PrototypeKind,
    pub backbone: BackboneSpec,
    pub classes: Vec<usize>,
}

/// All branches and the classifier.
#[derive(Debug)]
pub struct PrototypeNetwork {
    pub branches: Vec<PrototypeBranch>,
    /// (C, P): prototypes in the order of the branches.
    pub classifier: Tensor,
    /// (C); the fusion classifier has one, the classifier of a branch has none.
    pub bias: Option<Tensor>,
    prototype_classes: Vec<usize>,
    outputs: usize,
    /// Of each branch the first one with the same backbone; itself, unless
    /// [`Self::share_equal_backbones`] found another.
    backbone_of: Vec<usize>,
}

impl PrototypeNetwork {
    /// Builds the network, all zeros but the classifier, which starts at +1
    /// for a prototype's own class and -0.5 elsewhere. The variables of the
    /// only branch have upstream's names; of several, each has a folder of its
    /// own, named as the branch.
    pub fn new(p: &Path, shapes: &[BranchShape], leads: usize, outputs: usize, bias: bool) -> Self {
        let branches: Vec<PrototypeBranch> = shapes
            .iter()
            .map(|shape| {
                let inside = p / shape.name.as_str();
                let path = if shapes.len() == 1 { p } else { &inside };
                let count = shape.classes.len();
                PrototypeBranch::new(path, &shape.name, shape.kind, &shape.backbone, leads, count)
            })
            .collect();
        let prototype_classes: Vec<usize> = shapes.iter().flat_map(|s| s.classes.clone()).collect();
        let count = prototype_classes.len() as i64;
        let classifier = p / "classifier";
        let net = Self {
            backbone_of: (0..branches.len()).collect(),
            branches,
            classifier: classifier.zeros("weight", &[outputs as i64, count]),
            bias: bias.then(|| classifier.zeros("bias", &[outputs as i64])),
            prototype_classes,
            outputs,
        };
        net.reset_classifier();
        net
    }

    /// Puts the classifier back to +1 (own class) and -0.5 (others), the bias to 0.
    pub fn reset_classifier(&self) {
        let _guard = tch::no_grad_guard();
        let own = self.identity().transpose(0, 1);
        self.classifier.shallow_clone().copy_(&(own * 1.5 - 0.5));
        if let Some(bias) = &self.bias {
            let _ = bias.shallow_clone().zero_();
        }
    }

    /// The output of each prototype, in the order of the branches.
    pub fn prototype_classes(&self) -> &[usize] {
        &self.prototype_classes
    }

    /// The range of a branch's prototypes among all.
    pub fn prototypes_of(&self, branch: usize) -> std::ops::Range<usize> {
        let start: usize = self.branches[..branch]
            .iter()
            .map(PrototypeBranch::len)
            .sum();
        start..start + self.branches[branch].len()
    }

    /// The branch of a prototype, and its number there.
    pub fn branch_of(&self, prototype: usize) -> (usize, usize) {
        let mut inside = prototype;
        for (index, branch) in self.branches.iter().enumerate() {
            if inside < branch.len() {
                return (index, inside);
            }
            inside -= branch.len();
        }
        (self.branches.len(), inside)
    }

    /// Number of outputs.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    pub fn device(&self) -> Device {
        self.classifier.device()
    }

    /// Binary (P, C): which prototype belongs to which output.
    pub fn identity(&self) -> Tensor {
        identity(&self.prototype_classes, self.outputs, self.device())
    }

    /// Lets branches whose backbones hold the same numbers, because they were
    /// trained on one frozen backbone, run it once and not once each. For
    /// reading with `variables` as they are now: a backbone that learns is its
    /// branch's own.
    pub fn share_equal_backbones(&mut self, variables: &nn::VarStore) {
        let variables = variables.variables();
        let backbone = |index: usize| -> BTreeMap<&str, &Tensor> {
            let prefix = format!("{}.feature_extractor.", self.branches[index].name);
            let inside = variables.iter();
            inside
                .filter_map(|(name, tensor)| Some((name.strip_prefix(&prefix)?, tensor)))
                .collect()
        };
        let backbones: Vec<_> = (0..self.branches.len()).map(backbone).collect();
        let first = |(index, mine)| {
            backbones
                .iter()
                .position(|other| other == mine)
                .unwrap_or(index)
        };
        self.backbone_of = backbones.iter().enumerate().map(first).collect();
    }

    /// (N, leads, 1000) to the latents of each branch.
    pub fn latents(&self, xs: &Tensor, pass: Pass) -> Vec<Tensor> {
        let shared = self
            .backbone_of
            .iter()
            .enumerate()
            .any(|(i, &first)| i != first);
        debug_assert!(
            !(shared && pass.is_training()),
            "a shared backbone is for reading"
        );
        let mut steps: Vec<Tensor> = Vec::new();
        for (branch, &first) in self.branches.iter().zip(&self.backbone_of) {
            let known = steps.get(first).map(Tensor::shallow_clone);
            steps.push(known.unwrap_or_else(|| branch.steps(xs, pass)));
        }
        let latents = self.branches.iter().zip(&steps);
        latents
            .map(|(b, steps)| b.latents_of_steps(steps))
            .collect()
    }

    /// (N, leads, 1000) to the similarities to all prototypes (N, P).
    pub fn similarities(&self, xs: &Tensor, pass: Pass) -> Tensor {
        let latents = self.latents(xs, pass);
        let parts = self.branches.iter().zip(&latents);
        let parts: Vec<Tensor> = parts.map(|(b, latents)| b.similarities(latents)).collect();
        Tensor::cat(&parts, 1)
    }

    /// (N, P) to logits (N, C).
    pub fn logits(&self, similarities: &Tensor) -> Tensor {
        let logits = similarities.matmul(&self.classifier.transpose(0, 1));
        match &self.bias {
            Some(bias) => logits + bias,
            None => logits,
        }
    }
}

/// Binary (P, C) from the class of each prototype.
pub fn identity(classes: &[usize], outputs: usize, device: Device) -> Tensor {
    let index: Vec<i64> = classes.iter().map(|&c| c as i64).collect();
    Tensor::from_slice(&index)
        .one_hot(outputs as i64)
        .to_kind(Kind::Float)
        .to_device(device)
}

/// Parameters that learn.
pub fn live_parameters(variables: &nn::VarStore) -> usize {
    variables
        .trainable_variables()
        .iter()
        .map(Tensor::numel)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::Pooling;

    fn shape(
        name: &str,
        kind: PrototypeKind,
        per_class: usize,
        classes: std::ops::Range<usize>,
    ) -> BranchShape {
        BranchShape {
            name: name.to_owned(),
            kind,
            backbone: BackboneSpec::ResNet18 { dropout: 0.35 },
            classes: classes
                .flat_map(|c| std::iter::repeat_n(c, per_class))
                .collect(),
        }
    }

    fn windows(steps: i64) -> PrototypeKind {
        PrototypeKind::Windows {
            steps,
            pooling: Pooling::TopK(5),
        }
    }

    fn parameters(shapes: &[BranchShape], outputs: usize, bias: bool) -> usize {
        let vs = nn::VarStore::new(Device::Cpu);
        let _net = PrototypeNetwork::new(&vs.root(), shapes, 12, outputs, bias);
        live_parameters(&vs)
    }

    /// Specification 1.4 without upstream's dead `ones` and dead kernel rows.
    #[test]
    fn live_parameters_are_the_published_ones() {
        let rhythm = |per_class| shape("rhythm", PrototypeKind::WholeRecording, per_class, 0..16);
        let morphology = |from| shape("morphology", windows(3), 18, from..from + 52);
        let global = |from| shape("global", windows(32), 7, from..from + 3);
        assert_eq!(parameters(&[rhythm(5)], 16, false), 4_416_384);
        assert_eq!(parameters(&[rhythm(18)], 16, false), 4_526_208);
        assert_eq!(parameters(&[morphology(0)], 52, false), 5_860_512);
        assert_eq!(parameters(&[global(0)], 3, false), 4_718_271);
        assert_eq!(
            parameters(&[rhythm(5), morphology(16), global(68)], 71, true),
            15_018_850
        );
    }

    /// Specification 9.3: names and shapes of a published checkpoint.
    #[test]
    fn variables_of_one_branch_are_named_as_in_the_published_checkpoint() {
        let vs = nn::VarStore::new(Device::Cpu);
        let _net = PrototypeNetwork::new(
            &vs.root(),
            &[shape("rhythm", PrototypeKind::WholeRecording, 5, 0..16)],
            12,
            16,
            false,
        );
        let variables = vs.variables();
        let size = |name: &str| variables.get(name).map(Tensor::size);
        assert_eq!(size("prototype_vectors"), Some(vec![80, 512]));
        assert_eq!(size("classifier.weight"), Some(vec![16, 80]));
        assert_eq!(size("add_on_layers.2.bias"), Some(vec![512]));
        assert_eq!(
            size("feature_extractor.conv1.weight"),
            Some(vec![64, 12, 7])
        );
        assert_eq!(
            size("feature_extractor.layer4.0.downsample.1.running_var"),
            Some(vec![512])
        );
        // 128 entries upstream: 20 counters, `ones` and the identity are not variables here.
        assert_eq!(variables.len(), 128 - 20 - 2);
    }

    #[test]
    fn the_classifier_starts_at_one_and_minus_a_half() {
        let vs = nn::VarStore::new(Device::Cpu);
        let shapes = [shape("rhythm", PrototypeKind::WholeRecording, 5, 0..16)];
        let net = PrototypeNetwork::new(&vs.root(), &shapes, 12, 16, false);
        assert_eq!(net.classifier.double_value(&[2, 10]), 1.0);
        assert_eq!(net.classifier.double_value(&[2, 9]), -0.5);
    }

    #[test]
    fn prototypes_are_numbered_through_the_branches() {
        let vs = nn::VarStore::new(Device::Cpu);
        let shapes = [
            shape("rhythm", PrototypeKind::WholeRecording, 2, 0..3),
            shape("global", windows(32), 1, 3..5),
        ];
        let net = PrototypeNetwork::new(&vs.root(), &shapes, 12, 5, true);
        assert_eq!(net.prototypes_of(1), 6..8);
        assert_eq!(net.branch_of(7), (1, 1));
        assert_eq!(net.branch_of(5), (0, 5));
        let xs = Tensor::zeros([2, 12, 1000], (Kind::Float, Device::Cpu));
        let similarities = net.similarities(&xs, Pass::Evaluate);
        assert_eq!(similarities.size(), [2, 8]);
        assert_eq!(net.logits(&similarities).size(), [2, 5]);
    }

    /// Branches with one backbone say the same as when each runs its own; one
    /// whose backbone differs in one number keeps it.
    #[test]
    fn equal_backbones_run_once_and_give_the_same_bits() {
        let _guard = tch::no_grad_guard();
        let vs = nn::VarStore::new(Device::Cpu);
        let shapes = [
            shape("rhythm", PrototypeKind::WholeRecording, 2, 0..3),
            shape("morphology", windows(3), 2, 3..5),
            shape("global", windows(32), 1, 5..7),
        ];
        let mut net = PrototypeNetwork::new(&vs.root(), &shapes, 12, 7, true);
        crate::nn::randomise(&vs, 1);
        let variables = vs.variables();
        for (name, tensor) in &variables {
            for other in ["morphology", "global"] {
                if let Some(inside) = name.strip_prefix("rhythm.feature_extractor.") {
                    let copy = &variables[&format!("{other}.feature_extractor.{inside}")];
                    copy.shallow_clone().copy_(tensor);
                }
            }
        }
        let variance = &variables["global.feature_extractor.layer1.0.bn1.running_var"];
        let _ = variance.get(5).fill_(2.0);
        let xs = Tensor::arange(2 * 12 * 1000, (Kind::Float, Device::Cpu)).view([2, 12, 1000]);
        let xs = (xs * 0.01).sin();
        let apart = net.similarities(&xs, Pass::Evaluate);
        net.share_equal_backbones(&vs);
        assert_eq!(net.backbone_of, [0, 0, 2]);
        assert_eq!(net.similarities(&xs, Pass::Evaluate), apart);
    }

    /// The same seed gives the same weights whatever else draws random numbers.
    #[test]
    fn random_weights_depend_on_the_seed_alone() {
        let built = |seed| {
            let vs = nn::VarStore::new(Device::Cpu);
            let shapes = [shape("global", windows(32), 2, 0..3)];
            let net = PrototypeNetwork::new(&vs.root(), &shapes, 12, 3, false);
            let _other = Tensor::rand([10], (Kind::Float, Device::Cpu));
            crate::nn::randomise(&vs, seed);
            (net.branches[0].prototypes.copy(), vs)
        };
        assert_eq!(built(1).0, built(1).0);
        assert_ne!(built(1).0, built(2).0);
        let vs = built(1).1;
        let variables = vs.variables();
        let deviation = |name: &str| variables[name].std(false).double_value(&[]);
        // U(±b) has deviation b / sqrt(3); b = 1 / sqrt(12 x 7).
        let expected = 1.0 / (84f64 * 3.0).sqrt();
        assert!((deviation("feature_extractor.conv1.weight") / expected - 1.0).abs() < 0.05);
        assert!((deviation("add_on_layers.0.weight") / 0.0625 - 1.0).abs() < 0.02);
        assert_eq!(deviation("add_on_layers.0.bias"), 0.0);
        assert_eq!(
            variables["feature_extractor.bn1.weight"].double_value(&[3]),
            1.0
        );
    }
}
