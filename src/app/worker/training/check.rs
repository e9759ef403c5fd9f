//! Whether a training can be started as the form says, before it is.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::app::texts::worker as texts;
use crate::dataset::{self, DataSet};
use crate::inference::DeviceChoice;
use crate::training::{Folders, Shipped, Stage, TrainingConfig};

/// Which configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConfigChoice {
    /// One that comes with the program, by name.
    Shipped(String),
    File(PathBuf),
}

impl Default for ConfigChoice {
    fn default() -> Self {
        Self::Shipped("rhythm-demo".to_owned())
    }
}

impl ConfigChoice {
    /// The RON text.
    pub fn text(&self) -> Result<String, String> {
        match self {
            Self::Shipped(name) => Shipped::by_name(name)
                .map(|shipped| shipped.text.to_owned())
                .ok_or_else(|| texts::no_configuration(name)),
            Self::File(path) => {
                std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
            }
        }
    }

    fn read(&self) -> Result<TrainingConfig, String> {
        let shown = match self {
            Self::Shipped(name) => name.clone(),
            Self::File(path) => path.display().to_string(),
        };
        TrainingConfig::parse(&self.text()?, &shown).map_err(|e| e.to_string())
    }
}

/// What the form says.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    pub config: ConfigChoice,
    pub data: PathBuf,
    pub out: PathBuf,
    pub device: DeviceChoice,
    /// Instead of the configuration's.
    pub seed: Option<u64>,
    /// Go on without records that are not there.
    pub skip_missing: bool,
}

/// What was found, part by part; a part that is not filled in is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedForm {
    pub config: Result<CheckedConfig, String>,
    pub data: Option<Result<CheckedData, String>>,
    pub out: Option<Result<(), String>>,
}

impl CheckedForm {
    /// Whether a training can begin.
    pub fn is_sound(&self, skip_missing: bool) -> bool {
        let Some(Ok(data)) = &self.data else {
            return false;
        };
        let whole = data.missing == 0 || skip_missing;
        let enough = data.train > 0 && data.validation > 0 && data.statements > 0;
        self.config.is_ok() && matches!(self.out, Some(Ok(()))) && whole && enough
    }
}

/// A configuration in short.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedConfig {
    /// Of the bundle.
    pub name: String,
    pub title: String,
    pub model: String,
    pub stages: usize,
    /// Of gradient steps, at most.
    pub epochs: usize,
    pub seed: u64,
    pub train_folds: Vec<u8>,
    pub validation_folds: Vec<u8>,
    pub test_folds: Vec<u8>,
}

/// A data set as a configuration uses it.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedData {
    /// In the table.
    pub records: usize,
    pub train: usize,
    pub validation: usize,
    pub test: usize,
    /// Of these folds, named by the table and not in the folder.
    pub missing: usize,
    /// Of the model's, with a training record.
    pub statements: usize,
    pub of_statements: usize,
    pub simulated: bool,
}

/// Checks forms, and keeps the table of the data set that was read last: the
/// form is checked at every key that is pressed.
#[derive(Default)]
pub struct Checker {
    read: Option<DataSet>,
}

impl Checker {
    pub fn check(&mut self, form: &Form) -> CheckedForm {
        let config = form.config.read();
        let is_given = |path: &PathBuf| !path.as_os_str().is_empty();
        CheckedForm {
            data: is_given(&form.data).then(|| self.data(form, config.as_ref().ok())),
            out: is_given(&form.out).then(|| {
                let checked = Folders::check(&form.out, false).map_err(|e| e.to_string());
                checked.map(|_| ())
            }),
            config: config.map(|config| in_short(&config)),
        }
    }

    fn data(
        &mut self,
        form: &Form,
        config: Option<&TrainingConfig>,
    ) -> Result<CheckedData, String> {
        let set = match self.read.take().filter(|set| set.root() == form.data) {
            Some(set) => set,
            None => DataSet::open(&form.data).map_err(|e| e.to_string())?,
        };
        let checked = checked_data(&set, config);
        self.read = Some(set);
        Ok(checked)
    }
}

fn checked_data(set: &DataSet, config: Option<&TrainingConfig>) -> CheckedData {
    let folds = |of: fn(&TrainingConfig) -> &Vec<u8>| config.map(of).cloned().unwrap_or_default();
    let (train, validation, test) = (
        folds(|c| &c.train_folds),
        folds(|c| &c.validation_folds),
        folds(|c| &c.test_folds),
    );
    let all = [&train[..], &validation, &test].concat();
    let (there, missing) = set.clone().without_missing(&all);
    let labels = config
        .map(|c| c.model.labels().labels())
        .unwrap_or_default();
    let positives = dataset::positives(&there.folds(&train), &labels);
    CheckedData {
        records: set.entries().len(),
        train: there.folds(&train).len(),
        validation: there.folds(&validation).len(),
        test: there.folds(&test).len(),
        missing: missing.len(),
        statements: positives.iter().filter(|&&n| n > 0).count(),
        of_statements: labels.len(),
        simulated: set.is_simulated(),
    }
}

fn in_short(config: &TrainingConfig) -> CheckedConfig {
    let epochs = |stage: &Stage| match stage {
        Stage::PreTrain(stage) => stage.training.learning.epochs,
        Stage::Supervised(stage) => stage.learning.epochs,
        Stage::WarmUp(stage) => stage.learning.epochs,
        Stage::Joint(stage) => stage.learning.epochs,
        Stage::Project(_) | Stage::Classifier(_) | Stage::Fuse(_) => 0,
    };
    CheckedConfig {
        name: config.name.clone(),
        title: config.title.clone(),
        model: config.model.describe(),
        stages: config.stages.len(),
        epochs: config.stages.iter().map(epochs).sum(),
        seed: config.seed,
        train_folds: config.train_folds.clone(),
        validation_folds: config.validation_folds.clone(),
        test_folds: config.test_folds.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(data: PathBuf, out: PathBuf) -> Form {
        Form {
            config: ConfigChoice::default(),
            data,
            out,
            device: DeviceChoice::Cpu,
            seed: None,
            skip_missing: false,
        }
    }

    #[test]
    fn each_part_of_the_form_is_judged_by_itself() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let go_on = &mut |_| std::ops::ControlFlow::Continue(());
        crate::simulator::write_ptbxl(30, 5, &data, go_on).unwrap();
        let out = dir.path().join("model");
        let mut checker = Checker::default();
        let checked = checker.check(&form(data.clone(), out.clone()));
        assert!(checked.is_sound(false));
        let Some(Ok(found)) = &checked.data else {
            panic!("{checked:?}");
        };
        assert_eq!(
            (found.records, found.missing, found.simulated),
            (30, 0, true)
        );
        assert_eq!(found.train + found.validation + found.test, 30);

        let set = DataSet::open(&data).unwrap();
        let record = data.join(&set.folds(&[1])[0].path_lr);
        std::fs::remove_file(record.with_extension("hea")).unwrap();
        let checked = checker.check(&form(data.clone(), out.clone()));
        assert!(!checked.is_sound(false) && checked.is_sound(true));

        std::fs::create_dir(&out).unwrap();
        let checked = checker.check(&form(data, out.clone()));
        assert!(matches!(&checked.out, Some(Err(why)) if why.contains("model")));
        let checked = checker.check(&form(dir.path().join("nothing"), PathBuf::new()));
        assert!(matches!(&checked.data, Some(Err(why)) if why.contains("ptbxl_database.csv")));
        assert!(checked.out.is_none() && !checked.is_sound(true));
        let mut wrong = form(PathBuf::new(), PathBuf::new());
        wrong.config = ConfigChoice::File(out.join("no.ron"));
        assert!(checker.check(&wrong).config.unwrap_err().contains("no.ron"));
    }
}
