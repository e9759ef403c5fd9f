//! What a user sees, through the public interface: one module per promise.

mod agreement;
mod audit;
mod bundles;
mod carts;
mod command_line;
mod dataset;
mod dsp;
mod evaluation_report;
mod formats;
mod hostile_files;
mod import_torch;
mod measurements;
mod model_quality;
mod plausibility;
mod preprocessing;
mod reference_data;
mod review;
mod sheet;
mod simulator;
mod small_model;
mod statistics;
mod study_report;
mod tensorboard;
mod training;
mod training_options;
mod wfdb;
