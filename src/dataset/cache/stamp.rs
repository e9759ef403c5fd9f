//! Whether a file is still the one that was read.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// The clock of file systems may be so much behind.
const CLOCK_STEP: Duration = Duration::from_millis(20);

/// Size and time of change of one file of a record. The time is that of the
/// inode (ctime): copying and unpacking set the other one (mtime) at will.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stamp {
    /// What follows the record's name in the file's: names may be identity and
    /// are not kept.
    pub suffix: String,
    bytes: u64,
    changed_ns: i64,
}

impl Stamp {
    /// The stamp of `record` + `suffix`.
    pub fn of(record: &Path, suffix: &str) -> io::Result<Self> {
        let mut path = record.as_os_str().to_owned();
        path.push(suffix);
        let metadata = std::fs::metadata(&path)?;
        Ok(Self {
            suffix: suffix.to_owned(),
            bytes: metadata.len(),
            changed_ns: metadata
                .ctime()
                .saturating_mul(1_000_000_000)
                .saturating_add(metadata.ctime_nsec()),
        })
    }

    /// Whether the file was changed clearly before `time`: what was read after
    /// it is what the stamp says. One that was changed just then could be
    /// changed again and keep its stamp.
    pub fn is_before(&self, time: SystemTime) -> bool {
        let before = time
            .checked_sub(CLOCK_STEP)
            .and_then(|t| t.duration_since(UNIX_EPOCH).ok());
        before.is_some_and(|t| i128::from(self.changed_ns) < t.as_nanos() as i128)
    }

    pub fn is_still_of(&self, record: &Path) -> bool {
        Self::of(record, &self.suffix).is_ok_and(|now| now == *self)
    }
}
