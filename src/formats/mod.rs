//! Files to recordings and back.
//!
//! [`open`] finds the type of a file from what is in it. Each format
//! is a module of its own; docs/formats.md says what of it is read.
#![forbid(unsafe_code)]

mod detect;
mod error;
mod identity;
mod load;
/// WFDB records: a text header (`.hea`) and binary signal files.
pub mod wfdb;

pub use detect::open;
pub use error::FormatError;
pub use identity::Identity;
