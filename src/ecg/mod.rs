//! What a recording is: leads, samples in millivolts, time. Types only; it
//! knows no file format and no patient.

mod lead;
mod pseudonym;
mod recording;

pub use lead::Lead;
pub use pseudonym::Pseudonym;
pub(crate) use recording::hex;
pub use recording::{Channel, Recording, Sex};
