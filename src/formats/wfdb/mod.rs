//! WFDB records, as PhysioNet's sets and PTB-XL have them.
//!
//! Source: WFDB Applications Guide, header(5) and signal(5).
//!
//! Read: single-segment records in formats 8, 16, 24, 32, 61, 80, 160, 212,
//! 310 and 311, with one or more signal files, byte offsets (`16+24`, which
//! makes the `.mat` files of the PhysioNet challenges readable) and skew.
//! Refused by name: multi-segment records, FLAC, several samples per frame.

mod header;
mod read;
mod samples;
mod write;

pub use header::{looks_like_header, names_signal_file};
pub use read::read;
pub use write::write;
