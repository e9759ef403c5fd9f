//! protoecg: why a neural network read a 12-lead ECG as it did, by the most
//! similar training ECG.
//!
//! The rooms, from the wire to the eye (arrows between them point one way, see
//! docs/development.md):

/// The window.
#[cfg(feature = "gui")]
pub mod app;
/// A trained model on disk: manifest, weights, prototypes, checksums.
pub mod bundle;
/// The subcommands.
pub mod cli;
/// Labelled collections on disk in the layout of PTB-XL.
pub mod dataset;
/// Zero-phase IIR filters and resampling, equal to scipy.
pub mod dsp;
/// What a recording is: leads, samples in millivolts, time. Types only.
pub mod ecg;
/// Prediction to evidence: ledger, prototypes, windows.
pub mod explain;
/// Files to recordings and back.
pub mod formats;
/// Bundle and recording to prediction.
pub mod inference;
/// Networks in tch, one file per architecture.
pub mod nn;
/// The gate before a model: findings with code, lead, number and limit.
pub mod plausibility;
/// Rating studies: protocol, store, export.
pub mod review;
/// The ECG sheet as a scene in millimetres, and its painters.
pub mod sheet;
/// Synthetic labelled 12-lead ECGs with known intervals.
pub mod simulator;
/// The 71 SCP statements of PTB-XL.
pub mod statements;
/// AUROC, intervals, bootstrap: pure functions.
pub mod statistics;
/// Stages, losses, schedules, projection.
pub mod training;
