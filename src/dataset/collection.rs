//! The collection: its table, and the signals on demand.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{DataSetError, Entry, SimulatedMarker, table};
use crate::ecg::Recording;
use crate::statements;

/// The table's name in the root of a collection.
pub const TABLE_FILE: &str = "ptbxl_database.csv";

/// A collection in the layout of PTB-XL. Only the table is in memory.
#[derive(Clone, Debug)]
pub struct DataSet {
    root: PathBuf,
    /// By ecg_id, ascending.
    entries: Vec<Entry>,
    simulated: Option<SimulatedMarker>,
    /// Records that [`DataSet::folds`] does not give.
    left_out: BTreeSet<u32>,
}

impl DataSet {
    /// Reads the table of the collection in `root`.
    ///
    /// # Errors
    /// No table, a missing column, a row that cannot be understood, or a
    /// marker of the simulator that cannot.
    pub fn open(root: &Path) -> Result<Self, DataSetError> {
        let file = root.join(TABLE_FILE);
        if !file.is_file() {
            return Err(DataSetError::NoTable {
                root: root.to_owned(),
            });
        }
        let mut entries = table::read(&file)?;
        entries.sort_by_key(|entry| entry.ecg_id);
        Ok(Self {
            root: root.to_owned(),
            entries,
            simulated: SimulatedMarker::read(root)?,
            left_out: BTreeSet::new(),
        })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// All entries by ecg_id, ascending.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub fn entry(&self, ecg_id: u32) -> Option<&Entry> {
        let at = self
            .entries
            .binary_search_by_key(&ecg_id, |entry| entry.ecg_id);
        at.ok().and_then(|at| self.entries.get(at))
    }

    /// The entries of these folds by ecg_id, ascending. In the literature
    /// folds 1 to 8 train, 9 validates and 10 tests.
    pub fn folds(&self, folds: &[u8]) -> Vec<&Entry> {
        self.entries
            .iter()
            .filter(|entry| folds.contains(&entry.fold) && !self.left_out.contains(&entry.ecg_id))
            .collect()
    }

    /// Leaves out those records of some folds that are not on the disk; also
    /// gives their numbers, ascending. Only whether the header is there is
    /// asked: a record that is damaged stops its reader.
    pub fn without_missing(mut self, folds: &[u8]) -> (Self, Vec<u32>) {
        let is_there = |entry: &&Entry| self.header(&entry.path_lr).exists();
        let entries = self.folds(folds).into_iter();
        let missing: Vec<u32> = entries
            .filter(|entry| !is_there(entry))
            .map(|entry| entry.ecg_id)
            .collect();
        self.left_out.extend(&missing);
        (self, missing)
    }

    /// Whether our simulator wrote the collection. What is made from it must
    /// say that it is a demonstration.
    pub fn is_simulated(&self) -> bool {
        self.simulated.is_some()
    }

    /// What the simulator's marker says.
    pub fn simulated(&self) -> Option<&SimulatedMarker> {
        self.simulated.as_ref()
    }

    /// Codes in the table that are none of the 71 statements, sorted: most
    /// often a misspelling, which no label matrix would show.
    pub fn unknown_codes(&self) -> Vec<String> {
        let mut codes: Vec<String> = self
            .entries
            .iter()
            .flat_map(Entry::codes)
            .filter(|code| statements::by_code(code).is_none())
            .map(str::to_owned)
            .collect();
        codes.sort();
        codes.dedup();
        codes
    }

    /// The 100 Hz signal of an entry, with the age and sex of the table.
    ///
    /// # Errors
    /// The record is not there or cannot be read.
    pub fn read(&self, entry: &Entry) -> Result<Recording, DataSetError> {
        self.signal(entry, &self.header(&entry.path_lr))
    }

    /// The 500 Hz signal of an entry; `None` where the table names none or
    /// the record was not copied to this disk.
    ///
    /// # Errors
    /// The record is there and cannot be read.
    pub fn read_500_hz(&self, entry: &Entry) -> Result<Option<Recording>, DataSetError> {
        match entry.path_hr.as_deref().map(|path| self.header(path)) {
            Some(header) if header.exists() => self.signal(entry, &header).map(Some),
            _ => Ok(None),
        }
    }

    /// The header of a record. Dots in the name are no suffix, hence no
    /// `with_extension`.
    fn header(&self, record: &str) -> PathBuf {
        self.root.join(format!("{record}.hea"))
    }

    fn signal(&self, entry: &Entry, header: &Path) -> Result<Recording, DataSetError> {
        let mut recording =
            crate::formats::open(header).map_err(|source| DataSetError::Signal {
                ecg_id: entry.ecg_id,
                source,
            })?;
        recording.age_years = entry.age_years.or(recording.age_years);
        recording.sex = entry.sex.or(recording.sex);
        Ok(recording)
    }
}
