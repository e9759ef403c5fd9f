//! What can be wrong with a collection.

use std::path::PathBuf;

use crate::formats::FormatError;

/// Every message names the file and what was expected in it.
#[derive(Debug, thiserror::Error)]
pub enum DataSetError {
    #[error(
        "{} has no ptbxl_database.csv; choose the folder of PTB-XL that holds that file and records100", root.display()
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
    #[error("{}: {reason}", file.display())]
    BadMarker { file: PathBuf, reason: String },
    #[error("ecg_id {ecg_id}: {source}")]
    Signal { ecg_id: u32, source: FormatError },
}
