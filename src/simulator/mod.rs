//! Synthetic labelled 12-lead ECGs whose beats and intervals are known.
//!
//! A rhythm decides when atria and ventricles beat; a patient decides how a
//! beat looks; waves of a dipole (in the spirit of McSharry 2003 and Sameni
//! 2007, with our own shapes and numbers) pass through Dower's lead field to
//! nine electrodes, where noise is added; the leads are differences of
//! electrodes. No measured signal is in any of it.

mod atria;
mod condition;
mod criteria;
mod diagnosis;
mod error;
mod folder;
mod lead_field;
mod mix;
mod morphology;
mod noise;
mod patient;
mod random;
mod record;
mod render;
mod rhythm;
mod rows;
mod table;
mod template;
mod truth;
mod wave;

pub use error::SimulatorError;
pub use folder::{BEATS_FILE, Collection, TRUTH_FILE, write_ptbxl};
pub use mix::Mix;
pub use noise::Noise;
pub use record::{Recipe, SimulatedEcg, simulate, simulate_without_noise};
pub use rhythm::Rhythm;
pub use truth::{Beat, BeatKind, LeadTruth, Truth, VISIBLE_MV};
