//! What a user sees, through the public interface: one module per promise.

mod bundles;
mod command_line;
mod dataset;
mod dsp;
mod measurements;
mod plausibility;
mod preprocessing;
mod reference_data;
mod review;
mod sheet;
mod simulator;
mod small_model;
mod statistics;
mod training;
mod wfdb;
