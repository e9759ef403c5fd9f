//! How much two different categories agree.

use serde::Serialize;

/// Agreement of two categories of a scale, from 0 (the ends) to 1 (the same).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weights {
    /// 1 for equal, 0 otherwise.
    Unweighted,
    /// 1 - |a - b| / range.
    Linear,
    /// 1 - (a - b)² / range².
    Quadratic,
    /// By the number of pairs of categories between two, ends included (Gwet,
    /// *Handbook of Inter-Rater Reliability*, 2014, section 3.5).
    Ordinal,
}

impl Weights {
    pub const ALL: [Self; 4] = [
        Self::Unweighted,
        Self::Linear,
        Self::Quadratic,
        Self::Ordinal,
    ];

    /// Weight of the categories at two positions of an ascending scale.
    pub(super) fn between(self, scale: &[f64], a: usize, b: usize) -> f64 {
        if a == b {
            return 1.0;
        }
        let last = scale.len() - 1;
        let distance = (scale[a] - scale[b]).abs() / (scale[last] - scale[0]);
        let pairs = |categories: usize| (categories * (categories - 1)) as f64;
        match self {
            Self::Unweighted => 0.0,
            Self::Linear => 1.0 - distance,
            Self::Quadratic => 1.0 - distance * distance,
            Self::Ordinal => 1.0 - pairs(a.abs_diff(b) + 1) / pairs(scale.len()),
        }
    }
}
