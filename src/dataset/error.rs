//! What can be wrong with a collection.

use std::path::PathBuf;

use crate::formats::FormatError;

/// Every message names the file and what was expected in it.
#[derive(Debug, thiserror::Error)]
pub enum DataSetError {
    #[error(
        "{} has neither ptbxl_database.csv nor records.csv; choose the folder of PTB-XL that holds the first and records100, or one with a listing of your own", root.display()
    )]
    NoTable { root: PathBuf },
    #[error("{}: cannot be read: {source}", file.display())]
    Io {
        file: PathBuf,
        source: std::io::Error,
    },
    #[error("{}: column `{column}` is missing; the table has: {found}", file.display())]
    MissingColumn {
        file: PathBuf,
        column: &'static str,
        found: String,
    },
    #[error("{}, line {line}: {reason}", file.display())]
    BadCsv {
        file: PathBuf,
        line: u64,
        reason: String,
    },
    #[error("{}, line {line} (ecg_id {ecg_id}): {field} is {found:?}, expected {expected}", file.display())]
    BadField {
        file: PathBuf,
        line: u64,
        /// As the row spells it, or `?`.
        ecg_id: String,
        field: &'static str,
        found: String,
        expected: String,
    },
    #[error("the signal cache in {}: {source}", place.display())]
    Cache {
        place: PathBuf,
        source: std::io::Error,
    },
    #[error("stopped while reading the records; what was read is kept")]
    Stopped,
    #[error("{}: {reason}", file.display())]
    BadMarker { file: PathBuf, reason: String },
    #[error("{}: {reason}", file.display())]
    BadLabelMap { file: PathBuf, reason: String },
    #[error("{} has no WFDB header (.hea) in it or in its folders", folder.display())]
    NoRecords { folder: PathBuf },
    #[error("{}: {source}", file.display())]
    Listed {
        file: PathBuf,
        source: Box<FormatError>,
    },
    #[error("ecg_id {ecg_id}: {source}")]
    Signal { ecg_id: u32, source: FormatError },
}
