//! What a reader says of an ECG in one arm.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::super::ReviewError;
use super::{Arm, Place, ReadingStudy};

/// From 1 (a guess) to 5 (certain).
pub const CONFIDENCE_RANGE: RangeInclusive<u8> = 1..=5;

/// One answer: statements and how sure the reader is. It is saved once and
/// never changed, since the next arm shows more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadingAnswer {
    /// Record of the data set.
    pub ecg_id: u32,
    pub arm: Arm,
    /// SCP codes, or superclasses, in the order of the study.
    pub statements: Vec<String>,
    /// 1 to 5.
    pub confidence: u8,
    /// From when everything of the arm was shown until the answer was given.
    pub response_time_ms: u64,
    /// How often a choice was taken back or replaced before the answer was
    /// saved.
    pub reconsidered: u32,
}

impl ReadingAnswer {
    pub fn place(&self) -> Place {
        Place {
            ecg_id: self.ecg_id,
            arm: self.arm,
        }
    }

    /// As it is saved: the statements in the order of the study.
    pub(in crate::review) fn tidied(&self, study: &ReadingStudy) -> Self {
        let mut tidied = self.clone();
        tidied
            .statements
            .sort_by_key(|code| study.statements.iter().position(|s| s == code));
        tidied
    }

    /// Whether this answer can be saved in this study.
    ///
    /// # Errors
    /// An ECG or arm that the study does not have; no statement, too many, one
    /// twice or one that is not offered; a confidence outside 1 to 5.
    pub fn check(&self, study: &ReadingStudy) -> Result<(), ReviewError> {
        let ecg_id = self.ecg_id;
        if study.ecg(ecg_id).is_none() || !study.protocol.shows(self.arm) {
            return Err(ReviewError::UnknownEcg { ecg_id });
        }
        let wrong = |found: String, expected: String| {
            Err(ReviewError::ReadingAnswer {
                arm: self.arm.name(),
                found,
                expected,
            })
        };
        let most = study.protocol.most_statements;
        if self.statements.is_empty() || self.statements.len() > most {
            let found = format!("{} statements", self.statements.len());
            return wrong(found, format!("1 to {most}"));
        }
        let mut seen = HashSet::new();
        let bad = self
            .statements
            .iter()
            .find(|code| !study.statements.contains(code) || !seen.insert(*code));
        if let Some(bad) = bad {
            let expected = "statements that the study offers, each once".to_owned();
            return wrong(format!("{bad:?}"), expected);
        }
        if !CONFIDENCE_RANGE.contains(&self.confidence) {
            let found = format!("confidence {}", self.confidence);
            return wrong(found, "1 to 5".to_owned());
        }
        Ok(())
    }
}
