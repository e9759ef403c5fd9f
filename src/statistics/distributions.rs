//! Quantiles and tails of the normal, Student's t and F distributions.
//!
//! The incomplete beta function is own code, since it must hold a relative
//! 1e-10 for t with many degrees of freedom; erfc and ln Γ are libm's.

use libm::{erfc, lgamma as ln_gamma};

/// Φ(x), the share of the standard normal distribution below x.
pub fn normal_below(x: f64) -> f64 {
    0.5 * erfc(-x / std::f64::consts::SQRT_2)
}

/// The quantile of the standard normal distribution (scipy's `norm.ppf`);
/// `None` for a probability outside (0, 1).
pub fn normal_quantile(probability: f64) -> Option<f64> {
    if !(probability > 0.0 && probability < 1.0) {
        return None;
    }
    let tail = probability.min(1.0 - probability);
    let quantile = upper_quantile(tail, |x| normal_below(-x));
    Some(if probability < 0.5 {
        -quantile
    } else {
        quantile
    })
}

/// The quantile of the F distribution (scipy's `f.ppf`) for two positive
/// degrees of freedom, which need not be whole. `None` for arguments outside
/// their range.
pub fn f_quantile(probability: f64, numerator: f64, denominator: f64) -> Option<f64> {
    let valid = probability > 0.0
        && probability < 1.0
        && [numerator, denominator]
            .iter()
            .all(|d| *d > 0.0 && d.is_finite());
    if !valid {
        return None;
    }
    // The small tail, so that no digits are lost: 1/F has F's degrees turned round.
    Some(if probability < 0.5 {
        1.0 / upper_quantile(probability, |x| f_above(x, denominator, numerator))
    } else {
        upper_quantile(1.0 - probability, |x| f_above(x, numerator, denominator))
    })
}

/// P(F > x), the p value of an F test.
pub fn f_above(x: f64, numerator: f64, denominator: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let scaled = numerator * x;
    let share = denominator / (denominator + scaled);
    let rest = scaled / (denominator + scaled);
    incomplete_beta(denominator / 2.0, numerator / 2.0, share, rest)
}

/// The quantile of Student's t distribution: the x with P(T <= x) =
/// `probability`, for `degrees` > 0 degrees of freedom (any real number).
///
/// Equal to scipy's `t.ppf` within a relative 1e-10. `None` for a probability
/// outside (0, 1) or degrees that are not positive and finite.
pub fn student_t_quantile(probability: f64, degrees: f64) -> Option<f64> {
    let valid = probability > 0.0 && probability < 1.0 && degrees > 0.0 && degrees.is_finite();
    if !valid {
        return None;
    }
    let tail = probability.min(1.0 - probability);
    let quantile = upper_quantile(tail, |x| upper_tail(x, degrees));
    Some(if probability < 0.5 {
        -quantile
    } else {
        quantile
    })
}

/// The x >= 0 above which a share `tail` of a distribution lies.
fn upper_quantile(tail: f64, above: impl Fn(f64) -> f64) -> f64 {
    // The tail shrinks as x grows: double until it is small enough, then halve
    // the bracket. Slower than Newton's method and never leaves the bracket.
    let (mut low, mut high) = (0.0, 1.0);
    while above(high) > tail && high < f64::MAX / 4.0 {
        low = high;
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if above(middle) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// P(T > x) for x >= 0.
fn upper_tail(x: f64, degrees: f64) -> f64 {
    0.5 * f_above(x * x, 1.0, degrees)
}

/// The regularised incomplete beta function I_x(a, b), by its continued
/// fraction (Lentz's method; DLMF 8.17.22). `y` is 1 - x, from the caller who
/// knows it without rounding.
fn incomplete_beta(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if y <= 0.0 {
        return 1.0;
    }
    // The fraction converges fast below the mean only; the other side follows
    // by symmetry.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta_below_mean(b, a, y, x);
    }
    incomplete_beta_below_mean(a, b, x, y)
}

fn incomplete_beta_below_mean(a: f64, b: f64, x: f64, y: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |v: f64| if v.abs() < TINY { TINY } else { v };
    let ln_rest = if x < 0.5 { (-x).ln_1p() } else { y.ln() };
    let ln_front = a * x.ln() + b * ln_rest - ln_beta(a, b);

    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for step in 1..10_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / away_from_zero(1.0 + term * d);
            c = away_from_zero(1.0 + term / c);
            change = c * d;
            fraction *= change;
        }
        if (change - 1.0).abs() < 1e-16 {
            break;
        }
    }
    ln_front.exp() * fraction / a
}

fn ln_beta(a: f64, b: f64) -> f64 {
    // ln Γ(n) - ln Γ(n + 1/2) loses digits for large n; the series does not.
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    if (small - 0.5).abs() < f64::EPSILON && large > 50.0 {
        return ln_gamma(0.5) - ln_gamma_half_step(large);
    }
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// ln Γ(n + 1/2) - ln Γ(n) for n > 50: ½ ln n plus an asymptotic series.
fn ln_gamma_half_step(n: f64) -> f64 {
    let r = 1.0 / n;
    let ratio = 1.0 - r / 8.0 + r.powi(2) / 128.0 + 5.0 * r.powi(3) / 1024.0
        - 21.0 * r.powi(4) / 32768.0
        - 399.0 * r.powi(5) / 262144.0
        + 869.0 * r.powi(6) / 4_194_304.0;
    0.5 * n.ln() + ratio.ln()
}
