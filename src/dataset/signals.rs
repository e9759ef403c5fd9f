//! The signals of a collection: one by one from their files, or all of them
//! through the cache.

use std::path::Path;
use std::sync::Arc;

use super::cache::{CacheReport, Check, Progress, SignalCache};
use super::{DataSet, DataSetError, Entry, parallel};
use crate::ecg::Recording;

/// A record as it was read.
#[derive(Clone, Debug)]
pub struct Signal {
    /// With the age and sex of the table.
    pub recording: Recording,
    /// [`Recording::sha256`], where the cache has it.
    known_sha256: Option<String>,
}

impl Signal {
    /// [`Recording::sha256`].
    pub fn sha256(&self) -> String {
        match &self.known_sha256 {
            Some(known) => known.clone(),
            None => self.recording.sha256(),
        }
    }
}

impl DataSet {
    /// The same collection, whose records are read through a cache in `place`,
    /// which is made or completed first.
    ///
    /// # Errors
    /// A place that cannot be written to, and `progress` that stops it.
    pub fn with_cache(
        mut self,
        place: &Path,
        check: Check,
        progress: Progress,
    ) -> Result<Self, DataSetError> {
        let records: Vec<_> = self.entries().iter().map(|e| self.record(e)).collect();
        let cache = SignalCache::open(self.root(), &records, place, check, progress);
        let cache = cache.map_err(|source| DataSetError::Cache {
            place: place.to_owned(),
            source,
        })?;
        self.cache = Some(Arc::new(cache.ok_or(DataSetError::Stopped)?));
        Ok(self)
    }

    /// What is in the cache, where there is one.
    pub fn cache_report(&self) -> Option<CacheReport> {
        self.cache.as_ref().map(|cache| cache.report())
    }

    /// The 100 Hz signal of an entry, with the age and sex of the table.
    ///
    /// # Errors
    /// The record is not there or cannot be read.
    pub fn read(&self, entry: &Entry) -> Result<Recording, DataSetError> {
        Ok(self.signal(entry)?.recording)
    }

    /// As [`DataSet::read`], with its checksum.
    ///
    /// # Errors
    /// As [`DataSet::read`].
    pub fn signal(&self, entry: &Entry) -> Result<Signal, DataSetError> {
        let cached = self.cache.as_ref().and_then(|cache| {
            let (recording, sha256) = cache.read(self.place(entry)?)?;
            Some((recording, sha256.to_owned()))
        });
        match cached {
            Some((recording, sha256)) => Ok(Signal {
                recording: entry.described(recording),
                known_sha256: Some(sha256),
            }),
            None => Ok(Signal {
                recording: self.open_record(entry)?,
                known_sha256: None,
            }),
        }
    }

    /// Gives every entry's signal to `work`, on all cores; the results are in
    /// the order of the entries.
    ///
    /// # Errors
    /// The first record that is not there or cannot be read.
    pub fn map_signals<T: Send>(
        &self,
        entries: &[&Entry],
        work: impl Fn(&Entry, &Signal) -> T + Sync,
    ) -> Result<Vec<T>, DataSetError> {
        let results = parallel::map(entries, |_, entry| {
            self.signal(entry).map(|signal| work(entry, &signal))
        });
        results.into_iter().collect()
    }
}
