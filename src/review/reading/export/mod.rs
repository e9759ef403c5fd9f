//! A reading study as files for people who analyse it: the long table of
//! answers, the ECGs with what was shown, the whole history, every number by
//! name, the results with protocol, seeds and heads of the chains, a printed
//! report, scripts that recompute every number, and a dictionary of every column.

mod dictionary;
mod print;
mod tables;

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::super::export::files::{Draft, SUMMARY_FILE, check_folder, publish};
use super::super::export::{ExportedFile, SCHEMA};
use super::super::store::ReadingStore;
use super::super::{ChainHead, Included, ReviewError};
use super::{ReadingResults, ReadingStudy, reading_results};

const RECOMPUTE_R: &str = include_str!("../../../../assets/scripts/recompute-reading.R");
const RECOMPUTE_PY: &str = include_str!("../../../../assets/scripts/recompute-reading.py");

/// What was written, and the numbers in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReadingExport {
    pub schema: u32,
    pub study_id: String,
    pub folder: PathBuf,
    pub files: Vec<ExportedFile>,
    /// Heads of the chains of events.
    pub chains: Vec<ChainHead>,
    pub results: ReadingResults,
}

/// Contents of `summary.json`. The folder is known as this study's by
/// `study.study_id`.
#[derive(Serialize)]
struct SummaryDocument<'a> {
    schema: u32,
    program: String,
    /// With protocol, seed, bundle hash, ECGs and what was shown of each.
    study: &'a ReadingStudy,
    chains: &'a [ChainHead],
    results: &'a ReadingResults,
}

/// Writes `summary.json`, `readings.csv`, `ecgs.csv`, `events.csv`,
/// `conflicts.csv`, `numbers.csv`, `report.pdf`, `recompute.R`, `recompute.py`
/// and `data_dictionary.csv` to a folder, which is made if need be. An earlier export of the same study is
/// replaced; each file appears whole or not at all.
///
/// # Errors
/// As [`export`](super::super::export()).
pub fn export_readings(
    store: &ReadingStore,
    folder: &Path,
    included: Included,
) -> Result<ReadingExport, ReviewError> {
    let snapshot = store.reading_snapshot()?;
    let results = reading_results(&snapshot, included);
    let csv_error = |source| ReviewError::Csv {
        path: folder.to_owned(),
        source,
    };
    let document = SummaryDocument {
        schema: SCHEMA,
        program: format!("protoecg {}", env!("CARGO_PKG_VERSION")),
        study: &snapshot.study,
        chains: &snapshot.chains.chains,
        results: &results,
    };
    let mut json = serde_json::to_vec_pretty(&document).map_err(|source| ReviewError::Json {
        path: folder.join(SUMMARY_FILE),
        field: "summary".to_owned(),
        source,
    })?;
    json.push(b'\n');
    let drafts = vec![
        // First, so that from the first file on the folder is known as this
        // study's, should the export be interrupted.
        Draft::new(SUMMARY_FILE, None, json),
        tables::readings(&snapshot).map_err(csv_error)?,
        tables::ecgs(&snapshot.study).map_err(csv_error)?,
        tables::history(&snapshot).map_err(csv_error)?,
        tables::conflicts(&results).map_err(csv_error)?,
        tables::numbers(&results).map_err(csv_error)?,
        Draft::new("report.pdf", None, print::pdf(&snapshot, &results)?),
        Draft::new("recompute.R", None, RECOMPUTE_R.into()),
        Draft::new("recompute.py", None, RECOMPUTE_PY.into()),
        dictionary::table().map_err(csv_error)?,
    ];
    check_folder(folder, &snapshot.study.study_id, &drafts)?;
    publish(folder, &drafts)?;
    Ok(ReadingExport {
        schema: SCHEMA,
        study_id: snapshot.study.study_id,
        folder: folder.to_owned(),
        files: drafts.iter().map(Draft::report).collect(),
        chains: snapshot.chains.chains,
        results,
    })
}
