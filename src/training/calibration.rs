//! Platt scaling on the validation fold.

use super::evaluation::Columns;
use crate::bundle::Calibration;

/// Fewer positives in the validation folds than this (or negatives), and what is
/// fitted to them says nothing: neither calibration nor threshold.
pub(super) const FEWEST_POSITIVES: usize = 10;

/// Why there is no curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NoCurve {
    /// Too few of one outcome: others may speak for the statement.
    TooFew,
    /// The best curve falls: it would turn the ranking around. The validation
    /// folds contradict the model here, and so they do a curve of others.
    Falls,
}

/// Fits `sigmoid(slope * logit + intercept)` by Newton's method on the
/// likelihood with Platt's smoothed targets (Platt 1999; Lin, Lin and Weng
/// 2007).
pub fn platt(logits: &[f64], labels: &[bool]) -> Result<Calibration, NoCurve> {
    let positives = labels.iter().filter(|&&l| l).count();
    let negatives = labels.len() - positives;
    if positives < FEWEST_POSITIVES || negatives < FEWEST_POSITIVES {
        return Err(NoCurve::TooFew);
    }
    let high = (positives as f64 + 1.0) / (positives as f64 + 2.0);
    let low = 1.0 / (negatives as f64 + 2.0);
    let target = |label: bool| if label { high } else { low };
    let loss = |slope: f64, intercept: f64| -> f64 {
        logits
            .iter()
            .zip(labels)
            .map(|(x, &l)| {
                let z = slope * x + intercept;
                // log(1 + e^z) - t z, without overflow.
                z.max(0.0) + (-z.abs()).exp().ln_1p() - target(l) * z
            })
            .sum()
    };
    let (mut slope, mut intercept) = (1.0, 0.0);
    for _ in 0..100 {
        let (mut g0, mut g1, mut h00, mut h01, mut h11) = (0.0, 0.0, 1e-12, 0.0, 1e-12);
        for (x, &label) in logits.iter().zip(labels) {
            let p = 1.0 / (1.0 + (-(slope * x + intercept)).exp());
            let (difference, weight) = (p - target(label), p * (1.0 - p));
            g0 += difference * x;
            g1 += difference;
            h00 += weight * x * x;
            h01 += weight * x;
            h11 += weight;
        }
        let determinant = h00 * h11 - h01 * h01;
        if g0.abs().max(g1.abs()) < 1e-9 || determinant.abs() < 1e-18 {
            break;
        }
        let (d0, d1) = (
            (h11 * g0 - h01 * g1) / determinant,
            (h00 * g1 - h01 * g0) / determinant,
        );
        let now = loss(slope, intercept);
        let mut step = 1.0;
        while step > 1e-10 && loss(slope - step * d0, intercept - step * d1) > now {
            step /= 2.0;
        }
        slope -= step * d0;
        intercept -= step * d1;
    }
    match slope > 0.0 && slope.is_finite() && intercept.is_finite() {
        true => Ok(Calibration {
            slope,
            intercept,
            shared: false,
        }),
        false => Err(NoCurve::Falls),
    }
}

/// The calibration of every statement: its own where it has enough of both
/// outcomes, else the one of all statements of its branch together, marked as
/// shared. None where its own would fall. `branches` has the outputs of each
/// branch.
pub fn calibrations(columns: &Columns, branches: &[Vec<usize>]) -> Vec<Option<Calibration>> {
    let own = |c: usize| {
        let (logits, labels) = columns.class(c);
        platt(logits, labels)
    };
    let mut fitted: Vec<Result<Calibration, NoCurve>> = (0..columns.len()).map(own).collect();
    for outputs in branches {
        let (logits, labels) = columns.pooled(outputs);
        let shared = platt(&logits, &labels).map(|fit| Calibration {
            shared: true,
            ..fit
        });
        for &c in outputs {
            if let (Err(NoCurve::TooFew), Ok(shared)) = (fitted[c], shared) {
                fitted[c] = Ok(shared);
            }
        }
    }
    fitted.into_iter().map(Result::ok).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Maximum of the same smoothed likelihood by scipy.optimize.minimize (BFGS,
    /// gtol 1e-12), 40 logits i/4 - 5, positive where i * 7 % 10 < i / 4 in whole numbers.
    #[test]
    fn the_fit_equals_scipy() {
        let logits: Vec<f64> = (0..40).map(|i| f64::from(i) / 4.0 - 5.0).collect();
        let labels: Vec<bool> = (0..40).map(|i| i * 7 % 10 < i / 4).collect();
        let fit = platt(&logits, &labels).unwrap();
        assert!((fit.slope - SCIPY_SLOPE).abs() < 1e-6, "{fit:?}");
        assert!((fit.intercept - SCIPY_INTERCEPT).abs() < 1e-6, "{fit:?}");
    }

    const SCIPY_SLOPE: f64 = 0.40229883;
    const SCIPY_INTERCEPT: f64 = -0.21140242;

    /// Two statements of a branch, one of them rare; a third alone in its own.
    #[test]
    fn a_rare_statement_shares_the_calibration_of_its_branch() {
        let logits: Vec<Vec<f64>> = (0..60)
            .map(|i| vec![f64::from(i % 30) / 5.0 - 3.0; 3])
            .collect();
        let labels: Vec<f32> = (0..60)
            .flat_map(|i| [i % 30 > 13 + i % 7, i == 29, i == 58].map(|l| f32::from(u8::from(l))))
            .collect();
        let columns = Columns::new(3, &logits, &labels);
        let fitted = calibrations(&columns, &[vec![0, 1], vec![2]]);
        let own = fitted[0].unwrap();
        assert_eq!(Ok(own), platt(columns.class(0).0, columns.class(0).1));
        let shared = fitted[1].unwrap();
        assert!(shared.shared && !own.shared);
        // Half of the pooled records hardly ever carry theirs.
        assert!(shared.intercept < own.intercept, "{shared:?} {own:?}");
        assert_eq!(fitted[2], None);
    }

    #[test]
    fn few_positives_give_no_calibration() {
        let labels: Vec<bool> = (0..40).map(|i| i < 9).collect();
        assert_eq!(platt(&[0.0; 40], &labels), Err(NoCurve::TooFew));
    }

    /// The second statement falls with its logit; the branch as a whole rises.
    #[test]
    fn a_falling_statement_gets_no_curve_and_not_that_of_others() {
        let logits: Vec<Vec<f64>> = (0..40)
            .map(|i| vec![f64::from(i) / 4.0 - 5.0, f64::from(i) / 40.0, 0.0])
            .collect();
        let labels: Vec<f32> = (0..40)
            .flat_map(|i| [i > 15 + i % 9, i < 10 + i % 3, i == 39].map(|l| f32::from(u8::from(l))))
            .collect();
        let columns = Columns::new(3, &logits, &labels);
        let (of_second, truth) = columns.class(1);
        assert_eq!(platt(of_second, truth), Err(NoCurve::Falls));
        let fitted = calibrations(&columns, &[vec![0, 1, 2]]);
        assert_eq!(fitted[0].map(|c| c.shared), Some(false));
        assert_eq!(fitted[1], None);
        assert_eq!(fitted[2].map(|c| c.shared), Some(true));
    }
}
