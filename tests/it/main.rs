//! What a user sees, through the public interface: one module per promise.

mod review;
mod statistics;
mod bundles;
mod command_line;
mod dataset;
mod dsp;
mod plausibility;
mod preprocessing;
mod reference_data;
mod sheet;
mod simulator;
mod small_model;
mod training;
mod wfdb;
