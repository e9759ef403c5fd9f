//! A study as files for people who analyse it: the long and the wide table of
//! ratings, the whole history, the results with protocol and heads of the
//! chains, the paper's table 3, a printed report, a dictionary of every column,
//! and scripts that recompute every number.

mod associations;
pub(super) mod dictionary;
pub(super) mod files;
mod numbers;
mod print;
pub(super) mod tables;

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{
    ChainHead, Conflict, Included, Protocol, Results, ReviewError, Snapshot, Store, Study,
    conflicts, results,
};
use crate::statistics::study::MetricTable;
use files::{Draft, SUMMARY_FILE, check_folder, publish};

/// Version of `summary.json` and of the columns.
pub const SCHEMA: u32 = 2;

/// What was written, and the numbers in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExportReport {
    pub schema: u32,
    pub study: StudyHead,
    pub folder: PathBuf,
    pub files: Vec<ExportedFile>,
    /// Heads of the chains of events. Kept elsewhere, they show later whether
    /// the history was changed.
    pub chains: Vec<ChainHead>,
    pub results: Results,
}

/// One file of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExportedFile {
    pub name: String,
    /// Lines below the header; absent for JSON.
    pub rows: Option<usize>,
    /// In hexadecimal.
    pub sha256: String,
}

/// A study without its items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StudyHead {
    pub study_id: String,
    pub bundle_name: String,
    pub bundle_sha256: String,
    pub seed: u32,
    pub created: String,
}

impl From<&Study> for StudyHead {
    fn from(study: &Study) -> Self {
        Self {
            study_id: study.study_id.clone(),
            bundle_name: study.bundle_name.clone(),
            bundle_sha256: study.bundle_sha256.clone(),
            seed: study.seed,
            created: study.created.clone(),
        }
    }
}

/// Contents of `summary.json`.
#[derive(Serialize)]
struct SummaryDocument<'a> {
    schema: u32,
    program: String,
    study: &'a StudyHead,
    chains: &'a [ChainHead],
    protocol: &'a Protocol,
    items: &'a [super::Item],
    training: &'a [super::Item],
    conflicts: &'a [Conflict],
    results: &'a Results,
}

/// Writes `ratings.csv`, `ratings_wide.csv`, `events.csv`, `conflicts.csv`,
/// `table3.csv`, `numbers.csv`, `summary.json`, `report.pdf`, `recompute.R`,
/// `recompute.py` and `data_dictionary.csv` to a folder, which is made if need
/// be; with metrics of the prototypes, which then stand beside the ratings in
/// all of these, also `audit.csv`. An earlier export of the same study is
/// replaced; each file appears whole or not at all.
///
/// # Errors
/// When the metrics are of another model, when a chain is broken, when the folder holds files of these names that are
/// of another study, or when it cannot be written.
pub fn export(
    store: &Store,
    folder: &Path,
    included: Included,
    metrics: Option<MetricTable>,
) -> Result<ExportReport, ReviewError> {
    let snapshot = store.snapshot()?;
    let study = StudyHead::from(&snapshot.study);
    let mut results = results(&snapshot, included)?;
    if let Some(metrics) = metrics {
        results = results.with_metrics(&snapshot, metrics)?;
    }
    let drafts = drafts(&snapshot, &study, &results, folder)?;
    check_folder(folder, &study.study_id, &drafts)?;
    publish(folder, &drafts)?;
    if results.metrics.is_none() {
        // Of an earlier export of this study, whose other files are gone as well.
        let _ = std::fs::remove_file(folder.join(tables::AUDIT_FILE));
    }
    Ok(ExportReport {
        schema: SCHEMA,
        study,
        folder: folder.to_owned(),
        files: drafts.iter().map(Draft::report).collect(),
        chains: snapshot.chains.chains,
        results,
    })
}

fn drafts(
    snapshot: &Snapshot,
    study: &StudyHead,
    results: &Results,
    folder: &Path,
) -> Result<Vec<Draft>, ReviewError> {
    let csv_error = |name: &'static str| {
        move |source| ReviewError::Csv {
            path: folder.join(name),
            source,
        }
    };
    let conflicts = conflicts(snapshot, Included::Everyone);
    let document = SummaryDocument {
        schema: SCHEMA,
        program: format!("protoecg {}", env!("CARGO_PKG_VERSION")),
        study,
        chains: &snapshot.chains.chains,
        protocol: &snapshot.study.protocol,
        items: &snapshot.study.items,
        training: &snapshot.study.training,
        conflicts: &conflicts,
        results,
    };
    let mut json = serde_json::to_vec_pretty(&document).map_err(|source| ReviewError::Json {
        path: folder.join(SUMMARY_FILE),
        field: "summary".to_owned(),
        source,
    })?;
    json.push(b'\n');
    let mut drafts = vec![
        // First, so that from the first file on the folder is known as this
        // study's, should the export be interrupted.
        Draft::new(SUMMARY_FILE, None, json),
        tables::ratings(snapshot).map_err(csv_error(tables::RATINGS_FILE))?,
        tables::wide(snapshot).map_err(csv_error(tables::WIDE_FILE))?,
        tables::events(&study.study_id, &snapshot.events)
            .map_err(csv_error(tables::EVENTS_FILE))?,
        tables::conflicts(&conflicts).map_err(csv_error(tables::CONFLICTS_FILE))?,
        tables::table_3(results).map_err(csv_error(tables::TABLE_3_FILE))?,
        numbers::table(&numbers::numbers(results)).map_err(csv_error(numbers::FILE))?,
        Draft::new(
            "report.pdf",
            None,
            print::pdf(snapshot, study, results, &conflicts)?,
        ),
        script(
            "recompute.R",
            include_str!("../../../assets/scripts/recompute.R"),
        ),
        script(
            "recompute.py",
            include_str!("../../../assets/scripts/recompute.py"),
        ),
        dictionary::table(results.metrics.is_some(), results.is_of_pairs())
            .map_err(csv_error(dictionary::FILE))?,
    ];
    if let Some(metrics) = &results.metrics {
        drafts.push(tables::audit(&metrics.table).map_err(csv_error(tables::AUDIT_FILE))?);
    }
    Ok(drafts)
}

fn script(name: &'static str, text: &str) -> Draft {
    Draft::new(name, None, text.as_bytes().to_vec())
}
