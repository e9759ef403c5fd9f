//! Butterworth filters as second-order sections.

use std::f64::consts::PI;

use super::DspError;
use super::complex::Complex;
use super::sos::{Section, Sos};

/// Far more than any ECG filter has; a manifest could ask for a billion.
const MAX_ORDER: usize = 32;

/// Which frequencies pass. Edges are where the filter is down by 3 dB.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Band {
    LowPass { cutoff_hz: f64 },
    HighPass { cutoff_hz: f64 },
    BandPass { low_hz: f64, high_hz: f64 },
}

/// Designs a Butterworth filter by the bilinear transform with prewarped
/// edges, as `scipy.signal.butter(order, band, output="sos", fs=rate_hz)`. As
/// there, a band-pass of order n has 2n poles.
///
/// # Errors
/// An order of 0 or above 32; edges that are not between 0 and half of
/// `rate_hz`, or not in rising order.
pub fn butterworth(order: usize, band: Band, rate_hz: f64) -> Result<Sos, DspError> {
    if !(1..=MAX_ORDER).contains(&order) {
        return Err(DspError::Order {
            order,
            max: MAX_ORDER,
        });
    }
    let nyquist_hz = rate_hz / 2.0;
    // Edges on the analogue axis where z = (1 + s) / (1 - s).
    let warped = |hz: f64, above_hz: f64| {
        if hz > above_hz && hz < nyquist_hz {
            return Ok((PI * hz / rate_hz).tan());
        }
        Err(DspError::Edge {
            found_hz: hz,
            above_hz,
            below_hz: nyquist_hz,
        })
    };
    let sections = match band {
        Band::LowPass { cutoff_hz } => {
            let edge = warped(cutoff_hz, 0.0)?;
            single_edge(order, |p| p.scale(edge), -1.0)
        }
        Band::HighPass { cutoff_hz } => {
            let edge = warped(cutoff_hz, 0.0)?;
            single_edge(order, |p| Complex::new(edge, 0.0) / p, 1.0)
        }
        Band::BandPass { low_hz, high_hz } => {
            band_pass(order, warped(low_hz, 0.0)?, warped(high_hz, low_hz)?)
        }
    };
    Ok(Sos::new(sections))
}

/// The poles of the analogue low-pass at 1 rad/s: one of each conjugate pair,
/// and the real one of an odd order.
fn prototype(order: usize) -> (Vec<Complex>, Option<Complex>) {
    let pairs = (0..order / 2)
        .map(|i| PI * (2 * i + 1 + order) as f64 / (2 * order) as f64)
        .map(Complex::unit);
    let real = (order % 2 == 1).then_some(Complex::new(-1.0, 0.0));
    (pairs.collect(), real)
}

fn bilinear(s: Complex) -> Complex {
    let one = Complex::new(1.0, 0.0);
    (one + s) / (one - s)
}

/// Low-pass (zeros at -1) and high-pass (zeros at +1). The gain is 1 opposite
/// the zeros.
fn single_edge(order: usize, moved: impl Fn(Complex) -> Complex, zero: f64) -> Vec<Section> {
    let (pairs, real) = prototype(order);
    let full_gain = Complex::new(-zero, 0.0);
    let second_order = pairs.into_iter().map(|p| {
        let pole = bilinear(moved(p));
        conjugate_pair([1.0, -2.0 * zero, 1.0], pole, full_gain)
    });
    let first_order = real.into_iter().map(|p| {
        let pole = bilinear(moved(p));
        section([1.0, -zero, 0.0], [-pole.re, 0.0], full_gain)
    });
    first_order.chain(second_order).collect()
}

/// Every pole of the prototype becomes two: the roots of s^2 - s p bw + w0^2.
fn band_pass(order: usize, low: f64, high: f64) -> Vec<Section> {
    let centre_squared = Complex::new(low * high, 0.0);
    let zeros = [1.0, 0.0, -1.0];
    let roots = |p: Complex| {
        let half = p.scale((high - low) / 2.0);
        let root = (half * half - centre_squared).sqrt();
        let (plus, minus) = (half + root, half - root);
        let larger = if plus.abs() > minus.abs() {
            plus
        } else {
            minus
        };
        // The smaller by the product of both: the difference would cancel.
        [bilinear(larger), bilinear(centre_squared / larger)]
    };
    let full_gain = bilinear(Complex::new(0.0, (low * high).sqrt()));
    let (pairs, real) = prototype(order);
    let from_pairs = pairs
        .into_iter()
        .flat_map(roots)
        .map(|pole| conjugate_pair(zeros, pole, full_gain));
    let from_real = real.into_iter().map(roots).map(|[first, second]| {
        let denominator = [-(first + second).re, (first * second).re];
        section(zeros, denominator, full_gain)
    });
    from_real.chain(from_pairs).collect()
}

fn conjugate_pair(b: [f64; 3], pole: Complex, full_gain: Complex) -> Section {
    let squared = pole.re * pole.re + pole.im * pole.im;
    section(b, [-2.0 * pole.re, squared], full_gain)
}

/// A section with gain 1 at the point `full_gain` of the unit circle.
fn section(b: [f64; 3], a: [f64; 2], full_gain: Complex) -> Section {
    let at = |c: [f64; 3]| {
        let z = full_gain;
        let value = Complex::new(c[0], 0.0) * z * z + z.scale(c[1]) + Complex::new(c[2], 0.0);
        value.abs()
    };
    let gain = at([1.0, a[0], a[1]]) / at(b);
    Section {
        b: b.map(|coefficient| coefficient * gain),
        a,
    }
}
