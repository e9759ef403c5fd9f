//! Where the prototypes of a published branch come from: the JSON file that
//! upstream's projection writes beside the weights (specification 7.3).

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::{ImportError, ImportedPrototypes};

/// The training ECG of one prototype, as upstream says it. Which window of it
/// was projected upstream does not say.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ProvenanceEntry {
    pub ecg_id: u32,
    /// Code of the prototype's class.
    pub prototype_class: String,
    /// Similarity of the most similar window before the prototype was replaced
    /// by it, on the scale of its branch.
    pub similarity_score: f64,
}

/// The training ECGs of the prototypes of one branch.
#[derive(Clone, Debug, PartialEq)]
pub struct Provenance {
    path: String,
    /// By the prototype's number in its branch. Classes without a training ECG
    /// are missing.
    entries: BTreeMap<usize, ProvenanceEntry>,
}

impl Provenance {
    /// Reads `{job}_prototype_metadata.json`.
    ///
    /// # Errors
    /// A file that is not this JSON.
    pub fn read(path: &Path) -> Result<Self, ImportError> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|source| ImportError::Io {
            path: shown.clone(),
            source,
        })?;
        let wrong = |found: String| ImportError::Content {
            path: shown.clone(),
            found,
            expected: "an object of prototypes by number, each with ecg_id, prototype_class and \
                       similarity_score"
                .to_owned(),
        };
        let by_text: BTreeMap<String, ProvenanceEntry> =
            serde_json::from_str(&text).map_err(|e| wrong(e.to_string()))?;
        let mut entries = BTreeMap::new();
        for (number, entry) in by_text {
            let number: usize = number
                .parse()
                .map_err(|_| wrong(format!("prototype {number:?}")))?;
            entries.insert(number, entry);
        }
        Ok(Self {
            path: shown,
            entries,
        })
    }

    /// The branch of a network that this file belongs to, and its entries by
    /// the number of the prototype in the whole network.
    ///
    /// # Errors
    /// A class that no branch has, a prototype that is not there or is of
    /// another class.
    pub fn in_network(
        &self,
        network: &ImportedPrototypes,
    ) -> Result<BTreeMap<usize, &ProvenanceEntry>, ImportError> {
        let wrong = |found: String, expected: &str| ImportError::Content {
            path: self.path.clone(),
            found,
            expected: expected.to_owned(),
        };
        let Some(first) = self.entries.values().next() else {
            return Err(wrong("no prototype".to_owned(), "at least one"));
        };
        let class = &first.prototype_class;
        let of_class = |&&(_, output): &&(usize, usize)| network.codes[output] == *class;
        let Some(&(branch, _)) = network.prototypes.iter().find(of_class) else {
            return Err(wrong(format!("class {class}"), "a class of the model"));
        };
        let before = |&&(b, _): &&(usize, usize)| b < branch;
        let start = network.prototypes.iter().filter(before).count();
        let mut placed = BTreeMap::new();
        for (&number, entry) in &self.entries {
            let place = network
                .prototypes
                .get(start + number)
                .filter(|p| p.0 == branch);
            let Some(&(_, output)) = place else {
                let expected = format!(
                    "0 to {} of branch {}",
                    network.branches[branch].prototypes() - 1,
                    network.names[branch]
                );
                return Err(wrong(format!("prototype {number}"), &expected));
            };
            if network.codes[output] != entry.prototype_class {
                let found = format!("prototype {number} of class {}", entry.prototype_class);
                return Err(wrong(
                    found,
                    &format!("{}, as the weights say", network.codes[output]),
                ));
            }
            placed.insert(start + number, entry);
        }
        Ok(placed)
    }
}
