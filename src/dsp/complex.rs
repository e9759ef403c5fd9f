//! As much of complex arithmetic as filter design needs.

use std::ops::{Add, Div, Mul, Sub};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Complex {
    pub re: f64,
    pub im: f64,
}

impl Complex {
    pub const fn new(re: f64, im: f64) -> Self {
        Self { re, im }
    }

    /// exp(j angle)
    pub fn unit(angle: f64) -> Self {
        Self::new(angle.cos(), angle.sin())
    }

    pub fn scale(self, by: f64) -> Self {
        Self::new(self.re * by, self.im * by)
    }

    pub fn abs(self) -> f64 {
        self.re.hypot(self.im)
    }

    /// The principal root.
    pub fn sqrt(self) -> Self {
        let (r, angle) = (self.abs().sqrt(), self.im.atan2(self.re) / 2.0);
        Self::unit(angle).scale(r)
    }
}

impl Add for Complex {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::new(self.re + other.re, self.im + other.im)
    }
}

impl Sub for Complex {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::new(self.re - other.re, self.im - other.im)
    }
}

impl Mul for Complex {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self::new(
            self.re * other.re - self.im * other.im,
            self.re * other.im + self.im * other.re,
        )
    }
}

impl Div for Complex {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let norm = other.re * other.re + other.im * other.im;
        (self * Self::new(other.re, -other.im)).scale(1.0 / norm)
    }
}
