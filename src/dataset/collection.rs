//! The collection: its table, and the signals on demand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::cache::SignalCache;
use super::label_map::{LABEL_MAP_FILE, LabelMap};
use super::listing::{self, LISTING_FILE};
use super::{DataSetError, Entry, SimulatedMarker, table};
use crate::ecg::Recording;
use crate::statements;

/// The table's name in the root of a collection.
pub const TABLE_FILE: &str = "ptbxl_database.csv";

/// A collection in the layout of PTB-XL, or one with a listing and a label map.
/// Only the table is in memory.
#[derive(Clone, Debug)]
pub struct DataSet {
    root: PathBuf,
    layout: Layout,
    /// By ecg_id, ascending.
    entries: Vec<Entry>,
    simulated: Option<SimulatedMarker>,
    /// Records that [`DataSet::folds`] does not give.
    left_out: BTreeSet<u32>,
    /// Where records are read through one.
    pub(super) cache: Option<Arc<SignalCache>>,
}

/// What the table names, and where it is.
#[derive(Clone, Debug)]
enum Layout {
    /// WFDB records, relative to the root.
    PtbXl,
    /// Files of any format, relative to `files`, and codes by a map.
    Listing {
        files: PathBuf,
        map: LabelMap,
        /// Codes without a statement, and how many records have them.
        unmapped: BTreeMap<String, usize>,
    },
}

impl DataSet {
    /// Reads the table of the collection in `root`.
    ///
    /// # Errors
    /// No table, a missing column, a row that cannot be understood, or a
    /// marker of the simulator or a label map that cannot.
    pub fn open(root: &Path) -> Result<Self, DataSetError> {
        let (mut entries, layout) = if root.join(TABLE_FILE).is_file() {
            (table::read(&root.join(TABLE_FILE))?, Layout::PtbXl)
        } else if root.join(LISTING_FILE).is_file() {
            let map = LabelMap::read(&root.join(LABEL_MAP_FILE))?;
            let listing = listing::read(&root.join(LISTING_FILE), &map)?;
            let layout = Layout::Listing {
                files: map.files.as_ref().map_or(root.to_owned(), |f| root.join(f)),
                unmapped: listing.unmapped,
                map,
            };
            (listing.entries, layout)
        } else {
            return Err(DataSetError::NoTable {
                root: root.to_owned(),
            });
        };
        entries.sort_by_key(|entry| entry.ecg_id);
        Ok(Self {
            root: root.to_owned(),
            layout,
            entries,
            simulated: SimulatedMarker::read(root)?,
            left_out: BTreeSet::new(),
            cache: None,
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
    /// gives their numbers, ascending. Only whether the file is there is
    /// asked: a record that is damaged stops its reader.
    pub fn without_missing(mut self, folds: &[u8]) -> (Self, Vec<u32>) {
        // A listing may name a record by its bare name.
        let header = |entry: &&Entry| format!("{}.hea", self.record(entry).display());
        let is_there = |entry: &&Entry| {
            self.file(&entry.path_lr).exists() || Path::new(&header(entry)).exists()
        };
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

    /// What people call it.
    pub fn name(&self) -> String {
        match (&self.simulated, &self.layout) {
            (Some(marker), _) => {
                format!("{} simulated ECGs, seed {}", marker.records, marker.seed)
            }
            (None, Layout::PtbXl) => "PTB-XL".to_owned(),
            (None, Layout::Listing { map, .. }) => map.name.clone(),
        }
    }

    /// Whether the collection's labels can tell if an ECG has `statement`. For
    /// what they cannot, absence means nothing, and no model is scored.
    pub fn labels_tell(&self, statement: &str) -> bool {
        match &self.layout {
            Layout::PtbXl => true,
            Layout::Listing { map, .. } => map.has_target(statement),
        }
    }

    /// Codes without a statement in the label map, and how many records have
    /// them; `None` for PTB-XL, which needs no map.
    pub fn unmapped_codes(&self) -> Option<&BTreeMap<String, usize>> {
        match &self.layout {
            Layout::PtbXl => None,
            Layout::Listing { unmapped, .. } => Some(unmapped),
        }
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

    /// The 500 Hz signal of an entry; `None` where the table names none or
    /// the record was not copied to this disk.
    ///
    /// # Errors
    /// The record is there and cannot be read.
    pub fn read_500_hz(&self, entry: &Entry) -> Result<Option<Recording>, DataSetError> {
        match entry.path_hr.as_deref().map(|path| self.file(path)) {
            Some(header) if header.exists() => open(entry, &header).map(Some),
            _ => Ok(None),
        }
    }

    /// The 100 Hz signal of an entry from its files.
    pub(super) fn open_record(&self, entry: &Entry) -> Result<Recording, DataSetError> {
        open(entry, &self.file(&entry.path_lr))
    }

    /// What is opened for a path of the table. Dots in a record's name are no
    /// suffix, hence no `with_extension`.
    fn file(&self, path: &str) -> PathBuf {
        match &self.layout {
            Layout::PtbXl => self.root.join(format!("{path}.hea")),
            Layout::Listing { files, .. } => files.join(path),
        }
    }

    /// The path of an entry's WFDB record, without suffix.
    pub(super) fn record(&self, entry: &Entry) -> PathBuf {
        match &self.layout {
            Layout::PtbXl => self.root.join(&entry.path_lr),
            Layout::Listing { files, .. } => {
                let path = &entry.path_lr;
                files.join(path.strip_suffix(".hea").unwrap_or(path))
            }
        }
    }

    /// Where an entry of this collection stands among the others.
    pub(super) fn place(&self, entry: &Entry) -> Option<usize> {
        let found = self
            .entries
            .binary_search_by_key(&entry.ecg_id, |entry| entry.ecg_id);
        found
            .ok()
            .filter(|&at| self.entries[at].path_lr == entry.path_lr)
    }
}

fn open(entry: &Entry, header: &Path) -> Result<Recording, DataSetError> {
    let recording = crate::formats::open(header).map_err(|source| DataSetError::Signal {
        ecg_id: entry.ecg_id,
        source,
    })?;
    Ok(entry.described(recording))
}
