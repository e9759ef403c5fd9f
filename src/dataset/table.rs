//! `ptbxl_database.csv` to entries. Columns are found by name; those that are
//! not needed are ignored.

use std::collections::HashSet;
use std::path::{Component, Path};

use csv::StringRecord;

use super::{DataSetError, Entry, OLDEST_AGE_YEARS, scp_codes};
use crate::ecg::Sex;

/// Above this an age is PTB-XL's 300 or nonsense.
const HIDDEN_AGE_YEARS: f64 = 300.0;

/// Reads all rows in the order of the file.
pub(super) fn read(file: &Path) -> Result<Vec<Entry>, DataSetError> {
    let mut reader = csv::ReaderBuilder::new()
        .from_path(file)
        .map_err(|e| csv_error(file, &e))?;
    let headers = reader.headers().map_err(|e| csv_error(file, &e))?.clone();
    let columns = Columns::find(file, &headers)?;
    let mut entries = Vec::new();
    let mut seen = HashSet::new();
    for record in reader.records() {
        let record = record.map_err(|e| csv_error(file, &e))?;
        let row = Row {
            file,
            record: &record,
            columns: &columns,
        };
        let entry = row.entry()?;
        if !seen.insert(entry.ecg_id) {
            return Err(row.bad("ecg_id", columns.ecg_id, "a number that no earlier row has"));
        }
        entries.push(entry);
    }
    Ok(entries)
}

fn csv_error(file: &Path, error: &csv::Error) -> DataSetError {
    DataSetError::BadCsv {
        file: file.to_owned(),
        line: error.position().map_or(1, csv::Position::line),
        reason: error.to_string(),
    }
}

/// Where each column is.
struct Columns {
    ecg_id: usize,
    patient_id: usize,
    age: usize,
    sex: usize,
    scp_codes: usize,
    strat_fold: usize,
    filename_lr: usize,
    filename_hr: Option<usize>,
}

impl Columns {
    fn find(file: &Path, headers: &StringRecord) -> Result<Self, DataSetError> {
        // Spreadsheets save "CSV UTF-8" with a byte order mark.
        let at = |name: &str| {
            headers
                .iter()
                .position(|h| h.trim_start_matches('\u{feff}').trim() == name)
        };
        let need = |column: &'static str| {
            at(column).ok_or_else(|| DataSetError::MissingColumn {
                file: file.to_owned(),
                column,
                found: headers.iter().collect::<Vec<_>>().join(", "),
            })
        };
        Ok(Self {
            ecg_id: need("ecg_id")?,
            patient_id: need("patient_id")?,
            age: need("age")?,
            sex: need("sex")?,
            scp_codes: need("scp_codes")?,
            strat_fold: need("strat_fold")?,
            filename_lr: need("filename_lr")?,
            filename_hr: at("filename_hr"),
        })
    }
}

struct Row<'a> {
    file: &'a Path,
    record: &'a StringRecord,
    columns: &'a Columns,
}

impl Row<'_> {
    fn entry(&self) -> Result<Entry, DataSetError> {
        let c = self.columns;
        let ecg_id = self.whole("ecg_id", c.ecg_id, 1, u32::MAX.into())?;
        let ecg_id = self.required("ecg_id", c.ecg_id, ecg_id, "a number from 1")?;
        let fold = self.whole("strat_fold", c.strat_fold, 1, 10)?;
        let fold = self.required("strat_fold", c.strat_fold, fold, "a fold from 1 to 10")?;
        Ok(Entry {
            ecg_id: ecg_id as u32,
            patient_id: self.whole("patient_id", c.patient_id, 0, 1 << 53)?,
            age_years: self.age()?,
            sex: self.sex()?,
            statements: scp_codes::parse(self.text(c.scp_codes))
                .map_err(|expected| self.bad("scp_codes", c.scp_codes, &expected))?,
            fold: fold as u8,
            path_lr: self.path("filename_lr", c.filename_lr)?.ok_or_else(|| {
                self.bad(
                    "filename_lr",
                    c.filename_lr,
                    "the path of the 100 Hz record",
                )
            })?,
            path_hr: match c.filename_hr {
                Some(column) => self.path("filename_hr", column)?,
                None => None,
            },
        })
    }

    fn text(&self, column: usize) -> &str {
        self.record.get(column).unwrap_or("").trim()
    }

    /// A whole number, which pandas may have written as `15709.0`.
    fn whole(
        &self,
        field: &'static str,
        column: usize,
        least: i64,
        most: i64,
    ) -> Result<Option<i64>, DataSetError> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        let digits = text.strip_suffix(".0").unwrap_or(text);
        match digits.parse::<i64>() {
            Ok(n) if (least..=most).contains(&n) => Ok(Some(n)),
            _ => Err(self.bad(
                field,
                column,
                &format!("a whole number from {least} to {most}"),
            )),
        }
    }

    fn required<T>(
        &self,
        field: &'static str,
        column: usize,
        value: Option<T>,
        expected: &str,
    ) -> Result<T, DataSetError> {
        value.ok_or_else(|| self.bad(field, column, expected))
    }

    fn age(&self) -> Result<Option<f64>, DataSetError> {
        let text = self.text(self.columns.age);
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<f64>() {
            Ok(HIDDEN_AGE_YEARS) => Ok(Some(OLDEST_AGE_YEARS)),
            Ok(age) if (0.0..=130.0).contains(&age) => Ok(Some(age.min(OLDEST_AGE_YEARS))),
            _ => Err(self.bad(
                "age",
                self.columns.age,
                "years from 0 to 130, or 300 for above 89",
            )),
        }
    }

    fn sex(&self) -> Result<Option<Sex>, DataSetError> {
        match self.whole("sex", self.columns.sex, 0, 1)? {
            Some(0) => Ok(Some(Sex::Male)),
            Some(_) => Ok(Some(Sex::Female)),
            None => Ok(None),
        }
    }

    /// A path that cannot leave the collection: a table is data from elsewhere.
    fn path(&self, field: &'static str, column: usize) -> Result<Option<String>, DataSetError> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        let inside = Path::new(text)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if inside && !text.contains(['\\', '\0']) {
            Ok(Some(text.to_owned()))
        } else {
            Err(self.bad(
                field,
                column,
                "a relative path inside the folder, with / and without ..",
            ))
        }
    }

    fn bad(&self, field: &'static str, column: usize, expected: &str) -> DataSetError {
        let ecg_id = self.text(self.columns.ecg_id);
        DataSetError::BadField {
            file: self.file.to_owned(),
            line: self.record.position().map_or(0, csv::Position::line),
            ecg_id: if ecg_id.is_empty() { "?" } else { ecg_id }.to_owned(),
            field,
            found: self.text(column).to_owned(),
            expected: expected.to_owned(),
        }
    }
}
