//! EDF, EDF+ and BDF: a header in ASCII and records of samples of 16 bits
//! (EDF) or 24 bits (BDF).
//!
//! Source: Kemp et al. 1992 (EDF), Kemp and Olivan 2003 (EDF+), BioSemi (BDF).
//!
//! Read: EDF, EDF+C, BDF, BDF+C; EDF+D and BDF+D if nothing was interrupted.
//! Written: EDF+C.

mod annotations;
mod header;
mod patient;
mod read;
mod write;

pub use header::looks_like;
pub use read::parse;
pub use write::write;
