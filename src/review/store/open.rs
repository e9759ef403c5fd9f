//! Opening a review database: whose it is, of which version, whether it is
//! whole, and only then anything that could write to it.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, MAIN_DB, OpenFlags};
use sha2::{Digest, Sha256};

use super::super::ReviewError;
use super::super::document::{AnyStudy, StudyDocument};
use super::super::time::now_ms;
use super::schema::{
    APPLICATION_ID, BUSY_TIMEOUT, SCHEMA_VERSION, make_durable, pragma, schema_differences,
};
use super::{Author, Database, Installation, file_system, sqlite_error};
use crate::ecg::hex;

impl<S: StudyDocument> Database<S> {
    /// Opens a review database for rating on this machine.
    ///
    /// # Errors
    /// No such file; not a review database, or a newer one (both are left as
    /// they were); a damaged one, or one with a broken chain; one on a network
    /// file system or that cannot be written; another program that holds it.
    pub fn open(path: &Path) -> Result<Self, ReviewError> {
        Self::open_by(path, Author::of_this_account()?)
    }

    /// [`Database::open`], with answers going to one chain, whatever the file.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub fn open_as(path: &Path, chain: Installation) -> Result<Self, ReviewError> {
        Self::open_by(path, Author::Chain(chain))
    }

    /// [`Database::open`], in the name of an account.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub fn open_by(path: &Path, author: Author) -> Result<Self, ReviewError> {
        // The file is never opened but by SQLite: closing any other handle
        // would drop SQLite's locks of this process on it (POSIX).
        let metadata = std::fs::metadata(path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => ReviewError::NotFound {
                path: path.to_owned(),
            },
            _ => ReviewError::Io {
                path: path.to_owned(),
                source,
            },
        })?;
        if !metadata.is_file() {
            return Err(not_a_study(path, "not a file"));
        }
        refuse_shared_file_system(path)?;

        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(sqlite_error(path))?;
        let version = check_identity(&connection, path)?;
        make_durable(&connection, path)?;
        check_pages(&connection, path)?;
        let (study_document, any) = read_study(&connection, path)?;
        let study = S::of(any).map_err(|other| ReviewError::OtherKind {
            path: path.to_owned(),
            found: other.what(),
            expected: S::WHAT,
        })?;
        let mut store = Self {
            connection,
            path: path.to_owned(),
            study,
            study_document,
            author,
            clock: now_ms,
            queues: BTreeMap::new(),
            events_since_backup: 0,
        };
        store.verify()?;
        store.check_schema(version)?;
        if version < SCHEMA_VERSION {
            store.migrate(version)?;
            store.check_schema(SCHEMA_VERSION)?;
        }
        store.events_since_backup = store.events_without_backup()?;
        store
            .connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)
            .map_err(sqlite_error(path))?;
        Ok(store)
    }

    fn check_schema(&self, version: i64) -> Result<(), ReviewError> {
        let names =
            schema_differences(&self.connection, version).map_err(sqlite_error(&self.path))?;
        if names.is_empty() {
            return Ok(());
        }
        Err(damaged(
            &self.path,
            &format!("missing or changed: {}", names.join(", ")),
        ))
    }
}

/// The study of a file, without opening it for rating: nothing is changed,
/// whatever its version.
///
/// # Errors
/// What cannot be read, or is not a review database.
pub fn study_of_file(path: &Path) -> Result<AnyStudy, ReviewError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(sqlite_error(path))?;
    let application_id: i64 = pragma(&connection, "application_id").map_err(sqlite_error(path))?;
    if application_id != APPLICATION_ID {
        return Err(not_a_study(path, "its application id is another"));
    }
    read_study(&connection, path).map(|(_, study)| study)
}

/// Refuses what is not ours, what is newer, and what cannot be written, before
/// anything is set. Returns the version of the tables.
fn check_identity(connection: &Connection, path: &Path) -> Result<i64, ReviewError> {
    let failed = sqlite_error(path);
    connection.busy_timeout(BUSY_TIMEOUT).map_err(&failed)?;
    // Not even its log is folded in on closing, until we know that it is ours.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        .map_err(&failed)?;
    let application_id: i64 = pragma(connection, "application_id").map_err(&failed)?;
    if application_id != APPLICATION_ID {
        return Err(not_a_study(
            path,
            &format!("its application id is {application_id:#x}, expected {APPLICATION_ID:#x}"),
        ));
    }
    let version: i64 = pragma(connection, "user_version").map_err(&failed)?;
    if version > SCHEMA_VERSION {
        return Err(ReviewError::NewerVersion {
            path: path.to_owned(),
            found: version,
            known: SCHEMA_VERSION,
        });
    }
    if version < 1 {
        return Err(damaged(path, &format!("its version is {version}")));
    }
    // SQLite falls back to reading without a word.
    if connection.is_readonly(MAIN_DB).map_err(&failed)? {
        return Err(ReviewError::ReadOnly {
            path: path.to_owned(),
            why: "the file is write-protected".to_owned(),
        });
    }
    Ok(version)
}

pub(super) fn check_pages(connection: &Connection, path: &Path) -> Result<(), ReviewError> {
    let found: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(sqlite_error(path))?;
    if found == "ok" {
        return Ok(());
    }
    Err(damaged(path, &found))
}

/// The study's JSON as it is stored, and what it says.
pub(super) fn read_study(
    connection: &Connection,
    path: &Path,
) -> Result<(String, AnyStudy), ReviewError> {
    let (document, sha256): (String, String) = connection
        .query_row("SELECT document, sha256 FROM study", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .map_err(|source| match source {
            rusqlite::Error::QueryReturnedNoRows => damaged(path, "it has no study"),
            // A table or column that is not there.
            other if other.sqlite_error_code() == Some(rusqlite::ErrorCode::Unknown) => {
                damaged(path, &other.to_string())
            }
            other => sqlite_error(path)(other),
        })?;
    if document_sha256(&document) != sha256 {
        return Err(damaged(path, "the study does not have its checksum"));
    }
    let study = AnyStudy::parse(&document).map_err(|source| ReviewError::Json {
        path: path.to_owned(),
        field: "study".to_owned(),
        source,
    })?;
    study.check()?;
    Ok((document, study))
}

pub(super) fn document_sha256(document: &str) -> String {
    hex(&Sha256::digest(document))
}

/// Refuses a path on a network or shared file system.
pub(super) fn refuse_shared_file_system(path: &Path) -> Result<(), ReviewError> {
    let folder = match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => path,
    };
    // The folder of the file itself, where the path is a link to it.
    let target = path.canonicalize().ok();
    let folder = target.as_deref().and_then(Path::parent).unwrap_or(folder);
    match file_system::shared_file_system(folder) {
        Some(kind) => Err(ReviewError::NetworkFileSystem {
            path: path.to_owned(),
            folder: folder.to_owned(),
            kind,
        }),
        None => Ok(()),
    }
}

fn not_a_study(path: &Path, why: &str) -> ReviewError {
    ReviewError::NotAStudy {
        path: path.to_owned(),
        why: why.to_owned(),
    }
}

fn damaged(path: &Path, what: &str) -> ReviewError {
    ReviewError::Damaged {
        path: path.to_owned(),
        what: what.to_owned(),
    }
}
