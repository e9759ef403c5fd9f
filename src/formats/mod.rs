//! Files to recordings and back.
//!
//! [`open`] finds the type of a file from what is in it. Today it reads WFDB
//! records; each further format is a folder of its own beside [`wfdb`].
#![forbid(unsafe_code)]

mod detect;
mod error;
/// WFDB records: a text header (`.hea`) and binary signal files.
pub mod wfdb;

pub use detect::open;
pub use error::FormatError;
