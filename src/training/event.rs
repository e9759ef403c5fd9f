//! What a run tells while it goes on. Most events are lines of its event log,
//! which the bundle keeps; whoever watches a run reads them there.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Stage, TrainingConfig};
use crate::bundle::ProjectionReport;

/// Fields that older logs do not have are defaults, so that those still read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The records are read and the first step follows, of a new run or of one
    /// that goes on.
    Begun(Begun),
    /// Not in the log.
    Reading { done: usize, of: usize },
    /// A stage begins, by its number in the configuration.
    Stage { stage: usize },
    /// Within an epoch, a few times per second. Not in the log.
    Step {
        stage: usize,
        /// Counted from 1, as in [`Event::Epoch`].
        epoch: usize,
        step: usize,
        of: usize,
        /// Mean over the epoch so far.
        loss: f64,
        records_per_second: f64,
    },
    Epoch {
        stage: usize,
        name: Cow<'static, str>,
        epoch: usize,
        of: usize,
        loss: f64,
        validation_loss: Option<f64>,
        validation_macro_auroc: Option<f64>,
        better: bool,
        #[serde(default)]
        records_per_second: f64,
        seconds_left: f64,
        /// On the validation fold, by code, of the statements that the stage
        /// learns and that have both outcomes there; rounded to 5 decimals.
        #[serde(default)]
        class_auroc: BTreeMap<String, f64>,
    },
    Projected {
        stage: usize,
        report: ProjectionReport,
        /// In the order of the branch's prototypes.
        #[serde(default)]
        sources: Vec<ProjectedSource>,
    },
    /// Every stage is done; the bundle is written and scored.
    Delivering {},
    /// Something is missing that the bundle can do without.
    Warning { message: String },
}

/// A run as it begins. Nothing in it says where on this machine anything is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Begun {
    /// Seconds since 1970, UTC.
    pub unix_s: f64,
    /// What the bundle will be called.
    pub title: String,
    /// What people call the data set.
    pub data: String,
    pub device: String,
    pub seed: u64,
    /// Where it goes on: stage and epoch, both counted from 0; (0, 0) for a new
    /// run. What the log has of later ones was lost and is done again.
    pub from: (usize, usize),
    pub train_records: usize,
    pub validation_records: usize,
    pub stages: Vec<PlannedStage>,
    pub classes: Vec<PlannedClass>,
    /// 0 for a network without any.
    pub prototypes: usize,
}

/// A stage of the configuration, in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedStage {
    pub name: String,
    pub branch: Option<String>,
    /// At most so many; `None` for a stage without any.
    pub epochs: Option<usize>,
}

/// A statement of the model, and how many records carry it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedClass {
    pub code: String,
    pub description: String,
    pub training_positives: usize,
    pub validation_positives: usize,
}

/// Where a prototype was put by a projection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProjectedSource {
    /// Code of its class.
    pub code: String,
    pub ecg_id: u32,
    /// Of the recording, so that no other ECG is ever shown in its stead.
    pub recording_sha256: String,
    /// Cosine of the vector that gradient steps had reached with the latent
    /// that replaced it.
    pub cosine_before: f64,
    /// From and to; `None` for a prototype of the whole recording.
    pub window_s: Option<(f64, f64)>,
}

impl Event {
    /// Whether it is a line of the log: what is over after a moment is not.
    pub fn is_kept(&self) -> bool {
        !matches!(self, Self::Reading { .. } | Self::Step { .. })
    }

    /// Whether the state of the run was saved just before, so that stopping now
    /// loses nothing. A classifier is fitted in one go.
    pub fn follows_a_checkpoint(&self) -> bool {
        match self {
            Self::Begun(_) | Self::Stage { .. } | Self::Delivering {} => true,
            Self::Epoch {
                validation_loss, ..
            } => validation_loss.is_some(),
            _ => false,
        }
    }
}

/// The stages of a configuration, in short.
pub fn planned_stages(config: &TrainingConfig) -> Vec<PlannedStage> {
    let epochs = |stage: &Stage| match stage {
        Stage::PreTrain(stage) => Some(stage.training.learning.epochs),
        Stage::Supervised(stage) => Some(stage.learning.epochs),
        Stage::WarmUp(stage) => Some(stage.learning.epochs),
        Stage::Joint(stage) => Some(stage.learning.epochs),
        Stage::Project(_) => None,
        Stage::Classifier(stage) | Stage::Fuse(stage) => Some(stage.epochs),
    };
    let planned = |stage: &Stage| PlannedStage {
        name: stage.name().to_owned(),
        branch: stage.branch().map(str::to_owned),
        epochs: epochs(stage),
    };
    config.stages.iter().map(planned).collect()
}

/// AUROCs by code, those that are defined, for an event.
pub fn by_code<'a>(
    codes: impl Iterator<Item = &'a str>,
    aurocs: Vec<Option<f64>>,
) -> BTreeMap<String, f64> {
    let rounded = |value: f64| (value * 1e5).round() / 1e5;
    codes
        .zip(aurocs)
        .filter_map(|(code, auroc)| Some((code.to_owned(), rounded(auroc?))))
        .collect()
}

/// Seconds as people say them: `2 min 5 s`.
pub fn duration(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_of_an_older_log_is_read() {
        let line = r#"{"epoch":{"stage":0,"name":"joint","epoch":1,"of":12,"loss":-0.4,"validation_macro_auroc":0.678,"better":true,"seconds_left":381.2}}"#;
        let Event::Epoch {
            loss,
            validation_macro_auroc,
            records_per_second,
            class_auroc,
            ..
        } = serde_json::from_str(line).unwrap()
        else {
            panic!("no epoch");
        };
        assert_eq!((loss, validation_macro_auroc), (-0.4, Some(0.678)));
        assert_eq!(records_per_second, 0.0);
        assert!(class_auroc.is_empty());
    }

    #[test]
    fn every_kind_of_event_is_read_back() {
        let begun = Begun {
            unix_s: 1.5,
            title: "t".into(),
            data: "d".into(),
            device: "CPU".into(),
            seed: 3,
            from: (1, 2),
            train_records: 5,
            validation_records: 2,
            stages: vec![PlannedStage {
                name: "joint".into(),
                branch: Some("rhythm".into()),
                epochs: Some(2),
            }],
            classes: Vec::new(),
            prototypes: 4,
        };
        let epoch = Event::Epoch {
            stage: 1,
            name: "joint".into(),
            epoch: 1,
            of: 2,
            loss: 0.25,
            validation_loss: Some(0.5),
            validation_macro_auroc: None,
            better: false,
            records_per_second: 10.0,
            seconds_left: 3.0,
            class_auroc: by_code(
                ["AFIB", "SR", "SVTAC"].into_iter(),
                vec![Some(0.123456), None, Some(1.0)],
            ),
        };
        let json = serde_json::to_string(&epoch).unwrap();
        assert!(
            json.contains(r#""class_auroc":{"AFIB":0.12346,"SVTAC":1.0}"#),
            "{json}"
        );
        for event in [
            Event::Begun(begun),
            Event::Stage { stage: 3 },
            epoch,
            Event::Delivering {},
            Event::Warning {
                message: "m".into(),
            },
        ] {
            let json = serde_json::to_string(&event).unwrap();
            assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), event);
        }
    }
}
