//! The database that the thread of the reviews has open, of either kind of
//! study, and what it does with it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::guarded;
use super::store::{
    Begun, FoundStudy, ReadingResumed, Resumed, StoreEvent, StoreJob, StudyOf, Summary, Written,
};
use crate::app::texts::{review::start, worker as texts};
use crate::explain::{AuditDocument, AuditFileError};
use crate::review::reading::{design, export_readings, reading_results};
use crate::review::{
    self, AnyStudy, Database, EventId, Included, Item, Rater, Ratings, ReadingStore, ReviewError,
    Stop, Store, StudyDocument, study_of_file,
};
use crate::statistics::study::MetricTable;

fn in_words(error: ReviewError) -> String {
    error.to_string()
}

#[derive(Default)]
pub struct OpenStore {
    /// The database that was used last; most jobs want it again.
    last: Option<(StudyOf, Open)>,
    /// Who has begun or rated since it was looked whether she may stop.
    rated: Option<Rater>,
}

enum Open {
    Prototypes(Box<Store>),
    Reading(Box<ReadingStore>),
}

impl OpenStore {
    pub fn answer(&mut self, job: StoreJob) -> StoreEvent {
        match job {
            StoreJob::Find { study } => StoreEvent::Found {
                studies: find(&study),
                bundle: study.bundle_sha256,
            },
            StoreJob::Start { study, rater } => {
                let result = guarded(texts::OPENING_REVIEWS, || {
                    self.start(&study, &rater).map_err(in_words)
                });
                self.rated = result.is_ok().then(|| rater.clone());
                StoreEvent::Started { rater, result }
            }
            StoreJob::Record {
                study,
                rater,
                answer,
            } => {
                let result = guarded(texts::SAVING_ANSWER, || {
                    self.of(&study)
                        .and_then(|store| store.record(&rater, &answer))
                        .map_err(in_words)
                });
                self.rated = result.is_ok().then(|| rater.clone());
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
            StoreJob::RecordReading {
                study,
                rater,
                answer,
            } => {
                let result = guarded(texts::SAVING_ANSWER, || {
                    self.reading(&study)
                        .and_then(|store| store.record_reading(&rater, &answer))
                        .map_err(in_words)
                });
                if let Err(message) = &result {
                    tracing::error!("an answer was not saved: {message}");
                }
                StoreEvent::ReadingRecorded {
                    rater,
                    answer,
                    result,
                }
            }
            StoreJob::Close { study, rater } => {
                let result = guarded(texts::CLOSING_QUEUE, || {
                    self.close_queue(&study, &rater).map_err(in_words)
                });
                StoreEvent::Closed { rater, result }
            }
            StoreJob::Summarise { study } => {
                let result = guarded(texts::READING_REVIEWS, || {
                    self.summarise(&study).map_err(in_words)
                });
                StoreEvent::Summarised {
                    bundle: study.bundle_sha256,
                    result,
                }
            }
            StoreJob::Ratings { study } => {
                let result = guarded(texts::READING_REVIEWS, || {
                    self.ratings(&study).map_err(in_words)
                });
                StoreEvent::Rated {
                    bundle: study.bundle_sha256,
                    result,
                }
            }
            StoreJob::Metrics { study } => {
                let result = guarded(texts::READING_METRICS, || {
                    kept_metrics(&study).map_err(|error| error.to_string())
                });
                StoreEvent::Measured {
                    bundle: study.bundle_sha256,
                    result,
                }
            }
            StoreJob::Export { study, folder } => {
                let result = guarded(texts::EXPORTING_STUDY, || {
                    self.export(&study, &folder).map_err(in_words)
                });
                StoreEvent::Exported { result }
            }
        }
    }

    fn open(&mut self, study: &StudyOf) -> Result<&mut Open, ReviewError> {
        let kept = self.last.take_if(|(of, _)| of == study);
        let (of, open) = match kept {
            Some(kept) => kept,
            None => {
                self.close();
                (study.clone(), open(study)?)
            }
        };
        Ok(&mut self.last.insert((of, open)).1)
    }

    fn of(&mut self, study: &StudyOf) -> Result<&mut Store, ReviewError> {
        match self.open(study)? {
            Open::Prototypes(store) => Ok(store),
            Open::Reading(store) => Err(other_kind::<review::Study, _>(store)),
        }
    }

    /// `None` where nobody has rated, and where test ECGs are read.
    fn ratings(&mut self, study: &StudyOf) -> Result<Option<Ratings>, ReviewError> {
        if !study.path().exists() {
            return Ok(None);
        }
        match self.open(study)? {
            Open::Prototypes(store) => Ok(Some(review::ratings(&store.snapshot()?))),
            Open::Reading(_) => Ok(None),
        }
    }

    fn reading(&mut self, study: &StudyOf) -> Result<&mut ReadingStore, ReviewError> {
        match self.open(study)? {
            Open::Reading(store) => Ok(store),
            Open::Prototypes(store) => Err(other_kind::<review::reading::ReadingStudy, _>(store)),
        }
    }

    fn start(&mut self, study: &StudyOf, rater: &Rater) -> Result<Begun, ReviewError> {
        let bundle = study.bundle_sha256.clone();
        match self.open(study)? {
            Open::Prototypes(store) => {
                store.study().protocol.admit(rater)?;
                let answers = store.answers(rater)?.into_iter();
                let study = store.study();
                let items = study.items.iter().chain(&study.training);
                let pair = |item: &Item| Some((item.prototype, item.pair.clone()?));
                Ok(Begun::Rating(Resumed {
                    pairs: Arc::new(items.filter_map(pair).collect()),
                    data: study.data.clone(),
                    bundle,
                    protocol: Arc::new(store.study().protocol.clone()),
                    title: store.study().title().to_owned(),
                    answers: answers.map(|a| (a.answer.slot(), a.answer)).collect(),
                    queue: store.queue(rater),
                    closed: store.closed()?.contains_key(rater),
                    database: store.path().to_owned(),
                }))
            }
            Open::Reading(store) => {
                store.study().protocol.admit(rater)?;
                let answers = store.readings(rater)?.into_iter();
                Ok(Begun::Reading(Box::new(ReadingResumed {
                    bundle,
                    study: Arc::new(store.study().clone()),
                    answers: answers.map(|a| (a.answer.place(), a.answer)).collect(),
                    queue: store.queue(rater),
                    closed: store.closed()?.contains_key(rater),
                    database: store.path().to_owned(),
                })))
            }
        }
    }

    fn close_queue(&mut self, study: &StudyOf, rater: &Rater) -> Result<EventId, ReviewError> {
        match self.open(study)? {
            Open::Prototypes(store) => store.close_queue(rater),
            Open::Reading(store) => store.close_reading_queue(rater),
        }
    }

    fn summarise(&mut self, study: &StudyOf) -> Result<Option<Summary>, ReviewError> {
        // Looking at the numbers makes no database.
        if !study.path().exists() {
            return Ok(None);
        }
        let included = Included::ClosedQueues;
        Ok(Some(match self.open(study)? {
            Open::Prototypes(store) => {
                let snapshot = store.snapshot()?;
                let mut results = review::results(&snapshot, included)?;
                let mut refused = None;
                // Metrics are of prototypes, and not of pairs.
                let kept = match results.is_of_pairs() {
                    true => Ok(None),
                    false => kept_metrics(study),
                };
                match kept {
                    Ok(Some(metrics)) => results = results.with_metrics(&snapshot, metrics)?,
                    Ok(None) => {}
                    Err(error) => refused = Some(error.to_string()),
                }
                Summary::Prototypes {
                    results: Box::new(results),
                    refused,
                }
            }
            Open::Reading(store) => {
                let results = reading_results(&store.reading_snapshot()?, included);
                Summary::Reading {
                    design: design(store.study(), &results),
                    results: Box::new(results),
                }
            }
        }))
    }

    fn export(&mut self, study: &StudyOf, folder: &Path) -> Result<Written, ReviewError> {
        let included = Included::ClosedQueues;
        let (folder, files) = match self.open(study)? {
            Open::Prototypes(store) => {
                // The screen says of metrics that cannot be read that they are not used.
                let metrics = kept_metrics(study).unwrap_or_else(|error| {
                    tracing::warn!("exported without metrics: {error}");
                    None
                });
                let metrics = metrics.filter(|_| !store.study().is_of_pairs());
                let report = review::export(store, folder, included, metrics)?;
                (report.folder, report.files)
            }
            Open::Reading(store) => {
                let report = export_readings(store, folder, included)?;
                (report.folder, report.files)
            }
        };
        Ok(Written { folder, files })
    }

    /// Whether who began or rated just now may stop, where the protocol has
    /// such a rule.
    pub fn may_stop(&mut self) -> Option<StoreEvent> {
        let rater = self.rated.take()?;
        let Open::Prototypes(store) = &self.last.as_ref()?.1 else {
            return None;
        };
        if !matches!(store.study().protocol.stop, Stop::Width { .. }) {
            return None;
        }
        let looked = guarded(texts::LOOKING_WHETHER_TO_STOP, || {
            review::may_stop(store, &rater).map_err(in_words)
        });
        match looked {
            Ok(may_stop) => Some(StoreEvent::MayStop { rater, may_stop }),
            Err(message) => {
                tracing::error!("{message}");
                None
            }
        }
    }

    pub fn backup_if_due(&mut self) -> Option<Result<PathBuf, String>> {
        let made = match &mut self.last.as_mut()?.1 {
            Open::Prototypes(store) => store.backup_if_due(),
            Open::Reading(store) => store.backup_if_due(),
        };
        if let Err(error) = &made {
            tracing::error!("{error}");
        }
        made.map_err(in_words).transpose()
    }

    pub fn close(&mut self) {
        let closed = match self.last.take() {
            Some((_, Open::Prototypes(store))) => store.close(),
            Some((_, Open::Reading(store))) => store.close(),
            None => return,
        };
        if let Err(error) = closed {
            tracing::error!("{error}");
        }
    }
}

/// What was measured of the model's prototypes; `None` where nothing was yet.
fn kept_metrics(study: &StudyOf) -> Result<Option<MetricTable>, AuditFileError> {
    let file = study.audit_file();
    if !file.exists() {
        return Ok(None);
    }
    let document = AuditDocument::read_for(&file, &study.bundle_sha256)?;
    Ok(Some(document.metrics()))
}

fn open(study: &StudyOf) -> Result<Open, ReviewError> {
    let Some(database) = &study.database else {
        let store = Store::open_or_create_for_bundle(
            &study.reviews_dir,
            &study.bundle_name,
            &study.bundle_sha256,
            study.items.clone(),
        )?;
        return Ok(Open::Prototypes(Box::new(store)));
    };
    // What cannot be looked into is opened as ever, which says why.
    if let Ok(AnyStudy::Reading(_)) = study_of_file(database) {
        let store = ReadingStore::open(database)?;
        store.check_bundle(&study.bundle_sha256)?;
        return Ok(Open::Reading(Box::new(store)));
    }
    let store = Store::open(database)?;
    store.check_bundle(&study.bundle_sha256)?;
    Ok(Open::Prototypes(Box::new(store)))
}

fn other_kind<Wanted: StudyDocument, Found: StudyDocument>(store: &Database<Found>) -> ReviewError {
    ReviewError::OtherKind {
        path: store.path().to_owned(),
        found: Found::WHAT,
        expected: Wanted::WHAT,
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
    let study = study_of_file(database)
        .inspect_err(|error| tracing::warn!("{error}"))
        .ok()?;
    let (raters, what) = match &study {
        AnyStudy::Prototypes(study) => {
            let what = match study.is_of_pairs() {
                true => start::pairs(study.items.len()),
                false => start::prototypes_to_rate(study.items.len()),
            };
            (&study.protocol.raters, what)
        }
        AnyStudy::Reading(study) => {
            let what = start::ecgs_to_read(study.ecgs.len());
            (&study.protocol.raters, what)
        }
    };
    (study.bundle_sha256() == bundle_sha256).then(|| FoundStudy {
        database: database.to_owned(),
        title: study.title().to_owned(),
        raters: raters.iter().map(|r| r.code.clone()).collect(),
        what,
    })
}
