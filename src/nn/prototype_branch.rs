//! A branch of ProtoECGNet whose prototypes have no time axis (the rhythm
//! branch): backbone, add-on layers, prototype layer, classifier
//! (specification 1.2, 1.4, 2.1).

use tch::nn::{self, Module, Path};
use tch::{Device, Kind, Tensor};

use super::{ResNet1d, cosine};

/// Length of a latent vector and of a prototype.
pub const LATENT: i64 = 512;

/// The network; every similarity is the unscaled cosine.
#[derive(Debug)]
pub struct PrototypeBranch {
    backbone: ResNet1d,
    add_on: (nn::Linear, nn::Linear),
    /// (P, 512).
    pub prototypes: Tensor,
    /// (C, P), without bias.
    pub classifier: Tensor,
    /// The class of each prototype.
    prototype_classes: Vec<usize>,
    classes: usize,
}

impl PrototypeBranch {
    /// Builds the network with random weights below `p`; prototype `j` belongs
    /// to class `prototype_classes[j]` and the classifier starts at +1 for a
    /// prototype's own class and -0.5 elsewhere.
    pub fn new(p: &Path, leads: usize, classes: usize, prototype_classes: Vec<usize>) -> Self {
        let count = prototype_classes.len() as i64;
        let add_on = p / "add_on_layers";
        let linear = |p: Path| nn::linear(p, LATENT, LATENT, Self::linear_init(LATENT));
        let net = Self {
            backbone: ResNet1d::new(&(p / "feature_extractor"), leads as i64),
            add_on: (linear(&add_on / "0"), linear(&add_on / "2")),
            prototypes: p.randn_standard("prototype_vectors", &[count, LATENT]),
            classifier: (p / "classifier").var(
                "weight",
                &[classes as i64, count],
                nn::Init::Const(0.0),
            ),
            prototype_classes,
            classes,
        };
        net.reset_classifier();
        net
    }

    fn linear_init(fan_in: i64) -> nn::LinearConfig {
        let bound = 1.0 / (fan_in as f64).sqrt();
        let uniform = nn::Init::Uniform {
            lo: -bound,
            up: bound,
        };
        nn::LinearConfig {
            ws_init: uniform,
            bs_init: Some(uniform),
            bias: true,
        }
    }

    /// Puts the classifier back to +1 (own class) and -0.5 (others).
    pub fn reset_classifier(&self) {
        let own = self.identity().transpose(0, 1);
        tch::no_grad(|| self.classifier.shallow_clone().copy_(&(own * 1.5 - 0.5)));
    }

    /// The class of each prototype.
    pub fn prototype_classes(&self) -> &[usize] {
        &self.prototype_classes
    }

    /// Number of outputs.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Binary (P, C): which prototype belongs to which class.
    pub fn identity(&self) -> Tensor {
        let index: Vec<i64> = self.prototype_classes.iter().map(|&c| c as i64).collect();
        Tensor::from_slice(&index)
            .one_hot(self.classes as i64)
            .to_kind(Kind::Float)
            .to_device(self.device())
    }

    pub fn device(&self) -> Device {
        self.prototypes.device()
    }

    /// (N, leads, 1000) to latents (N, 512), each in (0, 1).
    pub fn latents(&self, xs: &Tensor, train: bool) -> Tensor {
        let pooled = self.backbone.pooled(xs, train);
        let hidden = self.add_on.0.forward(&pooled).relu();
        self.add_on.1.forward(&hidden).sigmoid()
    }

    /// (N, 512) to the similarities (N, P), in [-1, 1].
    pub fn similarities(&self, latents: &Tensor) -> Tensor {
        cosine(latents, &self.prototypes)
    }

    /// (N, P) to logits (N, C).
    pub fn logits(&self, similarities: &Tensor) -> Tensor {
        similarities.matmul(&self.classifier.transpose(0, 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branch(prototypes_per_class: usize) -> (nn::VarStore, PrototypeBranch) {
        let vs = nn::VarStore::new(Device::Cpu);
        let classes = (0..16 * prototypes_per_class)
            .map(|j| j / prototypes_per_class)
            .collect();
        let net = PrototypeBranch::new(&vs.root(), 12, 16, classes);
        (vs, net)
    }

    /// Specification 1.4 without upstream's dead `ones`.
    #[test]
    fn live_parameters_are_the_published_ones() {
        for (per_class, expected) in [(5, 4_416_384), (18, 4_526_208)] {
            let (vs, _net) = branch(per_class);
            let parameters: usize = vs.trainable_variables().iter().map(Tensor::numel).sum();
            assert_eq!(parameters, expected, "{per_class} prototypes per class");
        }
    }

    /// Specification 9.3: names and shapes of a published checkpoint.
    #[test]
    fn variables_are_named_as_in_the_published_checkpoint() {
        let (vs, _net) = branch(5);
        let variables = vs.variables();
        let shape = |name: &str| variables.get(name).map(Tensor::size);
        assert_eq!(shape("prototype_vectors"), Some(vec![80, 512]));
        assert_eq!(shape("classifier.weight"), Some(vec![16, 80]));
        assert_eq!(shape("add_on_layers.2.bias"), Some(vec![512]));
        assert_eq!(
            shape("feature_extractor.conv1.weight"),
            Some(vec![64, 12, 7])
        );
        assert_eq!(
            shape("feature_extractor.layer4.0.downsample.1.running_var"),
            Some(vec![512])
        );
        // 128 entries upstream: 20 counters, `ones` and the identity are not variables here.
        assert_eq!(variables.len(), 128 - 20 - 2);
    }

    #[test]
    fn a_latent_in_place_of_a_prototype_has_similarity_one() {
        let (_vs, net) = branch(5);
        let _guard = tch::no_grad_guard();
        let xs = Tensor::randn([3, 12, 1000], (Kind::Float, Device::Cpu));
        let latents = net.latents(&xs, false);
        net.prototypes.get(7).copy_(&latents.get(1));
        let similarity = net.similarities(&latents).double_value(&[1, 7]);
        assert!((similarity - 1.0).abs() < 1e-6, "{similarity}");
    }

    #[test]
    fn the_classifier_starts_at_one_and_minus_a_half() {
        let (_vs, net) = branch(5);
        assert_eq!(net.classifier.double_value(&[2, 10]), 1.0);
        assert_eq!(net.classifier.double_value(&[2, 9]), -0.5);
    }
}
