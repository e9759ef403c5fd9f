//! WFDB records, as PhysioNet's sets and PTB-XL have them.
//!
//! Source: WFDB Applications Guide, header(5) and signal(5).
//!
//! Read: formats 0, 8, 16, 24, 32, 61, 80, 160, 212, 310, 311 and, as FLAC, 508,
//! 516 and 524; one or more signal files, byte offsets (`16+24`, which makes the
//! MATLAB files of the PhysioNet challenges readable), skew, several samples
//! per frame, several segments in fixed and variable layout.

mod flac;
mod header;
mod line;
mod raw;
mod record;
mod samples;
mod segment;
mod segments;
mod write;

pub use header::{diagnosis_codes, looks_like_header, names_signal_file};
pub use line::Scale;
pub use raw::{RawLayout, RawLead, RawRecord, read_raw};
pub use record::{PhysicalSignal, Record, read, read_record};
pub use write::write;
