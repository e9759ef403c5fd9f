//! One answer of one rater to one prototype.

use serde::{Deserialize, Serialize};

use super::{ReviewError, Study};

/// Both scales, from 1 (not at all) to 5 (fully).
pub const RATING_RANGE: std::ops::RangeInclusive<u8> = 1..=5;

/// Longest comment that is kept, in characters.
pub const MAX_COMMENT_CHARS: usize = 4000;

/// What is asked of a prototype.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// How typical the ECG is of its class.
    Representativeness,
    /// How plainly it shows what makes the class.
    Clarity,
}

impl Criterion {
    pub const ALL: [Self; 2] = [Self::Representativeness, Self::Clarity];

    /// As in the CSV and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Representativeness => "representativeness",
            Self::Clarity => "clarity",
        }
    }
}

/// Why a prototype has no ratings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// The ECG does not show the class it is labelled with.
    LabelError,
    /// The rater cannot tell (noise, missing context).
    CannotJudge,
}

impl Exclusion {
    pub const ALL: [Self; 2] = [Self::LabelError, Self::CannotJudge];

    /// As in the CSV and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::LabelError => "label_error",
            Self::CannotJudge => "cannot_judge",
        }
    }
}

/// One answer: both ratings, or the reason why there are none. Anything
/// between is refused by [`Answer::check`] and never saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Number of the prototype in the bundle.
    pub prototype: usize,
    /// 1 to 5.
    pub representativeness: Option<u8>,
    /// 1 to 5.
    pub clarity: Option<u8>,
    pub exclusion: Option<Exclusion>,
    /// Free text.
    pub comment: Option<String>,
    /// From when the prototype was shown until the answer was given.
    pub response_time_ms: u64,
}

impl Answer {
    /// Both ratings, each 1 to 5 (checked when it is saved).
    pub fn rated(
        prototype: usize,
        representativeness: u8,
        clarity: u8,
        response_time_ms: u64,
    ) -> Self {
        Self {
            prototype,
            representativeness: Some(representativeness),
            clarity: Some(clarity),
            exclusion: None,
            comment: None,
            response_time_ms,
        }
    }

    /// No ratings, and why.
    pub fn excluded(prototype: usize, exclusion: Exclusion, response_time_ms: u64) -> Self {
        Self {
            prototype,
            representativeness: None,
            clarity: None,
            exclusion: Some(exclusion),
            comment: None,
            response_time_ms,
        }
    }

    /// The same answer with a comment.
    #[must_use]
    pub fn with_comment(mut self, comment: &str) -> Self {
        self.comment = Some(comment.to_owned());
        self
    }

    /// As it is saved: without white space around the comment, and a comment of
    /// white space only is none.
    pub(super) fn tidied(&self) -> Self {
        let comment = self.comment.as_deref().map(str::trim);
        Self {
            comment: comment.filter(|c| !c.is_empty()).map(str::to_owned),
            ..self.clone()
        }
    }

    /// The rating of one criterion.
    pub fn rating(&self, criterion: Criterion) -> Option<u8> {
        match criterion {
            Criterion::Representativeness => self.representativeness,
            Criterion::Clarity => self.clarity,
        }
    }

    /// Whether this answer can be saved in this study.
    ///
    /// # Errors
    /// A prototype that is not in the study, a rating outside 1 to 5, one
    /// rating without the other, neither ratings nor an exclusion, both at
    /// once, or a comment that is too long.
    pub fn check(&self, study: &Study) -> Result<(), ReviewError> {
        let prototype = self.prototype;
        if study.item(prototype).is_none() {
            return Err(ReviewError::UnknownPrototype { prototype });
        }
        for criterion in Criterion::ALL {
            self.check_rating(criterion)?;
        }
        let found = self.comment.as_ref().map_or(0, |c| c.chars().count());
        if found > MAX_COMMENT_CHARS {
            return Err(ReviewError::CommentTooLong {
                prototype,
                found,
                limit: MAX_COMMENT_CHARS,
            });
        }
        Ok(())
    }

    fn check_rating(&self, criterion: Criterion) -> Result<(), ReviewError> {
        let (prototype, name) = (self.prototype, criterion.name());
        match (self.rating(criterion), self.exclusion) {
            (Some(found), _) if !RATING_RANGE.contains(&found) => {
                Err(ReviewError::RatingOutOfRange {
                    prototype,
                    criterion: name,
                    found,
                })
            }
            (Some(_), Some(exclusion)) => Err(ReviewError::ExcludedWithRating {
                prototype,
                exclusion: exclusion.name(),
                criterion: name,
            }),
            (None, None) => Err(ReviewError::HalfAnswered {
                prototype,
                missing: name,
            }),
            (Some(_), None) | (None, Some(_)) => Ok(()),
        }
    }
}
