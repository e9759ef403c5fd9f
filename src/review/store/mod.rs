//! The review database: one SQLite file per study. All SQL of the program is
//! in this folder.
//!
//! Saved means saved: WAL with synchronous=FULL, one transaction per answer,
//! and an event id only after COMMIT. Events are inserted and never changed;
//! the current answers are a view of them.

mod append;
mod author;
mod backup;
mod chain;
mod create;
mod file_system;
mod merge;
mod migrate;
mod open;
mod read;
mod readings;
mod restore;
mod schema;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, ErrorCode};
use serde::{Deserialize, Serialize};

use super::document::StudyDocument;
use super::reading::ReadingStudy;
use super::{Answer, BrokenLink, Rater, ReviewError, Slot, Study};
pub use author::{Author, Installation};
pub use backup::{BACKUPS_KEPT, EVENTS_PER_BACKUP, backup_path};
pub use chain::{ChainHead, ChainReport, Event, EventId};
pub use create::database_file_name;
pub use merge::MergeReport;
pub use open::study_of_file;
pub use readings::{CurrentReading, ReadingSnapshot};
pub use restore::{Restored, restore};
pub use schema::{Durability, SCHEMA_VERSION};

/// The database of a study of prototypes.
pub type Store = Database<Study>;

/// The database of a reading study.
pub type ReadingStore = Database<ReadingStudy>;

/// An open review database. It can be sent to another thread and is used by
/// one at a time.
#[derive(Debug)]
pub struct Database<S: StudyDocument> {
    connection: Connection,
    path: PathBuf,
    study: S,
    /// The study's JSON as it is stored: the chains begin with it.
    study_document: String,
    author: Author,
    /// Milliseconds since 1970, for people; the order is that of the events.
    clock: fn() -> i64,
    /// The queues that were asked for.
    queues: BTreeMap<Rater, Arc<Vec<S::Place>>>,
    events_since_backup: usize,
}

/// The latest answer of a rater to a prototype.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentAnswer {
    pub rater: Rater,
    pub answer: Answer,
    pub event_id: EventId,
    /// Place in the order of arrival in this file, which decides and which no
    /// clock changes.
    pub arrival: i64,
    /// By the clock of the machine that saved it.
    pub time_utc_ms: i64,
    /// Answers to the same question before this one: changes of mind.
    pub earlier_answers: u32,
}

/// The payload of the event that closes a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    pub answered: usize,
    pub open: usize,
}

/// When a rater's queue was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Closed {
    pub event_id: EventId,
    pub time_utc_ms: i64,
}

/// How far a rater is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// With both ratings.
    pub rated: usize,
    /// With a reason why there are none.
    pub excluded: usize,
    /// Places in the rater's queue, practice and hidden repeats included.
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
    pub closed: BTreeMap<Rater, Closed>,
}

impl<S: StudyDocument> Database<S> {
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn study(&self) -> &S {
        &self.study
    }

    /// The settings in force, read from SQLite.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn durability(&self) -> Result<Durability, ReviewError> {
        Durability::read(&self.connection).map_err(sqlite_error(&self.path))
    }

    /// The same database with another clock, for tests and for replaying a
    /// study: milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn with_clock(mut self, clock: fn() -> i64) -> Self {
        self.clock = clock;
        self
    }

    /// Everything that a rater answers, in order; computed once.
    pub fn queue(&mut self, rater: &Rater) -> Arc<Vec<S::Place>> {
        let study = &self.study;
        let make = || Arc::new(study.queue(rater));
        Arc::clone(self.queues.entry(rater.clone()).or_insert_with(make))
    }

    /// Whose queues are closed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn closed(&self) -> Result<BTreeMap<Rater, Closed>, ReviewError> {
        self.closings(&self.connection)
    }

    fn closings(&self, connection: &Connection) -> Result<BTreeMap<Rater, Closed>, ReviewError> {
        let rows = read::closings(connection).map_err(sqlite_error(&self.path))?;
        rows.into_iter()
            .map(|(rater, closed)| Ok((Rater::new(&rater)?, closed)))
            .collect()
    }

    /// Follows every chain of events from the study to its head.
    ///
    /// # Errors
    /// [`ReviewError::ChainBroken`] names the first event that does not fit.
    pub fn verify(&self) -> Result<ChainReport, ReviewError> {
        let failed = sqlite_error(&self.path);
        let transaction = self.connection.unchecked_transaction().map_err(&failed)?;
        let events = read::events(&transaction).map_err(&failed)?;
        self.follow_chains(&transaction, &events)
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
            installation: Installation::as_stored("0".repeat(16)),
            sequence: 0,
        };
        Err(broken((
            last.unwrap_or(nothing),
            BrokenLink::TailMissing {
                missing: ever - report.events(),
            },
        )))
    }
}

impl Store {
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
    pub fn progress(&mut self, rater: &Rater) -> Result<Progress, ReviewError> {
        let queue = self.queue(rater);
        let places: BTreeSet<&Slot> = queue.iter().collect();
        let mut answers = self.answers(rater)?;
        answers.retain(|current| places.contains(&current.answer.slot()));
        let is_excluded = |a: &&CurrentAnswer| a.answer.exclusion.is_some();
        let excluded = answers.iter().filter(is_excluded).count();
        Ok(Progress {
            rated: answers.len() - excluded,
            excluded,
            total: queue.len(),
        })
    }

    /// The first place in the rater's queue without an answer: where to
    /// resume. `None` when all are answered.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn next_unanswered(&mut self, rater: &Rater) -> Result<Option<Slot>, ReviewError> {
        let answers = self.answers(rater)?;
        let answered: BTreeSet<Slot> = answers.iter().map(|a| a.answer.slot()).collect();
        let queue = self.queue(rater);
        Ok(queue.iter().find(|slot| !answered.contains(slot)).copied())
    }

    /// Everything, as of one moment, with its chains verified.
    ///
    /// # Errors
    /// When the database cannot be read or a chain is broken.
    pub fn snapshot(&self) -> Result<Snapshot, ReviewError> {
        let failed = sqlite_error(&self.path);
        // One read transaction: another program may be rating meanwhile.
        let transaction = self.connection.unchecked_transaction().map_err(&failed)?;
        let events = read::events(&transaction).map_err(&failed)?;
        let chains = self.follow_chains(&transaction, &events)?;
        let answers = self.current_answers(&transaction, None)?;
        let closed = self.closings(&transaction)?;
        transaction.finish().map_err(&failed)?;
        Ok(Snapshot {
            study: self.study.clone(),
            answers,
            events,
            chains,
            closed,
        })
    }

    fn current_answers(
        &self,
        connection: &Connection,
        rater: Option<&Rater>,
    ) -> Result<Vec<CurrentAnswer>, ReviewError> {
        let rows = read::current_answers(connection, rater).map_err(sqlite_error(&self.path))?;
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
                    arrival: row.arrival,
                    time_utc_ms: row.time_utc_ms,
                    earlier_answers: row.earlier_answers,
                })
            })
            .collect()
    }
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
