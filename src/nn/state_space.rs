//! A structured state space encoder that keeps the time axis: S4D-Lin (Gu,
//! Gupta, Goel and Re 2022, "On the Parameterization and Initialization of
//! Diagonal State Space Models"), bidirectional.
//!
//! A convolution over all leads brings 1000 samples to 250 steps; each layer is
//! one long convolution per channel whose kernel is the impulse response of a
//! diagonal linear system, then a gated mixing of channels, with a residual
//! connection; a last strided convolution gives 512 channels at 32 steps, each
//! centred where a step of the ResNet is.

use tch::nn::{self, Module, ModuleT, Path};
use tch::{Kind, Tensor};

use super::Pass;
use super::backbone::{LATENT, STEPS};

/// Stride of the first convolution.
const STRIDE: i64 = 4;

/// The encoder without any head.
#[derive(Debug)]
pub struct StateSpace {
    stem: nn::Conv1D,
    layers: Vec<Layer>,
    last: nn::Conv1D,
    norm: nn::BatchNorm,
}

impl StateSpace {
    pub fn new(p: &Path, leads: i64, width: i64, layers: i64, states: i64) -> Self {
        Self {
            stem: conv(&(p / "stem"), leads, width, 7, STRIDE, 3),
            layers: (0..layers)
                .map(|i| Layer::new(&(p / "layers" / i), width, states))
                .collect(),
            // 250 steps of 4 samples to 32 steps of 32 samples; the padding
            // centres step i on sample 32 i, as in the ResNet.
            last: conv(&(p / "last"), width, LATENT, 9, 32 / STRIDE, 4),
            norm: nn::batch_norm1d(p / "norm", LATENT, ones()),
        }
    }

    /// (N, leads, 1000) to (N, 512, 32).
    pub fn steps(&self, xs: &Tensor, dropout: f64, pass: Pass) -> Tensor {
        let stem = self.stem.forward(xs).gelu("none");
        let mixed = self
            .layers
            .iter()
            .fold(stem, |xs, layer| layer.forward(&xs, dropout, pass));
        let steps = self.last.forward(&mixed);
        debug_assert_eq!(steps.size()[2], STEPS);
        self.norm.forward_t(&steps, pass.is_training()).relu()
    }
}

fn ones() -> nn::BatchNormConfig {
    nn::BatchNormConfig {
        ws_init: nn::Init::Const(1.0),
        ..Default::default()
    }
}

fn conv(p: &Path, c_in: i64, c_out: i64, kernel: i64, stride: i64, padding: i64) -> nn::Conv1D {
    let config = nn::ConvConfig {
        stride,
        padding,
        ws_init: nn::Init::Const(0.0),
        ..Default::default()
    };
    nn::conv1d(p, c_in, c_out, kernel, config)
}

/// Normalise, convolve with the system's response in both directions, mix
/// channels through a gate, add to the input.
#[derive(Debug)]
struct Layer {
    norm: nn::BatchNorm,
    forward: System,
    backward: System,
    /// (width), the direct path.
    skip: Tensor,
    /// 1x1: width to 2 width, halved by the gate.
    mix: nn::Conv1D,
}

impl Layer {
    fn new(p: &Path, width: i64, states: i64) -> Self {
        Self {
            norm: nn::batch_norm1d(p / "norm", width, ones()),
            forward: System::new(&(p / "forward"), width, states),
            backward: System::new(&(p / "backward"), width, states),
            skip: p.ones("skip", &[width]),
            mix: conv(&(p / "mix"), width, 2 * width, 1, 1, 0),
        }
    }

    /// (N, width, T) to the same shape.
    fn forward(&self, xs: &Tensor, dropout: f64, pass: Pass) -> Tensor {
        let normal = self.norm.forward_t(xs, pass.is_training());
        let length = normal.size()[2];
        let both = self.forward.response(&normal, length)
            + self.backward.response(&normal.flip([2]), length).flip([2]);
        let seen = both + &normal * self.skip.view([1, -1, 1]);
        let seen = pass.dropout(seen.gelu("none"), dropout);
        xs + self.mix.forward(&seen).glu(1)
    }
}

/// A diagonal linear system per channel: x' = A x + B u, y = Re(C x), with
/// A = -exp(log_decay) + i frequency and B = 1, discretised by a zero-order
/// hold of step exp(log_step).
#[derive(Debug)]
struct System {
    /// (width).
    log_step: Tensor,
    /// (width, states) each.
    log_decay: Tensor,
    frequency: Tensor,
    c_real: Tensor,
    c_imaginary: Tensor,
}

impl System {
    fn new(p: &Path, width: i64, states: i64) -> Self {
        let _guard = tch::no_grad_guard();
        // S4D-Lin: decay 1/2, frequencies pi n; steps from 0.001 to 0.1,
        // spread evenly over the channels in the logarithm; C of one size with
        // phases that differ from state to state.
        let float = (Kind::Float, p.device());
        let spread = Tensor::linspace((0.001f64).ln(), (0.1f64).ln(), width, float);
        let frequencies = Tensor::arange(states, float) * std::f64::consts::PI;
        let phases = Tensor::arange(width * states, float).view([width, states]) * 2.399_963_2;
        let size = (1.0 / states as f64).sqrt();
        Self {
            log_step: p.var_copy("log_step", &spread),
            log_decay: p.var(
                "log_decay",
                &[width, states],
                nn::Init::Const((0.5f64).ln()),
            ),
            frequency: p.var_copy("frequency", &frequencies.expand([width, states], true)),
            c_real: p.var_copy("c_real", &(phases.cos() * size)),
            c_imaginary: p.var_copy("c_imaginary", &(phases.sin() * size)),
        }
    }

    /// The impulse response (width, `length`).
    fn kernel(&self, length: i64) -> Tensor {
        let step = self.log_step.exp().unsqueeze(1);
        let decay = self.log_decay.exp();
        // exp(A step), and (exp(A step) - 1) / A, the input's weight, in real
        // numbers: libtorch's complex ones have no gradient for all of this.
        let (a_real, a_imaginary) = (-&decay * &step, &self.frequency * &step);
        let (e_real, e_imaginary) = (
            a_real.exp() * a_imaginary.cos(),
            a_real.exp() * a_imaginary.sin(),
        );
        let square = decay.square() + self.frequency.square();
        let top_real: Tensor = &e_real - 1.0;
        let b_real = (&top_real * -&decay + &e_imaginary * &self.frequency) / &square;
        let b_imaginary = (&e_imaginary * -&decay - &top_real * &self.frequency) / &square;
        let w_real = &self.c_real * &b_real - &self.c_imaginary * &b_imaginary;
        let w_imaginary = &self.c_real * &b_imaginary + &self.c_imaginary * &b_real;
        let time = Tensor::arange(length, (Kind::Float, step.device())).view([1, 1, -1]);
        let size = (a_real.unsqueeze(2) * &time).exp();
        let angle = a_imaginary.unsqueeze(2) * &time;
        let real =
            (&size * angle.cos() * w_real.unsqueeze(2)).sum_dim_intlist(1, false, Kind::Float);
        let imaginary =
            (size * angle.sin() * w_imaginary.unsqueeze(2)).sum_dim_intlist(1, false, Kind::Float);
        (real - imaginary) * 2.0
    }

    /// Causal convolution of (N, width, T) with the impulse response.
    fn response(&self, xs: &Tensor, length: i64) -> Tensor {
        let kernel = self.kernel(length);
        // Twice the length, so that the end does not wrap into the beginning.
        let spectrum = xs.fft_rfft(2 * length, -1, "backward");
        let response = kernel.fft_rfft(2 * length, -1, "backward").unsqueeze(0);
        (spectrum * response)
            .fft_irfft(2 * length, -1, "backward")
            .narrow(2, 0, length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Device;

    /// The response equals the recurrence x[k+1] = exp(A d) x[k] + B u[k],
    /// y[k] = 2 Re(C x[k+1]), step by step in f64.
    #[test]
    fn the_kernel_is_the_impulse_response_of_the_recurrence() {
        let vs = nn::VarStore::new(Device::Cpu);
        let system = System::new(&vs.root(), 3, 4);
        let kernel = system.kernel(20);
        let value = |t: &Tensor, c: i64, n: i64| t.double_value(&[c, n]);
        for c in 0..3 {
            let step = system.log_step.double_value(&[c]).exp();
            let mut states = [(0.0f64, 0.0f64); 4];
            for k in 0..20 {
                let input = if k == 0 { 1.0 } else { 0.0 };
                let mut output = 0.0;
                for (n, state) in states.iter_mut().enumerate() {
                    let n = n as i64;
                    let (re, im) = (
                        -value(&system.log_decay, c, n).exp(),
                        value(&system.frequency, c, n),
                    );
                    let (er, ei) = (
                        (re * step).exp() * (im * step).cos(),
                        (re * step).exp() * (im * step).sin(),
                    );
                    let square = re * re + im * im;
                    // (e - 1) / A = (e - 1) conj(A) / |A|^2
                    let b = (
                        ((er - 1.0) * re + ei * im) / square,
                        (ei * re - (er - 1.0) * im) / square,
                    );
                    *state = (
                        er * state.0 - ei * state.1 + b.0 * input,
                        er * state.1 + ei * state.0 + b.1 * input,
                    );
                    let (cr, ci) = (
                        value(&system.c_real, c, n),
                        value(&system.c_imaginary, c, n),
                    );
                    output += 2.0 * (cr * state.0 - ci * state.1);
                }
                let found = kernel.double_value(&[c, k]);
                assert!((found - output).abs() < 1e-5, "{c} {k}: {found} {output}");
            }
        }
    }

    #[test]
    fn it_gives_32_steps_and_every_weight_a_gradient() {
        let vs = nn::VarStore::new(Device::Cpu);
        let net = StateSpace::new(&vs.root(), 12, 16, 2, 4);
        super::super::randomise(&vs, 1);
        let xs = Tensor::ones([2, 12, 1000], (Kind::Float, Device::Cpu)).cumsum(2, Kind::Float);
        let steps = net.steps(&(xs * 0.001).sin(), 0.0, Pass::Evaluate);
        assert_eq!(steps.size(), [2, 512, 32]);
        steps.square().sum(Kind::Float).backward();
        for (name, variable) in vs.variables() {
            if variable.requires_grad() {
                let gradient = variable.grad();
                assert!(gradient.defined(), "{name}");
                assert_eq!(gradient.isfinite().all().int64_value(&[]), 1, "{name}");
            }
        }
    }
}
