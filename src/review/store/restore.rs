//! Putting a backup in the place of a database that is damaged or was spoilt.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use serde::Serialize;

use super::super::ReviewError;
use super::super::time::now_ms;
use super::backup::{backup_path, copy_and_test};
use super::create::{sync_folder_of, with_suffix, write_error};
use super::open::{read_study, refuse_shared_file_system};
use super::schema::{APPLICATION_ID, BUSY_TIMEOUT, pragma};
use super::{read, sqlite_error};

/// What a restoring did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Restored {
    pub from: PathBuf,
    /// Events in the backup.
    pub events: usize,
    /// Where the database that was there is now; what can be read of it can be
    /// merged.
    pub replaced: Option<PathBuf>,
}

/// Puts the backup of that number (1 the newest) in the place of the database,
/// of whichever kind of study, after it was followed to its heads. The database
/// that is there goes to `backups/`, with its log.
///
/// # Errors
/// No such backup, or one that does not stand the test; a file in the place
/// that is no review database; another program that has the database open.
/// Then nothing was changed.
pub fn restore(path: &Path, number: usize) -> Result<Restored, ReviewError> {
    let backup = backup_path(path, number);
    if !backup.exists() {
        return Err(ReviewError::NotFound { path: backup });
    }
    refuse_shared_file_system(path)?;
    refuse_foreign_or_used(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let from = Connection::open_with_flags(&backup, flags).map_err(sqlite_error(&backup))?;
    let (document, _) = read_study(&from, &backup)?;
    let draft = copy_and_test(&from, path, &document)?;
    let events = read::events(&from).map_err(sqlite_error(&backup))?.len();
    let replaced = move_aside(path).inspect_err(|_| {
        let _ = fs::remove_file(&draft);
    })?;
    fs::rename(&draft, path).map_err(write_error(path))?;
    sync_folder_of(path)?;
    Ok(Restored {
        from: backup,
        events,
        replaced,
    })
}

/// A database that cannot be read is what a backup is for; one that another
/// program has open would go on taking answers under its new name.
fn refuse_foreign_or_used(path: &Path) -> Result<(), ReviewError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let Ok(connection) = Connection::open_with_flags(path, flags) else {
        return Ok(());
    };
    connection
        .busy_timeout(BUSY_TIMEOUT)
        .map_err(sqlite_error(path))?;
    if let Ok(id) = pragma::<i64>(&connection, "application_id")
        && id != APPLICATION_ID
    {
        return Err(ReviewError::NotAStudy {
            path: path.to_owned(),
            why: format!("its application id is {id:#x}, expected {APPLICATION_ID:#x}"),
        });
    }
    // Leaving WAL needs the file for oneself, and folds the log in.
    let left = connection.query_row("PRAGMA journal_mode = delete", [], |row| {
        row.get::<_, String>(0)
    });
    match left.map_err(sqlite_error(path)) {
        Err(busy @ ReviewError::Busy { .. }) => Err(busy),
        _ => Ok(()),
    }
}

fn move_aside(path: &Path) -> Result<Option<PathBuf>, ReviewError> {
    if !path.exists() {
        return Ok(None);
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = format!("{stem}-replaced-{}.sqlite", now_ms());
    let target = path.with_file_name("backups").join(name);
    // The log first: without it the database is an older state, never a torn one.
    for suffix in ["-wal", "-shm", ""] {
        let from = with_suffix(path, suffix);
        if from.exists() {
            fs::rename(&from, with_suffix(&target, suffix)).map_err(write_error(&target))?;
        }
    }
    Ok(Some(target))
}
