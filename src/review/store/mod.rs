//! The review database: one SQLite file per study. All SQL of the program is
//! in this folder.
//!
//! Saved means saved: WAL with synchronous=FULL, one transaction per answer,
//! and an event id only after COMMIT. Events are inserted and never changed;
//! the current answers are a view of them.

mod chain;
mod create;
mod file_system;
mod installation;
mod open;
mod schema;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OptionalExtension, TransactionBehavior};
use serde::Serialize;

use super::time::now_ms;
use super::{Answer, BrokenLink, Rater, ReviewError, Study};
use chain::genesis_hash;
pub use chain::{ChainHead, ChainReport, Event, EventId};
pub use create::database_file_name;
pub use installation::Installation;
pub use schema::{Durability, SCHEMA_VERSION};

/// An open review database. It can be sent to another thread and is used by
/// one at a time.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
    study: Study,
    /// The study's JSON as it is stored: the chains begin with it.
    study_document: String,
    installation: Installation,
}

/// The latest answer of a rater to a prototype.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentAnswer {
    pub rater: Rater,
    pub answer: Answer,
    pub event_id: EventId,
    /// By the clock of the machine that saved it.
    pub time_utc_ms: i64,
    /// Answers to the same prototype before this one: changes of mind.
    pub earlier_answers: u32,
}

/// How far a rater is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// With both ratings.
    pub rated: usize,
    /// With a reason why there are none.
    pub excluded: usize,
    /// Prototypes in the study.
    pub total: usize,
}

impl Progress {
    pub fn answered(&self) -> usize {
        self.rated + self.excluded
    }

    pub fn is_complete(&self) -> bool {
        self.answered() >= self.total
    }
}

/// Everything in a database at one moment, for summaries and exports.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    pub study: Study,
    /// By rater, then by prototype.
    pub answers: Vec<CurrentAnswer>,
    /// In the order of arrival.
    pub events: Vec<Event>,
    pub chains: ChainReport,
}

impl Store {
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn study(&self) -> &Study {
        &self.study
    }

    /// Whose chain the answers go to.
    pub fn installation(&self) -> &Installation {
        &self.installation
    }

    /// The settings in force, read from SQLite.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn durability(&self) -> Result<Durability, ReviewError> {
        Durability::read(&self.connection).map_err(sqlite_error(&self.path))
    }

    /// Saves an answer as a new event. It returns after COMMIT: from then on
    /// the answer survives a crash of the program or of the machine. On an
    /// error nothing was saved.
    ///
    /// # Errors
    /// What [`Answer::check`] refuses; another program that holds the database
    /// for longer than three seconds; a full disk; any other failure to write.
    pub fn record(&mut self, rater: &Rater, answer: &Answer) -> Result<EventId, ReviewError> {
        answer.check(&self.study)?;
        let payload =
            serde_json::to_string(&answer.tidied()).map_err(|source| ReviewError::Json {
                path: self.path.clone(),
                field: "answer".to_owned(),
                source,
            })?;
        self.append(rater, "answer", payload)
            .map_err(sqlite_error(&self.path))
    }

    fn append(
        &mut self,
        rater: &Rater,
        kind: &str,
        payload: String,
    ) -> Result<EventId, rusqlite::Error> {
        // IMMEDIATE takes the write lock first, so that no other program can
        // append between reading the head and writing after it.
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let head: Option<(i64, String)> = transaction
            .prepare_cached(
                "SELECT sequence, hash FROM events WHERE installation = ?1
                 ORDER BY sequence DESC LIMIT 1",
            )?
            .query_row([self.installation.as_str()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let (sequence, previous_hash) =
            head.unwrap_or_else(|| (0, genesis_hash(&self.installation, &self.study_document)));
        let mut event = Event {
            id: EventId {
                installation: self.installation.clone(),
                sequence: sequence + 1,
            },
            time_utc_ms: now_ms(),
            rater: rater.as_str().to_owned(),
            kind: kind.to_owned(),
            payload,
            previous_hash,
            hash: String::new(),
        };
        event.hash = event.computed_hash();
        transaction
            .prepare_cached(
                "INSERT INTO events (installation, sequence, time_utc_ms, rater, kind, payload,
                                     previous_hash, hash)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute((
                event.id.installation.as_str(),
                event.id.sequence,
                event.time_utc_ms,
                &event.rater,
                &event.kind,
                &event.payload,
                &event.previous_hash,
                &event.hash,
            ))?;
        transaction.commit()?;
        Ok(event.id)
    }

    /// The current answers of one rater, by prototype.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn answers(&self, rater: &Rater) -> Result<Vec<CurrentAnswer>, ReviewError> {
        self.current_answers(&self.connection, Some(rater))
    }

    /// Everyone who has answered, in the order of their codes.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn raters(&self) -> Result<Vec<Rater>, ReviewError> {
        let mut raters: Vec<Rater> = self
            .current_answers(&self.connection, None)?
            .into_iter()
            .map(|answer| answer.rater)
            .collect();
        raters.dedup();
        Ok(raters)
    }

    /// How far a rater is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn progress(&self, rater: &Rater) -> Result<Progress, ReviewError> {
        let answers = self.answers(rater)?;
        let is_excluded = |a: &&CurrentAnswer| a.answer.exclusion.is_some();
        let excluded = answers.iter().filter(is_excluded).count();
        Ok(Progress {
            rated: answers.len() - excluded,
            excluded,
            total: self.study.items.len(),
        })
    }

    /// The first prototype in the rater's order without an answer: where to
    /// resume. `None` when all are answered.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn next_unanswered(&self, rater: &Rater) -> Result<Option<usize>, ReviewError> {
        let answers = self.answers(rater)?;
        let open = |prototype: &usize| !answers.iter().any(|a| a.answer.prototype == *prototype);
        Ok(self.study.order(rater).into_iter().find(open))
    }

    /// Follows every chain of events from the study to its head.
    ///
    /// # Errors
    /// [`ReviewError::ChainBroken`] names the first event that does not fit.
    pub fn verify(&self) -> Result<ChainReport, ReviewError> {
        self.snapshot().map(|snapshot| snapshot.chains)
    }

    /// Everything, as of one moment, with its chains verified.
    ///
    /// # Errors
    /// When the database cannot be read or a chain is broken.
    pub fn snapshot(&self) -> Result<Snapshot, ReviewError> {
        let failed = sqlite_error(&self.path);
        // One read transaction: another program may be rating meanwhile.
        let transaction = self.connection.unchecked_transaction().map_err(&failed)?;
        let events = read_events(&transaction).map_err(&failed)?;
        let chains = self.follow_chains(&transaction, &events)?;
        let answers = self.current_answers(&transaction, None)?;
        transaction.finish().map_err(&failed)?;
        Ok(Snapshot {
            study: self.study.clone(),
            answers,
            events,
            chains,
        })
    }

    fn follow_chains(
        &self,
        connection: &Connection,
        events: &[Event],
    ) -> Result<ChainReport, ReviewError> {
        let broken = |(event, what)| ReviewError::ChainBroken {
            path: self.path.clone(),
            event,
            what,
        };
        let report = chain::follow(events, &self.study_document).map_err(broken)?;
        // SQLite counts every event that was ever inserted: what is gone from
        // the end of a chain, which the chain itself cannot tell, shows here.
        let ever: i64 = connection
            .query_row(
                "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'events'",
                [],
                |row| row.get(0),
            )
            .map_err(sqlite_error(&self.path))?;
        if ever == report.events() {
            return Ok(report);
        }
        let last = events.last().map(|event| event.id.clone());
        let nothing = EventId {
            installation: self.installation.clone(),
            sequence: 0,
        };
        Err(broken((
            last.unwrap_or(nothing),
            BrokenLink::TailMissing {
                missing: ever - report.events(),
            },
        )))
    }

    fn current_answers(
        &self,
        connection: &Connection,
        rater: Option<&Rater>,
    ) -> Result<Vec<CurrentAnswer>, ReviewError> {
        let rows = read_current_answers(connection, rater).map_err(sqlite_error(&self.path))?;
        rows.into_iter()
            .map(|row| {
                let answer: Answer =
                    serde_json::from_str(&row.payload).map_err(|source| ReviewError::Json {
                        path: self.path.clone(),
                        field: format!("payload of event {}", row.event_id),
                        source,
                    })?;
                Ok(CurrentAnswer {
                    rater: Rater::new(&row.rater)?,
                    answer,
                    event_id: row.event_id,
                    time_utc_ms: row.time_utc_ms,
                    earlier_answers: row.earlier_answers,
                })
            })
            .collect()
    }
}

/// A row of the view `current_answers`.
struct CurrentRow {
    rater: String,
    payload: String,
    event_id: EventId,
    time_utc_ms: i64,
    earlier_answers: u32,
}

fn read_current_answers(
    connection: &Connection,
    rater: Option<&Rater>,
) -> rusqlite::Result<Vec<CurrentRow>> {
    connection
        .prepare_cached(
            "SELECT rater, payload, installation, sequence, time_utc_ms, earlier_answers
             FROM current_answers WHERE ?1 IS NULL OR rater = ?1 ORDER BY rater, prototype",
        )?
        .query_map([rater.map(Rater::as_str)], |row| {
            Ok(CurrentRow {
                rater: row.get(0)?,
                payload: row.get(1)?,
                event_id: EventId {
                    installation: Installation::as_stored(row.get(2)?),
                    sequence: row.get(3)?,
                },
                time_utc_ms: row.get(4)?,
                earlier_answers: row.get(5)?,
            })
        })?
        .collect()
}

fn read_events(connection: &Connection) -> rusqlite::Result<Vec<Event>> {
    connection
        .prepare_cached(
            "SELECT installation, sequence, time_utc_ms, rater, kind, payload, previous_hash, hash
             FROM events ORDER BY id",
        )?
        .query_map([], |row| {
            Ok(Event {
                id: EventId {
                    installation: Installation::as_stored(row.get(0)?),
                    sequence: row.get(1)?,
                },
                time_utc_ms: row.get(2)?,
                rater: row.get(3)?,
                kind: row.get(4)?,
                payload: row.get(5)?,
                previous_hash: row.get(6)?,
                hash: row.get(7)?,
            })
        })?
        .collect()
}

/// SQLite's errors in words for the rater.
fn sqlite_error(path: &Path) -> impl Fn(rusqlite::Error) -> ReviewError {
    let path = path.to_owned();
    move |source| {
        let path = path.clone();
        let why = source.to_string();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => ReviewError::Busy { path },
            Some(ErrorCode::DiskFull) => ReviewError::DiskFull { path },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                ReviewError::ReadOnly { path, why }
            }
            Some(ErrorCode::NotADatabase) => ReviewError::NotAStudy { path, why },
            Some(ErrorCode::DatabaseCorrupt) => ReviewError::Damaged { path, what: why },
            _ => ReviewError::Sqlite { path, source },
        }
    }
}
