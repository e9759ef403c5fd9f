//! Backups while the study goes on: a whole copy beside the database, tested
//! by opening before it takes the place of an older one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::super::ReviewError;
use super::super::document::StudyDocument;
use super::create::{draft_path, sync_folder_of, write_error};
use super::open::{check_pages, read_study};
use super::{Database, chain, read, sqlite_error};

/// A backup is due after so many events.
pub const EVENTS_PER_BACKUP: usize = 50;

/// How many are kept.
pub const BACKUPS_KEPT: usize = 3;

impl<S: StudyDocument> Database<S> {
    /// A backup now: `backups/<name>-1.sqlite` in the folder of the database;
    /// the one that was there becomes `-2`, and so on.
    ///
    /// # Errors
    /// When it cannot be written, or does not stand the test: then the older
    /// backups are as they were.
    pub fn backup(&mut self) -> Result<PathBuf, ReviewError> {
        let newest = backup_path(&self.path, 1);
        if let Some(folder) = newest.parent() {
            fs::create_dir_all(folder).map_err(write_error(folder))?;
        }
        let draft = copy_and_test(&self.connection, &newest, &self.study_document)?;
        // The oldest is overwritten first: at any moment all but one are there.
        for number in (1..BACKUPS_KEPT).rev() {
            let (younger, older) = (
                backup_path(&self.path, number),
                backup_path(&self.path, number + 1),
            );
            if younger.exists() {
                fs::rename(&younger, &older).map_err(write_error(&older))?;
            }
        }
        fs::rename(&draft, &newest).map_err(write_error(&newest))?;
        sync_folder_of(&newest)?;
        self.events_since_backup = 0;
        Ok(newest)
    }

    /// A backup after every [`EVENTS_PER_BACKUP`] events; `None` when none is
    /// due.
    ///
    /// # Errors
    /// As [`Database::backup`].
    pub fn backup_if_due(&mut self) -> Result<Option<PathBuf>, ReviewError> {
        let due = self.events_since_backup >= EVENTS_PER_BACKUP;
        due.then(|| self.backup()).transpose()
    }

    /// Events that the newest backup does not have, in any run: all of them
    /// where it cannot be read.
    pub(super) fn events_without_backup(&self) -> Result<usize, ReviewError> {
        let count = |connection: &Connection| {
            connection.query_row("SELECT count(*) FROM events", [], |row| {
                row.get::<_, i64>(0)
            })
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let kept = Connection::open_with_flags(backup_path(&self.path, 1), flags)
            .and_then(|backup| count(&backup))
            .unwrap_or(0);
        let here = count(&self.connection).map_err(sqlite_error(&self.path))?;
        Ok(usize::try_from(here - kept).unwrap_or(0))
    }

    /// Closes the database, with a backup of what is new.
    ///
    /// # Errors
    /// As [`Database::backup`]; the database is closed all the same.
    pub fn close(mut self) -> Result<Option<PathBuf>, ReviewError> {
        let wanted = self.events_since_backup > 0;
        wanted.then(|| self.backup()).transpose()
    }
}

/// Where the backups of a database are, 1 the newest.
pub fn backup_path(database: &Path, number: usize) -> PathBuf {
    let stem = database.file_stem().unwrap_or_default().to_string_lossy();
    let name = format!("{stem}-{number}.sqlite");
    database.with_file_name("backups").join(name)
}

/// A whole copy beside `target`, opened and followed to its heads; what is
/// left is to give it its name.
pub(super) fn copy_and_test(
    from: &Connection,
    target: &Path,
    study_document: &str,
) -> Result<PathBuf, ReviewError> {
    let draft = draft_path(target)?;
    let tested = copy(from, &draft)
        .map_err(sqlite_error(target))
        .and_then(|()| test(from, &draft, target, study_document))
        .and_then(|()| {
            File::open(&draft)
                .and_then(|file| file.sync_all())
                .map_err(write_error(target))
        });
    match tested {
        Ok(()) => Ok(draft),
        Err(error) => {
            let _ = fs::remove_file(&draft);
            Err(error)
        }
    }
}

fn copy(from: &Connection, draft: &Path) -> rusqlite::Result<()> {
    let mut to = Connection::open(draft)?;
    rusqlite::backup::Backup::new(from, &mut to)?.run_to_completion(
        1024,
        std::time::Duration::from_millis(1),
        None,
    )?;
    // One file without a log beside it; opening it for rating turns the log on.
    to.pragma_update(None, "journal_mode", "delete")?;
    to.close().map_err(|(_, error)| error)
}

fn test(
    from: &Connection,
    draft: &Path,
    target: &Path,
    study_document: &str,
) -> Result<(), ReviewError> {
    let failed = |what: String| ReviewError::Backup {
        path: target.to_owned(),
        what,
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let copy = Connection::open_with_flags(draft, flags).map_err(sqlite_error(target))?;
    check_pages(&copy, target)?;
    let (document, _) = read_study(&copy, target)?;
    let events = read::events(&copy).map_err(sqlite_error(target))?;
    let original = read::events(from).map_err(sqlite_error(target))?;
    chain::follow(&events, &document)
        .map_err(|(event, what)| failed(format!("event {event}: {what}")))?;
    // Another program may have saved an answer since the copy.
    if document != study_document || !original.starts_with(&events) {
        return Err(failed("it is not what was copied".to_owned()));
    }
    Ok(())
}
