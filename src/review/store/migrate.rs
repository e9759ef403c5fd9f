//! From the tables of an older version to those of this one: forward only,
//! after a backup, in one transaction.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use super::super::ReviewError;
use super::super::document::StudyDocument;
use super::backup::copy_and_test;
use super::create::{publish, write_error};
use super::schema::{MIGRATIONS, SCHEMA_VERSION, pragma};
use super::{Database, sqlite_error};

impl<S: StudyDocument> Database<S> {
    /// A migration that fails leaves the database as it was. The backup is
    /// kept for good, in the folder of the other backups: beside the database
    /// the window would take it for a study of its own, and rate on in it.
    pub(super) fn migrate(&mut self, from: i64) -> Result<(), ReviewError> {
        let backup = free_name(&self.path, from);
        if let Some(folder) = backup.parent() {
            std::fs::create_dir_all(folder).map_err(write_error(folder))?;
        }
        let draft = copy_and_test(&self.connection, &backup, &self.study_document)?;
        publish(&draft, &backup)?;
        let _ = std::fs::remove_file(&draft);
        tracing::info!("{}: brought from version {from}", self.path.display());
        steps(&mut self.connection).map_err(sqlite_error(&self.path))
    }
}

fn steps(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another program may have been faster; what counts is what is there now.
    let version: i64 = pragma(&transaction, "user_version")?;
    for step in MIGRATIONS
        .iter()
        .skip(usize::try_from(version).unwrap_or(0))
    {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()
}

/// `backups/study.version-1.sqlite`, or with a number where that is taken.
fn free_name(path: &Path, version: i64) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let folder = path.with_file_name("backups");
    let name = |tail: &str| folder.join(format!("{stem}.version-{version}{tail}.sqlite"));
    let numbered = (2..).map(|number| name(&format!("-{number}")));
    std::iter::once(name(""))
        .chain(numbered)
        .find(|candidate| !candidate.exists())
        .unwrap_or_else(|| name(""))
}
