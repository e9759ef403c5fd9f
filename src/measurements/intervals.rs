//! Rate, RR statistics and intervals.

use serde::{Deserialize, Serialize};

use super::quantity::{Absence, Quantity};
use super::rhythm::Atria;
use super::signal::median;

/// Of the RR intervals of all beats, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RrStatistics {
    pub count: usize,
    pub mean_ms: f64,
    pub median_ms: f64,
    pub shortest_ms: f64,
    pub longest_ms: f64,
    /// Standard deviation (n - 1); of one RR absent.
    pub sdnn_ms: Option<f64>,
    /// Root mean square of successive differences.
    pub rmssd_ms: Option<f64>,
}

impl RrStatistics {
    pub(super) fn of(rr_ms: &[f64]) -> Option<Self> {
        let n = rr_ms.len() as f64;
        let mean_ms = rr_ms.iter().sum::<f64>() / n;
        let squares: f64 = rr_ms.iter().map(|rr| (rr - mean_ms).powi(2)).sum();
        let steps: f64 = rr_ms.windows(2).map(|p| (p[1] - p[0]).powi(2)).sum();
        let several = rr_ms.len() > 1;
        Some(Self {
            count: rr_ms.len(),
            mean_ms,
            median_ms: median(&mut rr_ms.to_vec())?,
            shortest_ms: rr_ms.iter().copied().fold(f64::INFINITY, f64::min),
            longest_ms: rr_ms.iter().copied().fold(0.0, f64::max),
            sdnn_ms: several.then(|| (squares / (n - 1.0)).sqrt()),
            rmssd_ms: several.then(|| (steps / (n - 1.0)).sqrt()),
        })
    }
}

/// Which RR the QT is corrected with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RrBasis {
    /// The median RR.
    Median,
    /// The mean RR of the whole recording, since no RR is typical.
    MeanInAtrialFibrillation,
}

impl RrBasis {
    /// As it is printed beside QTc.
    pub fn text(self) -> &'static str {
        match self {
            Self::Median => "median RR",
            Self::MeanInAtrialFibrillation => "mean RR, atrial fibrillation",
        }
    }
}

/// QT corrected for rate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Qtc {
    pub rr_ms: f64,
    pub rr_basis: RrBasis,
    pub bazett_ms: Quantity,
    pub fridericia_ms: Quantity,
    pub framingham_ms: Quantity,
    pub hodges_ms: Quantity,
}

impl Qtc {
    pub(super) fn of(qt_ms: Quantity, rr: &RrStatistics, atria: Atria) -> Self {
        let (rr_ms, rr_basis) = match atria {
            Atria::Fibrillation => (rr.mean_ms, RrBasis::MeanInAtrialFibrillation),
            _ => (rr.median_ms, RrBasis::Median),
        };
        let rr_s = rr_ms / 1000.0;
        let corrected = |formula: &dyn Fn(f64) -> f64| match qt_ms {
            Quantity::Measured { value, plus_minus } => Quantity::Measured {
                value: formula(value),
                plus_minus,
            },
            absent => absent,
        };
        Self {
            rr_ms,
            rr_basis,
            bazett_ms: corrected(&|qt| bazett_ms(qt, rr_s)),
            fridericia_ms: corrected(&|qt| fridericia_ms(qt, rr_s)),
            framingham_ms: corrected(&|qt| framingham_ms(qt, rr_s)),
            hodges_ms: corrected(&|qt| hodges_ms(qt, rr_s)),
        }
    }
}

/// QT over the root of RR (Bazett 1920).
pub fn bazett_ms(qt_ms: f64, rr_s: f64) -> f64 {
    qt_ms / rr_s.sqrt()
}

/// QT over the cube root of RR (Fridericia 1920).
pub fn fridericia_ms(qt_ms: f64, rr_s: f64) -> f64 {
    qt_ms / rr_s.cbrt()
}

/// QT + 154 (1 - RR) (Sagie 1992, the Framingham Heart Study).
pub fn framingham_ms(qt_ms: f64, rr_s: f64) -> f64 {
    qt_ms + 154.0 * (1.0 - rr_s)
}

/// QT + 1.75 (rate - 60) (Hodges 1983).
pub fn hodges_ms(qt_ms: f64, rr_s: f64) -> f64 {
    qt_ms + 1.75 * (60.0 / rr_s - 60.0)
}

/// Why PR and the P axis do not exist.
pub(super) fn without_p(atria: Atria) -> Option<Absence> {
    match atria {
        Atria::PWaves => None,
        Atria::Fibrillation => Some(Absence::AtrialFibrillation),
        Atria::Flutter => Some(Absence::AtrialFlutter),
        Atria::Paced => Some(Absence::Paced),
        Atria::NoPWaves => Some(Absence::NoPWave),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// QT 400 ms at 75 per minute, by hand.
    #[test]
    fn the_four_formulas() {
        let rr_s = 0.8;
        assert!((bazett_ms(400.0, rr_s) - 447.214).abs() < 0.001);
        assert!((fridericia_ms(400.0, rr_s) - 430.887).abs() < 0.001);
        assert!((framingham_ms(400.0, rr_s) - 430.8).abs() < 1e-9);
        assert!((hodges_ms(400.0, rr_s) - 426.25).abs() < 1e-9);
    }

    #[test]
    fn rr_statistics_by_hand() {
        let rr = RrStatistics::of(&[800.0, 820.0, 780.0, 1000.0]).unwrap();
        assert_eq!((rr.count, rr.mean_ms, rr.median_ms), (4, 850.0, 810.0));
        assert_eq!((rr.shortest_ms, rr.longest_ms), (780.0, 1000.0));
        // numpy: std(ddof=1), sqrt(mean(diff ** 2))
        assert!((rr.sdnn_ms.unwrap() - 101.324).abs() < 0.001);
        assert!((rr.rmssd_ms.unwrap() - 129.615).abs() < 0.001);
        assert!(RrStatistics::of(&[]).is_none());
        assert_eq!(RrStatistics::of(&[800.0]).unwrap().sdnn_ms, None);
    }
}
