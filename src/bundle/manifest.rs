//! The manifest of a bundle: everything about a trained model but its numbers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Architecture, BranchSpec, ExcludedPrototypes, Preprocessing};
use crate::ecg::Sex;
use crate::nn::{first_step, receptive_field_s};
use crate::statements;

/// `manifest.ron`. Unknown fields are refused; `version` is checked first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub version: u32,
    /// The folder's name, such as `demo-rhythm`.
    pub name: String,
    /// What the screen calls it.
    pub title: String,
    /// Version of the program that wrote it.
    pub program_version: String,
    /// Trained on simulated ECGs: a demonstration, said everywhere.
    pub simulated: bool,
    pub architecture: Architecture,
    pub preprocessing: Preprocessing,
    /// The checkpoints that the model was imported from; empty for one that
    /// this program trained.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub imported_from: Vec<ImportedFile>,
    /// One per output, in output order.
    pub statements: Vec<StatementInfo>,
    /// One per prototype, in the order of the network's prototype vectors.
    pub prototypes: Vec<Prototype>,
    /// The last projection of each branch.
    pub projection: Vec<ProjectionReport>,
    /// What projection costs in discrimination; `None` for a network without
    /// prototypes and for an imported one.
    pub free_prototypes: Option<FreePrototypes>,
    /// Prototypes that somebody took out of use; [`Manifest::WITH_EXCLUDED`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excluded: Option<ExcludedPrototypes>,
    /// `None` for an imported model: its file does not say.
    pub training: Option<TrainingInfo>,
    /// Validation first, then test.
    pub metrics: Vec<FoldMetrics>,
    /// SHA-256 (hexadecimal) of every other file, by path inside the folder.
    pub files: BTreeMap<String, String>,
}

impl Manifest {
    pub const VERSION: u32 = 2;

    /// What stands beside every result: a demonstration on simulated signals,
    /// or an imported model of which little is known.
    pub fn notice(&self) -> Option<&'static str> {
        if self.simulated {
            return Some(
                "Demonstration: trained on simulated ECGs, says nothing about real patients",
            );
        }
        (!self.imported_from.is_empty())
            .then_some("Imported model: training counts unknown, thresholds not chosen on data, probabilities not calibrated")
    }

    /// The version of a manifest with prototypes out of use, which a program
    /// that knows nothing of them must refuse.
    pub const WITH_EXCLUDED: u32 = 3;

    /// Whether a prototype is in use.
    pub fn is_in_use(&self, prototype: usize) -> bool {
        let mut out_of_use = self.excluded.iter().flat_map(|e| &e.prototypes);
        !out_of_use.any(|out| out.prototype == prototype)
    }

    /// The statement of the class that a prototype belongs to.
    pub fn class_of(&self, prototype: usize) -> Option<&StatementInfo> {
        self.statements.get(self.prototypes.get(prototype)?.class)
    }

    /// Index of the output for a statement.
    pub fn output_of(&self, code: &str) -> Option<usize> {
        self.statements.iter().position(|s| s.code == code)
    }

    /// The branch and the output of every prototype: what the network is built from.
    pub fn prototype_places(&self) -> Vec<(usize, usize)> {
        self.prototypes
            .iter()
            .map(|p| (p.branch, p.class))
            .collect()
    }

    /// The branch that a prototype belongs to.
    pub fn branch_of(&self, prototype: usize) -> Option<&BranchSpec> {
        let branch = self.prototypes.get(prototype)?.branch;
        self.architecture.branches().get(branch)
    }

    /// From and to, in seconds of its source ECG, of the window that a
    /// prototype is; `None` for one without a time axis.
    pub fn source_window_s(&self, prototype: usize) -> Option<(f64, f64)> {
        let (start, end) = self.prototypes.get(prototype)?.window_samples?;
        let rate_hz = self.preprocessing.rate_hz;
        Some((start as f64 / rate_hz, end as f64 / rate_hz))
    }

    /// From and to, in seconds of its source ECG, of everything that a
    /// prototype was computed from.
    pub fn source_field_s(&self, prototype: usize) -> Option<(f64, f64)> {
        let (start_s, _) = self.source_window_s(prototype)?;
        self.field_s(prototype, first_step(start_s))
    }

    /// From and to, in seconds, of everything that the window of a prototype
    /// at a latent step is computed from.
    pub fn field_s(&self, prototype: usize, step: usize) -> Option<(f64, f64)> {
        let branch = self.branch_of(prototype)?;
        let steps = branch.prototypes.steps();
        let duration_s = self.preprocessing.duration_s();
        Some(receptive_field_s(&branch.backbone, step, steps, duration_s))
    }

    /// What people call the data that the model was trained on.
    pub fn data_name(&self) -> &str {
        match &self.training {
            Some(training) => &training.data,
            None => "unknown data",
        }
    }

    /// The prototypes of one class, as indices.
    pub fn prototypes_of(&self, class: usize) -> Vec<usize> {
        (0..self.prototypes.len())
            .filter(|&p| self.prototypes[p].class == class)
            .collect()
    }
}

/// One output of the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementInfo {
    pub code: String,
    /// Training ECGs with this statement; `None` where it is not known (an
    /// imported model).
    pub training_positives: Option<u32>,
    /// Probability (sigmoid of the logit) from which the statement is positive:
    /// the one with the best F1 on the validation fold, or with a wanted
    /// sensitivity there.
    pub threshold: f64,
    /// The threshold was chosen on all statements of the branch (or of the
    /// model) together: this one has too few positives in the validation fold
    /// for one of its own. Absent from bundles of before, which had their own
    /// from 3 positives on, and 0.5 below.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub threshold_shared: bool,
    /// Platt scaling fitted on the validation fold; `None` where neither the
    /// statement nor its branch has enough positives, or where the fold
    /// contradicts the ranking.
    pub calibration: Option<Calibration>,
}

impl StatementInfo {
    /// Fewer training positives than this, and the statement is not assessed:
    /// a shown "third-degree AV block 0.02" from a model that never saw one
    /// would be a false reassurance.
    pub const FEWEST_POSITIVES: u32 = 10;

    pub fn assessed(&self) -> bool {
        self.training_positives
            .is_none_or(|n| n >= Self::FEWEST_POSITIVES)
    }

    pub fn description(&self) -> &'static str {
        statements::describe(&self.code).unwrap_or_default()
    }
}

/// Platt scaling: calibrated probability = sigmoid(`slope` * logit + `intercept`).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    pub slope: f64,
    pub intercept: f64,
    /// Fitted to all statements of the branch together: this one has too few
    /// positives in the validation fold for a fit of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
}

/// A checkpoint of another program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportedFile {
    /// Its name without the folder.
    pub name: String,
    pub sha256: String,
}

/// Where a prototype came from: the latent of a training ECG. Of a model that
/// this program trained everything is known; an imported one has the vectors,
/// and what is not known of their sources is `None`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prototype {
    /// Index into the branches of the architecture; prototypes are in the order
    /// of the branches.
    pub branch: usize,
    /// Index into the manifest's statements.
    pub class: usize,
    /// Record of the data set that was projected.
    pub ecg_id: Option<u32>,
    pub patient_id: Option<i64>,
    pub fold: Option<u8>,
    /// [`crate::ecg::Recording::sha256`] of the record.
    pub recording_sha256: Option<String>,
    /// First and one-past-last sample of the projected window at the model's
    /// sampling rate; `None` where the prototype stands for the whole recording.
    pub window_samples: Option<(i64, i64)>,
    /// Cosine between the trained vector and the latent that replaced it.
    pub cosine_before: Option<f64>,
    /// Cosine between the stored vector and its source: 1 to rounding.
    pub cosine: Option<f64>,
    /// The first prototype with the same source, if this is not the first.
    pub duplicate_of: Option<usize>,
    /// All statements of the source record.
    pub source_statements: Vec<String>,
    pub age_years: Option<f64>,
    pub sex: Option<Sex>,
}

/// What the last projection of a branch did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectionReport {
    pub branch: String,
    pub prototypes: usize,
    /// Distinct training ECGs that prototypes come from.
    pub distinct: usize,
    /// Prototypes whose source, within their class, no prototype before them
    /// has (windows of one recording are different only where they do not
    /// overlap).
    pub distinct_within_class: usize,
    /// Classes without any training ECG, hence without a prototype.
    pub classes_without_sample: Vec<String>,
    /// Over prototypes: cosine of the vector that gradient steps had reached
    /// with the latent that replaced it.
    pub cosine_before_mean: f64,
    pub cosine_before_median: f64,
    pub cosine_before_min: f64,
    /// Mean cosine of all prototypes with all training ECGs, before and after.
    pub mean_similarity_before: f64,
    pub mean_similarity_after: f64,
    /// Median over prototypes of the validation AUROC of the prototype's own
    /// similarity for its statement: a latent space that has collapsed has 0.5.
    pub prototype_auroc_median: Option<f64>,
    /// Median cosine of a prototype with validation ECGs that carry its
    /// statement, and with those that do not.
    pub median_cosine_with: Option<f64>,
    pub median_cosine_without: Option<f64>,
    /// Macro AUROC of the branch on the validation fold with every weight at
    /// +1 (own class) or -0.5, before and after.
    pub macro_auroc_before: Option<f64>,
    pub macro_auroc_after: Option<f64>,
}

/// The same classifier fitted on the similarities to the vectors that gradient
/// steps had reached, compared with the delivered one: validation fold, over
/// statements with at least 10 training ECGs and 3 positives in the fold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreePrototypes {
    pub statements: usize,
    pub macro_auroc_free: Option<f64>,
    pub macro_auroc_projected: Option<f64>,
    /// Projected minus free, paired bootstrap by patient.
    pub difference_ci: Option<(f64, f64)>,
}

/// How the model was trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingInfo {
    /// What people call the data: `PTB-XL 1.0.3 (excerpt)`, `simulated ECGs, seed 1`.
    pub data: String,
    /// SHA-256 over `ecg_id:recording_sha256` lines of the training folds.
    pub data_sha256: String,
    pub train_folds: Vec<u8>,
    pub validation_folds: Vec<u8>,
    pub test_folds: Vec<u8>,
    pub train_records: usize,
    pub validation_records: usize,
    pub seed: u64,
    pub device: String,
    /// The training configuration, whole, as RON.
    pub config: String,
}

/// Macro AUROC of a fold, with its interval and per class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoldMetrics {
    pub fold: u8,
    pub records: usize,
    /// Statements with both outcomes in the fold, the ones in the macro mean.
    pub statements_scored: usize,
    pub macro_auroc: Option<f64>,
    pub macro_auroc_ci: Option<(f64, f64)>,
    pub ci_method: String,
    pub classes: Vec<ClassMetrics>,
}

/// One statement in one fold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassMetrics {
    pub code: String,
    pub train_positives: Option<u32>,
    pub positives: usize,
    pub auroc: Option<f64>,
    pub auroc_ci: Option<(f64, f64)>,
    pub auprc: Option<f64>,
    /// F1 at the bundle's threshold.
    pub f1: Option<f64>,
    pub threshold: f64,
    /// [`StatementInfo::threshold_shared`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub threshold_shared: bool,
}
