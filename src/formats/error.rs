//! What can be wrong with a file.

use std::path::{Path, PathBuf};

/// Why a file could not be read or written. Every message names the file, the
/// field, what was found and what was expected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    #[error("{}: {source}", path.display())]
    Io {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{}: not a regular file, but {found}", path.display())]
    NotAFile { path: PathBuf, found: &'static str },
    #[error("{}: the file is empty (0 bytes)", path.display())]
    Empty { path: PathBuf },
    #[error("{}: {found}, which is not read; `protoecg convert --help` lists what is", path.display())]
    UnknownType { path: PathBuf, found: String },
    #[error("{}: {what} is not read", path.display())]
    Unsupported { path: PathBuf, what: String },
    #[error("{}: {what} has {found} bytes, more than the {limit} that are read", path.display())]
    TooLarge {
        path: PathBuf,
        what: &'static str,
        found: u64,
        limit: u64,
    },
    #[error("{} line {line}: {field} is {found}, expected {expected}", path.display())]
    Field {
        path: PathBuf,
        line: usize,
        field: String,
        found: String,
        expected: &'static str,
    },
    /// As [`FormatError::Field`], in a file that has no lines.
    #[error("{}: {field} is {found}, expected {expected}", path.display())]
    Value {
        path: PathBuf,
        field: String,
        found: String,
        expected: String,
    },
    /// A declared length that the file does not have; found before anything is
    /// allocated by it.
    #[error("{}: {what} needs {needed} bytes, {found} are there", path.display())]
    TooShort {
        path: PathBuf,
        what: String,
        needed: u64,
        found: u64,
    },
    #[error("{}: the header promises {promised} {what} and describes {described}", path.display())]
    Count {
        path: PathBuf,
        what: &'static str,
        promised: usize,
        described: usize,
    },
    #[error(
        "{}: truncated: {found} bytes found, {expected} expected ({signals} signals of {samples} samples each, as the header says)",
        path.display()
    )]
    Truncated {
        path: PathBuf,
        found: u64,
        /// A number of bytes, or `more` where compression leaves it open.
        expected: String,
        signals: usize,
        samples: usize,
    },
    #[error(
        "{}: signal {signal}: the samples sum to checksum {found}, the header says {expected}: one of the two was changed",
        path.display()
    )]
    Checksum {
        path: PathBuf,
        signal: String,
        found: i16,
        expected: i16,
    },
    /// More samples than a file of that size can mean honestly.
    #[error("{}: {found} samples in all, more than the {limit} that are read of a file of this size", path.display())]
    TooManySamples {
        path: PathBuf,
        found: u64,
        limit: u64,
    },
    #[error(
        "{}: a table says neither its rate nor its unit nor its leads; put {} beside it, like (version: 1, rate_hz: 500, unit: \"mV\", leads: [\"I\", \"II\"])",
        path.display(), sidecar.display()
    )]
    NoSidecar { path: PathBuf, sidecar: PathBuf },
    #[error("cannot write {}: {reason}", path.display())]
    NotWritable { path: PathBuf, reason: String },
}

impl FormatError {
    pub(super) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}
