//! The file that says: these ECGs were simulated.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::DataSetError;

/// Its name in the root of a simulated collection.
pub const MARKER_FILE: &str = "SIMULATED.ron";

/// The version of the marker that this program writes and reads.
pub const MARKER_VERSION: u32 = 1;

/// What the marker says: enough to write the same collection again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimulatedMarker {
    pub version: u32,
    /// `protoecg 0.1.0`: another version may simulate other signals.
    pub program: String,
    pub seed: u64,
    pub records: usize,
    /// `rhythm` or `all`; markers without it were written before there was a
    /// choice.
    #[serde(default = "rhythm")]
    pub mix: String,
    /// Wander, muscle, mains and motion, as multiples of the usual.
    #[serde(default = "usual")]
    pub noise: [f64; 4],
}

fn rhythm() -> String {
    "rhythm".to_owned()
}

fn usual() -> [f64; 4] {
    [1.0; 4]
}

impl SimulatedMarker {
    /// The marker in `root`, if there is one. One that cannot be understood is
    /// an error: what is made of the signals would not say what they are.
    pub(super) fn read(root: &Path) -> Result<Option<Self>, DataSetError> {
        let file = root.join(MARKER_FILE);
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(DataSetError::Io { file, source }),
        };
        let marker: Self = match ron::from_str(&text) {
            Ok(marker) => marker,
            Err(e) => {
                return Err(DataSetError::BadMarker {
                    file,
                    reason: e.to_string(),
                });
            }
        };
        if marker.version != MARKER_VERSION {
            let reason = format!("version is {}, expected {MARKER_VERSION}", marker.version);
            return Err(DataSetError::BadMarker { file, reason });
        }
        Ok(Some(marker))
    }
}
