//! The protocol of a reading study, as a RON file that people write and a part
//! of the study that is kept.

use std::collections::HashSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::super::protocol::{Protocol, admit, check_codes, read_ron};
use super::super::{BundleRef, Rater, RaterEntry, ReviewError};
use crate::statements::{self, Group, Statement, Superclass};

/// How test ECGs are read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadingProtocol {
    /// Tells it from a protocol of prototypes.
    pub kind: KindOfReading,
    /// [`ReadingProtocol::VERSION`].
    pub version: u32,
    /// What people call the study.
    pub title: String,
    pub bundle: BundleRef,
    pub ecgs: Ecgs,
    /// ECGs that are read first, for practice; never in a result.
    pub training: usize,
    /// What a reader can say.
    pub statements: Offered,
    /// How many statements an answer has at most.
    pub most_statements: usize,
    /// Which answer is right.
    pub right: Right,
    /// What is shown, one after the other.
    pub arms: Vec<Arm>,
    pub sequence: Sequence,
    /// Share of the ECGs with a wrong prediction in place of the model's own, 0
    /// to 0.5.
    pub wrong_controls: f64,
    /// Who may read; anyone where it is empty.
    pub raters: Vec<RaterEntry>,
    /// A break is suggested after so many minutes of reading; 0 for never.
    pub break_every_min: u32,
    /// Decides every order and sample; drawn when the study is made if absent.
    pub seed: Option<u32>,
}

/// The value of `kind`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KindOfReading {
    #[default]
    Reading,
}

/// Which test ECGs: of each patient one at most, and only such as carry one of
/// the statements that a reader can say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ecgs {
    /// Folds that the model was not trained on.
    pub folds: Vec<u8>,
    pub take: Take,
}

/// How many, drawn with the seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Take {
    /// In all.
    Count(usize),
    /// For every statement up to so many that carry it and were not taken for
    /// one before it.
    PerStatement(usize),
}

/// The statements that a reader can say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offered {
    /// All 71.
    All,
    /// Those of one branch.
    Group(Group),
    /// These, by SCP code.
    Codes(Vec<String>),
    /// The five diagnostic superclasses, of a model that says these.
    Superclasses,
}

/// Which answer is right, given what the data set says of the ECG. Only
/// statements that are offered count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// All statements of the ECG and no other.
    ExactlyThese,
    /// Every statement of the answer is one of the ECG.
    NoneWrong,
}

/// What is shown beside the ECG.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arm {
    /// Nothing.
    Unaided,
    /// What the model says.
    WithPrediction,
    /// That, and the most similar prototype of the statement.
    WithPrototype,
    /// What the model says, and where a network with attention looked, which is
    /// the same whatever is said.
    WithAttention,
}

/// When the next arm comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sequence {
    /// All arms of an ECG, then the next ECG.
    EcgByEcg,
    /// All ECGs in one arm, then all in the next, in another order.
    ArmByArm,
}

impl Arm {
    pub const ALL: [Self; 4] = [
        Self::Unaided,
        Self::WithPrediction,
        Self::WithPrototype,
        Self::WithAttention,
    ];

    /// As in the protocol, the CSV and the JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unaided => "unaided",
            Self::WithPrediction => "with_prediction",
            Self::WithPrototype => "with_prototype",
            Self::WithAttention => "with_attention",
        }
    }

    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Unaided => "Unaided",
            Self::WithPrediction => "With the prediction",
            Self::WithPrototype => "With prediction and prototype",
            Self::WithAttention => "With prediction and attention",
        }
    }
}

impl Offered {
    /// The codes, in the order of PTB-XL.
    pub fn codes(&self) -> Vec<&'static str> {
        let is_offered = |statement: &&Statement| match self {
            Self::All => true,
            Self::Group(group) => statement.group == *group,
            Self::Codes(codes) => codes.contains(&statement.code),
            Self::Superclasses => false,
        };
        if *self == Self::Superclasses {
            return Superclass::ALL.map(Superclass::code).into();
        }
        let offered = statements::all().iter().filter(is_offered);
        offered.map(|statement| statement.code.as_str()).collect()
    }

    /// As in the protocol.
    fn as_written(&self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::Group(group) => format!("group({group:?})"),
            Self::Codes(codes) => format!("codes({codes:?})"),
            Self::Superclasses => "superclasses".to_owned(),
        }
    }
}

impl Right {
    /// Whether an answer is right for an ECG that carries these statements.
    pub fn is_right(self, said: &[String], carried: &[String]) -> bool {
        let none_wrong = !said.is_empty() && said.iter().all(|code| carried.contains(code));
        match self {
            Self::NoneWrong => none_wrong,
            Self::ExactlyThese => none_wrong && carried.iter().all(|code| said.contains(code)),
        }
    }
}

impl ReadingProtocol {
    pub const VERSION: u32 = 1;

    /// Reads a protocol file.
    ///
    /// # Errors
    /// As [`Protocol::read`](super::super::Protocol::read).
    pub fn read(path: &Path) -> Result<Self, ReviewError> {
        let protocol: Self = read_ron(path)?;
        protocol.check()?;
        Ok(protocol)
    }

    /// Whether a file is meant to be such a protocol, good or not: it has a `kind`,
    /// and is no protocol of prototypes.
    pub fn is_meant_by(path: &Path) -> bool {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let mut fields = text.split(['\n', ',', '(']).map(str::trim_start);
        let has_kind = fields.any(|field| {
            let value = field.strip_prefix("kind").map(str::trim_start);
            value.is_some_and(|value| value.starts_with(':'))
        });
        has_kind && ron::from_str::<Protocol>(&text).is_err()
    }

    /// A protocol to start from, for people: commented RON. With what the model
    /// says, and the arms that it can be read in.
    pub fn template(bundle: &BundleRef, statements: &Offered, arms: &[Arm]) -> String {
        let names: Vec<&str> = arms.iter().map(|arm| arm.name()).collect();
        include_str!("../../../assets/reading-protocol.ron")
            .replace("BUNDLE_NAME", &bundle.name)
            .replace("BUNDLE_SHA256", &bundle.sha256)
            .replace(" STATEMENTS,", &format!(" {},", statements.as_written()))
            .replace("[ARMS]", &format!("[{}]", names.join(", ")))
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
        if self.ecgs.folds.is_empty() {
            return wrong("ecgs.folds", "none".to_owned(), "one fold at least");
        }
        if matches!(self.ecgs.take, Take::Count(0) | Take::PerStatement(0)) {
            return wrong("ecgs.take", "0".to_owned(), "1 or more");
        }
        if let Offered::Codes(codes) = &self.statements {
            let mut seen = HashSet::new();
            let known = |code: &&String| statements::by_code(code).is_some();
            if let Some(bad) = codes
                .iter()
                .find(|code| !known(code) || !seen.insert(*code))
            {
                let expected = "SCP statements, each once";
                return wrong("statements", format!("{bad:?}"), expected);
            }
        }
        if self.statements.codes().len() < 2 {
            return wrong("statements", "fewer than two".to_owned(), "a choice");
        }
        if self.most_statements == 0 {
            return wrong("most_statements", "0".to_owned(), "1 or more");
        }
        if self.arms.is_empty() || !self.arms.windows(2).all(|two| two[0] < two[1]) {
            let names: Vec<&str> = self.arms.iter().map(|arm| arm.name()).collect();
            let expected = "some of unaided, with_prediction, with_prototype, with_attention, in \
                            this order: each shows more than the one before it";
            return wrong("arms", format!("[{}]", names.join(", ")), expected);
        }
        if !(0.0..=0.5).contains(&self.wrong_controls) {
            let found = self.wrong_controls.to_string();
            return wrong("wrong_controls", found, "0 to 0.5");
        }
        check_codes(&self.raters)
    }

    /// Whether this code may read.
    ///
    /// # Errors
    /// [`ReviewError::UnknownRater`] lists the codes that may.
    pub fn admit(&self, rater: &Rater) -> Result<(), ReviewError> {
        admit(&self.raters, rater)
    }

    /// Whether any arm shows this much.
    pub fn shows(&self, arm: Arm) -> bool {
        self.arms.contains(&arm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_a_protocol_of_what_the_model_says_and_has() {
        let bundle = BundleRef {
            name: "model".to_owned(),
            sha256: "ab".repeat(32),
        };
        let codes = ["AFIB", "SR"].map(str::to_owned).to_vec();
        for statements in [
            Offered::All,
            Offered::Group(Group::Morphology),
            Offered::Codes(codes),
            Offered::Superclasses,
        ] {
            for arms in [&Arm::ALL[..], &Arm::ALL[..2]] {
                let text = ReadingProtocol::template(&bundle, &statements, arms);
                let protocol: ReadingProtocol = ron::from_str(&text).unwrap();
                protocol.check().unwrap();
                assert_eq!(
                    (&protocol.statements, &protocol.arms[..]),
                    (&statements, arms)
                );
                assert_eq!(protocol.bundle, bundle);
            }
        }
    }

    #[test]
    fn a_file_with_a_kind_is_meant_as_a_reading_even_where_it_is_broken() {
        let bundle = BundleRef {
            name: "model".to_owned(),
            sha256: "ab".repeat(32),
        };
        let reading = ReadingProtocol::template(&bundle, &Offered::All, &Arm::ALL);
        let rating = Protocol::template(&bundle);
        let titled = rating.replace("title: \"", "title: \"Second, kind: of, ");
        assert_ne!(titled, rating);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("protocol.ron");
        for (text, is_reading) in [
            (reading.clone(), true),
            (reading.replace("version: 1,", "version: 1"), true),
            (rating.replace("version: 1,", "version: 1"), false),
            (titled, false),
        ] {
            std::fs::write(&file, &text).unwrap();
            assert_eq!(ReadingProtocol::is_meant_by(&file), is_reading, "{text}");
        }
    }
}
