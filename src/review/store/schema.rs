//! The tables of a review database, and the settings under which saved means
//! saved.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::super::ReviewError;
use super::sqlite_error;

/// `PECG` in ASCII: the mark of our databases in the SQLite header.
pub(super) const APPLICATION_ID: i64 = 0x5045_4347;

/// Version of the tables, in SQLite's `user_version`.
pub const SCHEMA_VERSION: i64 = MIGRATIONS.len() as i64;

/// How to get from each version to the next, from nothing on. A new database
/// goes the same way as an old one, so that both end up with the same tables.
pub(super) const MIGRATIONS: [&str; 3] = [VERSION_1, VERSION_2, VERSION_3];

/// How long to wait for another program that is writing.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(3);

/// Version 1.
///
/// `events` is insert-only. `id` is the order of arrival in this file, which
/// decides which answer is the current one (never the clock); `installation`
/// and `sequence` name an event everywhere. The insert trigger keeps each chain
/// whole and stops `INSERT OR REPLACE`, which deletes without firing a delete
/// trigger. The prototype is generated from the payload, so that the hash
/// covers it and there is one truth.
const VERSION_1: &str = "
CREATE TABLE study (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    document TEXT NOT NULL CHECK (json_valid(document)),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64)
) STRICT;
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    installation TEXT NOT NULL CHECK (length(installation) = 16),
    sequence INTEGER NOT NULL CHECK (sequence >= 1),
    time_utc_ms INTEGER NOT NULL,
    rater TEXT NOT NULL CHECK (length(rater) BETWEEN 1 AND 16),
    kind TEXT NOT NULL,
    payload TEXT NOT NULL CHECK (json_valid(payload)),
    previous_hash TEXT NOT NULL CHECK (length(previous_hash) = 64),
    hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
    prototype INTEGER GENERATED ALWAYS AS (json_extract(payload, '$.prototype')) VIRTUAL,
    UNIQUE (installation, sequence)
) STRICT;
CREATE INDEX answers_by_rater ON events (rater, prototype, id) WHERE kind = 'answer';
CREATE VIEW current_answers AS
    SELECT e.id, e.installation, e.sequence, e.time_utc_ms, e.rater, e.prototype, e.payload,
           latest.earlier_answers
    FROM (SELECT max(id) AS id, count(*) - 1 AS earlier_answers
          FROM events WHERE kind = 'answer' GROUP BY rater, prototype) AS latest
    JOIN events AS e USING (id);
CREATE TRIGGER events_in_order BEFORE INSERT ON events
WHEN NEW.sequence <> 1 + coalesce(
        (SELECT max(sequence) FROM events WHERE installation = NEW.installation), 0)
    OR EXISTS (SELECT 1 FROM events WHERE id = NEW.id OR hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'events are appended in the order of their chain'); END;
CREATE TRIGGER events_no_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER study_only_one BEFORE INSERT ON study WHEN EXISTS (SELECT 1 FROM study)
BEGIN SELECT RAISE(ABORT, 'a database has one study'); END;
CREATE TRIGGER study_no_update BEFORE UPDATE ON study
BEGIN SELECT RAISE(ABORT, 'a study is never changed'); END;
CREATE TRIGGER study_no_delete BEFORE DELETE ON study
BEGIN SELECT RAISE(ABORT, 'a study is never deleted'); END;
";

/// Version 2: a prototype can be answered for practice, in earnest and once
/// more; what version 1 wrote is in earnest. `close` ends a rater's queue.
const VERSION_2: &str = "
DROP VIEW current_answers;
DROP INDEX answers_by_rater;
ALTER TABLE events ADD COLUMN phase TEXT
    GENERATED ALWAYS AS (coalesce(json_extract(payload, '$.phase'), 'main')) VIRTUAL;
CREATE INDEX answers_by_slot ON events (rater, prototype, phase, id) WHERE kind = 'answer';
CREATE INDEX closings ON events (rater) WHERE kind = 'close';
CREATE VIEW current_answers AS
    SELECT e.id, e.installation, e.sequence, e.time_utc_ms, e.rater, e.prototype, e.phase,
           e.payload, latest.earlier_answers
    FROM (SELECT max(id) AS id, count(*) - 1 AS earlier_answers
          FROM events WHERE kind = 'answer' GROUP BY rater, prototype, phase) AS latest
    JOIN events AS e USING (id);
";

/// Version 3: test ECGs are read, arm after arm, each answered once. Where
/// several machines have an answer of one reader to one ECG in one arm, the
/// first to arrive counts: at the second the reader had seen the ECG before.
const VERSION_3: &str = "
ALTER TABLE events ADD COLUMN ecg_id INTEGER
    GENERATED ALWAYS AS (json_extract(payload, '$.ecg_id')) VIRTUAL;
ALTER TABLE events ADD COLUMN arm TEXT
    GENERATED ALWAYS AS (json_extract(payload, '$.arm')) VIRTUAL;
CREATE INDEX readings_by_place ON events (rater, ecg_id, arm, id) WHERE kind = 'reading';
CREATE VIEW current_readings AS
    SELECT e.id, e.installation, e.sequence, e.time_utc_ms, e.rater, e.ecg_id, e.arm, e.payload
    FROM (SELECT min(id) AS id FROM events WHERE kind = 'reading'
          GROUP BY rater, ecg_id, arm) AS first
    JOIN events AS e USING (id);
";

/// The settings that decide whether a saved answer survives, as SQLite
/// reports them.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Durability {
    /// `wal`.
    pub journal_mode: String,
    /// 2 is FULL: every commit is on the disk before it returns.
    pub synchronous: i64,
    pub foreign_keys: bool,
    pub trusted_schema: bool,
    pub cell_size_check: bool,
    pub busy_timeout_ms: i64,
}

impl Durability {
    /// What is set now.
    pub(super) fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let flag = |name| pragma::<i64>(connection, name).map(|v| v != 0);
        Ok(Self {
            journal_mode: pragma(connection, "journal_mode")?,
            synchronous: pragma(connection, "synchronous")?,
            foreign_keys: flag("foreign_keys")?,
            trusted_schema: flag("trusted_schema")?,
            cell_size_check: flag("cell_size_check")?,
            busy_timeout_ms: pragma(connection, "busy_timeout")?,
        })
    }

    fn required() -> Self {
        Self {
            journal_mode: "wal".to_owned(),
            synchronous: 2,
            foreign_keys: true,
            trusted_schema: false,
            cell_size_check: true,
            busy_timeout_ms: i64::try_from(BUSY_TIMEOUT.as_millis()).unwrap_or(i64::MAX),
        }
    }
}

/// Sets every setting and reads it back: SQLite keeps silent about a setting
/// that it does not take (WAL on a file system without shared memory).
pub(super) fn make_durable(connection: &Connection, path: &Path) -> Result<(), ReviewError> {
    set_durable(connection).map_err(sqlite_error(path))?;
    let found = Durability::read(connection).map_err(sqlite_error(path))?;
    let required = Durability::required();
    if found == required {
        return Ok(());
    }
    let (pragma, expected, found) = if found.journal_mode != required.journal_mode {
        ("journal_mode", required.journal_mode, found.journal_mode)
    } else {
        ("settings", format!("{required:?}"), format!("{found:?}"))
    };
    Err(ReviewError::NotDurable {
        path: path.to_owned(),
        pragma,
        expected,
        found,
    })
}

fn set_durable(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    // No writing to the schema table, no string in double quotes.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    Ok(())
}

/// The tables, triggers and views of a version that are missing, changed or
/// not ours, by name.
pub(super) fn schema_differences(
    connection: &Connection,
    version: i64,
) -> rusqlite::Result<Vec<String>> {
    let reference = Connection::open_in_memory()?;
    for step in MIGRATIONS
        .iter()
        .take(usize::try_from(version).unwrap_or(0))
    {
        reference.execute_batch(step)?;
    }
    let (expected, found) = (objects(&reference)?, objects(connection)?);
    let missing = expected.iter().filter(|e| !found.contains(e));
    let foreign = found.iter().filter(|f| !expected.contains(f));
    let mut names: Vec<String> = missing.chain(foreign).map(|o| o.0.clone()).collect();
    names.dedup();
    Ok(names)
}

type SchemaObject = (String, Option<String>);

fn objects(connection: &Connection) -> rusqlite::Result<Vec<SchemaObject>> {
    connection
        .prepare("SELECT type || ' ' || name, sql FROM sqlite_schema ORDER BY 1")?
        .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?
        // Names that SQLite makes itself, such as its statistics.
        .filter(|object| !matches!(object, Ok((name, _)) if name.contains(" sqlite_stat")))
        .collect()
}

/// The value of a pragma.
pub(super) fn pragma<T: rusqlite::types::FromSql>(
    connection: &Connection,
    name: &str,
) -> rusqlite::Result<T> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}
