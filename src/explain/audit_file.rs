//! An audit as a document: what `bundle audit --json` prints, and a file that is
//! read again beside the ratings of people.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Audit;
use crate::bundle::Bundle;
use crate::statistics::study::{MetricTable, PrototypeMetrics};

/// An audit and the bundle that it is of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditDocument {
    /// [`AuditDocument::SCHEMA`].
    pub schema: u32,
    pub bundle: AuditedBundle,
    pub audit: Audit,
}

/// Which bundle an audit is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditedBundle {
    pub name: String,
    /// In hexadecimal.
    pub sha256: String,
    /// What whoever reads numbers of it has to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}

/// Why a file is not taken for an audit.
#[derive(Debug, thiserror::Error)]
pub enum AuditFileError {
    #[error("{path}: {source}")]
    Io {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path}: not an audit of a bundle: {source}; `protoecg bundle audit --out` writes one")]
    Json {
        path: PathBuf,
        source: serde_json::Error,
    },
    #[error("{path}: {field} is {found}, expected {expected}")]
    Field {
        path: PathBuf,
        field: &'static str,
        found: String,
        expected: String,
    },
}

impl AuditDocument {
    pub const SCHEMA: u32 = 1;

    pub fn new(bundle: &Bundle, audit: Audit) -> Self {
        Self {
            schema: Self::SCHEMA,
            bundle: AuditedBundle {
                name: bundle.manifest.name.clone(),
                sha256: bundle.sha256.clone(),
                notice: bundle.notice().map(str::to_owned),
            },
            audit,
        }
    }

    /// Reads an audit of the bundle with this SHA-256.
    ///
    /// # Errors
    /// A file that cannot be read or is no audit, and one of another version or
    /// of another bundle, with what was found and what was expected.
    pub fn read_for(path: &Path, bundle_sha256: &str) -> Result<Self, AuditFileError> {
        let bytes = fs::read(path).map_err(|source| AuditFileError::Io {
            path: path.to_owned(),
            source,
        })?;
        let document: Self =
            serde_json::from_slice(&bytes).map_err(|source| AuditFileError::Json {
                path: path.to_owned(),
                source,
            })?;
        document.check(path, bundle_sha256)?;
        Ok(document)
    }

    fn check(&self, path: &Path, bundle_sha256: &str) -> Result<(), AuditFileError> {
        let wrong = |field, found: String, expected: String| {
            Err(AuditFileError::Field {
                path: path.to_owned(),
                field,
                found,
                expected,
            })
        };
        if self.schema != Self::SCHEMA {
            let expected = Self::SCHEMA.to_string();
            return wrong("schema", self.schema.to_string(), expected);
        }
        if self.bundle.sha256 != bundle_sha256 {
            let found = self.bundle.sha256.clone();
            return wrong("bundle.sha256", found, bundle_sha256.to_owned());
        }
        let numbers = self.audit.prototypes.iter().map(|p| p.prototype);
        match numbers.enumerate().find(|(place, found)| place != found) {
            Some((place, found)) => wrong(
                "audit.prototypes.prototype",
                found.to_string(),
                place.to_string(),
            ),
            None => Ok(()),
        }
    }

    /// Writes the document; the file appears whole or not at all. An earlier one
    /// is replaced.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), AuditFileError> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(|source| AuditFileError::Json {
            path: path.to_owned(),
            source,
        })?;
        bytes.push(b'\n');
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let beside = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
        let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
        written.map_err(|source| {
            // The first error is the one to report.
            let _ = fs::remove_file(&beside);
            AuditFileError::Io {
                path: path.to_owned(),
                source,
            }
        })
    }

    /// The numbers of the prototypes without anything else, for whoever puts
    /// them beside ratings.
    pub fn metrics(&self) -> MetricTable {
        let prototypes = self.audit.prototypes.iter();
        let prototypes: Vec<PrototypeMetrics> = prototypes.map(|p| p.metrics()).collect();
        MetricTable {
            bundle_sha256: self.bundle.sha256.clone(),
            purity_without_patient: self.audit.purity_without_patient,
            prototypes,
        }
    }
}
