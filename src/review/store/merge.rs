//! Taking in the events of another file of the same study: from another site,
//! or from a copy that went on elsewhere.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::TransactionBehavior;
use serde::Serialize;

use super::super::ReviewError;
use super::super::document::StudyDocument;
use super::chain::Event;
use super::create::{draft_path, with_suffix, write_error};
use super::{Database, append, read, sqlite_error};

/// What a merge did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MergeReport {
    pub from: PathBuf,
    /// Events that are new here.
    pub added: usize,
    /// Events that were here already: none is taken twice.
    pub already_here: usize,
}

impl<S: StudyDocument> Database<S> {
    /// Appends every event of `other` that is not here, each chain whole. The
    /// other file is only copied, never opened or changed. A backup is made
    /// before.
    ///
    /// # Errors
    /// The file itself; another study; a file that does not open as
    /// [`Database::open`] has it; two events of one name that differ
    /// ([`ReviewError::Forked`]). Then nothing was merged.
    pub fn merge(&mut self, other: &Path) -> Result<MergeReport, ReviewError> {
        let same = |a: &Path, b: &Path| a.canonicalize().ok() == b.canonicalize().ok();
        if !other.exists() {
            return Err(ReviewError::NotFound {
                path: other.to_owned(),
            });
        }
        if same(other, &self.path) {
            return Err(ReviewError::SameFile {
                path: other.to_owned(),
            });
        }
        let folder = draft_path(&self.path)?;
        fs::create_dir(&folder).map_err(write_error(&folder))?;
        let events = self.events_of_copy(other, &folder);
        let _ = fs::remove_dir_all(&folder);
        let events = events?;
        self.backup()?;
        let (path, failed) = (self.path.clone(), sqlite_error(&self.path));
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(&failed)?;
        let mut report = MergeReport {
            from: other.to_owned(),
            added: 0,
            already_here: 0,
        };
        for event in &events {
            match read::hash_of(&transaction, &event.id).map_err(&failed)? {
                Some(hash) if hash == event.hash => report.already_here += 1,
                Some(_) => {
                    return Err(ReviewError::Forked {
                        path: other.to_owned(),
                        event: event.id.clone(),
                    });
                }
                None => {
                    append::insert(&transaction, event).map_err(sqlite_error(&path))?;
                    report.added += 1;
                }
            }
        }
        transaction.commit().map_err(&failed)?;
        self.events_since_backup += report.added;
        Ok(report)
    }

    /// The events of the other file, after a copy of it was opened and
    /// verified: a site's file may be on a medium that cannot be written, of an
    /// older version, or in use.
    fn events_of_copy(&self, other: &Path, folder: &Path) -> Result<Vec<Event>, ReviewError> {
        let copy = folder.join(other.file_name().unwrap_or_default());
        copy_with_log(other, &copy)?;
        make_writable(&copy)?;
        let opened = Self::open_by(&copy, self.author.clone())?;
        if opened.study_document != self.study_document {
            return Err(ReviewError::OtherStudy {
                path: other.to_owned(),
                found: format!("study {}", opened.study.study_id()),
                expected: format!("study {}", self.study.study_id()),
            });
        }
        read::events(&opened.connection).map_err(sqlite_error(other))
    }
}

/// The database and its log as they were at one moment: what is written to
/// while it is copied is copied again.
fn copy_with_log(other: &Path, copy: &Path) -> Result<(), ReviewError> {
    let failed = read_error(other);
    let log = |path: &Path| with_suffix(path, "-wal");
    let stamp = |path: &Path| {
        let metadata = fs::metadata(path).ok()?;
        Some((metadata.len(), metadata.modified().ok()?))
    };
    let stamps = || (stamp(other), stamp(&log(other)));
    for _ in 0..3 {
        let before = stamps();
        fs::copy(other, copy).map_err(&failed)?;
        if before.1.is_some() {
            fs::copy(log(other), log(copy)).map_err(&failed)?;
        }
        if stamps() == before {
            return Ok(());
        }
        let _ = fs::remove_file(log(copy));
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    Err(ReviewError::Busy {
        path: other.to_owned(),
    })
}

/// The copy of a write-protected file is write-protected.
fn make_writable(copy: &Path) -> Result<(), ReviewError> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(copy, fs::Permissions::from_mode(0o600)).map_err(write_error(copy))
}

fn read_error(path: &Path) -> impl Fn(std::io::Error) -> ReviewError {
    let path = path.to_owned();
    move |source| ReviewError::Io {
        path: path.clone(),
        source,
    }
}
