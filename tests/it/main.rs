//! What a user sees, through the public interface: one module per promise.

mod dataset;
mod dsp;
mod plausibility;
mod preprocessing;
mod reference_data;
mod sheet;
mod simulator;
mod wfdb;
