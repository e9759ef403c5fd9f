//! What is rated, by whom, and in which order.

use std::collections::HashSet;
use std::fmt;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::protocol::{BundleRef, Protocol, Stop};
use super::queue::{Slot, main_order, queue, repeat_count};
use super::selection::{Selected, select};
use super::time::{now_ms, utc_text};
use super::{Pair, Rated, ReviewError};
use crate::ecg::hex;

/// One thing to rate: a projected prototype, of which the rater sees only the
/// class; or a pair. What a version 1 database does not have is empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its number in the bundle; of a pair its number in the study.
    pub prototype: usize,
    /// SCP code of the class that the prototype belongs to.
    pub class_code: String,
    /// `rhythm`, `morphology`, `global`.
    #[serde(default)]
    pub branch: String,
    /// The training ECG that it was cut from.
    #[serde(default)]
    pub source_ecg: Option<u32>,
    /// Prototypes of the same class and source window: rated with this one,
    /// counted once.
    #[serde(default)]
    pub linked: Vec<usize>,
    /// In a study of pairs; class, branch and source are those of its prototype.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pair: Option<Pair>,
}

impl Item {
    /// The prototype in the bundle that is shown.
    pub fn shown_prototype(&self) -> usize {
        let pair = self.pair.as_ref();
        pair.map_or(self.prototype, |pair| pair.prototype)
    }
}

/// A rating study: the prototypes of one bundle. Fixed once it is made; its
/// hash is the start of every chain of events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Study {
    /// 32 random hexadecimal digits.
    pub study_id: String,
    pub bundle_name: String,
    /// In hexadecimal.
    pub bundle_sha256: String,
    pub items: Vec<Item>,
    /// Decides the order of each rater, with the rater's code. Below 2^32, so
    /// that every JSON reader keeps it whole.
    pub seed: u32,
    /// RFC 3339, UTC.
    pub created: String,
    /// Of a version 1 database: [`Protocol::quick`].
    #[serde(default = "version_1_protocol")]
    pub protocol: Protocol,
    /// Rated first, for practice; none of them is among the items.
    #[serde(default)]
    pub training: Vec<Item>,
    /// In a study of pairs what people call the data with the test ECGs.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub data: String,
}

fn version_1_protocol() -> Protocol {
    Protocol::quick(BundleRef::default())
}

impl Study {
    /// A new study by [`Protocol::quick`], with a random identity and seed.
    ///
    /// # Errors
    /// As [`Study::by_protocol`].
    pub fn new(
        bundle_name: &str,
        bundle_sha256: &str,
        items: Vec<Item>,
    ) -> Result<Self, ReviewError> {
        let bundle = BundleRef {
            name: bundle_name.to_owned(),
            sha256: bundle_sha256.to_owned(),
        };
        Self::by_protocol(Protocol::quick(bundle), items)
    }

    /// A new study: `items` are all of the bundle, from which the protocol
    /// selects.
    ///
    /// # Errors
    /// As [`Protocol::check`] and [`Study::check`]; a selection that the
    /// bundle does not have; too few prototypes for the hidden repeats.
    pub fn by_protocol(protocol: Protocol, items: Vec<Item>) -> Result<Self, ReviewError> {
        protocol.check()?;
        if protocol.pairs.is_some() {
            return Err(ReviewError::Protocol {
                field: "pairs".to_owned(),
                found: "there, and no test ECGs are".to_owned(),
                expected: "a study made with the data set, as `review new --data` does",
            });
        }
        let seed = new_seed(protocol.seed)?;
        check_items(&items)?;
        let Selected { items, training } = select(items, &protocol, seed)?;
        Self::of_items(protocol, seed, "", items, training)
    }

    /// A new study of items that were selected or drawn.
    pub(super) fn of_items(
        protocol: Protocol,
        seed: u32,
        data: &str,
        items: Vec<Item>,
        training: Vec<Item>,
    ) -> Result<Self, ReviewError> {
        let study = Self {
            study_id: hex(&random_bytes::<16>()?),
            bundle_name: protocol.bundle.name.clone(),
            bundle_sha256: protocol.bundle.sha256.clone(),
            items,
            seed,
            created: utc_text(now_ms()),
            protocol,
            training,
            data: data.to_owned(),
        };
        study.check()?;
        Ok(study)
    }

    /// # Errors
    /// No item; one prototype twice; a study too short for its hidden repeats.
    pub fn check(&self) -> Result<(), ReviewError> {
        if self.items.is_empty() {
            return Err(ReviewError::NoItems);
        }
        let all = || self.items.iter().chain(&self.training);
        check_items(all())?;
        if all().any(|item| item.pair.is_some() != self.is_of_pairs()) {
            return Err(ReviewError::Protocol {
                field: "pairs".to_owned(),
                found: "other than the items".to_owned(),
                expected: "a pair in every item of a study of pairs, and in no other",
            });
        }
        if let Stop::Width { at_least, .. } = self.protocol.stop
            && at_least > self.items.len()
        {
            return Err(ReviewError::Protocol {
                field: "stop.at_least".to_owned(),
                found: format!("{at_least} of {} prototypes", self.items.len()),
                expected: "no more than the study has",
            });
        }
        let repeats = self.protocol.repeats;
        let rated = self.rated_by_each();
        let (wanted, room) = (
            repeat_count(rated, repeats),
            (rated + 1).saturating_sub(repeats.apart),
        );
        if repeats.share > 0.0 && (wanted == 0 || wanted > room) {
            return Err(ReviewError::Protocol {
                field: "repeats".to_owned(),
                found: format!("a share of {} of {rated} prototypes", repeats.share),
                expected: "enough prototypes to repeat some at that distance, or share: 0",
            });
        }
        Ok(())
    }

    /// Pairs of a test ECG and a prototype are rated.
    pub fn is_of_pairs(&self) -> bool {
        self.protocol.pairs.is_some()
    }

    /// What the item with this number is, for errors.
    pub(super) fn rated(&self, number: usize) -> Rated {
        match self.is_of_pairs() {
            true => Rated::Pair(number),
            false => Rated::Prototype(number),
        }
    }

    /// Prototypes that each rater answers, training and repeats not counted.
    fn rated_by_each(&self) -> usize {
        match self.protocol.stop {
            Stop::All | Stop::Width { .. } => self.items.len(),
            Stop::After(count) => self.items.len().min(count),
        }
    }

    /// The item of a prototype, if it is in the study or its training set.
    pub fn item(&self, prototype: usize) -> Option<&Item> {
        let mut all = self.items.iter().chain(&self.training);
        all.find(|i| i.prototype == prototype)
    }

    /// Everything that this rater answers, in order: training, then the
    /// prototypes of [`Study::order`] with the hidden repeats among them.
    pub fn queue(&self, rater: &Rater) -> Vec<Slot> {
        queue(self, rater)
    }

    /// The items in the order in which this rater sees them. At random:
    /// ascending by SHA-256 of `protoecg order 1|<seed>|<rater>|<prototype>`;
    /// by class: classes ascending by that of `protoecg class
    /// 1|<seed>|<rater>|<code>`, at random within; balanced: the first of
    /// every class in the order of the classes, then the second of every class.
    pub fn order(&self, rater: &Rater) -> Vec<usize> {
        main_order(self, rater)
    }

    /// What the study is called.
    pub fn title(&self) -> &str {
        match self.protocol.title.as_str() {
            "" => &self.bundle_name,
            title => title,
        }
    }
}

fn check_items<'a>(items: impl IntoIterator<Item = &'a Item>) -> Result<(), ReviewError> {
    let mut seen = HashSet::new();
    let mut all = items.into_iter();
    match all.find(|i| !seen.insert(i.prototype)) {
        Some(twice) => Err(ReviewError::DuplicateItem {
            prototype: twice.prototype,
        }),
        None => Ok(()),
    }
}

/// The code of a person who rates: 1 to 16 letters, digits, `-` or `_`, the
/// first a letter or digit (so that no spreadsheet takes it for a formula).
/// Never a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rater(String);

impl Rater {
    /// # Errors
    /// [`ReviewError::RaterCode`] says which rule is not met.
    pub fn new(code: &str) -> Result<Self, ReviewError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let why = if code.is_empty() {
            "it is empty"
        } else if code.chars().count() > 16 {
            "it is too long"
        } else if !code.chars().all(allowed) {
            "it has other characters"
        } else if !code.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            "it starts with a sign"
        } else {
            return Ok(Self(code.to_owned()));
        };
        Err(ReviewError::RaterCode {
            found: code.chars().take(40).collect(),
            why,
        })
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Rater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl std::str::FromStr for Rater {
    type Err = ReviewError;
    fn from_str(code: &str) -> Result<Self, ReviewError> {
        Self::new(code)
    }
}

impl TryFrom<String> for Rater {
    type Error = ReviewError;
    fn try_from(code: String) -> Result<Self, ReviewError> {
        Self::new(&code)
    }
}

impl From<Rater> for String {
    fn from(rater: Rater) -> Self {
        rater.0
    }
}

/// The seed of a protocol, or one that is drawn now.
pub(super) fn new_seed(wanted: Option<u32>) -> Result<u32, ReviewError> {
    match wanted {
        Some(seed) => Ok(seed),
        None => Ok(u32::from_le_bytes(random_bytes()?)),
    }
}

/// Bytes of the system's random source. Identities of studies and machines
/// need to differ, so a seeded generator will not do.
pub(super) fn random_bytes<const N: usize>() -> Result<[u8; N], ReviewError> {
    let source = Path::new("/dev/urandom");
    let mut bytes = [0; N];
    std::fs::File::open(source)
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(|error| ReviewError::Io {
            path: source.to_owned(),
            source: error,
        })?;
    Ok(bytes)
}
