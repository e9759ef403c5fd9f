//! What stands for a patient once the identity is gone.

use std::fmt;

use super::hex;

/// 16 hexadecimal digits: the same for all files of one patient that were read
/// by one installation, and of no use to anyone without that installation's key.
///
/// It is made from a keyed hash only (see `formats::Identity`), so a name can
/// never end up in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct Pseudonym(String);

impl Pseudonym {
    /// From the first eight bytes of a keyed hash.
    pub(crate) fn from_keyed_hash(bytes: [u8; 8]) -> Self {
        Self(hex(&bytes))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
