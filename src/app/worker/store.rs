//! The thread that owns the review database.
//!
//! Answers wait in one queue in the order in which they were given, each is
//! one transaction, and an answer counts as saved only when the event id that
//! followed COMMIT has come back.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::thread::JoinHandle;

use super::events::{Event, Events};
use super::guarded;
use super::queue::{JobReceiver, JobSender, job_queue};
use crate::review::{
    self, Answer, EventId, ExportReport, Item, Rater, ReviewError, Store, StudySummary,
};

/// Which study: that of one bundle in one folder.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyOf {
    pub reviews_dir: PathBuf,
    pub bundle_name: String,
    pub bundle_sha256: String,
    pub items: Vec<Item>,
}

/// Work for the thread.
pub enum StoreJob {
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
    Summarise {
        study: StudyOf,
    },
    Export {
        study: StudyOf,
        folder: PathBuf,
    },
}

/// What the thread reports.
pub enum StoreEvent {
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
    /// `None` where nobody has rated this bundle yet.
    Summarised {
        bundle: String,
        result: Result<Option<StudySummary>, String>,
    },
    Exported {
        result: Result<ExportReport, String>,
    },
}

/// Where a rater stopped.
pub struct Resumed {
    pub bundle: String,
    /// All prototypes in the rater's order.
    pub order: Vec<usize>,
    /// Answers so far, by prototype.
    pub answers: BTreeMap<usize, Answer>,
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
        let event = match job {
            StoreJob::Start { study, rater } => {
                let result = guarded("opening the reviews", || {
                    open.start(&study, &rater).map_err(in_words)
                });
                StoreEvent::Started { rater, result }
            }
            StoreJob::Record {
                study,
                rater,
                answer,
            } => {
                let result = guarded("saving the answer", || {
                    open.of(&study)
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
            StoreJob::Summarise { study } => {
                let result = guarded("reading the reviews", || {
                    open.summarise(&study).map_err(in_words)
                });
                StoreEvent::Summarised {
                    bundle: study.bundle_sha256,
                    result,
                }
            }
            StoreJob::Export { study, folder } => {
                let result = guarded("exporting the tables", || {
                    open.of(&study)
                        .and_then(|store| review::export(store, &folder))
                        .map_err(in_words)
                });
                StoreEvent::Exported { result }
            }
        };
        events.send(Event::Store(event));
    }
}

fn in_words(error: ReviewError) -> String {
    error.to_string()
}

/// The database that was used last; most jobs want it again.
#[derive(Default)]
struct OpenStore(Option<(StudyOf, Store)>);

impl OpenStore {
    fn of(&mut self, study: &StudyOf) -> Result<&mut Store, ReviewError> {
        let kept = self.0.take().filter(|(of, _)| of == study);
        let (of, store) = match kept {
            Some(kept) => kept,
            None => {
                let store = Store::open_or_create_for_bundle(
                    &study.reviews_dir,
                    &study.bundle_name,
                    &study.bundle_sha256,
                    study.items.clone(),
                )?;
                (study.clone(), store)
            }
        };
        Ok(&mut self.0.insert((of, store)).1)
    }

    fn start(&mut self, study: &StudyOf, rater: &Rater) -> Result<Resumed, ReviewError> {
        let store = self.of(study)?;
        let answers = store
            .answers(rater)?
            .into_iter()
            .map(|a| (a.answer.prototype, a.answer))
            .collect();
        Ok(Resumed {
            bundle: study.bundle_sha256.clone(),
            order: store.study().order(rater),
            answers,
            database: store.path().to_owned(),
        })
    }

    fn summarise(&mut self, study: &StudyOf) -> Result<Option<StudySummary>, ReviewError> {
        let name = review::database_file_name(&study.bundle_name, &study.bundle_sha256);
        // Looking at the numbers makes no database.
        if !study.reviews_dir.join(name).exists() {
            return Ok(None);
        }
        let snapshot = self.of(study)?.snapshot()?;
        Ok(Some(review::summarise(
            snapshot.study.items.len(),
            &snapshot.answers,
        )))
    }
}
