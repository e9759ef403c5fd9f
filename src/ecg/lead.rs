//! The twelve standard leads.

use serde::{Deserialize, Serialize};

/// One of the twelve standard leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Lead {
    I,
    II,
    III,
    #[serde(rename = "aVR")]
    AVR,
    #[serde(rename = "aVL")]
    AVL,
    #[serde(rename = "aVF")]
    AVF,
    V1,
    V2,
    V3,
    V4,
    V5,
    V6,
}

impl Lead {
    /// The order of PTB-XL and of every network here: limb leads, then chest leads.
    pub const STANDARD: [Self; 12] = [
        Self::I,
        Self::II,
        Self::III,
        Self::AVR,
        Self::AVL,
        Self::AVF,
        Self::V1,
        Self::V2,
        Self::V3,
        Self::V4,
        Self::V5,
        Self::V6,
    ];

    /// The name as printed on a sheet: `aVR`, not `AVR`.
    pub fn name(self) -> &'static str {
        match self {
            Self::I => "I",
            Self::II => "II",
            Self::III => "III",
            Self::AVR => "aVR",
            Self::AVL => "aVL",
            Self::AVF => "aVF",
            Self::V1 => "V1",
            Self::V2 => "V2",
            Self::V3 => "V3",
            Self::V4 => "V4",
            Self::V5 => "V5",
            Self::V6 => "V6",
        }
    }

    /// Reads a lead name whatever its case (PTB-XL headers spell `AVR`), with
    /// or without a leading "Lead ".
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim();
        let name = match name.get(..5) {
            Some(prefix) if prefix.eq_ignore_ascii_case("lead ") => &name[5..],
            _ => name,
        };
        Self::STANDARD
            .into_iter()
            .find(|lead| lead.name().eq_ignore_ascii_case(name.trim()))
    }

    /// Position in [`Lead::STANDARD`], 0 to 11.
    pub fn index(self) -> usize {
        self as usize
    }
}

impl std::fmt::Display for Lead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_headers_spell_them() {
        assert_eq!(Lead::parse("AVR"), Some(Lead::AVR));
        assert_eq!(Lead::parse(" avf "), Some(Lead::AVF));
        assert_eq!(Lead::parse("Lead II"), Some(Lead::II));
        assert_eq!(Lead::parse("MLII"), None);
    }

    #[test]
    fn the_index_is_the_place_in_the_standard_order() {
        for (i, lead) in Lead::STANDARD.into_iter().enumerate() {
            assert_eq!(lead.index(), i);
        }
    }
}
