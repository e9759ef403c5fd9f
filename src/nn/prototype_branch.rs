//! A branch of ProtoECGNet: backbone, add-on layers, prototype layer
//! (specification 1.2 to 1.4, 2.1, 2.2). The classifier is the network's.

use serde::{Deserialize, Serialize};
use tch::nn::{self, Module, Path};
use tch::{Device, Kind, Tensor};

use super::backbone::{Backbone, BackboneSpec, LATENT, STEPS};
use super::{Pass, cosine};

/// What a prototype of a branch is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum PrototypeKind {
    /// One vector for the whole recording: the mean over all latent steps
    /// (rhythm). It has no time axis.
    WholeRecording,
    /// A few consecutive latent steps that slide over the recording: 3 for
    /// morphology, all 32 for global statements.
    Windows { steps: i64, pooling: Pooling },
}

/// From the cosines of all windows to one similarity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pooling {
    /// The mean over all windows: what the published program does.
    Mean,
    /// The mean over the k most similar windows: the paper.
    TopK(i64),
}

impl PrototypeKind {
    /// Latent steps of a prototype; 1 for a whole recording.
    pub fn steps(self) -> i64 {
        match self {
            Self::WholeRecording => 1,
            Self::Windows { steps, .. } => steps,
        }
    }

    /// Windows that a recording has.
    pub fn windows(self) -> i64 {
        match self {
            Self::WholeRecording => 1,
            Self::Windows { steps, .. } => STEPS - steps + 1,
        }
    }

    /// How many windows are pooled.
    pub fn pooled(self) -> i64 {
        match self {
            Self::WholeRecording => 1,
            Self::Windows {
                pooling: Pooling::Mean,
                ..
            } => self.windows(),
            Self::Windows {
                pooling: Pooling::TopK(k),
                ..
            } => k.clamp(1, self.windows()),
        }
    }

    /// Similarity = scale x pooled cosine: 1 for a whole recording, 13 for
    /// three steps, 4 for 32 (specification 2.1: `int(sqrt(512 T)) / T`).
    pub fn scale(self) -> f64 {
        match self {
            Self::WholeRecording => 1.0,
            Self::Windows { steps, .. } => ((LATENT * steps) as f64).sqrt().floor() / steps as f64,
        }
    }
}

/// The network of one branch up to its similarities.
#[derive(Debug)]
pub struct PrototypeBranch {
    pub name: String,
    pub kind: PrototypeKind,
    backbone: Backbone,
    add_on: (nn::Linear, nn::Linear),
    /// (P, 512), or (P, 512, steps) where prototypes have a time axis.
    pub prototypes: Tensor,
}

impl PrototypeBranch {
    /// Builds the branch below `p`, all zeros; [`super::randomise`] or a file
    /// fills it.
    pub fn new(
        p: &Path,
        name: &str,
        kind: PrototypeKind,
        backbone: &BackboneSpec,
        leads: usize,
        prototypes: usize,
    ) -> Self {
        let add_on = p / "add_on_layers";
        let config = nn::LinearConfig {
            ws_init: nn::Init::Const(0.0),
            bs_init: Some(nn::Init::Const(0.0)),
            bias: true,
        };
        let linear = |p: Path| nn::linear(p, LATENT, LATENT, config);
        let size = match kind {
            PrototypeKind::WholeRecording => vec![prototypes as i64, LATENT],
            PrototypeKind::Windows { steps, .. } => vec![prototypes as i64, LATENT, steps],
        };
        Self {
            name: name.to_owned(),
            kind,
            backbone: Backbone::new(&(p / "feature_extractor"), backbone, leads),
            add_on: (linear(&add_on / "0"), linear(&add_on / "2")),
            prototypes: p.zeros("prototype_vectors", &size),
        }
    }

    pub fn device(&self) -> Device {
        self.prototypes.device()
    }

    /// Number of prototypes.
    pub fn len(&self) -> usize {
        self.prototypes.size()[0] as usize
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// (N, leads, 1000) to the backbone's steps (N, 512, 32).
    pub fn steps(&self, xs: &Tensor, pass: Pass) -> Tensor {
        self.backbone.steps(xs, pass)
    }

    /// The backbone's steps to latents, each in (0, 1): (N, 512) for whole
    /// recordings, (N, 512, 32) otherwise.
    pub fn latents_of_steps(&self, steps: &Tensor) -> Tensor {
        let add_on = |xs: &Tensor| {
            let hidden = self.add_on.0.forward(xs).relu();
            self.add_on.1.forward(&hidden).sigmoid()
        };
        match self.kind {
            PrototypeKind::WholeRecording => add_on(&steps.mean_dim(-1, false, None::<Kind>)),
            PrototypeKind::Windows { .. } => add_on(&steps.transpose(1, 2)).transpose(1, 2),
        }
    }

    /// (N, leads, 1000) to latents.
    pub fn latents(&self, xs: &Tensor, pass: Pass) -> Tensor {
        self.latents_of_steps(&self.steps(xs, pass))
    }

    /// Latents to the vectors that prototypes are compared with, (N, W, D):
    /// one row per window, D = 512 x steps of a prototype, in the order of a
    /// flattened prototype.
    pub fn windows(&self, latents: &Tensor) -> Tensor {
        match self.kind {
            PrototypeKind::WholeRecording => latents.unsqueeze(1),
            PrototypeKind::Windows { steps, .. } => {
                latents.unfold(2, steps, 1).transpose(1, 2).flatten(2, 3)
            }
        }
    }

    /// The prototypes as rows (P, D).
    pub fn flat_prototypes(&self) -> Tensor {
        self.prototypes.flatten(1, -1)
    }

    /// Cosine of every window with every prototype: (N, W, P).
    pub fn window_cosines(&self, latents: &Tensor) -> Tensor {
        let windows = self.windows(latents);
        let size = windows.size();
        let rows = windows.reshape([size[0] * size[1], size[2]]);
        cosine(&rows, &self.flat_prototypes()).view([size[0], size[1], self.len() as i64])
    }

    /// Window cosines (N, W, P) to similarities (N, P), from -scale to scale.
    pub fn pool(&self, cosines: &Tensor) -> Tensor {
        let pooled = match self.kind {
            PrototypeKind::WholeRecording => cosines.squeeze_dim(1),
            PrototypeKind::Windows {
                pooling: Pooling::Mean,
                ..
            } => cosines.mean_dim(1, false, None::<Kind>),
            PrototypeKind::Windows { .. } => cosines
                .topk(self.kind.pooled(), 1, true, false)
                .0
                .mean_dim(1, false, None::<Kind>),
        };
        pooled * self.kind.scale()
    }

    /// Latents to similarities (N, P).
    pub fn similarities(&self, latents: &Tensor) -> Tensor {
        self.pool(&self.window_cosines(latents))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Specification 2.1 and 12.5.
    #[test]
    fn scales_and_windows_are_the_published_ones() {
        let windows = |steps| PrototypeKind::Windows {
            steps,
            pooling: Pooling::TopK(5),
        };
        let of = |kind: PrototypeKind| (kind.scale(), kind.windows(), kind.pooled());
        assert_eq!(of(PrototypeKind::WholeRecording), (1.0, 1, 1));
        assert_eq!(of(windows(3)), (13.0, 30, 5));
        assert_eq!(of(windows(32)), (4.0, 1, 1));
        let mean = PrototypeKind::Windows {
            steps: 3,
            pooling: Pooling::Mean,
        };
        assert_eq!(mean.pooled(), 30);
    }

    fn branch(kind: PrototypeKind) -> (nn::VarStore, PrototypeBranch) {
        let vs = nn::VarStore::new(Device::Cpu);
        let backbone = BackboneSpec::ResNet18 { dropout: 0.0 };
        let net = PrototypeBranch::new(&vs.root(), "b", kind, &backbone, 12, 8);
        super::super::randomise(&vs, 1);
        (vs, net)
    }

    fn ecg() -> Tensor {
        let time = Tensor::arange(1000, (Kind::Float, Device::Cpu)) * 0.05;
        let leads: Vec<Tensor> = (0..12)
            .map(|l| (&time * (1.0 + l as f64 * 0.1)).sin())
            .collect();
        Tensor::stack(&leads, 0).unsqueeze(0).repeat([3, 1, 1])
            * Tensor::from_slice(&[1f32, 0.5, 2.0]).view([3, 1, 1])
    }

    /// A prototype that equals its own window has the largest similarity
    /// there is, and the window is found at its place.
    #[test]
    fn a_latent_in_place_of_a_prototype_has_the_largest_similarity() {
        let _guard = tch::no_grad_guard();
        for (kind, window) in [
            (PrototypeKind::WholeRecording, 0),
            (
                PrototypeKind::Windows {
                    steps: 3,
                    pooling: Pooling::TopK(1),
                },
                24,
            ),
            (
                PrototypeKind::Windows {
                    steps: 32,
                    pooling: Pooling::Mean,
                },
                0,
            ),
        ] {
            let (_vs, net) = branch(kind);
            let latents = net.latents(&ecg(), Pass::Evaluate);
            let flat = net.windows(&latents).get(1).get(window);
            net.prototypes
                .get(7)
                .copy_(&flat.view_as(&net.prototypes.get(7)));
            let cosines = net.window_cosines(&latents);
            let own = cosines.double_value(&[1, window, 7]);
            assert!((own - 1.0).abs() < 1e-6, "{own}");
            let similarity = net.similarities(&latents).double_value(&[1, 7]);
            assert!((similarity - kind.scale()).abs() < 1e-4, "{similarity}");
        }
    }

    /// Pooling by hand: the mean of the five largest of ten cosines.
    #[test]
    fn the_two_poolings_differ_as_the_paper_and_the_program_do() {
        let cosines = Tensor::arange(30, (Kind::Float, Device::Cpu)).view([1, 30, 1]) * 0.01;
        let pooled = |pooling| {
            let (_vs, net) = branch(PrototypeKind::Windows { steps: 3, pooling });
            net.pool(&cosines).double_value(&[0, 0]) / 13.0
        };
        assert!((pooled(Pooling::TopK(5)) - 0.27).abs() < 1e-6);
        assert!((pooled(Pooling::Mean) - 0.145).abs() < 1e-6);
    }
}
