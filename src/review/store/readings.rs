//! The answers of a reading study: each saved once, in the order of the arms.

use std::collections::{BTreeMap, BTreeSet};

use super::super::reading::{Place, ReadingAnswer, ReadingStudy};
use super::super::{Rater, ReviewError};
use super::chain::{ChainReport, Event, EventId};
use super::{Closed, ReadingStore, read, sqlite_error};

/// The answer of a reader to an ECG in one arm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentReading {
    pub rater: Rater,
    pub answer: ReadingAnswer,
    pub event_id: EventId,
    /// Place in the order of arrival in this file.
    pub arrival: i64,
    /// By the clock of the machine that saved it.
    pub time_utc_ms: i64,
}

/// Everything in the database of a reading study at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadingSnapshot {
    pub study: ReadingStudy,
    /// By reader, then by ECG, then as they arrived.
    pub readings: Vec<CurrentReading>,
    /// In the order of arrival.
    pub events: Vec<Event>,
    pub chains: ChainReport,
    pub closed: BTreeMap<Rater, Closed>,
}

impl ReadingStore {
    /// Saves an answer as a new event. It returns after COMMIT: from then on
    /// the answer survives a crash of the program. On an error nothing was
    /// saved.
    ///
    /// # Errors
    /// What [`ReadingAnswer::check`] refuses; a rater who is not in the
    /// protocol, or whose queue is closed; an arm that was answered, one after
    /// which a later one was shown, one before which another is open; and as
    /// [`Store::record`](super::Store::record).
    pub fn record_reading(
        &mut self,
        rater: &Rater,
        answer: &ReadingAnswer,
    ) -> Result<EventId, ReviewError> {
        answer.check(&self.study)?;
        self.study.protocol.admit(rater)?;
        let answer = answer.tidied(&self.study);
        let payload = self.json("reading", &answer)?;
        let arms = self.study.protocol.arms.clone();
        self.append(rater, "reading", payload, |before| {
            let read = read::arms_read(before, rater, answer.ecg_id)?;
            let is_read = |arm: super::super::reading::Arm| read.iter().any(|r| r == arm.name());
            let later = arms.iter().any(|&arm| arm > answer.arm && is_read(arm));
            let open = arms.iter().any(|&arm| arm < answer.arm && !is_read(arm));
            let what = if is_read(answer.arm) {
                "it was answered, and is not changed after more was shown"
            } else if later {
                "an arm that shows more was answered before"
            } else if open {
                "an arm that shows less is open"
            } else {
                return Ok(None);
            };
            Ok(Some(ReviewError::OutOfTurn {
                rater: rater.clone(),
                ecg_id: answer.ecg_id,
                arm: answer.arm.name(),
                what,
            }))
        })
    }

    /// The answers of one reader.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn readings(&self, rater: &Rater) -> Result<Vec<CurrentReading>, ReviewError> {
        self.current_readings(&self.connection, Some(rater))
    }

    /// How many places of her queue a reader has answered, and in all.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn reading_progress(&mut self, rater: &Rater) -> Result<(usize, usize), ReviewError> {
        let queue = self.queue(rater);
        let places: BTreeSet<&Place> = queue.iter().collect();
        let mut readings = self.readings(rater)?;
        readings.retain(|reading| places.contains(&reading.answer.place()));
        Ok((readings.len(), queue.len()))
    }

    /// Closes a reader's queue: nothing of hers is read after that, and her
    /// results can be seen.
    ///
    /// # Errors
    /// As [`Store::close_queue`](super::Store::close_queue).
    pub fn close_reading_queue(&mut self, rater: &Rater) -> Result<EventId, ReviewError> {
        self.study.protocol.admit(rater)?;
        let (answered, total) = self.reading_progress(rater)?;
        self.append_closing(rater, answered, total)
    }

    /// Everything, as of one moment, with its chains verified.
    ///
    /// # Errors
    /// When the database cannot be read or a chain is broken.
    pub fn reading_snapshot(&self) -> Result<ReadingSnapshot, ReviewError> {
        let failed = sqlite_error(&self.path);
        // One read transaction: another program may be writing meanwhile.
        let transaction = self.connection.unchecked_transaction().map_err(&failed)?;
        let events = read::events(&transaction).map_err(&failed)?;
        let chains = self.follow_chains(&transaction, &events)?;
        let readings = self.current_readings(&transaction, None)?;
        let closed = self.closings(&transaction)?;
        transaction.finish().map_err(&failed)?;
        Ok(ReadingSnapshot {
            study: self.study.clone(),
            readings,
            events,
            chains,
            closed,
        })
    }

    fn current_readings(
        &self,
        connection: &rusqlite::Connection,
        rater: Option<&Rater>,
    ) -> Result<Vec<CurrentReading>, ReviewError> {
        let rows = read::current_readings(connection, rater).map_err(sqlite_error(&self.path))?;
        rows.into_iter()
            .map(|row| {
                let answer = serde_json::from_str(&row.payload);
                let answer = answer.map_err(|source| ReviewError::Json {
                    path: self.path.clone(),
                    field: format!("payload of event {}", row.event_id),
                    source,
                })?;
                Ok(CurrentReading {
                    rater: Rater::new(&row.rater)?,
                    answer,
                    event_id: row.event_id,
                    arrival: row.arrival,
                    time_utc_ms: row.time_utc_ms,
                })
            })
            .collect()
    }
}
