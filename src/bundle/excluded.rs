//! Prototypes that are out of use in a bundle: somebody judged them unfit. Their
//! weights are 0, no explanation names them, and no study rates them.

use serde::{Deserialize, Serialize};

/// What was taken out of use, from which bundle, and what it cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExcludedPrototypes {
    /// The bundle that this one is a copy of, in hexadecimal.
    pub of_bundle_sha256: String,
    /// The study whose raters said so; `None` where they were named by hand.
    pub study_id: Option<String>,
    /// By number, ascending.
    pub prototypes: Vec<OutOfUse>,
    /// Validation folds first, then test.
    pub folds: Vec<FoldChange>,
}

/// One prototype, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutOfUse {
    pub prototype: usize,
    /// `marked as bad by R1, R2`.
    pub reason: String,
}

/// Macro AUROC of a fold before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoldChange {
    pub fold: u8,
    pub records: usize,
    pub macro_auroc_before: Option<f64>,
    pub macro_auroc_after: Option<f64>,
    /// After minus before, 95 %, paired bootstrap by patient.
    pub difference_ci: Option<(f64, f64)>,
}
