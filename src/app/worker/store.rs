//! The thread that owns the review database.
//!
//! Answers wait in one queue in the order in which they were given, each is
//! one transaction, and an answer counts as saved only when the event id that
//! followed COMMIT has come back.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use super::events::{Event, Events};
use super::guarded;
use super::queue::{JobReceiver, JobSender, job_queue};
use crate::review::{
    self, Answer, EventId, ExportReport, Included, Item, Protocol, Rater, Ratings, Results,
    ReviewError, Slot, Store,
};

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
    fn path(&self) -> PathBuf {
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
    pub prototypes: usize,
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
        result: Result<Resumed, String>,
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
    /// A backup that was due could not be made; the ratings are saved.
    BackupFailed(String),
    /// `None` where nobody has rated this bundle yet.
    Summarised {
        bundle: String,
        result: Result<Option<Box<Results>>, String>,
    },
    /// `None` where nobody has rated this bundle yet.
    Rated {
        bundle: String,
        result: Result<Option<Ratings>, String>,
    },
    Exported {
        result: Result<Box<ExportReport>, String>,
    },
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
        // After the answer has gone back: nobody waits for a backup.
        if let Some(Err(message)) = open.backup_if_due() {
            events.send(Event::Store(StoreEvent::BackupFailed(message)));
        }
    }
    open.close();
}

fn in_words(error: ReviewError) -> String {
    error.to_string()
}

/// The database that was used last; most jobs want it again.
#[derive(Default)]
struct OpenStore(Option<(StudyOf, Store)>);

impl OpenStore {
    fn answer(&mut self, job: StoreJob) -> StoreEvent {
        match job {
            StoreJob::Find { study } => StoreEvent::Found {
                studies: find(&study),
                bundle: study.bundle_sha256,
            },
            StoreJob::Start { study, rater } => {
                let result = guarded("opening the reviews", || {
                    self.start(&study, &rater).map_err(in_words)
                });
                StoreEvent::Started { rater, result }
            }
            StoreJob::Record {
                study,
                rater,
                answer,
            } => {
                let result = guarded("saving the answer", || {
                    self.of(&study)
                        .and_then(|store| store.record(&rater, &answer))
                        .map_err(in_words)
                });
                // The window may be closing: then nobody else would say it.
                if let Err(message) = &result {
                    tracing::error!("an answer was not saved: {message}");
                }
                StoreEvent::Recorded {
                    rater,
                    answer,
                    result,
                }
            }
            StoreJob::Close { study, rater } => {
                let result = guarded("closing the queue", || {
                    self.of(&study)
                        .and_then(|store| store.close_queue(&rater))
                        .map_err(in_words)
                });
                StoreEvent::Closed { rater, result }
            }
            StoreJob::Summarise { study } => {
                let result = guarded("reading the reviews", || {
                    self.summarise(&study).map_err(in_words)
                });
                StoreEvent::Summarised {
                    bundle: study.bundle_sha256,
                    result,
                }
            }
            StoreJob::Ratings { study } => {
                let result = guarded("reading the reviews", || {
                    self.ratings(&study).map_err(in_words)
                });
                StoreEvent::Rated {
                    bundle: study.bundle_sha256,
                    result,
                }
            }
            StoreJob::Export { study, folder } => {
                let result = guarded("exporting the study", || {
                    self.of(&study)
                        .and_then(|store| review::export(store, &folder, Included::ClosedQueues))
                        .map(Box::new)
                        .map_err(in_words)
                });
                StoreEvent::Exported { result }
            }
        }
    }

    fn of(&mut self, study: &StudyOf) -> Result<&mut Store, ReviewError> {
        let kept = self.0.take_if(|(of, _)| of == study);
        let (of, store) = match kept {
            Some(kept) => kept,
            None => {
                self.close();
                let store = match &study.database {
                    Some(database) => {
                        let store = Store::open(database)?;
                        store.check_bundle(&study.bundle_sha256)?;
                        store
                    }
                    None => Store::open_or_create_for_bundle(
                        &study.reviews_dir,
                        &study.bundle_name,
                        &study.bundle_sha256,
                        study.items.clone(),
                    )?,
                };
                (study.clone(), store)
            }
        };
        Ok(&mut self.0.insert((of, store)).1)
    }

    fn start(&mut self, study: &StudyOf, rater: &Rater) -> Result<Resumed, ReviewError> {
        let store = self.of(study)?;
        store.study().protocol.admit(rater)?;
        let answers = store
            .answers(rater)?
            .into_iter()
            .map(|a| (a.answer.slot(), a.answer))
            .collect();
        Ok(Resumed {
            bundle: study.bundle_sha256.clone(),
            protocol: Arc::new(store.study().protocol.clone()),
            title: store.study().title().to_owned(),
            queue: store.queue(rater),
            answers,
            closed: store.closed()?.contains_key(rater),
            database: store.path().to_owned(),
        })
    }

    fn summarise(&mut self, study: &StudyOf) -> Result<Option<Box<Results>>, ReviewError> {
        // Looking at the numbers makes no database.
        if !study.path().exists() {
            return Ok(None);
        }
        let snapshot = self.of(study)?.snapshot()?;
        let results = review::results(&snapshot, Included::ClosedQueues)?;
        Ok(Some(Box::new(results)))
    }

    fn ratings(&mut self, study: &StudyOf) -> Result<Option<Ratings>, ReviewError> {
        if !study.path().exists() {
            return Ok(None);
        }
        let snapshot = self.of(study)?.snapshot()?;
        Ok(Some(review::ratings(&snapshot)))
    }

    fn backup_if_due(&mut self) -> Option<Result<PathBuf, String>> {
        let (_, store) = self.0.as_mut()?;
        let made = store.backup_if_due();
        if let Err(error) = &made {
            tracing::error!("{error}");
        }
        made.map_err(in_words).transpose()
    }

    fn close(&mut self) {
        if let Some((_, store)) = self.0.take()
            && let Err(error) = store.close()
        {
            tracing::error!("{error}");
        }
    }
}

/// Studies of this bundle in the folder, the quick one left out; what cannot
/// be opened is none.
fn find(study: &StudyOf) -> Vec<FoundStudy> {
    let quick = StudyOf {
        database: None,
        ..study.clone()
    }
    .path();
    let files = std::fs::read_dir(&study.reviews_dir);
    let mut databases: Vec<PathBuf> = files
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "sqlite") && *path != quick)
        .collect();
    databases.sort();
    databases
        .into_iter()
        .filter_map(|database| found(&database, &study.bundle_sha256))
        .collect()
}

fn found(database: &Path, bundle_sha256: &str) -> Option<FoundStudy> {
    let study = Store::study_of_file(database)
        .inspect_err(|error| tracing::warn!("{error}"))
        .ok()?;
    (study.bundle_sha256 == bundle_sha256).then(|| FoundStudy {
        database: database.to_owned(),
        title: study.title().to_owned(),
        raters: study
            .protocol
            .raters
            .iter()
            .map(|r| r.code.clone())
            .collect(),
        prototypes: study.items.len(),
    })
}
