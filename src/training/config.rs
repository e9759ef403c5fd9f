//! A training run as data: a RON file that lists its stages.

use serde::{Deserialize, Serialize};

use super::{Augment, Losses, Optimiser, PositiveWeight, Schedule};
use crate::bundle::{Architecture, Manifest, Preprocessing};
use crate::nn::Head;
use crate::statements::LabelSet;

/// Everything that a run depends on but the data. Unknown fields are refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingConfig {
    pub version: u32,
    /// Name of the bundle.
    pub name: String,
    /// What the screen calls it.
    pub title: String,
    /// What people call the data set: `PTB-XL 1.0.3`.
    pub data: String,
    pub seed: u64,
    pub model: Architecture,
    pub preprocessing: Preprocessing,
    pub train_folds: Vec<u8>,
    pub validation_folds: Vec<u8>,
    /// Evaluated once, when everything else is done. Empty in runs that one
    /// chooses among.
    pub test_folds: Vec<u8>,
    /// A class with fewer training ECGs than prototypes gets one for each.
    /// The published program keeps all, and repeats their sources.
    pub fewer_prototypes_for_rare_classes: bool,
    /// How the thresholds of the bundle are chosen on the validation folds.
    #[serde(default)]
    pub thresholds: Thresholds,
    /// Fits a mean and a deviation per lead to the training folds and puts them
    /// into the preprocessing, in place of its `standardise`.
    #[serde(default)]
    pub scale_leads: bool,
    /// So many checkpoints of each stage, the best by validation macro AUROC,
    /// stay in `OUT.checkpoints`. The published program keeps three.
    #[serde(default)]
    pub top_checkpoints: usize,
    /// Training ECGs that become no prototype of a statement: raters marked what
    /// was cut from them as bad.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_again: Vec<NotAgain>,
    pub stages: Vec<Stage>,
}

/// A training ECG that is to be no prototype of a statement again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotAgain {
    /// SCP code.
    pub statement: String,
    pub ecg_id: u32,
}

impl NotAgain {
    /// What is out of use in a bundle, where its source is known.
    pub fn of(manifest: &Manifest) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for (number, prototype) in manifest.prototypes.iter().enumerate() {
            let class = manifest.statements.get(prototype.class);
            let (Some(class), Some(ecg_id)) = (class, prototype.ecg_id) else {
                continue;
            };
            let one = Self {
                statement: class.code.clone(),
                ecg_id,
            };
            if !manifest.is_in_use(number) && !all.contains(&one) {
                all.push(one);
            }
        }
        all
    }
}

/// Errors of reading a configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{path}: {source}")]
    Io {
        path: String,
        source: std::io::Error,
    },
    #[error("{path}, line {line}, column {column}: {what}")]
    Syntax {
        path: String,
        line: usize,
        column: usize,
        what: String,
    },
    #[error("{path}: {field} is {found}, expected {expected}")]
    Value {
        path: String,
        field: String,
        found: String,
        expected: String,
    },
}

/// One step of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Stage {
    /// Trains a backbone with a linear head on labels of its own, and copies
    /// it into branches.
    PreTrain(PreTrainStage),
    /// Trains a network without prototypes.
    Supervised(SupervisedStage),
    /// Trains the add-on layers of a branch before it has prototypes.
    WarmUp(WarmUpStage),
    /// Trains a branch with its prototypes.
    Joint(JointStage),
    /// Makes every prototype of a branch the latent of a training ECG.
    Project(ProjectStage),
    /// Trains the classifier of each branch on the prototypes of that branch.
    Classifier(ClassifierStage),
    /// Trains one classifier on the prototypes of all branches.
    Fuse(ClassifierStage),
}

impl Stage {
    pub fn name(&self) -> &'static str {
        match self {
            Self::PreTrain(_) => "pre-train",
            Self::Supervised(_) => "supervised",
            Self::WarmUp(_) => "warm-up",
            Self::Joint(_) => "joint",
            Self::Project(_) => "project",
            Self::Classifier(_) => "classifier",
            Self::Fuse(_) => "fuse",
        }
    }

    /// The branch that it works on, if it is one.
    pub fn branch(&self) -> Option<&str> {
        match self {
            Self::WarmUp(stage) => Some(&stage.branch),
            Self::Joint(stage) => Some(&stage.branch),
            Self::Project(stage) => Some(&stage.branch),
            _ => None,
        }
    }
}

/// What every stage with gradient steps says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Learning {
    pub epochs: usize,
    pub batch: usize,
    pub learning_rate: f64,
    pub optimiser: Optimiser,
    pub schedule: Schedule,
    /// Epochs without a better validation macro AUROC before the stage ends.
    pub patience: usize,
    pub keep: Keep,
    pub validation: Validation,
    /// Gradients are scaled down to this common norm where theirs is larger.
    pub clip_norm: Option<f64>,
    pub augment: Option<Augment>,
}

/// The probability from which a statement is positive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Thresholds {
    /// The one with the best F1.
    #[default]
    BestF1,
    /// The highest at which so large a share of the positive ECGs is called.
    Sensitivity(f64),
}

/// Which epoch a stage leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Keep {
    /// The one with the best validation macro AUROC.
    Best,
    /// The last: what the published scripts project from.
    Last,
}

/// What the validation macro AUROC of an epoch is measured on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Validation {
    /// Every record of the validation fold once.
    Plain,
    /// As many draws with replacement, weighted by the labels: the published
    /// program (specification 4.4). Records without a label are never drawn.
    Resampled,
}

/// Trains a network on its labels alone (equation 3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupervisedStage {
    pub learning: Learning,
    pub positive_weight: PositiveWeight,
    pub positive_weight_cap: Option<f64>,
    /// Strength of mixing the records of a batch with each other, if any.
    pub mixup: Option<f64>,
}

/// Trains a backbone for some branches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreTrainStage {
    /// The branches that start from it; the first says which backbone.
    pub branches: Vec<String>,
    pub labels: LabelSet,
    pub head: Head,
    /// Between the backbone and the linear layer.
    pub head_dropout: f64,
    pub training: SupervisedStage,
}

/// Trains the add-on layers of a branch with a linear layer on the mean of the
/// latents over time, on a frozen backbone, before there are prototypes: so
/// that the latents of ECGs differ in what their statements differ in, instead
/// of all lying in the middle of (0, 1), where every cosine is near 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WarmUpStage {
    pub branch: String,
    pub learning: Learning,
    /// Versions of every record that the frozen backbone is run on: the plain
    /// one and this many changed ones.
    pub changed_versions: usize,
    /// The last add-on layer starts with its weights times this, and this
    /// added to its bias: latents that are spread out and mostly near 0.
    pub last_layer_gain: f64,
    pub last_layer_bias: f64,
}

/// Trains a branch with its prototypes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointStage {
    pub branch: String,
    pub learning: Learning,
    pub losses: Losses,
    pub class_logits: ClassLogits,
    pub start: PrototypeStart,
    pub trained: Trained,
    /// As in a warm-up; used where the backbone is frozen.
    pub changed_versions: usize,
    /// Prototypes learn this many times faster than the add-on layers: they
    /// have to cross the range of the latents, weights only move a little.
    pub prototype_rate: f64,
    /// The backbone learns this many times faster than the add-on layers.
    pub backbone_rate: f64,
    /// Projects after every so many epochs, and measures validation with the
    /// projected prototypes. The published program projects once, at the end.
    pub project_every: Option<usize>,
    /// Keeps prototypes inside the range of the latents, [0, 1], after each step.
    pub prototypes_in_range: bool,
    /// What `trained` leaves out stays in training mode, as in the published
    /// program: batch statistics go on changing and dropout acts.
    #[serde(default)]
    pub frozen_in_train_mode: bool,
}

/// What the cross entropy of a joint stage looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClassLogits {
    /// Similarities times +1 (own class) or -0.5 (others), as in paper and
    /// published program. Cosines of latents in (0, 1) hardly move such a sum.
    Fixed,
    /// The mean cosine with a class's own prototypes times a scale, plus an
    /// offset, both learned per class: the whole range of a probability can be
    /// reached by similarity alone.
    OwnMean,
}

/// Where prototype vectors start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PrototypeStart {
    /// Where the stage before left them; standard normal in the first one, as
    /// in paper and published program. Half of every vector is then negative,
    /// where no latent can ever be.
    AsTheyAre,
    /// One twentieth of the coordinates 1, the rest 0: inside the range of the
    /// latents, and nearly orthogonal from the first step on.
    Sparse,
    /// Latents of different training ECGs of the class, far from each other.
    Latents,
}

/// What a joint stage changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trained {
    /// Backbone, add-on layers and prototypes.
    Everything,
    /// Add-on layers and prototypes, on the backbone's output for the records
    /// as they are.
    Heads,
    /// Prototypes only: the "prototypes" stage of the published program.
    Prototypes,
}

/// Replaces every prototype by the latent of a training ECG of its class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectStage {
    pub branch: String,
    /// Two prototypes of a class take the same ECG only where the class has
    /// fewer ECGs than prototypes. The published program has no such rule.
    pub unique_sources: bool,
}

/// Trains the classifier on the similarities of the finished prototypes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassifierStage {
    pub epochs: usize,
    /// Weight of the L1 norm of the weights (equation 10).
    pub l1: f64,
    pub l1_on: Penalised,
    /// Weight of half the squared norm of all weights.
    pub l2: f64,
    /// Keeps the weights of a class's own prototypes at 0 or above: an ECG that
    /// is more like an example of a class is never less likely to be one. Paper
    /// and published program start at +1 and let them go where they will.
    #[serde(default)]
    pub own_not_negative: bool,
    /// Similarities are scaled to deviation 1 (and, where there is a bias, to
    /// mean 0) for the fit; the weights are scaled back.
    pub standardise: bool,
    pub positive_weight: PositiveWeight,
    pub positive_weight_cap: Option<f64>,
    /// Full-batch epochs without a better validation macro AUROC.
    pub patience: usize,
    /// The last epoch is the fit to convergence: the problem is convex.
    pub keep: Keep,
    #[serde(default)]
    pub solver: Solver,
}

/// How the classifier is fitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Solver {
    /// Accelerated proximal gradient on all records: the optimum, with exact zeros.
    #[default]
    ProximalGradient,
    /// Mini-batches, as the published program. An epoch is then a pass over
    /// the records. It has an `l2` of its own, and neither `standardise` nor
    /// `own_not_negative`; the check refuses a stage that sets them.
    Adam {
        learning_rate: f64,
        batch: usize,
        /// Coupled, as in `torch.optim.Adam`.
        l2: f64,
        /// Of a branch's classifier: the frozen layers stay in training mode, as
        /// in the published program (specification 5.5). Batch statistics go on
        /// changing and dropout acts, so that prototypes afterwards are no longer
        /// latents of training ECGs.
        #[serde(default)]
        frozen_in_train_mode: bool,
    },
}

impl Solver {
    pub fn keeps_train_mode(self) -> bool {
        matches!(
            self,
            Self::Adam {
                frozen_in_train_mode: true,
                ..
            }
        )
    }
}

/// Which weights the L1 norm counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Penalised {
    /// Those of other classes' prototypes: equation 10.
    OffClass,
    /// All: what the published fusion does.
    All,
}

impl TrainingConfig {
    pub const VERSION: u32 = 2;

    /// Reads and checks a configuration file.
    pub fn read(path: &std::path::Path) -> Result<Self, ConfigError> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Io {
            path: shown.clone(),
            source,
        })?;
        Self::parse(&text, &shown)
    }

    /// Reads and checks a configuration; `path` names it in errors.
    pub fn parse(text: &str, path: &str) -> Result<Self, ConfigError> {
        let config: Self = ron::from_str(text).map_err(|e| ConfigError::Syntax {
            path: path.to_owned(),
            line: e.span.start.line,
            column: e.span.start.col,
            what: e.code.to_string(),
        })?;
        super::config_check::check(&config, path)?;
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../assets/configs/ptbxl-excerpt.ron");

    #[test]
    fn errors_name_the_line_or_the_field() {
        let unknown = SHIPPED.replace("seed:", "sead:");
        let error = TrainingConfig::parse(&unknown, "c.ron")
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("c.ron, line ") && error.contains("sead"),
            "{error}"
        );
        let overlap = SHIPPED.replace("validation_folds: [9]", "validation_folds: [8]");
        let error = TrainingConfig::parse(&overlap, "c.ron")
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "c.ron: folds is fold 8 twice, expected each fold in one of train, validation and test"
        );
    }
}
