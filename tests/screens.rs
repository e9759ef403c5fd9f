//! The screens, driven by accessible names, and small snapshots of panels.
//!
//! Everything is real: the demonstration bundle, simulated ECGs written as WFDB
//! records, the review database. They run one at a time (Mesa may crash when
//! Vulkan devices are made concurrently); each holds a lock for that.

#[path = "screens/compare.rs"]
mod compare;
#[path = "screens/display.rs"]
mod display;
#[path = "screens/evidence.rs"]
mod evidence;
#[path = "screens/layouts.rs"]
mod layouts;
#[path = "screens/metrics.rs"]
mod metrics;
#[path = "screens/pairs.rs"]
mod pairs;
#[path = "screens/read.rs"]
mod read;
#[path = "screens/reading.rs"]
mod reading;
#[path = "screens/review.rs"]
mod review;
#[path = "screens/settings.rs"]
mod settings;
#[path = "screens/snapshots.rs"]
mod snapshots;
#[path = "screens/statistics.rs"]
mod statistics;
#[path = "screens/train.rs"]
mod train;
#[path = "screens/walk.rs"]
mod walk;
#[path = "screens/window.rs"]
mod window;
#[path = "screens/without_a_model.rs"]
mod without_a_model;

#[path = "screens/worklist.rs"]
mod worklist;

#[path = "../benches/shared/xvfb.rs"]
mod xvfb;

#[path = "screens/driver.rs"]
mod driver;
#[allow(
    dead_code,
    reason = "the tests of the command line use what these do not"
)]
#[path = "it/small_model.rs"]
mod small_model;
