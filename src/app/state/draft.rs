//! An answer in the making.

use std::collections::BTreeMap;

use crate::app::texts::review::questions as texts;
use crate::review::{Answer, Exclusion, Mark, Question, Slot};

/// An answer in the making. Nothing is chosen at first: a default is an
/// answer that nobody gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    pub ratings: BTreeMap<String, u8>,
    pub exclusion: Option<Exclusion>,
    pub mark: Option<Mark>,
    pub comment: String,
    pub change_reason: String,
    /// How often a choice was replaced by another.
    reconsidered: u32,
}

impl Draft {
    pub fn of(answer: &Answer) -> Self {
        Self {
            ratings: answer.ratings.clone(),
            exclusion: answer.exclusion,
            mark: answer.mark,
            comment: answer.comment.clone().unwrap_or_default(),
            ..Self::default()
        }
    }

    /// Whether both would be saved alike.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let said = |d: &Self| (d.exclusion, d.mark, d.comment.trim().to_owned());
        self.ratings == other.ratings && said(self) == said(other)
    }

    /// A rating takes an exclusion back: one cannot be both.
    pub fn rate(&mut self, question: &str, rating: u8) {
        let before = self.ratings.insert(question.to_owned(), rating);
        let is_other = before.is_some_and(|before| before != rating);
        self.reconsidered += u32::from(is_other || self.exclusion.take().is_some());
    }

    /// An exclusion takes the ratings back.
    pub fn exclude(&mut self, exclusion: Option<Exclusion>) {
        let had_another = self.exclusion.is_some() || !self.ratings.is_empty();
        self.reconsidered += u32::from(had_another);
        self.exclusion = exclusion;
        if exclusion.is_some() {
            self.ratings.clear();
        }
    }

    /// The draft, once nothing is [`missing`](Self::missing).
    pub fn answer(&self, slot: Slot, response_time_ms: u64) -> Answer {
        let text = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        Answer {
            prototype: slot.prototype,
            phase: slot.phase,
            ratings: self.ratings.clone(),
            exclusion: self.exclusion,
            mark: self.mark,
            comment: text(&self.comment),
            change_reason: text(&self.change_reason),
            response_time_ms,
            reconsidered: self.reconsidered,
        }
    }

    /// What is still missing, for people.
    pub fn missing(&self, questions: &[Question]) -> Option<String> {
        if self.exclusion.is_some() {
            return None;
        }
        let asked = || questions.iter().filter(|question| !question.optional);
        if self.ratings.is_empty() {
            return Some(texts::RATE_IT.to_owned());
        }
        let open = asked().find(|question| !self.ratings.contains_key(&question.id));
        open.map(|question| texts::missing(&question.title))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn questions() -> Vec<Question> {
        vec![Question::representativeness(), Question::clarity()]
    }

    #[test]
    fn nothing_is_answered_by_default() {
        assert!(Draft::default().missing(&questions()).is_some());
    }

    #[test]
    fn a_rating_and_an_exclusion_never_stand_together() {
        let mut draft = Draft::default();
        draft.rate("representativeness", 4);
        draft.rate("clarity", 2);
        assert_eq!(draft.missing(&questions()), None);
        draft.exclude(Some(Exclusion::LabelError));
        assert!(draft.ratings.is_empty());
        draft.rate("clarity", 5);
        assert_eq!(draft.exclusion, None);
        let missing = draft.missing(&questions());
        assert_eq!(missing.as_deref(), Some("Representativeness is missing."));
        assert_eq!(draft.reconsidered, 2);
    }
}
