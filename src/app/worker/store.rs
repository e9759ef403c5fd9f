//! The thread that owns the review database.
//!
//! Answers wait in one queue in the order in which they were given, each is
//! one transaction, and an answer counts as saved only when the event id that
//! followed COMMIT has come back.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use super::events::{Event, Events};
use super::open_store::OpenStore;
use super::queue::{JobReceiver, JobSender, job_queue};
use crate::review::reading::{Place, ReadingAnswer, ReadingResults, ReadingStudy};
use crate::review::{
    self, Answer, EventId, ExportedFile, Item, Pair, Protocol, Rater, Ratings, Results, Slot,
};
use crate::statistics::study::MetricTable;

/// Which study: one of a bundle in a folder.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyOf {
    pub reviews_dir: PathBuf,
    pub bundle_name: String,
    pub bundle_sha256: String,
    pub items: Vec<Item>,
    /// The study of a protocol; `None` for the one that is made on the fly.
    pub database: Option<PathBuf>,
}

impl StudyOf {
    /// Where the metrics of the model's prototypes are kept: by its hash, since
    /// they are of no other.
    pub fn audit_file(&self) -> PathBuf {
        let name = format!("audit-{}.json", self.bundle_sha256);
        self.reviews_dir.join(name)
    }

    pub fn path(&self) -> PathBuf {
        let name = review::database_file_name(&self.bundle_name, &self.bundle_sha256);
        let quick = self.reviews_dir.join(name);
        self.database.clone().unwrap_or(quick)
    }
}

/// A study of a protocol, found beside the quick one.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundStudy {
    pub database: PathBuf,
    pub title: String,
    pub raters: Vec<Rater>,
    /// What is to be done, for people: `80 prototypes`.
    pub what: String,
}

/// Work for the thread.
pub enum StoreJob {
    /// Which studies of this bundle are in the folder?
    Find {
        study: StudyOf,
    },
    /// Open the study, or make it, and say where the rater stopped.
    Start {
        study: StudyOf,
        rater: Rater,
    },
    Record {
        study: StudyOf,
        rater: Rater,
        answer: Answer,
    },
    /// Save what a reader says of a test ECG.
    RecordReading {
        study: StudyOf,
        rater: Rater,
        answer: ReadingAnswer,
    },
    /// End a rater's queue.
    Close {
        study: StudyOf,
        rater: Rater,
    },
    Summarise {
        study: StudyOf,
    },
    /// What has each prototype got?
    Ratings {
        study: StudyOf,
    },
    /// What was measured of each prototype without people?
    Metrics {
        study: StudyOf,
    },
    Export {
        study: StudyOf,
        folder: PathBuf,
    },
}

/// What the thread reports.
pub enum StoreEvent {
    Found {
        bundle: String,
        studies: Vec<FoundStudy>,
    },
    Started {
        rater: Rater,
        result: Result<Begun, String>,
    },
    /// `Ok` after COMMIT only.
    ReadingRecorded {
        rater: Rater,
        answer: ReadingAnswer,
        result: Result<EventId, String>,
    },
    /// `Ok` after COMMIT only.
    Recorded {
        rater: Rater,
        answer: Answer,
        result: Result<EventId, String>,
    },
    Closed {
        rater: Rater,
        result: Result<EventId, String>,
    },
    /// Whether the protocol lets a rater stop early, as of her newest answer.
    MayStop {
        rater: Rater,
        may_stop: bool,
    },
    /// A backup that was due could not be made; the ratings are saved.
    BackupFailed(String),
    /// `None` where nobody has rated this bundle yet.
    Summarised {
        bundle: String,
        result: Result<Option<Summary>, String>,
    },
    /// `None` where nobody has rated this bundle yet.
    Rated {
        bundle: String,
        result: Result<Option<Ratings>, String>,
    },
    /// `None` where nothing was measured of this bundle yet.
    Measured {
        bundle: String,
        result: Result<Option<MetricTable>, String>,
    },
    Exported {
        result: Result<Written, String>,
    },
}

/// The numbers of a study of either kind.
pub enum Summary {
    Prototypes {
        results: Box<Results>,
        /// Why the metrics that are kept for the model are not among them.
        refused: Option<String>,
    },
    Reading {
        /// What was done, in sentences.
        design: Vec<String>,
        results: Box<ReadingResults>,
    },
}

/// What an export wrote.
pub struct Written {
    pub folder: PathBuf,
    pub files: Vec<ExportedFile>,
}

/// A session of either kind.
pub enum Begun {
    Rating(Resumed),
    Reading(Box<ReadingResumed>),
}

/// Where a reader stopped.
pub struct ReadingResumed {
    pub bundle: String,
    pub study: Arc<ReadingStudy>,
    /// All places in the reader's order.
    pub queue: Arc<Vec<Place>>,
    /// Answers so far, by place.
    pub answers: BTreeMap<Place, ReadingAnswer>,
    /// The queue was ended: nothing is read in it.
    pub closed: bool,
    pub database: PathBuf,
}

/// Where a rater stopped.
pub struct Resumed {
    pub bundle: String,
    pub protocol: Arc<Protocol>,
    pub title: String,
    /// All places in the rater's order.
    pub queue: Arc<Vec<Slot>>,
    /// Answers so far, by place.
    pub answers: BTreeMap<Slot, Answer>,
    /// The queue was ended: it can be looked at and not rated.
    pub closed: bool,
    pub database: PathBuf,
    /// In a study of pairs what each number stands for.
    pub pairs: Arc<BTreeMap<usize, Pair>>,
    /// What people call the data with their test ECGs.
    pub data: String,
}

/// Starts the thread.
pub fn start(events: &Events) -> std::io::Result<(JobSender<StoreJob>, JoinHandle<()>)> {
    let (sender, receiver) = job_queue();
    let events = events.clone();
    let thread = std::thread::Builder::new()
        .name("reviews".to_owned())
        .spawn(move || work(&receiver, &events))?;
    Ok((sender, thread))
}

fn work(jobs: &JobReceiver<StoreJob>, events: &Events) {
    let mut open = OpenStore::default();
    while let Some(job) = jobs.next() {
        events.send(Event::Store(open.answer(job)));
        // After the answer has gone back: nobody waits for either.
        if let Some(event) = open.may_stop() {
            events.send(Event::Store(event));
        }
        if let Some(Err(message)) = open.backup_if_due() {
            events.send(Event::Store(StoreEvent::BackupFailed(message)));
        }
    }
    open.close();
}
