//! The protocol of a study: everything that is fixed before the first rating,
//! as a RON file that people write and a part of the study that is kept.

use std::collections::HashSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::pairs;
use super::{Pairs, Question, Rater, ReviewError};
use crate::statistics::study::Exclusion as ExclusionRule;

/// What a study is and how it is rated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    /// [`Protocol::VERSION`].
    pub version: u32,
    /// What people call the study.
    pub title: String,
    pub bundle: BundleRef,
    pub prototypes: Selection,
    /// Pairs of a test ECG and a prototype are rated instead of prototypes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pairs: Option<Pairs>,
    /// Rated first, for practice; never in a result, never among the others.
    pub training: usize,
    pub questions: Vec<Question>,
    /// Who may rate; anyone where it is empty.
    pub raters: Vec<RaterEntry>,
    pub blinding: Blinding,
    /// When a rater may see the metrics of a prototype that need no people.
    #[serde(default, skip_serializing_if = "MetricsShown::is_usual")]
    pub metrics: MetricsShown,
    pub order: Order,
    pub repeats: Repeats,
    pub stop: Stop,
    /// Which answers do not count.
    pub exclusion: ExclusionRule,
    /// A break is suggested after so many minutes of rating; 0 for never.
    pub break_every_min: u32,
    /// Decides every order and sample; drawn when the study is made if absent.
    pub seed: Option<u32>,
}

/// Which model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundleRef {
    /// A name that comes with the program, or a folder.
    pub name: String,
    /// In hexadecimal: the study is of this very model.
    pub sha256: String,
}

/// Which prototypes are rated. Those with the same source window and class are
/// rated once in any case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Selection {
    #[default]
    All,
    /// All of these classes, by SCP code.
    Classes(Vec<String>),
    /// As many of each class as this, drawn with the seed.
    PerClass(usize),
}

/// Someone who rates, by a code and never by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RaterEntry {
    pub code: Rater,
    pub specialty: String,
}

/// What a rater is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Blinding {
    /// The class of the prototype and nothing else.
    #[default]
    ClassOnly,
    /// What the model says about the training ECG, too.
    WithPrediction,
}

/// When the Review screen shows a rater the metrics of a prototype.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum MetricsShown {
    /// Once her queue is closed.
    #[default]
    AfterClosing,
    /// Once she has answered that prototype.
    AfterEachRating,
    /// From the beginning; she rates nothing without them.
    BeforeRating,
}

impl MetricsShown {
    /// Whether an answer stays as it was given, since what the metrics say may
    /// have been seen beside it.
    pub fn answers_are_final(self) -> bool {
        self == Self::AfterEachRating
    }

    /// Not written, so that such a study is one for earlier programs, too.
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// In which order a rater sees the prototypes, each rater in another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    #[default]
    Random,
    /// Class after class.
    ByClass,
    /// One of every class, then the next of every class: whoever stops early
    /// has rated every class.
    Balanced,
}

/// Prototypes that come a second time, unannounced.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeats {
    /// 0.05 to 0.10 of the prototypes, or 0 for none.
    pub share: f64,
    /// Places between the first time and the second, 20 at least.
    pub apart: usize,
}

/// When a rater is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Stop {
    /// When all prototypes are answered.
    #[default]
    All,
    /// After so many prototypes, training and repeats not counted.
    After(usize),
    /// When all are answered; or before, if she likes, once the 95 % interval by
    /// clusters of her mean is known to this half-width for every question that
    /// has to be answered, from so many ratings on.
    Width { half_width: f64, at_least: usize },
}

impl Protocol {
    pub const VERSION: u32 = 1;
    /// An interval of fewer ratings says too little to stop by.
    const FEWEST_TO_STOP: usize = 20;

    /// What a study has without a protocol of its own: both questions of the
    /// paper, all prototypes, a random order, no repeats, no training.
    pub fn quick(bundle: BundleRef) -> Self {
        Self {
            version: Self::VERSION,
            title: String::new(),
            bundle,
            prototypes: Selection::All,
            pairs: None,
            training: 0,
            questions: vec![Question::representativeness(), Question::clarity()],
            raters: Vec::new(),
            blinding: Blinding::ClassOnly,
            metrics: MetricsShown::AfterClosing,
            order: Order::Random,
            repeats: Repeats {
                share: 0.0,
                apart: 20,
            },
            stop: Stop::All,
            exclusion: ExclusionRule::LabelErrorsForAll,
            break_every_min: 25,
            seed: None,
        }
    }

    /// Reads a protocol file.
    ///
    /// # Errors
    /// A file that cannot be read, is not RON of a protocol (line and column
    /// are named), or is of another version; and as [`Protocol::check`].
    pub fn read(path: &Path) -> Result<Self, ReviewError> {
        let protocol: Self = read_ron(path)?;
        protocol.check()?;
        Ok(protocol)
    }

    /// A protocol to start from, for people: commented RON.
    pub fn template(bundle: &BundleRef) -> String {
        include_str!("../../assets/protocol.ron")
            .replace("BUNDLE_NAME", &bundle.name)
            .replace("BUNDLE_SHA256", &bundle.sha256)
    }

    /// The same for a study of pairs.
    pub fn template_of_pairs(bundle: &BundleRef) -> String {
        include_str!("../../assets/pair-protocol.ron")
            .replace("BUNDLE_NAME", &bundle.name)
            .replace("BUNDLE_SHA256", &bundle.sha256)
    }

    /// # Errors
    /// [`ReviewError::Protocol`] names the first field that cannot be.
    pub fn check(&self) -> Result<(), ReviewError> {
        let wrong = |field: &str, found: String, expected: &'static str| {
            Err(ReviewError::Protocol {
                field: field.to_owned(),
                found,
                expected,
            })
        };
        if self.version != Self::VERSION {
            return wrong("version", self.version.to_string(), "1");
        }
        if self.questions.is_empty() {
            return wrong("questions", "none".to_owned(), "one question at least");
        }
        let mut ids = HashSet::new();
        for question in &self.questions {
            question.check()?;
            if !ids.insert(&question.id) {
                let found = format!("{:?} twice", question.id);
                return wrong("questions", found, "each id once");
            }
        }
        check_codes(&self.raters)?;
        let Repeats { share, apart } = self.repeats;
        if share != 0.0 && !(0.05..=0.10).contains(&share) {
            return wrong("repeats.share", share.to_string(), "0.05 to 0.10, or 0");
        }
        if share != 0.0 && apart < 20 {
            return wrong("repeats.apart", apart.to_string(), "20 or more");
        }
        if share != 0.0 && self.metrics != MetricsShown::AfterClosing {
            let expected = "AfterClosing, since numbers tell a rater what she has seen before";
            let found = format!("{:?} with hidden repeats", self.metrics);
            return wrong("metrics", found, expected);
        }
        if self.prototypes == Selection::PerClass(0) || self.stop == Stop::After(0) {
            return wrong("prototypes or stop", "0".to_owned(), "1 or more");
        }
        if let Some(wanted) = &self.pairs {
            pairs::check(self, wanted)?;
        }
        self.check_width()
    }

    fn check_width(&self) -> Result<(), ReviewError> {
        let Stop::Width {
            half_width,
            at_least,
        } = self.stop
        else {
            return Ok(());
        };
        let optional = self.questions.iter().all(|question| question.optional);
        let (field, found, expected) = if !(half_width > 0.0 && half_width <= 2.0) {
            let found = half_width.to_string();
            ("stop.half_width", found, "a number above 0, at most 2")
        } else if at_least < Self::FEWEST_TO_STOP {
            ("stop.at_least", at_least.to_string(), "20 or more")
        } else if self.order == Order::ByClass {
            let expected =
                "Random or Balanced, since who stops early would leave out whole classes";
            ("order", "ByClass with stop: Width".to_owned(), expected)
        } else if optional {
            let found = "only optional ones with stop: Width".to_owned();
            ("questions", found, "one that has to be answered")
        } else {
            return Ok(());
        };
        Err(ReviewError::Protocol {
            field: field.to_owned(),
            found,
            expected,
        })
    }

    /// The question with this id.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == id)
    }

    /// Whether this code may rate.
    ///
    /// # Errors
    /// [`ReviewError::UnknownRater`] lists the codes that may.
    pub fn admit(&self, rater: &Rater) -> Result<(), ReviewError> {
        admit(&self.raters, rater)
    }
}

/// A protocol of either kind from its file.
pub(super) fn read_ron<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, ReviewError> {
    let text = std::fs::read_to_string(path).map_err(|source| ReviewError::Io {
        path: path.to_owned(),
        source,
    })?;
    ron::from_str(&text).map_err(|error| ReviewError::ProtocolFile {
        path: path.to_owned(),
        what: error.to_string(),
    })
}

/// Each code once.
pub(super) fn check_codes(raters: &[RaterEntry]) -> Result<(), ReviewError> {
    let mut codes = HashSet::new();
    match raters.iter().find(|rater| !codes.insert(&rater.code)) {
        Some(twice) => Err(ReviewError::Protocol {
            field: "raters".to_owned(),
            found: format!("{} twice", twice.code),
            expected: "each code once",
        }),
        None => Ok(()),
    }
}

/// Whether a code is one of those that the protocol has, or it has none.
pub(super) fn admit(raters: &[RaterEntry], rater: &Rater) -> Result<(), ReviewError> {
    if raters.is_empty() || raters.iter().any(|entry| entry.code == *rater) {
        return Ok(());
    }
    let codes: Vec<&str> = raters.iter().map(|r| r.code.as_str()).collect();
    Err(ReviewError::UnknownRater {
        rater: rater.clone(),
        known: codes.join(", "),
    })
}
