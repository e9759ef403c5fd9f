//! What is rated, by whom, and in which order.

use std::collections::HashSet;
use std::fmt;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::ReviewError;
use super::time::{now_ms, utc_text};
use crate::ecg::hex;

/// One thing to rate: a projected prototype, of which the rater sees only the
/// class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its number in the bundle.
    pub prototype: usize,
    /// SCP code of the class that the prototype belongs to.
    pub class_code: String,
}

/// A rating study: the prototypes of one bundle. Fixed once the first answer
/// is given; its hash is the start of every chain of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
}

impl Study {
    /// A new study with a random identity and seed.
    ///
    /// # Errors
    /// When there is no item, or one prototype is there twice.
    pub fn new(
        bundle_name: &str,
        bundle_sha256: &str,
        items: Vec<Item>,
    ) -> Result<Self, ReviewError> {
        let seed = u32::from_le_bytes(random_bytes()?);
        let study = Self {
            study_id: hex(&random_bytes::<16>()?),
            bundle_name: bundle_name.to_owned(),
            bundle_sha256: bundle_sha256.to_owned(),
            items,
            seed,
            created: utc_text(now_ms()),
        };
        study.check()?;
        Ok(study)
    }

    /// # Errors
    /// When there is no item, or one prototype is there twice.
    pub fn check(&self) -> Result<(), ReviewError> {
        if self.items.is_empty() {
            return Err(ReviewError::NoItems);
        }
        let mut seen = HashSet::new();
        match self.items.iter().find(|i| !seen.insert(i.prototype)) {
            Some(twice) => Err(ReviewError::DuplicateItem {
                prototype: twice.prototype,
            }),
            None => Ok(()),
        }
    }

    /// The item of a prototype, if it is in the study.
    pub fn item(&self, prototype: usize) -> Option<&Item> {
        self.items.iter().find(|i| i.prototype == prototype)
    }

    /// All prototypes in the order in which this rater sees them: ascending by
    /// SHA-256 of `protoecg order 1|<seed>|<rater>|<prototype>`.
    ///
    /// A hash and no shuffle, so that the order is the same in every version
    /// and on every machine, and two lines in any language reproduce it.
    pub fn order(&self, rater: &Rater) -> Vec<usize> {
        let mut order: Vec<usize> = self.items.iter().map(|i| i.prototype).collect();
        order.sort_by_cached_key(|prototype| {
            let text = format!("protoecg order 1|{}|{rater}|{prototype}", self.seed);
            <[u8; 32]>::from(Sha256::digest(text))
        });
        order
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
