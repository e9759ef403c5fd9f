//! What can go wrong when a collection is written.

use std::path::PathBuf;

use crate::formats::FormatError;

#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    #[error(
        "{} is not empty and was not written by the simulator (found {found}); choose an empty folder", folder.display()
    )]
    NotOurs { folder: PathBuf, found: String },
    #[error("{}: cannot be written: {source}", path.display())]
    Io {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{}: cannot be written: {source}", path.display())]
    Csv { path: PathBuf, source: csv::Error },
    #[error("{}: cannot be written: {source}", path.display())]
    Marker { path: PathBuf, source: ron::Error },
    #[error("record {record}: {source}")]
    Signal {
        record: String,
        source: Box<FormatError>,
    },
    #[error("cancelled after {written} records; run it again to write the folder anew")]
    Cancelled { written: usize },
}
