//! What a configuration must say for a run to make sense: asked before the
//! data are read, since a wrong number shows only after hours.

use super::config::{ClassifierStage, ConfigError, JointStage};
use super::{Augment, Losses, Stage, TrainingConfig};
use crate::bundle::{Architecture, Preprocessing, PreprocessingError};

/// Checks every field; `path` names the file in errors.
pub(super) fn check(config: &TrainingConfig, path: &str) -> Result<(), ConfigError> {
    let fields = Fields { path };
    fields.head(config)?;
    fields.preprocessing(&config.preprocessing)?;
    fields.folds(config)?;
    fields.losses(&config.losses)?;
    fields.order_of_stages(&config.stages)?;
    for stage in &config.stages {
        match stage {
            Stage::Joint(stage) => fields.joint(stage, config.preprocessing.duration_s())?,
            Stage::Project(_) => {}
            Stage::Classifier(stage) => fields.classifier(stage)?,
        }
    }
    Ok(())
}

/// The checks, with the name of the file for their errors.
struct Fields<'a> {
    path: &'a str,
}

type Checked = Result<(), ConfigError>;

impl Fields<'_> {
    fn head(&self, config: &TrainingConfig) -> Checked {
        let version = config.version;
        self.require(version == TrainingConfig::VERSION, "version", version, "1")?;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        self.require(
            !config.name.is_empty() && config.name.chars().all(plain),
            "name",
            format!("{:?}", config.name),
            "letters, digits, - and _",
        )?;
        self.require(
            !config.data.trim().is_empty(),
            "data",
            "empty",
            "the name of the data set",
        )?;
        let Architecture::RhythmBranch {
            prototypes_per_class: count,
            ..
        } = config.model;
        self.require(
            (1..=100).contains(&count),
            "prototypes_per_class",
            count,
            "1 to 100",
        )
    }

    /// As a bundle's: else the finished bundle would not open.
    fn preprocessing(&self, preprocessing: &Preprocessing) -> Checked {
        preprocessing.check_settings().map_err(|error| {
            let (field, found, expected) = match error {
                PreprocessingError::Config {
                    field,
                    found,
                    expected,
                } => (format!("preprocessing.{field}"), found, expected),
                other => (
                    "preprocessing".to_owned(),
                    other.to_string(),
                    "sound settings".to_owned(),
                ),
            };
            self.error(&field, found, &expected)
        })
    }

    fn folds(&self, config: &TrainingConfig) -> Checked {
        let (train, validation, test) = (
            &config.train_folds,
            &config.validation_folds,
            &config.test_folds,
        );
        for (field, folds) in [
            ("train_folds", train),
            ("validation_folds", validation),
            ("test_folds", test),
        ] {
            self.require(!folds.is_empty(), field, "empty", "at least one fold")?;
        }
        let shared = |a: &[u8], b: &[u8]| a.iter().find(|f| b.contains(f)).copied();
        let overlap = shared(train, validation)
            .or(shared(train, test))
            .or(shared(validation, test));
        match overlap {
            Some(fold) => Err(self.error(
                "folds",
                format!("fold {fold} twice"),
                "each fold in one of train, validation and test",
            )),
            None => Ok(()),
        }
    }

    fn losses(&self, losses: &Losses) -> Checked {
        if let Some(cap) = losses.positive_weight_cap {
            self.above_zero("positive_weight_cap", cap)?;
        }
        for (field, weight) in [
            ("clustering", losses.clustering),
            ("separation", losses.separation),
            ("coverage", losses.coverage),
            ("sparsity", losses.sparsity),
            ("diversity", losses.diversity),
            ("contrastive", losses.contrastive),
        ] {
            self.zero_or_more(field, weight)?;
        }
        Ok(())
    }

    /// Every prototype is a training ECG: nothing moves them, or what they are
    /// compared with, after the last projection; and the classifier is trained
    /// on what they are in the end.
    fn order_of_stages(&self, stages: &[Stage]) -> Checked {
        let last = stages.iter().rposition(|s| matches!(s, Stage::Project(_)));
        let Some(last) = last else {
            return Err(self.error(
                "stages",
                "no Project",
                "a Project stage: every prototype is a training ECG",
            ));
        };
        let (before, after) = stages.split_at(last);
        self.require(
            !after.iter().any(|s| matches!(s, Stage::Joint(_))),
            "stages",
            "Joint after the last Project",
            "a Project stage after every Joint stage",
        )?;
        self.require(
            !before.iter().any(|s| matches!(s, Stage::Classifier(_))),
            "stages",
            "Classifier before the last Project",
            "every Classifier stage after the last Project",
        )
    }

    fn joint(&self, stage: &JointStage, duration_s: f64) -> Checked {
        self.at_least_one("epochs", stage.epochs)?;
        self.at_least_one("batch", stage.batch)?;
        self.at_least_one("patience", stage.patience)?;
        self.above_zero("learning_rate", stage.learning_rate)?;
        self.zero_or_more("l2", stage.l2)?;
        self.zero_or_more("prototype_rate", stage.prototype_rate)?;
        match &stage.augment {
            Some(augment) => self.augment(augment, duration_s),
            None => Ok(()),
        }
    }

    fn augment(&self, augment: &Augment, duration_s: f64) -> Checked {
        self.zero_or_more("gain_spread", augment.gain_spread)?;
        self.zero_or_more("noise_mv", augment.noise_mv)?;
        self.require(
            (0.0..duration_s).contains(&augment.shift_s),
            "shift_s",
            augment.shift_s,
            &format!("from 0 to less than the {duration_s} s of the input"),
        )?;
        self.require(
            (0.0..=1.0).contains(&augment.silent_lead),
            "silent_lead",
            augment.silent_lead,
            "0 to 1",
        )
    }

    fn classifier(&self, stage: &ClassifierStage) -> Checked {
        self.at_least_one("epochs", stage.epochs)?;
        self.at_least_one("patience", stage.patience)?;
        self.zero_or_more("l1", stage.l1)
    }

    fn at_least_one(&self, field: &str, found: usize) -> Checked {
        self.require(found >= 1, field, found, "at least 1")
    }

    fn above_zero(&self, field: &str, found: f64) -> Checked {
        let sound = found.is_finite() && found > 0.0;
        self.require(sound, field, found, "a finite number above 0")
    }

    fn zero_or_more(&self, field: &str, found: f64) -> Checked {
        let sound = found.is_finite() && found >= 0.0;
        self.require(sound, field, found, "a finite number, 0 or more")
    }

    fn require(&self, sound: bool, field: &str, found: impl ToString, expected: &str) -> Checked {
        if sound {
            Ok(())
        } else {
            Err(self.error(field, found, expected))
        }
    }

    fn error(&self, field: &str, found: impl ToString, expected: &str) -> ConfigError {
        ConfigError::Value {
            path: self.path.to_owned(),
            field: field.to_owned(),
            found: found.to_string(),
            expected: expected.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../assets/configs/rhythm-ptbxl-excerpt.ron");

    fn error(from: &str, to: &str) -> String {
        assert!(SHIPPED.contains(from), "{from}");
        let text = SHIPPED.replacen(from, to, 1);
        match TrainingConfig::parse(&text, "c.ron") {
            Ok(_) => panic!("{to} was accepted"),
            Err(error) => error.to_string(),
        }
    }

    /// One value after another is made wrong; the error names the field.
    #[test]
    fn every_value_out_of_range_is_named() {
        for (field, to) in [
            ("version: 1", "version: 2"),
            ("name: \"ptbxl-excerpt-rhythm\"", "name: \"a/b\""),
            (
                "data: \"PTB-XL 1.0.3 (excerpt of 1,860 records)\"",
                "data: \" \"",
            ),
            ("prototypes_per_class: 5", "prototypes_per_class: 0"),
            ("rate_hz: 100.0", "rate_hz: NaN"),
            ("samples: 1000", "samples: 99"),
            ("leads: [I, II,", "leads: [I, I,"),
            ("filter: HighPass(order: 1", "filter: HighPass(order: 0"),
            ("test_folds: [10]", "test_folds: []"),
            (
                "positive_weight_cap: Some(50.0)",
                "positive_weight_cap: Some(0.0)",
            ),
            ("clustering: 0.8", "clustering: -0.1"),
            ("separation: 0.08", "separation: inf"),
            ("coverage: ", "coverage: -"),
            ("sparsity: 0.0", "sparsity: NaN"),
            ("diversity: 25.0", "diversity: -1.0"),
            ("contrastive: 30.0", "contrastive: NaN"),
            ("epochs: 12", "epochs: 0"),
            ("batch: 32", "batch: 0"),
            ("patience: 12", "patience: 0"),
            ("learning_rate: 1e-3", "learning_rate: inf"),
            ("l2: 1.7e-4", "l2: -1.0"),
            ("prototype_rate: 10.0", "prototype_rate: NaN"),
            ("gain_spread: 0.3", "gain_spread: -0.3"),
            ("shift_s: 0.5", "shift_s: 10.0"),
            ("shift_s: 0.5", "shift_s: -0.5"),
            ("shift_s: 0.5", "shift_s: NaN"),
            ("noise_mv: 0.01", "noise_mv: NaN"),
            ("silent_lead: 0.1", "silent_lead: 1.1"),
            ("epochs: 3000", "epochs: 0"),
            ("patience: 500", "patience: 0"),
            ("l1: 1e-4", "l1: NaN"),
        ] {
            let name = field.split(':').next().unwrap();
            let message = error(field, to);
            assert!(
                message.starts_with("c.ron: ") && message.contains(&format!("{name} is ")),
                "{to}: {message}"
            );
        }
    }

    #[test]
    fn only_the_classifier_follows_the_last_projection() {
        let config = TrainingConfig::parse(SHIPPED, "c.ron").unwrap();
        let [joint, project, .., classifier] = config.stages.as_slice() else {
            panic!("the shipped configuration has other stages");
        };
        let checked = |stages: &[&Stage]| {
            let stages = stages.iter().map(|&s| s.clone()).collect();
            check(
                &TrainingConfig {
                    stages,
                    ..config.clone()
                },
                "c.ron",
            )
            .map_err(|e| e.to_string())
        };
        assert_eq!(checked(&[joint, project, classifier]), Ok(()));
        assert_eq!(checked(&[joint, project]), Ok(()));
        for (stages, found) in [
            (&[joint, classifier][..], "no Project"),
            (&[joint, project, joint], "Joint after the last Project"),
            (
                &[joint, classifier, project],
                "Classifier before the last Project",
            ),
            (
                &[joint, project, classifier, joint, project],
                "Classifier before the last Project",
            ),
        ] {
            let error = checked(stages).unwrap_err();
            assert!(error.contains(found), "{error}");
        }
    }
}
