//! Writing an event: the end of this account's chain, one transaction.

use rusqlite::{OptionalExtension, Transaction, TransactionBehavior};

use super::super::document::StudyDocument;
use super::super::{Answer, Phase, Rater, ReviewError};
use super::chain::{Event, EventId, genesis_hash};
use super::{Closing, Database, Store, read, sqlite_error};

impl Store {
    /// Saves an answer as a new event. It returns after COMMIT: from then on
    /// the answer survives a crash of the program. On an error nothing was
    /// saved.
    ///
    /// # Errors
    /// What [`Answer::check`] refuses; a rater who is not in the protocol, or
    /// whose queue is closed; a prototype that is not in her queue; a change
    /// without a reason, and any where metrics are shown after each rating;
    /// another program that holds the database for longer
    /// than three seconds; a full disk; any other failure to write.
    pub fn record(&mut self, rater: &Rater, answer: &Answer) -> Result<EventId, ReviewError> {
        answer.check(&self.study)?;
        self.study.protocol.admit(rater)?;
        let answer = answer.tidied();
        let slot = answer.slot();
        if !self.queue(rater).contains(&slot) {
            return Err(ReviewError::NotInQueue {
                item: self.study.rated(slot.prototype),
                phase: slot.phase,
                rater: rater.clone(),
            });
        }
        let payload = self.json("answer", &answer)?;
        let is_final = self.study.protocol.metrics.answers_are_final();
        let item = self.study.rated(answer.prototype);
        self.append(rater, "answer", payload, |before| {
            let prototype = answer.prototype;
            let has_reason = answer.change_reason.is_some();
            if (has_reason && !is_final) || !has_answer(before, rater, answer.phase, prototype)? {
                return Ok(None);
            }
            Ok(Some(match is_final {
                true => ReviewError::AnswerIsFinal { item },
                false => ReviewError::ReasonMissing { item },
            }))
        })
    }

    /// Closes a rater's queue: nothing of hers is rated after that, and her
    /// results can be seen.
    ///
    /// # Errors
    /// A queue that is closed already, and as [`Store::record`].
    pub fn close_queue(&mut self, rater: &Rater) -> Result<EventId, ReviewError> {
        self.study.protocol.admit(rater)?;
        let progress = self.progress(rater)?;
        self.append_closing(rater, progress.answered(), progress.total)
    }
}

impl<S: StudyDocument> Database<S> {
    pub(super) fn append_closing(
        &mut self,
        rater: &Rater,
        answered: usize,
        total: usize,
    ) -> Result<EventId, ReviewError> {
        let closing = Closing {
            answered,
            open: total.saturating_sub(answered),
        };
        let payload = self.json("closing", &closing)?;
        self.append(rater, "close", payload, |_| Ok(None))
    }

    pub(super) fn json(
        &self,
        field: &str,
        value: &impl serde::Serialize,
    ) -> Result<String, ReviewError> {
        serde_json::to_string(value).map_err(|source| ReviewError::Json {
            path: self.path.clone(),
            field: field.to_owned(),
            source,
        })
    }

    /// `refuse` sees what is there before the event, under the same lock.
    pub(super) fn append(
        &mut self,
        rater: &Rater,
        kind: &str,
        payload: String,
        refuse: impl Fn(&Transaction<'_>) -> rusqlite::Result<Option<ReviewError>>,
    ) -> Result<EventId, ReviewError> {
        let failed = sqlite_error(&self.path);
        // IMMEDIATE takes the write lock first, so that no other program can
        // append between reading the head and writing after it.
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(&failed)?;
        if read::is_closed(&transaction, rater).map_err(&failed)? {
            return Err(ReviewError::QueueClosed {
                rater: rater.clone(),
            });
        }
        if let Some(refusal) = refuse(&transaction).map_err(&failed)? {
            return Err(refusal);
        }
        let mut claim = self
            .author
            .claim(&transaction, &self.path, &self.study_document)?;
        let installation = &claim.chain;
        let head: Option<(i64, String)> = transaction
            .prepare_cached(
                "SELECT sequence, hash FROM events WHERE installation = ?1
                 ORDER BY sequence DESC LIMIT 1",
            )
            .and_then(|mut statement| {
                let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
                statement
                    .query_row([installation.as_str()], read)
                    .optional()
            })
            .map_err(&failed)?;
        let (sequence, previous_hash) =
            head.unwrap_or_else(|| (0, genesis_hash(installation, &self.study_document)));
        let mut event = Event {
            id: EventId {
                installation: installation.clone(),
                sequence: sequence + 1,
            },
            time_utc_ms: (self.clock)(),
            rater: rater.as_str().to_owned(),
            kind: kind.to_owned(),
            payload,
            previous_hash,
            hash: String::new(),
        };
        event.hash = event.computed_hash();
        claim.note(&event)?;
        insert(&transaction, &event).map_err(&failed)?;
        transaction.commit().map_err(&failed)?;
        self.events_since_backup += 1;
        Ok(event.id)
    }
}

/// One row of the history.
pub(super) fn insert(transaction: &Transaction<'_>, event: &Event) -> rusqlite::Result<()> {
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
    Ok(())
}

fn has_answer(
    transaction: &Transaction<'_>,
    rater: &Rater,
    phase: Phase,
    prototype: usize,
) -> rusqlite::Result<bool> {
    transaction
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM events
             WHERE kind = 'answer' AND rater = ?1 AND prototype = ?2 AND phase = ?3)",
        )?
        .query_row((rater.as_str(), prototype as i64, phase.name()), |row| {
            row.get(0)
        })
}
