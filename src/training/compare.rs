//! One model against another on the same ECGs, paired. The other's scores come
//! from a table, so that it can be another program's.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::error::TrainingError;
use super::evaluation::{Columns, ReadFold};
use super::folders::io_error;
use crate::bundle::StatementInfo;
use crate::dataset::Entry;
use crate::statistics::study::Outcome;
use crate::statistics::{
    ClassScores, PatientInterval, Quality, Resampling, difference_by_patient, macro_auroc,
};

const ID: &str = "ecg_id";
const RESAMPLES: usize = 1000;
/// Statements with fewer say nothing about a difference.
const LEAST_TRAINING: u32 = 10;
const LEAST_POSITIVES: usize = 3;

/// Scores by ECG and statement: the higher, the more likely. A CSV with a
/// column `ecg_id` and one for each code.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreTable {
    codes: Vec<String>,
    rows: BTreeMap<u32, Vec<f64>>,
}

impl ScoreTable {
    /// `scores` has a row for each entry and in it a value for each code.
    pub fn new(codes: Vec<String>, entries: &[Entry], scores: &[Vec<f64>]) -> Self {
        let ids = entries.iter().map(|entry| entry.ecg_id);
        Self {
            codes,
            rows: ids.zip(scores.iter().cloned()).collect(),
        }
    }

    /// What a model said of a fold.
    pub fn of(read: &ReadFold, infos: &[StatementInfo]) -> Self {
        let codes = infos.iter().map(|info| info.code.clone()).collect();
        Self::new(codes, &read.entries, &read.logits)
    }

    /// # Errors
    /// [`TrainingError::Io`], also where the file is there already.
    pub fn write(&self, path: &Path) -> Result<(), TrainingError> {
        let mut text = format!("{ID},{}\n", self.codes.join(","));
        for (id, row) in &self.rows {
            // The shortest decimal that reads back as the same number.
            let cells: Vec<String> = row.iter().map(f64::to_string).collect();
            text += &format!("{id},{}\n", cells.join(","));
        }
        let file = std::fs::File::create_new(path).map_err(io_error(path))?;
        std::io::Write::write_all(&mut &file, text.as_bytes()).map_err(io_error(path))
    }

    /// # Errors
    /// [`TrainingError::Scores`] names the line and the column.
    pub fn read(path: &Path) -> Result<Self, TrainingError> {
        let wrong = |what: String| TrainingError::Scores {
            path: path.display().to_string(),
            what,
        };
        let text = std::fs::read_to_string(path).map_err(io_error(path))?;
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().map_err(|e| wrong(e.to_string()))?.clone();
        let at = header.iter().position(|name| name == ID);
        let at = at.ok_or_else(|| wrong(format!("no column {ID}")))?;
        let codes: Vec<String> = header
            .iter()
            .enumerate()
            .filter(|(column, _)| *column != at)
            .map(|(_, code)| code.to_owned())
            .collect();
        if let Some(twice) = (1..codes.len()).find(|&i| codes[..i].contains(&codes[i])) {
            return Err(wrong(format!("two columns {}", codes[twice])));
        }
        let mut rows = BTreeMap::new();
        for record in reader.records() {
            let record = record.map_err(|e| wrong(e.to_string()))?;
            let line = record.position().map_or(0, csv::Position::line);
            let id = &record[at];
            let id: u32 = id.trim().parse().map_err(|_| {
                wrong(format!(
                    "line {line}, {ID}: {id:?}, expected a whole number"
                ))
            })?;
            let cells = record.iter().zip(&header).enumerate();
            let cells = cells.filter(|(column, _)| *column != at);
            let scores: Result<Vec<f64>, TrainingError> = cells
                .map(|(_, (cell, code))| {
                    let score = cell.trim().parse::<f64>().ok().filter(|v| v.is_finite());
                    score.ok_or_else(|| {
                        wrong(format!("line {line}, {code}: {cell:?}, expected a number"))
                    })
                })
                .collect();
            if rows.insert(id, scores?).is_some() {
                return Err(wrong(format!("line {line}: {ID} {id} a second time")));
            }
        }
        Ok(Self { codes, rows })
    }

    /// Rows for `entries`, columns for `codes`, all of which the table has.
    fn scores(&self, entries: &[Entry], codes: &[&str]) -> Result<Vec<Vec<f64>>, u32> {
        let columns: Vec<usize> = codes
            .iter()
            .filter_map(|code| self.codes.iter().position(|c| c == code))
            .collect();
        let row = |entry: &Entry| {
            let row = self.rows.get(&entry.ecg_id).ok_or(entry.ecg_id)?;
            Ok(columns.iter().map(|&c| row[c]).collect())
        };
        entries.iter().map(row).collect()
    }
}

/// Two macro AUROCs over the same statements of the same ECGs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Those that both know, with at least 10 training ECGs and 3 positives in
    /// the fold.
    pub statements: Vec<String>,
    pub macro_auroc: Option<f64>,
    pub other_macro_auroc: Option<f64>,
    /// This minus the other; 95 %, percentile bootstrap of patients.
    pub difference: Outcome<PatientInterval>,
}

/// Compares a fold that was read with the scores that another model, or
/// program, gave to the same ECGs. The table may have more ECGs and statements.
///
/// # Errors
/// [`TrainingError::NotScored`] for an ECG that `other` does not have.
pub fn compare_with(
    read: &ReadFold,
    infos: &[StatementInfo],
    other: &ScoreTable,
    seed: u32,
) -> Result<Comparison, TrainingError> {
    let ours = Columns::new(infos.len(), &read.logits, &read.labels);
    let columns: Vec<usize> = (0..infos.len())
        .filter(|&c| other.codes.contains(&infos[c].code))
        .filter(|&c| {
            is_scored(
                infos[c].training_positives,
                ours.positives(c),
                ours.records(),
            )
        })
        .collect();
    let codes: Vec<&str> = columns.iter().map(|&c| infos[c].code.as_str()).collect();
    let scores = other
        .scores(&read.entries, &codes)
        .map_err(|ecg_id| TrainingError::NotScored { ecg_id })?;
    let ours = ours.some(&columns);
    let theirs: Vec<Vec<f64>> = (0..columns.len())
        .map(|c| scores.iter().map(|row| row[c]).collect())
        .collect();
    let theirs: Vec<ClassScores> = theirs
        .iter()
        .zip(&ours)
        .map(|(scores, ours)| ClassScores {
            scores,
            labels: ours.labels,
        })
        .collect();
    let difference = difference(&ours, &theirs, &read.patients(), seed);
    let value = |classes: &[ClassScores]| macro_auroc(classes).map(|m| m.value);
    Ok(Comparison {
        statements: codes.into_iter().map(str::to_owned).collect(),
        macro_auroc: value(&ours),
        other_macro_auroc: value(&theirs),
        difference,
    })
}

/// Whether a statement takes part in a comparison; training counts that are
/// not known do not exclude it.
pub(super) fn is_scored(training: Option<u32>, positives: usize, records: usize) -> bool {
    training.is_none_or(|n| n >= LEAST_TRAINING)
        && positives >= LEAST_POSITIVES
        && positives < records
}

/// Macro AUROC of `a` minus that of `b`, by patient.
pub(super) fn difference(
    a: &[ClassScores],
    b: &[ClassScores],
    patients: &[u64],
    seed: u32,
) -> Outcome<PatientInterval> {
    let resampling = Resampling {
        resamples: RESAMPLES,
        level: 0.95,
        seed,
    };
    Outcome(difference_by_patient(
        Quality::MacroAuroc,
        a,
        b,
        patients,
        resampling,
    ))
}
