//! The ECGs of a reading study with what is shown beside them, and in which
//! order each reader sees them.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::super::queue::draw;
use super::super::{Rater, ReviewError};
use super::protocol::{Arm, KindOfReading, ReadingProtocol, Sequence};

/// A reading study. Fixed once it is made; its hash is the start of every chain
/// of events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadingStudy {
    /// Tells it from a study of prototypes.
    pub kind: KindOfReading,
    /// 32 random hexadecimal digits.
    pub study_id: String,
    pub bundle_name: String,
    /// In hexadecimal.
    pub bundle_sha256: String,
    /// What people call the data set that the ECGs are in.
    pub data: String,
    /// Decides every draw.
    pub seed: u32,
    /// RFC 3339, UTC.
    pub created: String,
    pub protocol: ReadingProtocol,
    /// SCP codes, or superclasses, that a reader can say, in the order of PTB-XL.
    pub statements: Vec<String>,
    /// By record number.
    pub ecgs: Vec<ReadEcg>,
    /// Read first, for practice; none of them is among the others.
    pub training: Vec<ReadEcg>,
}

/// A test ECG, by number and checksum; neither is ever shown to a reader.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadEcg {
    /// Record of the data set.
    pub ecg_id: u32,
    /// [`crate::ecg::Recording::sha256`].
    pub recording_sha256: String,
    /// What the data set says of it: the reference. Only statements that a
    /// reader can say.
    pub carried: Vec<String>,
    /// What the model said of it when the study was made.
    pub said: Said,
    pub shown: Shown,
}

/// One statement of the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// SCP code, or superclass.
    pub code: String,
    pub probability: f64,
    /// At or above its threshold.
    pub positive: bool,
}

/// What is shown as the prediction: the model's own, or in a wrong control that
/// of another ECG.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    pub said: Said,
    /// The prototype of the statement that is most similar to this ECG; `None`
    /// where no arm shows it.
    pub prototype: Option<usize>,
    /// A statement that this ECG does not carry stands in place of the model's
    /// own.
    pub wrong_control: bool,
}

/// One place in a reader's queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub ecg_id: u32,
    pub arm: Arm,
}

impl ReadEcg {
    /// Whether the statement that is shown is one of the ECG's.
    pub fn shown_is_right(&self) -> bool {
        self.carried.contains(&self.shown.said.code)
    }
}

impl ReadingStudy {
    /// # Errors
    /// A protocol that cannot be; no ECG; one twice; one without a statement
    /// that can be said; a wrong control that is none.
    pub fn check(&self) -> Result<(), ReviewError> {
        self.protocol.check()?;
        if self.ecgs.is_empty() {
            return Err(ReviewError::NoEcgs);
        }
        let mut seen = HashSet::new();
        for ecg in self.ecgs.iter().chain(&self.training) {
            let wrong = |found: String, expected: &'static str| ReviewError::Protocol {
                field: format!("ECG {}", ecg.ecg_id),
                found,
                expected,
            };
            if !seen.insert(ecg.ecg_id) {
                return Err(wrong("twice".to_owned(), "each ECG once"));
            }
            let offered = |code: &String| self.statements.contains(code);
            if ecg.carried.is_empty() || !ecg.carried.iter().all(offered) {
                let found = format!("labelled {:?}", ecg.carried);
                return Err(wrong(found, "statements that are offered, one at least"));
            }
            if !offered(&ecg.shown.said.code) {
                let found = format!("shown with {}", ecg.shown.said.code);
                return Err(wrong(found, "a statement that is offered"));
            }
            if ecg.shown.wrong_control && ecg.shown_is_right() {
                let found = format!("a wrong control with {}", ecg.shown.said.code);
                return Err(wrong(found, "a statement that it does not carry"));
            }
        }
        Ok(())
    }

    /// The ECG with this number, if it is in the study or its training set.
    pub fn ecg(&self, ecg_id: u32) -> Option<&ReadEcg> {
        let mut all = self.ecgs.iter().chain(&self.training);
        all.find(|ecg| ecg.ecg_id == ecg_id)
    }

    /// Whether this ECG is read for practice.
    pub fn is_training(&self, ecg_id: u32) -> bool {
        self.training.iter().any(|ecg| ecg.ecg_id == ecg_id)
    }

    /// What the study is called.
    pub fn title(&self) -> &str {
        match self.protocol.title.as_str() {
            "" => &self.bundle_name,
            title => title,
        }
    }

    /// Everything that this reader answers: training, ECG by ECG; then the
    /// ECGs ascending by SHA-256 of `protoecg reading 1|<seed>|<reader>|<ecg>`
    /// with all their arms, or arm by arm, each ascending by that of `protoecg
    /// reading <arm> 1|<seed>|<reader>|<ecg>`.
    pub fn queue(&self, reader: &Rater) -> Vec<Place> {
        let arms = &self.protocol.arms;
        let all_arms = |ecg_id: u32| arms.iter().map(move |&arm| Place { ecg_id, arm });
        let in_order = |purpose: &str| {
            let mut ids: Vec<u32> = self.ecgs.iter().map(|ecg| ecg.ecg_id).collect();
            ids.sort_by_cached_key(|id| draw(purpose, self.seed, reader.as_str(), &id.to_string()));
            ids
        };
        let mut places: Vec<Place> = Vec::new();
        for ecg in &self.training {
            places.extend(all_arms(ecg.ecg_id));
        }
        match self.protocol.sequence {
            Sequence::EcgByEcg => {
                places.extend(in_order("reading").into_iter().flat_map(all_arms));
            }
            Sequence::ArmByArm => {
                for &arm in arms {
                    let ids = in_order(&format!("reading {}", arm.name()));
                    places.extend(ids.into_iter().map(|ecg_id| Place { ecg_id, arm }));
                }
            }
        }
        places
    }
}
