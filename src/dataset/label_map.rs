//! From the codes of another collection to SCP statements: `labels.ron`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::DataSetError;
use crate::statements;

/// Its name in the root of a collection.
pub const LABEL_MAP_FILE: &str = "labels.ron";

const VERSION: u32 = 1;

/// What the codes of a collection mean.
///
/// ```ron
/// (version: 1, name: "my hospital", map: {"164889003": ["AFIB"], "Normal": ["NORM", "SR"]})
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelMap {
    pub version: u32,
    /// The collection, for people.
    pub name: String,
    /// The folder of the recordings, where it is not that of this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<PathBuf>,
    /// Codes of the collection to SCP statements, or to a diagnostic superclass
    /// (`MI`) for what has no place among the statements.
    pub map: BTreeMap<String, Vec<String>>,
}

impl LabelMap {
    /// Of the PhysioNet Challenges 2020 and 2021, which comes with the program.
    ///
    /// # Errors
    /// None that a test would not have found.
    pub fn physionet_challenges() -> Result<Self, DataSetError> {
        let text = include_str!("../../assets/label-maps/physionet-challenges.ron");
        Self::parse(Path::new("physionet-challenges.ron"), text)
    }

    /// Reads a map.
    ///
    /// # Errors
    /// No file, a field that is unknown, and targets that are no SCP statement.
    pub fn read(file: &Path) -> Result<Self, DataSetError> {
        let text = std::fs::read_to_string(file).map_err(|source| DataSetError::Io {
            file: file.to_owned(),
            source,
        })?;
        Self::parse(file, &text)
    }

    fn parse(file: &Path, text: &str) -> Result<Self, DataSetError> {
        let bad = |reason: String| DataSetError::BadLabelMap {
            file: file.to_owned(),
            reason,
        };
        // `files: "x"` reads as well as `files: Some("x")`.
        let ron = ron::Options::default()
            .with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        let map: Self = ron.from_str(text).map_err(|e| bad(e.to_string()))?;
        if map.version != VERSION {
            let reason = format!("version is {}, expected {VERSION}", map.version);
            return Err(bad(reason));
        }
        for (code, targets) in &map.map {
            for target in targets {
                if statements::describe(target).is_none() {
                    return Err(bad(format!(
                        "{code:?} means {target:?}, expected an SCP statement such as AFIB, or a superclass such as MI"
                    )));
                }
            }
        }
        Ok(map)
    }

    /// As a file has it.
    pub(super) fn to_text(&self) -> String {
        let pretty = ron::ser::PrettyConfig::new();
        ron::ser::to_string_pretty(self, pretty).unwrap_or_default() + "\n"
    }

    /// Whether the collection can tell if an ECG has `statement`.
    pub fn has_target(&self, statement: &str) -> bool {
        self.map
            .values()
            .flatten()
            .any(|target| target == statement)
    }

    /// The statements of these codes, each once, and the codes without any.
    pub(super) fn statements_of<'a>(&'a self, codes: &[&'a str]) -> (Vec<&'a str>, Vec<&'a str>) {
        let (mut found, mut unmapped) = (Vec::new(), Vec::new());
        for &code in codes {
            match self.map.get(code) {
                None => unmapped.push(code),
                Some(targets) => {
                    for target in targets.iter().map(String::as_str) {
                        if !found.contains(&target) {
                            found.push(target);
                        }
                    }
                }
            }
        }
        (found, unmapped)
    }
}
