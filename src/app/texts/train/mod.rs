//! The Train screen: a training is started, and a run is watched.

pub mod classes;
pub mod curves;
pub mod form;
pub mod prototypes;
pub mod run;
pub mod stages;
pub mod words;
