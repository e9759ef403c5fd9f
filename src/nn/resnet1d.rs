//! ResNet18 in one dimension (specification 1.2): k7 stem over all 12 leads,
//! widths 64 to 512, stride 32 in all, so 1000 samples become 32 latent steps.
//!
//! Source: `backbones.py` of ProtoECGNet (MIT), restated in the specification.
//! The published "2D" ResNet18 is this network too (specification 0.4), with
//! dropout before its last layer.

use tch::Tensor;
use tch::nn::{self, Module, ModuleT, Path};

use super::Pass;

/// Filled by [`super::randomise`] or from a file.
const ZEROS: nn::Init = nn::Init::Const(0.0);

fn conv(p: Path, c_in: i64, c_out: i64, kernel: i64, stride: i64, padding: i64) -> nn::Conv1D {
    let config = nn::ConvConfig {
        stride,
        padding,
        bias: false,
        ws_init: ZEROS,
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

#[derive(Debug)]
struct BasicBlock {
    conv1: nn::Conv1D,
    bn1: nn::BatchNorm,
    conv2: nn::Conv1D,
    bn2: nn::BatchNorm,
    downsample: Option<(nn::Conv1D, nn::BatchNorm)>,
}

impl BasicBlock {
    fn new(p: &Path, c_in: i64, c_out: i64, stride: i64) -> Self {
        let downsample = (stride != 1 || c_in != c_out).then(|| {
            let p = p / "downsample";
            (
                conv(&p / "0", c_in, c_out, 1, stride, 0),
                batch_norm(&p / "1", c_out),
            )
        });
        Self {
            conv1: conv(p / "conv1", c_in, c_out, 3, stride, 1),
            bn1: batch_norm(p / "bn1", c_out),
            conv2: conv(p / "conv2", c_out, c_out, 3, 1, 1),
            bn2: batch_norm(p / "bn2", c_out),
            downsample,
        }
    }

    fn forward(&self, xs: &Tensor, train: bool) -> Tensor {
        // In place, also below: the gradient of a batch norm needs its input
        // only, and a new tensor of megabytes costs more than the maximum with 0.
        let out = self.bn1.forward_t(&self.conv1.forward(xs), train).relu_();
        let mut out = self.bn2.forward_t(&self.conv2.forward(&out), train);
        out += match &self.downsample {
            Some((conv, bn)) => bn.forward_t(&conv.forward(xs), train),
            None => xs.shallow_clone(),
        };
        out.relu_()
    }
}

/// The backbone without its classification head: 3,848,832 parameters.
#[derive(Debug)]
pub struct ResNet1d {
    conv1: nn::Conv1D,
    bn1: nn::BatchNorm,
    blocks: Vec<BasicBlock>,
}

impl ResNet1d {
    /// Channels of the last layer.
    pub const WIDTH: i64 = 512;

    /// Names below `p` are upstream's: `conv1`, `bn1`, `layer1.0.conv1`, ...
    pub fn new(p: &Path, leads: i64) -> Self {
        let mut blocks = Vec::with_capacity(8);
        let mut c_in = 64;
        for (layer, c_out, stride) in [(1, 64, 1), (2, 128, 2), (3, 256, 2), (4, Self::WIDTH, 2)] {
            let p = p / format!("layer{layer}");
            blocks.push(BasicBlock::new(&(&p / 0), c_in, c_out, stride));
            blocks.push(BasicBlock::new(&(&p / 1), c_out, c_out, 1));
            c_in = c_out;
        }
        Self {
            conv1: conv(p / "conv1", leads, 64, 7, 2, 3),
            bn1: batch_norm(p / "bn1", 64),
            blocks,
        }
    }

    /// (N, leads, 1000) to the latent sequence (N, 512, 32). `dropout` acts on
    /// the elements between the third and the fourth layer, while learning.
    pub fn steps(&self, xs: &Tensor, dropout: f64, pass: Pass) -> Tensor {
        let train = pass.is_training();
        let stem = self.bn1.forward_t(&self.conv1.forward(xs), train).relu_();
        let stem = stem.max_pool1d([3], [2], [1], [1], false);
        let (early, last) = self.blocks.split_at(self.blocks.len() - 2);
        let through = |xs: Tensor, blocks: &[BasicBlock]| {
            blocks
                .iter()
                .fold(xs, |xs, block| block.forward(&xs, train))
        };
        through(pass.dropout(through(stem, early), dropout), last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Specification 1.2: shapes and the number of parameters.
    #[test]
    fn shapes_and_size_are_the_published_ones() {
        let vs = nn::VarStore::new(tch::Device::Cpu);
        let net = ResNet1d::new(&vs.root(), 12);
        let parameters: usize = vs.trainable_variables().iter().map(Tensor::numel).sum();
        assert_eq!(parameters, 3_848_832);
        let xs = Tensor::zeros([2, 12, 1000], (tch::Kind::Float, tch::Device::Cpu));
        assert_eq!(net.steps(&xs, 0.0, Pass::Evaluate).size(), [2, 512, 32]);
    }
}
