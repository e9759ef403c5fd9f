//! protoecg: why a neural network read a 12-lead ECG as it did, by the most
//! similar training ECG.
//!
//! The rooms, from the wire to the eye (arrows between them point one way, see
//! docs/development.md). Blank lines keep the order: it is the map.

/// What a recording is: leads, samples in millivolts, time. Types only.
pub mod ecg;

/// Zero-phase IIR filters and resampling, equal to scipy.
pub mod dsp;

/// Files to recordings and back.
pub mod formats;

/// Beats, fiducials, intervals, axes, the median beat.
pub mod measurements;

/// The gate before a model: findings with code, lead, number and limit.
pub mod plausibility;

/// The 71 SCP statements of PTB-XL.
pub mod statements;

/// AUROC, intervals, bootstrap: pure functions.
pub mod statistics;

/// Labelled collections on disk in the layout of PTB-XL.
pub mod dataset;

/// Synthetic labelled 12-lead ECGs with known intervals.
pub mod simulator;

/// Networks in tch, one file per architecture.
pub mod nn;

/// A trained model on disk: manifest, weights, prototypes, checksums.
pub mod bundle;

/// Bundle and recording to prediction.
pub mod inference;

/// Prediction to evidence: ledger, prototypes, windows.
pub mod explain;

/// Stages, losses, schedules, projection.
pub mod training;

/// Rating studies: protocol, store, export.
pub mod review;

/// The ECG sheet as a scene in millimetres, and its painters.
pub mod sheet;

/// The window.
#[cfg(feature = "gui")]
pub mod app;

/// The subcommands.
pub mod cli;
