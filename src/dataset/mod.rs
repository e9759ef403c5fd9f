//! Labelled collections on disk in the layout of PTB-XL (Wagner et al. 2020):
//! one table `ptbxl_database.csv`, and the signals that its rows name. Or, for
//! other collections, `records.csv` with a label map.
//!
//! Signals come one by one from their files, or all of them through a cache.
//!
//! A collection that the simulator wrote says so by a marker file, which
//! everything made from it must repeat.

mod cache;
mod collection;
mod entry;
mod error;
mod high_rate;
mod label_map;
mod labels;
mod listing;
mod marker;
mod parallel;
mod scp_codes;
mod signals;
mod table;

pub use cache::{CacheReport, Check, Progress, default_cache_place, remove_cache};
pub use collection::{DataSet, TABLE_FILE};
pub use entry::{Entry, OLDEST_AGE_YEARS, same_patient};
pub use error::DataSetError;
pub use high_rate::{HIGH_RATE_FOLDER, HighRate, LOW_RATE_FOLDER};
pub use label_map::{LABEL_MAP_FILE, LabelMap};
pub use labels::{labels, positives};
pub use listing::{LISTING_FILE, write_listing};
pub use marker::{MARKER_FILE, MARKER_VERSION, SimulatedMarker};
pub use signals::Signal;
