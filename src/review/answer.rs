//! One answer of one rater to one prototype.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Phase, ReviewError, Slot, Study};
use crate::statistics::study::Reason;

/// Every scale, from 1 (not at all) to 5 (fully).
pub const RATING_RANGE: std::ops::RangeInclusive<u8> = 1..=5;

/// Longest comment or reason that is kept, in characters.
pub const MAX_COMMENT_CHARS: usize = 4000;

/// Why a prototype has no ratings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// The ECG does not show the class it is labelled with.
    LabelError,
    /// The rater cannot tell.
    CannotJudge,
    /// The recording, not the heart: noise, a lead that fell off.
    Artefact,
}

impl Exclusion {
    pub const ALL: [Self; 3] = [Self::LabelError, Self::CannotJudge, Self::Artefact];

    /// As in the CSV and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::LabelError => "label_error",
            Self::CannotJudge => "cannot_judge",
            Self::Artefact => "artefact",
        }
    }

    /// What the statistics call it.
    pub fn reason(self) -> Reason {
        match self {
            Self::LabelError => Reason::LabelError,
            Self::CannotJudge => Reason::CannotJudge,
            Self::Artefact => Reason::Artefact,
        }
    }
}

/// What a rater says of a prototype beside the scales.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// The best of its class so far; of several the last one counts.
    BestOfClass,
    /// Should not be a prototype.
    Bad,
}

impl Mark {
    pub const ALL: [Self; 2] = [Self::BestOfClass, Self::Bad];

    /// As in the CSV and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::BestOfClass => "best_of_class",
            Self::Bad => "bad",
        }
    }
}

/// One answer: a rating for every question, or the reason why there are none.
/// Anything between is refused by [`Answer::check`] and never saved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredAnswer")]
pub struct Answer {
    /// Number of the prototype in the bundle; in a study of pairs that of the
    /// pair.
    pub prototype: usize,
    pub phase: Phase,
    /// 1 to 5, by the id of the question.
    pub ratings: BTreeMap<String, u8>,
    pub exclusion: Option<Exclusion>,
    pub mark: Option<Mark>,
    /// Free text.
    pub comment: Option<String>,
    /// Why an earlier answer is changed.
    pub change_reason: Option<String>,
    /// From when the prototype was shown until the answer was given.
    pub response_time_ms: u64,
    /// How often a choice was replaced by another before the answer was saved.
    pub reconsidered: u32,
}

/// As it is in a database: what version 1 wrote has both ratings by name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredAnswer {
    prototype: usize,
    #[serde(default)]
    phase: Phase,
    #[serde(default)]
    ratings: BTreeMap<String, u8>,
    representativeness: Option<u8>,
    clarity: Option<u8>,
    exclusion: Option<Exclusion>,
    mark: Option<Mark>,
    comment: Option<String>,
    change_reason: Option<String>,
    response_time_ms: u64,
    #[serde(default)]
    reconsidered: u32,
}

impl From<StoredAnswer> for Answer {
    fn from(stored: StoredAnswer) -> Self {
        let mut ratings = stored.ratings;
        let of_version_1 = [
            ("representativeness", stored.representativeness),
            ("clarity", stored.clarity),
        ];
        for (question, rating) in of_version_1 {
            ratings.extend(rating.map(|rating| (question.to_owned(), rating)));
        }
        Self {
            prototype: stored.prototype,
            phase: stored.phase,
            ratings,
            exclusion: stored.exclusion,
            mark: stored.mark,
            comment: stored.comment,
            change_reason: stored.change_reason,
            response_time_ms: stored.response_time_ms,
            reconsidered: stored.reconsidered,
        }
    }
}

impl Answer {
    /// Both ratings of the paper's questions, each 1 to 5 (checked when it is
    /// saved).
    pub fn rated(
        prototype: usize,
        representativeness: u8,
        clarity: u8,
        response_time_ms: u64,
    ) -> Self {
        let ratings = [
            ("representativeness", representativeness),
            ("clarity", clarity),
        ];
        Self {
            prototype,
            ratings: ratings
                .map(|(question, rating)| (question.to_owned(), rating))
                .into(),
            response_time_ms,
            ..Self::default()
        }
    }

    /// No ratings, and why.
    pub fn excluded(prototype: usize, exclusion: Exclusion, response_time_ms: u64) -> Self {
        Self {
            prototype,
            exclusion: Some(exclusion),
            response_time_ms,
            ..Self::default()
        }
    }

    /// The same answer with a comment.
    #[must_use]
    pub fn with_comment(mut self, comment: &str) -> Self {
        self.comment = Some(comment.to_owned());
        self
    }

    /// The same answer in place of an earlier one, and why.
    #[must_use]
    pub fn because(mut self, reason: &str) -> Self {
        self.change_reason = Some(reason.to_owned());
        self
    }

    /// The same answer for another part of the queue.
    #[must_use]
    pub fn in_phase(mut self, phase: Phase) -> Self {
        self.phase = phase;
        self
    }

    /// Its place in the queue.
    pub fn slot(&self) -> Slot {
        Slot {
            phase: self.phase,
            prototype: self.prototype,
        }
    }

    /// As it is saved: without white space around texts, and a text of white
    /// space only is none.
    pub(super) fn tidied(&self) -> Self {
        let tidy = |text: &Option<String>| {
            let text = text.as_deref().map(str::trim);
            text.filter(|t| !t.is_empty()).map(str::to_owned)
        };
        Self {
            comment: tidy(&self.comment),
            change_reason: tidy(&self.change_reason),
            ..self.clone()
        }
    }

    /// The rating of one question.
    pub fn rating(&self, question: &str) -> Option<u8> {
        self.ratings.get(question).copied()
    }

    /// Whether this answer can be saved in this study.
    ///
    /// # Errors
    /// A prototype or question that is not in the study, a rating outside 1 to
    /// 5, a question left open, neither ratings nor an exclusion, both at once,
    /// or a text that is too long.
    pub fn check(&self, study: &Study) -> Result<(), ReviewError> {
        let item = study.rated(self.prototype);
        if study.item(self.prototype).is_none() {
            return Err(ReviewError::UnknownPrototype { item });
        }
        if let (Some(mark), true) = (self.mark, study.is_of_pairs()) {
            return Err(ReviewError::MarkOnPair {
                pair: self.prototype,
                mark: mark.name(),
            });
        }
        for (question, &found) in &self.ratings {
            self.check_rating(study, question, found)?;
        }
        if self.exclusion.is_none() {
            let mut asked = study.protocol.questions.iter().filter(|q| !q.optional);
            if let Some(open) = asked.find(|q| self.rating(&q.id).is_none()) {
                return Err(ReviewError::HalfAnswered {
                    item,
                    missing: open.id.clone(),
                });
            }
            if self.ratings.is_empty() {
                return Err(ReviewError::HalfAnswered {
                    item,
                    missing: "any question".to_owned(),
                });
            }
        }
        for text in [&self.comment, &self.change_reason] {
            let found = text.as_ref().map_or(0, |c| c.chars().count());
            if found > MAX_COMMENT_CHARS {
                return Err(ReviewError::CommentTooLong {
                    item,
                    found,
                    limit: MAX_COMMENT_CHARS,
                });
            }
        }
        Ok(())
    }

    fn check_rating(&self, study: &Study, question: &str, found: u8) -> Result<(), ReviewError> {
        let (item, question) = (study.rated(self.prototype), question.to_owned());
        if study.protocol.question(&question).is_none() {
            return Err(ReviewError::UnknownQuestion { item, question });
        }
        if !RATING_RANGE.contains(&found) {
            return Err(ReviewError::RatingOutOfRange {
                item,
                question,
                found,
            });
        }
        match self.exclusion {
            Some(exclusion) => Err(ReviewError::ExcludedWithRating {
                item,
                exclusion: exclusion.name(),
                question,
            }),
            None => Ok(()),
        }
    }
}
