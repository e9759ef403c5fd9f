//! What a configuration must say for a run to make sense: asked before the
//! data are read, since a wrong number shows only after hours.

mod order;
mod stages;

use super::TrainingConfig;
use super::config::{ConfigError, Thresholds};
use crate::bundle::{Architecture, Preprocessing, PreprocessingError};
use crate::nn::{BackboneSpec, PrototypeKind, STEPS};

/// Checks every field; `path` names the file in errors.
pub(super) fn check(config: &TrainingConfig, path: &str) -> Result<(), ConfigError> {
    let fields = Fields { path };
    fields.head(config)?;
    fields.preprocessing(&config.preprocessing)?;
    fields.folds(config)?;
    if let Thresholds::Sensitivity(wanted) = config.thresholds {
        let sound = wanted > 0.0 && wanted <= 1.0;
        fields.require(
            sound,
            "thresholds",
            wanted,
            "a sensitivity above 0, up to 1",
        )?;
    }
    fields.model(&config.model)?;
    fields.not_again(config)?;
    fields.order_of_stages(config)?;
    let duration_s = config.preprocessing.duration_s();
    for stage in &config.stages {
        fields.stage(stage, duration_s)?;
    }
    Ok(())
}

/// The checks, with the name of the file for their errors.
struct Fields<'a> {
    path: &'a str,
}

type Checked = Result<(), ConfigError>;

impl Fields<'_> {
    fn not_again(&self, config: &TrainingConfig) -> Checked {
        let labels = config.model.labels().labels();
        for not_again in &config.not_again {
            let code = &not_again.statement;
            self.require(
                labels.iter().any(|label| label.code == *code),
                "not_again",
                format!("{code:?}"),
                "a statement of the model",
            )?;
        }
        Ok(())
    }

    fn head(&self, config: &TrainingConfig) -> Checked {
        let version = config.version;
        self.require(version == TrainingConfig::VERSION, "version", version, "2")?;
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
        )
    }

    fn model(&self, model: &Architecture) -> Checked {
        let branches = model.branches();
        if let Architecture::Prototypes { branches, .. } = model {
            self.require(!branches.is_empty(), "branches", "empty", "at least one")?;
        }
        for (i, branch) in branches.iter().enumerate() {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            let name = &branch.name;
            let sound = !name.is_empty()
                && name.chars().all(plain)
                && branches[..i].iter().all(|b| b.name != *name);
            self.require(
                sound,
                "name of a branch",
                name,
                "letters and digits, each once",
            )?;
            let count = branch.prototypes_per_class;
            let expected = "1 to 100";
            self.require(
                (1..=100).contains(&count),
                "prototypes_per_class",
                count,
                expected,
            )?;
            if let PrototypeKind::Windows { steps, .. } = branch.prototypes {
                let expected = format!("1 to {STEPS}");
                self.require((1..=STEPS).contains(&steps), "steps", steps, &expected)?;
            }
            let (BackboneSpec::ResNet18 { dropout } | BackboneSpec::StateSpace { dropout, .. }) =
                branch.backbone;
            self.share("dropout", dropout)?;
        }
        Ok(())
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
        for (field, folds) in [("train_folds", train), ("validation_folds", validation)] {
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

    fn share(&self, field: &str, found: f64) -> Checked {
        self.require(
            (0.0..1.0).contains(&found),
            field,
            found,
            "0 to less than 1",
        )
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

    const SHIPPED: &str = include_str!("../../../assets/configs/ptbxl-excerpt.ron");

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
            ("version: 2", "version: 1"),
            ("name: \"ptbxl-excerpt\"", "name: \"a/b\""),
            (
                "data: \"PTB-XL 1.0.3 (excerpt of 1,860 records)\"",
                "data: \" \"",
            ),
            ("prototypes_per_class: 5", "prototypes_per_class: 0"),
            ("steps: 3", "steps: 33"),
            ("dropout: 0.2", "dropout: 1.0"),
            ("rate_hz: 100.0", "rate_hz: NaN"),
            ("samples: 1000", "samples: 99"),
            ("leads: [I, II,", "leads: [I, I,"),
            ("filter: HighPass(order: 1", "filter: HighPass(order: 0"),
            ("validation_folds: [9]", "validation_folds: []"),
            (
                "positive_weight_cap: Some(30.0)",
                "positive_weight_cap: Some(0.0)",
            ),
            (
                "fewer_prototypes_for_rare_classes: true,",
                "fewer_prototypes_for_rare_classes: true, thresholds: Sensitivity(1.5),",
            ),
            ("mixup: Some(0.3)", "mixup: Some(0.0)"),
            ("head_dropout: 0.3", "head_dropout: -0.1"),
            ("clustering: 0.0", "clustering: -0.1"),
            ("epochs: 30", "epochs: 0"),
            ("batch: 32", "batch: 0"),
            ("patience: 30", "patience: 0"),
            ("learning_rate: 2e-3", "learning_rate: inf"),
            ("weight_decay: 0.02", "weight_decay: -1.0"),
            ("beta2: 0.99", "beta2: 1.0"),
            ("clip_norm: Some(5.0)", "clip_norm: Some(0.0)"),
            ("prototype_rate: 2.0", "prototype_rate: NaN"),
            ("backbone_rate: 1.0", "backbone_rate: -1.0"),
            ("project_every: Some(1)", "project_every: Some(0)"),
            ("gain_spread: 0.2", "gain_spread: -0.3"),
            ("lead_gain_spread: 0.05", "lead_gain_spread: NaN"),
            ("crop_s: Some(5.0)", "crop_s: Some(11.0)"),
            ("shift_s: 0.0", "shift_s: 10.0"),
            ("noise_mv: 0.02", "noise_mv: NaN"),
            ("wander_mv: 0.03", "wander_mv: -1.0"),
            ("silent_lead: 0.1", "silent_lead: 1.1"),
            ("l1: 3e-3", "l1: NaN"),
            ("l2: 1e-2", "l2: -1.0"),
        ] {
            let name = match to.split_once(", ") {
                Some((_, added)) if added.starts_with("thresholds") => "thresholds",
                _ => field.split(':').next().unwrap(),
            };
            let message = error(field, to);
            assert!(
                message.starts_with("c.ron: ") && message.contains(&format!("{name} is ")),
                "{to}: {message}"
            );
        }
    }
}
