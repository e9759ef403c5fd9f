//! Reading rows.

use rusqlite::{Connection, OptionalExtension};

use super::super::Rater;
use super::chain::{Event, EventId};
use super::{Closed, Installation};

/// A row of the view `current_answers`.
pub(super) struct CurrentRow {
    pub rater: String,
    pub payload: String,
    pub event_id: EventId,
    pub arrival: i64,
    pub time_utc_ms: i64,
    pub earlier_answers: u32,
}

pub(super) fn current_answers(
    connection: &Connection,
    rater: Option<&Rater>,
) -> rusqlite::Result<Vec<CurrentRow>> {
    connection
        .prepare_cached(
            "SELECT rater, payload, installation, sequence, time_utc_ms, earlier_answers, id
             FROM current_answers WHERE ?1 IS NULL OR rater = ?1
             ORDER BY rater, prototype, phase",
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
                arrival: row.get(6)?,
            })
        })?
        .collect()
}

/// A row of the view `current_readings`.
pub(super) struct ReadingRow {
    pub rater: String,
    pub payload: String,
    pub event_id: EventId,
    pub time_utc_ms: i64,
    pub arrival: i64,
}

pub(super) fn current_readings(
    connection: &Connection,
    rater: Option<&Rater>,
) -> rusqlite::Result<Vec<ReadingRow>> {
    connection
        .prepare_cached(
            "SELECT rater, payload, installation, sequence, time_utc_ms, id
             FROM current_readings WHERE ?1 IS NULL OR rater = ?1
             ORDER BY rater, ecg_id, id",
        )?
        .query_map([rater.map(Rater::as_str)], |row| {
            Ok(ReadingRow {
                rater: row.get(0)?,
                payload: row.get(1)?,
                event_id: EventId {
                    installation: Installation::as_stored(row.get(2)?),
                    sequence: row.get(3)?,
                },
                time_utc_ms: row.get(4)?,
                arrival: row.get(5)?,
            })
        })?
        .collect()
}

/// The arms in which a rater has answered an ECG, in any order.
pub(super) fn arms_read(
    connection: &Connection,
    rater: &Rater,
    ecg_id: u32,
) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached(
            "SELECT DISTINCT arm FROM events
             WHERE kind = 'reading' AND rater = ?1 AND ecg_id = ?2",
        )?
        .query_map((rater.as_str(), ecg_id), |row| row.get(0))?
        .collect()
}

pub(super) fn events(connection: &Connection) -> rusqlite::Result<Vec<Event>> {
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

/// The first closing of each rater's queue.
pub(super) fn closings(connection: &Connection) -> rusqlite::Result<Vec<(String, Closed)>> {
    connection
        .prepare_cached(
            "SELECT rater, installation, sequence, time_utc_ms FROM events
             WHERE id IN (SELECT min(id) FROM events WHERE kind = 'close' GROUP BY rater)
             ORDER BY rater",
        )?
        .query_map([], |row| {
            let closed = Closed {
                event_id: EventId {
                    installation: Installation::as_stored(row.get(1)?),
                    sequence: row.get(2)?,
                },
                time_utc_ms: row.get(3)?,
            };
            Ok((row.get(0)?, closed))
        })?
        .collect()
}

/// The hash of an event, if it is here.
pub(super) fn hash_of(connection: &Connection, id: &EventId) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT hash FROM events WHERE installation = ?1 AND sequence = ?2")?
        .query_row((id.installation.as_str(), id.sequence), |row| row.get(0))
        .optional()
}

pub(super) fn is_closed(connection: &Connection, rater: &Rater) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM events WHERE kind = 'close' AND rater = ?1)")?
        .query_row([rater.as_str()], |row| row.get(0))
}
