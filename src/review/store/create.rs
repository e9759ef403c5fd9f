//! Making a review database. It appears under its name whole or not at all.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::super::document::StudyDocument;
use super::super::study::random_bytes;
use super::super::{Item, ReviewError, Study};
use super::open::{document_sha256, refuse_shared_file_system};
use super::schema::{APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION, make_durable};
use super::{Author, Database, Installation, Store, sqlite_error};
use crate::ecg::hex;

/// The file name of the study of a bundle: its name, with anything but letters,
/// digits, `-`, `_` and `.` as `_`, and the first 8 digits of its checksum.
pub fn database_file_name(bundle_name: &str, bundle_sha256: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let safe: String = bundle_name
        .trim_start_matches('.')
        .chars()
        .map(|c| if allowed(c) { c } else { '_' })
        .take(80)
        .collect();
    let digits: String = bundle_sha256
        .chars()
        .filter(char::is_ascii_hexdigit)
        .take(8)
        .collect();
    format!("{safe}-{digits}.sqlite")
}

impl<S: StudyDocument> Database<S> {
    /// Makes the database of a study and opens it. Its folder must exist.
    ///
    /// # Errors
    /// When the file is there already, when it cannot be written, and as
    /// [`StudyDocument::check`].
    pub fn create(path: &Path, study: &S) -> Result<Self, ReviewError> {
        Self::create_by(path, study, Author::of_this_account()?)
    }

    /// [`Database::create`], with answers going to one chain.
    ///
    /// # Errors
    /// As [`Database::create`].
    pub fn create_as(path: &Path, study: &S, chain: Installation) -> Result<Self, ReviewError> {
        Self::create_by(path, study, Author::Chain(chain))
    }

    fn create_by(path: &Path, study: &S, author: Author) -> Result<Self, ReviewError> {
        study.check()?;
        if path.exists() {
            return Err(ReviewError::AlreadyExists {
                path: path.to_owned(),
            });
        }
        refuse_shared_file_system(path)?;
        let draft = draft_path(path)?;
        let made = write_draft(&draft, path, study).and_then(|()| publish(&draft, path));
        for suffix in ["", "-wal", "-shm", "-journal"] {
            // Gone already where all went well.
            let _ = fs::remove_file(with_suffix(&draft, suffix));
        }
        made?;
        Self::open_by(path, author)
    }

    /// # Errors
    /// [`ReviewError::OtherStudy`] when the study is of another bundle.
    pub fn check_bundle(&self, bundle_sha256: &str) -> Result<(), ReviewError> {
        if self.study().bundle_sha256() == bundle_sha256 {
            return Ok(());
        }
        Err(ReviewError::OtherStudy {
            path: self.path().to_owned(),
            found: format!("bundle {}", self.study().bundle_sha256()),
            expected: format!("bundle {bundle_sha256}"),
        })
    }
}

impl Store {
    /// # Errors
    /// [`ReviewError::OtherKind`] in a study of pairs: no answer of it is one to a
    /// prototype.
    pub fn check_rates_prototypes(&self) -> Result<(), ReviewError> {
        match self.study().is_of_pairs() {
            false => Ok(()),
            true => Err(ReviewError::OtherKind {
                path: self.path().to_owned(),
                found: "a study of pairs",
                expected: "one of prototypes, whose ratings are asked for",
            }),
        }
    }

    /// The study of a bundle in a folder of reviews: opened where it is, made
    /// where it is not (the folder too).
    ///
    /// # Errors
    /// As [`Store::open`] and [`Database::create`]; [`ReviewError::OtherStudy`]
    /// when the file with this bundle's name is of another bundle.
    pub fn open_or_create_for_bundle(
        reviews_dir: &Path,
        bundle_name: &str,
        bundle_sha256: &str,
        items: Vec<Item>,
    ) -> Result<Self, ReviewError> {
        fs::create_dir_all(reviews_dir).map_err(write_error(reviews_dir))?;
        let path = reviews_dir.join(database_file_name(bundle_name, bundle_sha256));
        if !path.exists() {
            let study = Study::new(bundle_name, bundle_sha256, items.clone())?;
            match Self::create(&path, &study) {
                // Another program was faster.
                Err(ReviewError::AlreadyExists { .. }) => {}
                made => return made,
            }
        }
        let store = Self::open(&path)?;
        // The items are those of the study that is there: they were fixed when it was made.
        store.check_bundle(bundle_sha256)?;
        Ok(store)
    }
}

/// Beside the database, so that it can be moved there in one step.
pub(super) fn draft_path(path: &Path) -> Result<PathBuf, ReviewError> {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.new", hex(&random_bytes::<4>()?)));
    Ok(path.with_file_name(name))
}

/// What SQLite keeps beside a database: its name with `-wal` and the like.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// A whole database in the draft; errors name the file that it is to become.
fn write_draft<S: StudyDocument>(draft: &Path, path: &Path, study: &S) -> Result<(), ReviewError> {
    let failed = sqlite_error(path);
    let document = serde_json::to_string(study).map_err(|source| ReviewError::Json {
        path: path.to_owned(),
        field: "study".to_owned(),
        source,
    })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(draft, flags).map_err(&failed)?;
    make_durable(&connection, path)?;
    connection
        .execute_batch(&format!(
            "BEGIN; PRAGMA application_id = {APPLICATION_ID};
             PRAGMA user_version = {SCHEMA_VERSION}; {} COMMIT;",
            MIGRATIONS.concat()
        ))
        .map_err(&failed)?;
    connection
        .execute(
            "INSERT INTO study (one, document, sha256) VALUES (1, ?1, ?2)",
            (&document, document_sha256(&document)),
        )
        .map_err(&failed)?;
    // Closing folds the log into the file and syncs it.
    connection.close().map_err(|(_, source)| failed(source))
}

/// Gives the draft its name, never over another file, and syncs the folder.
pub(super) fn publish(draft: &Path, path: &Path) -> Result<(), ReviewError> {
    match fs::hard_link(draft, path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(ReviewError::AlreadyExists {
                path: path.to_owned(),
            });
        }
        // A file system without links (a USB stick): the name was free a moment
        // ago.
        Err(_) => fs::rename(draft, path).map_err(write_error(path))?,
    }
    sync_folder_of(path)
}

/// A new name is on the disk only when its folder is.
pub(super) fn sync_folder_of(path: &Path) -> Result<(), ReviewError> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(write_error(folder))
}

pub(super) fn write_error(path: &Path) -> impl Fn(io::Error) -> ReviewError {
    let path = path.to_owned();
    move |source| {
        let path = path.clone();
        match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                ReviewError::ReadOnly {
                    path,
                    why: source.to_string(),
                }
            }
            io::ErrorKind::StorageFull => ReviewError::DiskFull { path },
            _ => ReviewError::Io { path, source },
        }
    }
}
