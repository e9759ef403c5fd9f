//! TrustECG's network with temporal and lead attention (specification 1.5): an
//! encoder shared by the leads, a weighted mean over time of each lead, a
//! weighted mean over the leads, and a classifier.
//!
//! Source: Younas 2025 (TrustECG, `ExplainableECGNet`), restated in the
//! specification. The attention is one per ECG, not one per class.

use tch::nn::{self, Module, ModuleT, Path};
use tch::{Kind, Tensor};

use super::Pass;

/// Channels of the three blocks; a block halves the number of samples.
const WIDTHS: [i64; 3] = [32, 64, 128];
const KERNEL: i64 = 7;
/// Channels inside an attention and before the last layer.
const HIDDEN: i64 = 64;
/// Share of what dropout sets to 0 while the network learns.
const DROPOUT: f64 = 0.3;

/// The network: 276,455 parameters with five outputs.
#[derive(Debug)]
pub struct AttentionNetwork {
    encoder: Vec<Block>,
    temporal: Attention,
    lead: Attention,
    head: [nn::Linear; 3],
}

/// What the network says of N ECGs.
#[derive(Debug)]
pub struct AttentionOutput {
    /// (N, classes).
    pub logits: Tensor,
    /// (N, leads, steps): how much each step counts in its lead; sums to 1
    /// over the steps. A step is 8 samples, and sees 127 of them.
    pub temporal_attention: Tensor,
    /// (N, leads): how much each lead counts; sums to 1 over the leads.
    pub lead_attention: Tensor,
}

impl AttentionNetwork {
    /// Samples per step of the temporal attention.
    pub const STRIDE: i64 = 8;

    /// Builds the network with weights of zero below `p`; the names are those
    /// of the published checkpoint.
    pub fn new(p: &Path, classes: usize) -> Self {
        let encoder = p / "lead_encoder";
        let mut channels = 1;
        let encoder = WIDTHS.iter().enumerate().map(|(i, &width)| {
            let block = Block::new(&(&encoder / i), channels, width);
            channels = width;
            block
        });
        let width = WIDTHS[2];
        let head = p / "classifier";
        Self {
            encoder: encoder.collect(),
            temporal: Attention::new(&(p / "temporal_attention"), width),
            lead: Attention::new(&(p / "lead_attention"), width),
            head: [
                linear(&head / 0, width, width),
                linear(&head / 3, width, HIDDEN),
                linear(&head / 6, HIDDEN, classes as i64),
            ],
        }
    }

    /// (N, leads, samples) to logits and attention.
    pub fn forward(&self, xs: &Tensor, pass: Pass) -> AttentionOutput {
        let (count, leads, samples) = xs.size3().unwrap_or_default();
        let alone = xs.reshape([count * leads, 1, samples]);
        let encoded = self
            .encoder
            .iter()
            .fold(alone, |xs, b| b.forward(&xs, pass));
        let (per_lead, over_time) = self.temporal.pool(&encoded.transpose(1, 2));
        let (pooled, over_leads) = self.lead.pool(&per_lead.view([count, leads, -1]));
        let hidden = pass.dropout(self.head[0].forward(&pooled).relu(), DROPOUT);
        let hidden = pass.dropout(self.head[1].forward(&hidden).relu(), DROPOUT);
        AttentionOutput {
            logits: self.head[2].forward(&hidden),
            temporal_attention: over_time.view([count, leads, -1]),
            lead_attention: over_leads,
        }
    }
}

/// A residual block: two convolutions, and a shortcut that halves as well.
#[derive(Debug)]
struct Block {
    conv1: nn::Conv1D,
    bn1: nn::BatchNorm,
    conv2: nn::Conv1D,
    bn2: nn::BatchNorm,
    skip: (nn::Conv1D, nn::BatchNorm),
}

impl Block {
    fn new(p: &Path, c_in: i64, c_out: i64) -> Self {
        let skip = p / "skip";
        Self {
            conv1: conv(p / "conv1", c_in, c_out, KERNEL, 2),
            bn1: batch_norm(p / "bn1", c_out),
            conv2: conv(p / "conv2", c_out, c_out, KERNEL, 1),
            bn2: batch_norm(p / "bn2", c_out),
            skip: (
                conv(&skip / 0, c_in, c_out, 1, 2),
                batch_norm(&skip / 1, c_out),
            ),
        }
    }

    fn forward(&self, xs: &Tensor, pass: Pass) -> Tensor {
        let train = pass.is_training();
        let out = self.bn1.forward_t(&self.conv1.forward(xs), train).relu();
        let out = self.conv2.forward(&pass.dropout(out, DROPOUT));
        let out = self.bn2.forward_t(&out, train);
        let skip = self.skip.1.forward_t(&self.skip.0.forward(xs), train);
        (out + skip).relu()
    }
}

/// Weights of the elements of a sequence, and its mean with these weights.
#[derive(Debug)]
struct Attention {
    hidden: nn::Linear,
    score: nn::Linear,
}

impl Attention {
    fn new(p: &Path, width: i64) -> Self {
        let p = p / "attention";
        Self {
            hidden: linear(&p / 0, width, HIDDEN),
            score: linear(&p / 2, HIDDEN, 1),
        }
    }

    /// (N, elements, channels) to the mean (N, channels) and the weights (N, elements).
    fn pool(&self, xs: &Tensor) -> (Tensor, Tensor) {
        let score = self.score.forward(&self.hidden.forward(xs).tanh());
        let weights = score.softmax(1, None::<Kind>);
        let mean = (xs * &weights).sum_dim_intlist([1i64].as_slice(), false, None::<Kind>);
        (mean, weights.squeeze_dim(-1))
    }
}

fn conv(p: Path, c_in: i64, c_out: i64, kernel: i64, stride: i64) -> nn::Conv1D {
    let config = nn::ConvConfig {
        stride,
        padding: kernel / 2,
        ws_init: nn::Init::Const(0.0),
        bs_init: nn::Init::Const(0.0),
        ..Default::default()
    };
    nn::conv1d(p, c_in, c_out, kernel, config)
}

fn batch_norm(p: Path, channels: i64) -> nn::BatchNorm {
    let config = nn::BatchNormConfig {
        ws_init: nn::Init::Const(1.0),
        ..Default::default()
    };
    nn::batch_norm1d(p, channels, config)
}

fn linear(p: Path, c_in: i64, c_out: i64) -> nn::Linear {
    let config = nn::LinearConfig {
        ws_init: nn::Init::Const(0.0),
        bs_init: Some(nn::Init::Const(0.0)),
        bias: true,
    };
    nn::linear(p, c_in, c_out, config)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::Masks;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use tch::Device;

    const DOUBLE: (Kind, Device) = (Kind::Double, Device::Cpu);

    /// In double precision, with weights from sines so that they do not depend
    /// on any generator.
    fn network() -> (nn::VarStore, AttentionNetwork) {
        let mut vs = nn::VarStore::new(Device::Cpu);
        let net = AttentionNetwork::new(&vs.root(), 5);
        vs.double();
        let _guard = tch::no_grad_guard();
        let mut variables: Vec<_> = vs.variables().into_iter().collect();
        variables.sort_by(|a, b| a.0.cmp(&b.0));
        for (i, (_, variable)) in variables
            .iter()
            .enumerate()
            .filter(|(_, (_, v))| v.dim() > 1)
        {
            let count = variable.numel() as i64;
            let fan_in = count / variable.size()[0];
            let values = (Tensor::arange(count, DOUBLE) * 12.9898 + i as f64).sin();
            let values = values.view(variable.size().as_slice()) / (fan_in as f64).sqrt();
            variable.shallow_clone().copy_(&values);
        }
        (vs, net)
    }

    fn signal(count: i64) -> Tensor {
        (Tensor::arange(count * 12_000, DOUBLE) * 0.37)
            .sin()
            .view([count, 12, 1000])
    }

    fn masks(seed: u64) -> Masks {
        Masks::new(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Specification 1.5 and 9.5.
    #[test]
    fn size_shapes_and_names_are_the_published_ones() {
        let (vs, net) = network();
        let parameters: usize = vs.trainable_variables().iter().map(Tensor::numel).sum();
        assert_eq!(parameters, 276_455);
        // 77 entries in the file, nine of them counters of batches.
        assert_eq!(vs.variables().len(), 77 - 9);
        let out = net.forward(&signal(2), Pass::Evaluate);
        assert_eq!(out.logits.size(), [2, 5]);
        assert_eq!(out.temporal_attention.size(), [2, 12, 125]);
        assert_eq!(out.lead_attention.size(), [2, 12]);
        let off = |sums: Tensor| (sums - 1.0).abs().max().double_value(&[]);
        let over = |t: &Tensor| t.sum_dim_intlist([-1i64].as_slice(), false, None::<Kind>);
        assert!(off(over(&out.temporal_attention)) < 1e-12);
        assert!(off(over(&out.lead_attention)) < 1e-12);
    }

    /// The first 127 samples are all that step 7 does not see of its left side:
    /// a change at sample s reaches the steps from (s - 63) / 8 to (s + 63) / 8.
    #[test]
    fn one_step_sees_127_samples() {
        let (_vs, net) = network();
        let _guard = tch::no_grad_guard();
        let scores = |xs: &Tensor| {
            let alone = xs.reshape([12, 1, 1000]);
            net.encoder
                .iter()
                .fold(alone, |xs, b| b.forward(&xs, Pass::Evaluate))
        };
        let plain = signal(1);
        let changed = plain.copy();
        let _ = changed.narrow(1, 4, 1).narrow(2, 480, 1).fill_(3.0);
        let difference = (scores(&plain) - scores(&changed)).abs();
        let per_step = difference.amax([0i64, 1].as_slice(), false);
        let reached: Vec<i64> = (0..125)
            .filter(|&step| per_step.double_value(&[step]) > 0.0)
            .collect();
        // Step 60 is centred on sample 480, and 63 samples are 7 steps.
        assert_eq!((reached[0], reached[reached.len() - 1]), (53, 67));
    }

    /// Gradients against differences of the loss, with dropout and batch
    /// statistics on.
    #[test]
    fn gradients_are_the_slopes_of_the_loss() {
        let (vs, net) = network();
        // Three ECGs of four short leads: the network takes any number of both.
        let xs = signal(1).narrow(2, 0, 160).reshape([3, 4, 160]);
        let target = Tensor::ones([3, 5], DOUBLE);
        let loss = || {
            let out = net.forward(&xs, Pass::Train(&masks(5)));
            out.logits.binary_cross_entropy_with_logits(
                &target,
                None::<&Tensor>,
                None::<&Tensor>,
                tch::Reduction::Mean,
            )
        };
        loss().backward();
        let variables = vs.variables();
        for name in [
            "lead_encoder.0.conv1.weight",
            "lead_encoder.1.skip.0.weight",
            "lead_encoder.2.bn2.bias",
            "temporal_attention.attention.0.weight",
            "lead_attention.attention.2.weight",
            "classifier.0.bias",
        ] {
            let variable = &variables[name];
            let gradient = variable.grad();
            let along = gradient.shallow_clone() / gradient.norm();
            let shifted = |step: f64| {
                tch::no_grad(|| {
                    let _ = variable.shallow_clone().g_add_(&(&along * step));
                    let value = loss().double_value(&[]);
                    let _ = variable.shallow_clone().g_sub_(&(&along * step));
                    value
                })
            };
            let slope = (shifted(1e-6) - shifted(-1e-6)) / 2e-6;
            let norm = gradient.norm().double_value(&[]);
            assert!(norm > 1e-9, "{name} has no gradient");
            assert!(
                (slope / norm - 1.0).abs() < 1e-4,
                "{name}: slope {slope:e}, gradient {norm:e}"
            );
        }
    }

    #[test]
    fn dropout_follows_its_seed_and_is_off_in_use() {
        let (_vs, net) = network();
        let _guard = tch::no_grad_guard();
        let xs = signal(2);
        let logits = |seed| net.forward(&xs, Pass::Train(&masks(seed))).logits;
        assert_eq!(logits(1), logits(1));
        assert_ne!(logits(1), logits(2));
        assert_ne!(logits(1), net.forward(&xs, Pass::Evaluate).logits);
    }
}
