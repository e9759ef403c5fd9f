//! What a review database can be of: a study of prototypes, or one in which
//! test ECGs are read. The store keeps either in the same way.

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};

use super::reading::ReadingStudy;
use super::{Rater, ReviewError, Study};

/// A study that a database keeps: its document, whose turn it is to answer
/// what, and who may.
pub trait StudyDocument: Serialize + DeserializeOwned + fmt::Debug {
    /// One place in a rater's queue.
    type Place: Clone + fmt::Debug;

    /// In errors.
    const WHAT: &'static str;

    /// # Errors
    /// What cannot be, by field.
    fn check(&self) -> Result<(), ReviewError>;

    /// This kind of study, or the other one back.
    ///
    /// # Errors
    /// The other kind.
    fn of(any: AnyStudy) -> Result<Self, Box<AnyStudy>>;

    fn study_id(&self) -> &str;

    fn title(&self) -> &str;

    /// In hexadecimal.
    fn bundle_sha256(&self) -> &str;

    /// # Errors
    /// [`ReviewError::UnknownRater`] lists the codes that may.
    fn admit(&self, rater: &Rater) -> Result<(), ReviewError>;

    /// Everything that this rater answers, in order.
    fn queue(&self, rater: &Rater) -> Vec<Self::Place>;
}

/// What is found in a database.
#[derive(Clone, Debug, PartialEq)]
pub enum AnyStudy {
    Prototypes(Box<Study>),
    Reading(Box<ReadingStudy>),
}

impl AnyStudy {
    /// A study as its JSON is stored. One without a kind is of prototypes.
    ///
    /// # Errors
    /// Text that is no study.
    pub fn parse(document: &str) -> serde_json::Result<Self> {
        #[derive(serde::Deserialize)]
        struct Head {
            kind: Option<serde_json::Value>,
        }
        let head: Head = serde_json::from_str(document)?;
        Ok(match head.kind {
            None => Self::Prototypes(serde_json::from_str(document)?),
            Some(_) => Self::Reading(serde_json::from_str(document)?),
        })
    }

    /// # Errors
    /// As [`Study::check`] and [`ReadingStudy::check`].
    pub fn check(&self) -> Result<(), ReviewError> {
        match self {
            Self::Prototypes(study) => study.check(),
            Self::Reading(study) => study.check(),
        }
    }

    pub fn title(&self) -> &str {
        match self {
            Self::Prototypes(study) => study.title(),
            Self::Reading(study) => study.title(),
        }
    }

    /// In hexadecimal.
    pub fn bundle_sha256(&self) -> &str {
        match self {
            Self::Prototypes(study) => &study.bundle_sha256,
            Self::Reading(study) => &study.bundle_sha256,
        }
    }

    /// In errors: what the file is.
    pub fn what(&self) -> &'static str {
        match self {
            Self::Prototypes(_) => Study::WHAT,
            Self::Reading(_) => ReadingStudy::WHAT,
        }
    }
}

impl StudyDocument for Study {
    type Place = super::Slot;
    const WHAT: &'static str = "a study of prototypes";

    fn check(&self) -> Result<(), ReviewError> {
        self.check()
    }

    fn of(any: AnyStudy) -> Result<Self, Box<AnyStudy>> {
        match any {
            AnyStudy::Prototypes(study) => Ok(*study),
            other => Err(Box::new(other)),
        }
    }

    fn study_id(&self) -> &str {
        &self.study_id
    }

    fn title(&self) -> &str {
        self.title()
    }

    fn bundle_sha256(&self) -> &str {
        &self.bundle_sha256
    }

    fn admit(&self, rater: &Rater) -> Result<(), ReviewError> {
        self.protocol.admit(rater)
    }

    fn queue(&self, rater: &Rater) -> Vec<Self::Place> {
        self.queue(rater)
    }
}

impl StudyDocument for ReadingStudy {
    type Place = super::reading::Place;
    const WHAT: &'static str = "a reading study";

    fn check(&self) -> Result<(), ReviewError> {
        self.check()
    }

    fn of(any: AnyStudy) -> Result<Self, Box<AnyStudy>> {
        match any {
            AnyStudy::Reading(study) => Ok(*study),
            other => Err(Box::new(other)),
        }
    }

    fn study_id(&self) -> &str {
        &self.study_id
    }

    fn title(&self) -> &str {
        self.title()
    }

    fn bundle_sha256(&self) -> &str {
        &self.bundle_sha256
    }

    fn admit(&self, rater: &Rater) -> Result<(), ReviewError> {
        self.protocol.admit(rater)
    }

    fn queue(&self, rater: &Rater) -> Vec<Self::Place> {
        self.queue(rater)
    }
}
