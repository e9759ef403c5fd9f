//! The long table of a rating study, and its columns.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::clusters::Origin;

/// One answer about one item of one prototype.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RatingRow {
    pub rater: String,
    pub prototype: usize,
    pub class: String,
    pub branch: String,
    /// The training ECG that the prototype was cut from.
    pub source_ecg: u64,
    /// What was asked: "representativeness".
    pub item: String,
    /// `None` where nothing was rated.
    pub value: Option<f64>,
    /// Why the answer does not count, if so.
    pub reason: Option<Reason>,
    /// A hidden repeat: enters intra-rater agreement only.
    pub is_repeat: bool,
    /// When it was answered, in milliseconds since 1970. Of several answers to
    /// the same question the last one counts.
    pub answered_ms: i64,
}

/// Why an answer does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The ECG does not show the class that it is labelled with.
    LabelError,
    /// The rater cannot tell: missing.
    CannotJudge,
    /// The recording, not the heart.
    Artefact,
}

/// The current answers to one item: one column per rater over the same
/// prototypes.
#[derive(Debug)]
pub(super) struct Columns<'a> {
    pub raters: Vec<&'a str>,
    /// Ascending.
    pub prototypes: Vec<Prototype<'a>>,
    /// Per rater, per prototype: first answer and hidden repeat.
    pub answers: Vec<Vec<[Option<&'a RatingRow>; 2]>>,
}

/// What the statistics know of a prototype.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prototype<'a> {
    pub number: usize,
    pub class: &'a str,
    pub branch: &'a str,
    pub origin: Origin,
}

impl<'a> Columns<'a> {
    pub fn new(rows: &'a [RatingRow], item: &str) -> Self {
        let rows = || rows.iter().filter(|r| r.item == item);
        let numbered = |names: BTreeMap<&'a str, usize>| -> BTreeMap<&'a str, usize> {
            names
                .into_keys()
                .enumerate()
                .map(|(i, name)| (name, i))
                .collect()
        };
        let raters = numbered(rows().map(|r| (r.rater.as_str(), 0)).collect());
        let classes = numbered(rows().map(|r| (r.class.as_str(), 0)).collect());
        let prototypes: BTreeMap<usize, Prototype> = rows()
            .map(|r| {
                let origin = Origin {
                    class: classes[r.class.as_str()],
                    source_ecg: r.source_ecg,
                };
                let prototype = Prototype {
                    number: r.prototype,
                    class: &r.class,
                    branch: &r.branch,
                    origin,
                };
                (r.prototype, prototype)
            })
            .collect();
        let position: BTreeMap<usize, usize> = prototypes
            .keys()
            .enumerate()
            .map(|(i, p)| (*p, i))
            .collect();
        let mut answers = vec![vec![[None; 2]; prototypes.len()]; raters.len()];
        for row in rows() {
            let of_rater: &mut Vec<[Option<&RatingRow>; 2]> =
                &mut answers[raters[row.rater.as_str()]];
            let cell = &mut of_rater[position[&row.prototype]][usize::from(row.is_repeat)];
            if cell.is_none_or(|earlier| earlier.answered_ms <= row.answered_ms) {
                *cell = Some(row);
            }
        }
        Self {
            raters: raters.into_keys().collect(),
            prototypes: prototypes.into_values().collect(),
            answers,
        }
    }

    /// Ratings of each rater, by the rule.
    pub fn values(&self, exclusion: Exclusion) -> Vec<Vec<Option<f64>>> {
        let first = |prototype: usize| self.answers.iter().filter_map(move |a| a[prototype][0]);
        let dropped: Vec<bool> = (0..self.prototypes.len())
            .map(|p| exclusion.drops_prototype(first(p).map(|row| row.reason)))
            .collect();
        let value = |answer: &RatingRow| match exclusion {
            Exclusion::Nothing => answer.value,
            _ => answer.value.filter(|_| answer.reason.is_none()),
        };
        let column = |answers: &Vec<[Option<&RatingRow>; 2]>| {
            let of_prototype = answers.iter().zip(&dropped);
            of_prototype
                .map(|(cell, dropped)| cell[0].filter(|_| !dropped).and_then(value))
                .collect()
        };
        self.answers.iter().map(column).collect()
    }
}

/// Which answers do not count; the protocol fixes it beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// Every value counts, whatever its reason.
    Nothing,
    /// Answers with a reason do not count.
    AnswersWithReason,
    /// These, and all answers about a prototype in which any rater saw a label
    /// error.
    LabelErrorsForAll,
}

impl Exclusion {
    /// Whether no answer about a prototype counts, given the reasons in the
    /// first answers of all raters (hidden repeats are not asked).
    pub fn drops_prototype(self, reasons: impl IntoIterator<Item = Option<Reason>>) -> bool {
        let is_label_error = |reason| reason == Some(Reason::LabelError);
        self == Self::LabelErrorsForAll && reasons.into_iter().any(is_label_error)
    }
}
