//! The folders of a study: `space.ron`, and `trial-0001` and so on with
//! `config.ron`, `parameters.ron`, and at the end `result.ron`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Space, TuneError, io_error, is_compared, value_of};
use crate::bundle::Bundle;
use crate::training::TrainingConfig;
use crate::training::checkpoint::Checkpoint;
use crate::training::folders::LOG;

const SPACE: &str = "space.ron";
const CONFIG: &str = "config.ron";
const PARAMETERS: &str = "parameters.ron";
const RESULT: &str = "result.ron";
/// Inside a trial that a job array runs.
const SLURM: &str = "slurm";
const BUNDLE: &str = "bundle";

/// How a trial ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Outcome {
    /// The macro AUROC of the validation fold of the finished bundle.
    Complete { macro_auroc: f64 },
    /// Given up after so many compared epochs, with the value of the last.
    Pruned { epoch: usize, macro_auroc: f64 },
    /// Why it has no value.
    Failed(String),
}

/// What `result.ron` holds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ended {
    outcome: Outcome,
    by_epoch: Vec<f64>,
}

/// Validation macro AUROC by stage and epoch.
pub(super) type ByEpoch = BTreeMap<(usize, usize), f64>;

/// One configuration that was tried, is tried or will be.
#[derive(Clone, Debug)]
pub struct Trial {
    /// From 1.
    pub number: usize,
    pub dir: PathBuf,
    /// By parameter, as the configuration has them.
    pub values: BTreeMap<String, String>,
    /// `None` while it has not ended.
    pub outcome: Option<Outcome>,
    /// Validation macro AUROC after each compared epoch.
    pub by_epoch: Vec<f64>,
}

impl Trial {
    pub fn config_file(&self) -> PathBuf {
        self.dir.join(CONFIG)
    }

    pub fn bundle_dir(&self) -> PathBuf {
        self.dir.join(BUNDLE)
    }

    fn state_dir(&self) -> PathBuf {
        self.dir.join(format!("{BUNDLE}.training"))
    }

    /// Whether it was stopped after its first epoch.
    pub(super) fn has_state(&self) -> bool {
        self.state_dir().join(Checkpoint::FILE).exists()
    }

    /// Whether a job array runs it.
    pub fn is_on_cluster(&self) -> bool {
        self.dir.join(SLURM).exists()
    }

    pub(super) fn is_to_be_run_here(&self) -> bool {
        self.outcome.is_none() && !self.is_on_cluster()
    }

    /// Compared epochs that an earlier process got to.
    pub(super) fn by_epoch_so_far(&self, config: &TrainingConfig) -> ByEpoch {
        logged(&self.state_dir().join(LOG), config)
    }

    fn read(dir: PathBuf, number: usize) -> Result<Self, TuneError> {
        let values = read_ron(&dir.join(PARAMETERS))?;
        let result = dir.join(RESULT);
        let ended: Option<Ended> = match result.exists() {
            true => Some(read_ron(&result)?),
            false => None,
        };
        let (outcome, by_epoch) = match ended {
            Some(ended) => (Some(ended.outcome), ended.by_epoch),
            None => (None, Vec::new()),
        };
        Ok(Self {
            number,
            dir,
            values,
            outcome,
            by_epoch,
        })
    }
}

/// All trials of a folder.
#[derive(Clone, Debug)]
pub struct Study {
    pub dir: PathBuf,
    /// Number 1 first, none missing.
    pub trials: Vec<Trial>,
}

impl Study {
    /// Begins a study, or goes on with one.
    ///
    /// # Errors
    /// A folder that holds something else, or a study of another space.
    pub fn open(dir: &Path, space: &Space) -> Result<Self, TuneError> {
        let path = dir.join(SPACE);
        if path.exists() {
            let study = Self::read(dir)?;
            let known: Space = read_ron(&path)?;
            return match known == *space {
                true => Ok(study),
                false => Err(TuneError::Study {
                    path: path.display().to_string(),
                    what: "the study was begun with another space; take another folder".to_owned(),
                }),
            };
        }
        std::fs::create_dir_all(dir).map_err(io_error(dir))?;
        if std::fs::read_dir(dir)
            .map_err(io_error(dir))?
            .next()
            .is_some()
        {
            return Err(TuneError::Study {
                path: dir.display().to_string(),
                what: format!("the folder holds no study (no {SPACE}) and is not empty"),
            });
        }
        write_new(&path, &space.text())?;
        Ok(Self {
            dir: dir.to_owned(),
            trials: Vec::new(),
        })
    }

    /// Reads a study as it is.
    ///
    /// # Errors
    /// A folder without a study, and files that are damaged.
    pub fn read(dir: &Path) -> Result<Self, TuneError> {
        if !dir.join(SPACE).exists() {
            return Err(TuneError::Study {
                path: dir.display().to_string(),
                what: format!("the folder holds no study (no {SPACE})"),
            });
        }
        let mut trials = Vec::new();
        loop {
            let folder = trial_dir(dir, trials.len() + 1);
            if !folder.is_dir() {
                break;
            }
            trials.push(Trial::read(folder, trials.len() + 1)?);
        }
        Ok(Self {
            dir: dir.to_owned(),
            trials,
        })
    }

    /// The best finished trial.
    pub fn best(&self) -> Option<&Trial> {
        self.ranked().into_iter().next()
    }

    /// Finished trials, the best first.
    fn ranked(&self) -> Vec<&Trial> {
        let value = |trial: &&Trial| match trial.outcome {
            Some(Outcome::Complete { macro_auroc }) => macro_auroc,
            _ => f64::NEG_INFINITY,
        };
        let mut finished: Vec<&Trial> = self.trials.iter().collect();
        finished.retain(|t| value(t).is_finite());
        finished.sort_by(|a, b| value(b).total_cmp(&value(a)));
        finished
    }

    /// Makes the folder of a new trial, at once and whole; its index.
    pub(super) fn add(
        &mut self,
        space: &Space,
        values: BTreeMap<String, String>,
    ) -> Result<usize, TuneError> {
        let number = self.trials.len() + 1;
        let dir = trial_dir(&self.dir, number);
        let new = dir.with_extension("new");
        if new.exists() {
            std::fs::remove_dir_all(&new).map_err(io_error(&new))?;
        }
        std::fs::create_dir(&new).map_err(io_error(&new))?;
        write_new(&new.join(CONFIG), &space.filled(&values))?;
        write_new(&new.join(PARAMETERS), &ron_text(&values))?;
        std::fs::rename(&new, &dir).map_err(io_error(&dir))?;
        self.trials.push(Trial {
            number,
            dir,
            values,
            outcome: None,
            by_epoch: Vec::new(),
        });
        Ok(number - 1)
    }

    /// Leaves a trial to a job array.
    pub(super) fn leave_to_cluster(&self, index: usize) -> Result<(), TuneError> {
        write_new(&self.trials[index].dir.join(SLURM), "")
    }

    /// Takes the results of trials whose bundle is there: a job array writes
    /// no others, and a process may be killed between the two.
    pub(super) fn collect(&mut self) -> Result<(), TuneError> {
        for index in 0..self.trials.len() {
            let trial = &self.trials[index];
            let bundle = trial.bundle_dir();
            if trial.outcome.is_none() && bundle.exists() {
                let bundle = Bundle::open(&bundle).map_err(|e| TuneError::Study {
                    path: bundle.display().to_string(),
                    what: e.to_string(),
                })?;
                self.finish(index, value_of(&bundle))?;
            }
        }
        Ok(())
    }

    /// Writes a trial's result, and keeps of a run that was given up only its
    /// log.
    pub(super) fn finish(&mut self, index: usize, outcome: Outcome) -> Result<(), TuneError> {
        let trial = &mut self.trials[index];
        let state = trial.state_dir();
        let log = [trial.bundle_dir(), state.clone()].map(|dir| dir.join(LOG));
        if let Some(log) = log.iter().find(|log| log.exists()) {
            if let Ok(config) = TrainingConfig::read(&trial.config_file()) {
                trial.by_epoch = logged(log, &config).into_values().collect();
            }
            std::fs::copy(log, trial.dir.join(LOG)).map_err(io_error(log))?;
        }
        let ended = Ended {
            outcome: outcome.clone(),
            by_epoch: trial.by_epoch.clone(),
        };
        // The result first: a kill here leaves a folder too much, no trial twice.
        write_new(&trial.dir.join(RESULT), &ron_text(&ended))?;
        trial.outcome = Some(outcome);
        if state.exists() {
            std::fs::remove_dir_all(&state).map_err(io_error(&state))?;
        }
        Ok(())
    }

    /// Removes the bundles of all trials but the best.
    pub(super) fn keep_best(&self, keep: usize) -> Result<(), TuneError> {
        for trial in self.ranked().into_iter().skip(keep.max(1)) {
            let bundle = trial.bundle_dir();
            if bundle.exists() {
                std::fs::remove_dir_all(&bundle).map_err(io_error(&bundle))?;
            }
        }
        Ok(())
    }
}

fn trial_dir(study: &Path, number: usize) -> PathBuf {
    study.join(format!("trial-{number:04}"))
}

/// Macro AUROC after each compared epoch, by stage and epoch, from the event
/// log of a run. A run that was killed has its last epoch twice.
fn logged(log: &Path, config: &TrainingConfig) -> ByEpoch {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines = text.lines().filter_map(|line| {
        let event: serde_json::Value = serde_json::from_str(line).ok()?;
        let epoch = event.get("epoch")?;
        let number = |name: &str| usize::try_from(epoch.get(name)?.as_u64()?).ok();
        let (stage, number) = (number("stage")?, number("epoch")?);
        is_compared(config.stages.get(stage)?)?;
        let macro_auroc = epoch.get("validation_macro_auroc")?.as_f64()?;
        Some(((stage, number), macro_auroc))
    });
    lines.collect()
}

fn read_ron<T: DeserializeOwned>(path: &Path) -> Result<T, TuneError> {
    let text = std::fs::read_to_string(path).map_err(io_error(path))?;
    ron::from_str(&text).map_err(|e| TuneError::Study {
        path: path.display().to_string(),
        what: e.to_string(),
    })
}

fn ron_text(value: &impl Serialize) -> String {
    // Maps of strings and numbers can always be written.
    ron::ser::to_string_pretty(value, ron::ser::PrettyConfig::default()).unwrap_or_default()
}

/// All or nothing: a kill leaves no half a file under the name.
fn write_new(path: &Path, text: &str) -> Result<(), TuneError> {
    let partial = path.with_extension("partial");
    std::fs::write(&partial, text).map_err(io_error(&partial))?;
    std::fs::rename(&partial, path).map_err(io_error(path))
}
