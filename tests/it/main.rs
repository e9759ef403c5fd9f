//! What a user sees, through the public interface: one module per promise.

mod dsp;
mod plausibility;
mod preprocessing;
mod reference_data;
mod wfdb;
