//! Files to recordings and back.
//!
//! [`open`] finds the type of a file from what is in it. Each format
//! is a module of its own; docs/formats.md says what of it is read.
#![forbid(unsafe_code)]

mod cart;
mod content;
/// Tables of numbers with a sidecar.
pub mod csv;
mod detect;
/// DICOM ECG waveforms.
pub mod dicom;
/// EDF, EDF+ and BDF.
pub mod edf;
mod error;
/// HL7 annotated ECG: XML of drug trials.
pub mod hl7_aecg;
mod identity;
mod load;
/// GE MUSE XML.
pub mod muse_xml;
/// NumPy arrays with a sidecar.
pub mod npy;
/// Philips Sierra XML.
pub mod philips_xml;
mod quantise;
mod save;
/// SCP-ECG: the binary format of European carts.
pub mod scp_ecg;
mod sidecar;
mod units;
mod waveform;
/// WFDB records: a text header (`.hea`) and binary signal files.
pub mod wfdb;
mod xml;

pub use detect::open;
pub use error::FormatError;
pub use identity::Identity;
pub use quantise::Resolution;
pub use save::{Saved, files_of, save};
pub use sidecar::Sidecar;
pub use waveform::Waveform;
