//! A filter as a chain of second-order sections, run forwards and backwards.

use super::{DspError, all_finite, extension};

/// (b0 + b1/z + b2/z^2) / (1 + a1/z + a2/z^2)
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Section {
    pub b: [f64; 3],
    pub a: [f64; 2],
}

impl Section {
    /// Filters in place, transposed direct form II, from state `z`.
    fn run(&self, x: &mut [f64], mut z: [f64; 2]) {
        let ([b0, b1, b2], [a1, a2]) = (self.b, self.a);
        for value in x {
            let input = *value;
            let output = b0 * input + z[0];
            z = [b1 * input - a1 * output + z[1], b2 * input - a2 * output];
            *value = output;
        }
    }

    /// Output for a constant input of 1, once settled.
    fn gain_at_zero(&self) -> f64 {
        self.b.iter().sum::<f64>() / (1.0 + self.a[0] + self.a[1])
    }

    /// The state once settled on a constant input of 1.
    fn settled(&self) -> [f64; 2] {
        let gain = self.gain_at_zero();
        [gain - self.b[0], self.b[2] - self.a[1] * gain]
    }
}

/// A filter as second-order sections.
#[derive(Clone, Debug, PartialEq)]
pub struct Sos {
    sections: Vec<Section>,
}

impl Sos {
    pub(super) fn new(sections: Vec<Section>) -> Self {
        Self { sections }
    }

    /// Per section b0, b1, b2 and a1, a2 (a0 is 1). The order of sections and
    /// how the gain is shared among them are not scipy's; their product is.
    pub fn coefficients(&self) -> Vec<([f64; 3], [f64; 2])> {
        self.sections.iter().map(|s| (s.b, s.a)).collect()
    }

    /// Samples by which each end is extended, as scipy's `sosfiltfilt` and
    /// `filtfilt(b, a)` do by default: three times the number of poles plus one.
    pub fn padding(&self) -> usize {
        let poles: usize = self
            .sections
            .iter()
            .map(|s| if s.a[1] == 0.0 && s.b[2] == 0.0 { 1 } else { 2 })
            .sum();
        3 * (poles + 1)
    }

    /// Filters forwards, then backwards: no phase shift, twice the order. The
    /// ends are extended by a half turn about the end sample (scipy's `odd`),
    /// and the filter starts settled on the first value.
    ///
    /// Equal to `scipy.signal.sosfiltfilt(sos, x)`, and to
    /// `scipy.signal.filtfilt(b, a, x)` of the same filter.
    ///
    /// # Errors
    /// A signal no longer than [`Sos::padding`]; a sample that is not finite.
    pub fn filtfilt(&self, x: &[f64]) -> Result<Vec<f64>, DspError> {
        all_finite(x)?;
        let padding = self.padding();
        let mut y = extension::odd(x, padding)?;
        self.run(&mut y);
        y.reverse();
        self.run(&mut y);
        y.reverse();
        y.truncate(padding + x.len());
        y.drain(..padding);
        Ok(y)
    }

    /// One pass in place, settled on the first sample.
    fn run(&self, x: &mut [f64]) {
        let mut level = x.first().copied().unwrap_or(0.0);
        for section in &self.sections {
            section.run(x, section.settled().map(|z| z * level));
            level *= section.gain_at_zero();
        }
    }
}
