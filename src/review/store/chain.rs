//! One hash chain of events per installation.
//!
//! Each event carries the hash of the one before it in its chain; the first
//! carries a hash of the study. Whoever has the head of a chain (every export
//! prints it) can tell whether anything before it was changed. Without a head
//! kept elsewhere a chain shows accidents, not forgery.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::error::BrokenLink;
use super::Installation;
use crate::ecg::hex;

/// Names an event in every copy of the database: chain and number in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventId {
    pub installation: Installation,
    /// From 1.
    pub sequence: i64,
}

/// `<installation>-<sequence>`.
impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.installation, self.sequence)
    }
}

/// One row of the history, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    pub id: EventId,
    /// By the clock of the machine; for people, never for the order.
    pub time_utc_ms: i64,
    pub rater: String,
    /// `answer`, `reading` or `close`.
    pub kind: String,
    /// JSON; for an answer an [`Answer`](super::super::Answer), for a reading a
    /// [`ReadingAnswer`](super::super::reading::ReadingAnswer).
    pub payload: String,
    pub previous_hash: String,
    pub hash: String,
}

impl Event {
    /// SHA-256, in hexadecimal, over the fields in their order in the table,
    /// each as UTF-8 text (numbers in decimal) after its length in bytes as
    /// 64-bit little endian; the first field is `protoecg event 1`.
    pub fn computed_hash(&self) -> String {
        hash_of_fields(&[
            "protoecg event 1",
            self.id.installation.as_str(),
            &self.id.sequence.to_string(),
            &self.time_utc_ms.to_string(),
            &self.rater,
            &self.kind,
            &self.payload,
            &self.previous_hash,
        ])
    }
}

/// What the first event of a chain has as its previous hash: the installation
/// and the study as its JSON is stored, so that the chain covers the study too.
pub(super) fn genesis_hash(installation: &Installation, study_document: &str) -> String {
    hash_of_fields(&["protoecg chain 1", installation.as_str(), study_document])
}

fn hash_of_fields(fields: &[&str]) -> String {
    let mut hash = Sha256::new();
    for field in fields {
        hash.update((field.len() as u64).to_le_bytes());
        hash.update(field.as_bytes());
    }
    hex(&hash.finalize())
}

/// The state of one chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChainHead {
    pub installation: Installation,
    pub events: i64,
    /// Hash of the last event.
    pub head: String,
}

/// All chains of a database, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChainReport {
    /// In the order of the installation.
    pub chains: Vec<ChainHead>,
}

impl ChainReport {
    /// Events in all chains.
    pub fn events(&self) -> i64 {
        self.chains.iter().map(|c| c.events).sum()
    }
}

/// Follows every chain through the events in the order of arrival.
///
/// # Errors
/// The first event that does not fit, and why.
pub(super) fn follow(
    events: &[Event],
    study_document: &str,
) -> Result<ChainReport, (EventId, BrokenLink)> {
    let mut heads: BTreeMap<&Installation, (i64, &str)> = BTreeMap::new();
    for event in events {
        let genesis;
        let (sequence, previous) = match heads.get(&event.id.installation) {
            Some(&(sequence, head)) => (sequence, head),
            None => {
                genesis = genesis_hash(&event.id.installation, study_document);
                (0, genesis.as_str())
            }
        };
        if event.id.sequence != sequence + 1 {
            let before = EventId {
                sequence,
                ..event.id.clone()
            };
            return Err((
                before,
                BrokenLink::Sequence {
                    expected: sequence + 1,
                    found: event.id.sequence,
                },
            ));
        }
        if event.computed_hash() != event.hash {
            return Err((event.id.clone(), BrokenLink::Contents));
        }
        if event.previous_hash != previous {
            return Err((event.id.clone(), BrokenLink::Previous));
        }
        heads.insert(&event.id.installation, (event.id.sequence, &event.hash));
    }
    let chains = heads
        .into_iter()
        .map(|(installation, (events, head))| ChainHead {
            installation: installation.clone(),
            events,
            head: head.to_owned(),
        })
        .collect();
    Ok(ChainReport { chains })
}
