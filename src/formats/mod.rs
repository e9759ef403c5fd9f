//! Files to recordings and back.
//!
//! [`open`] finds the type of a file from what is in it. Each format
//! is a module of its own; docs/formats.md says what of it is read.
#![forbid(unsafe_code)]

/// Tables of numbers with a sidecar.
pub mod csv;
mod detect;
/// EDF, EDF+ and BDF.
pub mod edf;
mod error;
mod identity;
mod load;
/// NumPy arrays with a sidecar.
pub mod npy;
mod quantise;
mod save;
mod sidecar;
mod units;
/// WFDB records: a text header (`.hea`) and binary signal files.
pub mod wfdb;

pub use detect::open;
pub use error::FormatError;
pub use identity::Identity;
pub use quantise::Resolution;
pub use save::{Saved, files_of, save};
pub use sidecar::Sidecar;
