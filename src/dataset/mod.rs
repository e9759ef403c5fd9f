//! Labelled collections on disk in the layout of PTB-XL (Wagner et al. 2020):
//! one table `ptbxl_database.csv`, and the signals that its rows name.
//!
//! A collection that the simulator wrote says so by a marker file, which
//! everything made from it must repeat.

mod collection;
mod entry;
mod error;
mod labels;
mod marker;
mod scp_codes;
mod table;

pub use collection::{DataSet, TABLE_FILE};
pub use entry::{Entry, OLDEST_AGE_YEARS, same_patient};
pub use error::DataSetError;
pub use labels::{labels, positives};
pub use marker::{MARKER_FILE, MARKER_VERSION, SimulatedMarker};
