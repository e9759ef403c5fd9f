//! A training run as data: a RON file that lists its stages.

use serde::{Deserialize, Serialize};

use super::{Augment, Losses};
use crate::bundle::{Architecture, Preprocessing};

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
    /// Evaluated once, when everything else is done.
    pub test_folds: Vec<u8>,
    pub prototype_start: PrototypeStart,
    pub losses: Losses,
    pub stages: Vec<Stage>,
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

/// Where prototype vectors start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PrototypeStart {
    /// Standard normal: paper and published program. Half of every vector is
    /// negative, where no latent can ever be.
    Normal,
    /// One twentieth of the coordinates 1, the rest 0: inside the range of the
    /// latents, and nearly orthogonal from the first step on.
    Sparse,
}

/// One step of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Stage {
    Joint(JointStage),
    Project(ProjectStage),
    Classifier(ClassifierStage),
}

impl Stage {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Joint(_) => "joint",
            Self::Project(_) => "project",
            Self::Classifier(_) => "classifier",
        }
    }
}

/// Trains backbone, add-on layers and prototypes; the classifier stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointStage {
    pub epochs: usize,
    pub batch: usize,
    pub learning_rate: f64,
    /// Coupled L2 of Adam.
    pub l2: f64,
    pub schedule: Schedule,
    /// Epochs without a better validation macro AUROC before the stage ends.
    pub patience: usize,
    /// Prototypes learn this many times faster than the network: they have to
    /// cross the range of the latents, weights only move a little.
    pub prototype_rate: f64,
    /// Projects after every epoch and measures validation with the projected
    /// prototypes, so that the epoch that is kept is the best one after
    /// projection. The published program projects once, at the end.
    pub project_each_epoch: bool,
    /// Keeps prototypes inside the range of the latents, [0, 1], after each step.
    pub prototypes_in_range: bool,
    pub augment: Option<Augment>,
}

/// Learning rate over a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Schedule {
    Constant,
    /// Cosine from the learning rate to 0 over the stage, per epoch.
    Cosine,
}

impl Schedule {
    /// Learning rate of an epoch, counted from 0.
    pub fn rate(self, learning_rate: f64, epoch: usize, epochs: usize) -> f64 {
        match self {
            Self::Constant => learning_rate,
            Self::Cosine => {
                learning_rate
                    * 0.5
                    * (1.0 + (std::f64::consts::PI * epoch as f64 / epochs.max(1) as f64).cos())
            }
        }
    }
}

/// Replaces every prototype by the latent of a training ECG of its class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectStage {
    /// Two prototypes of a class take the same ECG only where the class has
    /// fewer ECGs than prototypes. The published program has no such rule.
    pub unique_sources: bool,
}

/// Trains the classifier on the similarities of the finished prototypes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassifierStage {
    pub epochs: usize,
    /// Weight of the L1 norm of the off-class weights (equation 10).
    pub l1: f64,
    /// Full-batch epochs without a better validation macro AUROC.
    pub patience: usize,
}

impl TrainingConfig {
    pub const VERSION: u32 = 1;

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

    const SHIPPED: &str = include_str!("../../assets/configs/rhythm-ptbxl-excerpt.ron");

    #[test]
    fn shipped_configurations_are_valid() {
        for text in [
            SHIPPED,
            include_str!("../../assets/configs/rhythm-demo.ron"),
            include_str!("../../assets/configs/rhythm-paper.ron"),
        ] {
            TrainingConfig::parse(text, "shipped").unwrap();
        }
    }

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

    #[test]
    fn the_cosine_schedule_starts_at_the_rate_and_falls() {
        assert_eq!(Schedule::Cosine.rate(1e-4, 0, 20), 1e-4);
        assert!((Schedule::Cosine.rate(1e-4, 10, 20) - 5e-5).abs() < 1e-12);
    }
}
