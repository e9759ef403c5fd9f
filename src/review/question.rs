//! A question of a protocol, with a word for every point of its scale.

use serde::{Deserialize, Serialize};

use super::ReviewError;

/// What is asked, with a word for every point from 1 to 5.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// In tables: lower-case letters, digits and `_`.
    pub id: String,
    pub title: String,
    /// `{class}` stands for the description and code of the class, `{code}`
    /// for the code.
    pub text: String,
    pub anchors: [String; 5],
    /// Whether it may be left open.
    #[serde(default)]
    pub optional: bool,
}

impl Question {
    /// How typical the ECG is of its class.
    pub fn representativeness() -> Self {
        Self::new(
            "representativeness",
            "Representativeness",
            "This ECG is a good example of {class}.",
            [
                "Disagree fully",
                "Rather disagree",
                "Undecided",
                "Rather agree",
                "Agree fully",
            ],
        )
    }

    /// How plainly it shows what makes the class.
    pub fn clarity() -> Self {
        Self::new(
            "clarity",
            "Clarity",
            "How clearly does it show what makes {code}?",
            [
                "Very unclear",
                "Unclear",
                "In between",
                "Clear",
                "Very clear",
            ],
        )
    }

    /// How well a test ECG and the training ECG of a prototype match.
    pub fn match_quality() -> Self {
        Self::new(
            "match_quality",
            "Match",
            "How well do the two ECGs match in what makes {code}?",
            ["Not at all", "Poorly", "Partly", "Well", "Very well"],
        )
    }

    fn new(id: &str, title: &str, text: &str, anchors: [&str; 5]) -> Self {
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            text: text.to_owned(),
            anchors: anchors.map(str::to_owned),
            optional: false,
        }
    }

    /// The question about one class.
    pub fn about(&self, code: &str, description: &str) -> String {
        let class = if description.is_empty() {
            code.to_owned()
        } else {
            format!("{description} ({code})")
        };
        self.text.replace("{class}", &class).replace("{code}", code)
    }

    /// # Errors
    /// An id with other characters; an empty text.
    pub(super) fn check(&self) -> Result<(), ReviewError> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let starts_well = self.id.starts_with(|c: char| c.is_ascii_lowercase());
        if !starts_well || !self.id.chars().all(allowed) {
            return Err(ReviewError::Protocol {
                field: "questions.id".to_owned(),
                found: format!("{:?}", self.id),
                expected: "lower-case letters, digits and _, a letter first",
            });
        }
        let texts = [&self.title, &self.text].into_iter().chain(&self.anchors);
        if texts.into_iter().any(|text| text.trim().is_empty()) {
            return Err(ReviewError::Protocol {
                field: format!("questions, {}", self.id),
                found: "an empty text".to_owned(),
                expected: "a title, a text and five anchors",
            });
        }
        Ok(())
    }
}
