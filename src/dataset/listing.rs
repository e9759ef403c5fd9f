//! The second layout: `records.csv` with the columns file, patient, fold and
//! codes (age and sex if there are any), and `labels.ron` with what the codes mean.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;
use std::path::{Component, Path, PathBuf};

use super::label_map::{LABEL_MAP_FILE, LabelMap};
use super::{DataSetError, Entry};
use crate::ecg::Sex;
use crate::formats::wfdb;

/// The table's name in the root of a collection.
pub const LISTING_FILE: &str = "records.csv";

/// The likelihood of a statement that is simply there.
const CERTAIN: f64 = 100.0;

/// The rows of a listing.
#[derive(Debug)]
pub(super) struct Listing {
    /// By row; `ecg_id` is the number of the row from 1.
    pub entries: Vec<Entry>,
    /// Codes that the map does not have, and how many records have them.
    pub unmapped: BTreeMap<String, usize>,
}

/// A row as it is written.
#[derive(serde::Deserialize)]
struct Row {
    file: String,
    #[serde(default)]
    patient: String,
    fold: String,
    codes: String,
    #[serde(default)]
    age: String,
    #[serde(default)]
    sex: String,
}

/// Reads the table.
///
/// # Errors
/// A missing column, and a row that cannot be understood.
pub(super) fn read(file: &Path, map: &LabelMap) -> Result<Listing, DataSetError> {
    let bad_csv = |error: &csv::Error| DataSetError::BadCsv {
        file: file.to_owned(),
        line: error.position().map_or(1, csv::Position::line),
        reason: error.to_string(),
    };
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(file)
        .map_err(|e| bad_csv(&e))?;
    let mut patients = HashMap::new();
    let mut seen = HashSet::new();
    let mut listing = Listing {
        entries: Vec::new(),
        unmapped: BTreeMap::new(),
    };
    let headers = reader.headers().map_err(|e| bad_csv(&e))?.clone();
    for column in ["file", "fold", "codes"] {
        if !headers.iter().any(|h| h == column) {
            return Err(DataSetError::MissingColumn {
                file: file.to_owned(),
                column,
                found: headers.iter().collect::<Vec<_>>().join(", "),
            });
        }
    }
    for (index, record) in reader.records().enumerate() {
        let record = record.map_err(|e| bad_csv(&e))?;
        let row: Row = record
            .deserialize(Some(&headers))
            .map_err(|e| bad_csv(&e))?;
        let place = Place {
            file,
            line: record.position().map_or(0, csv::Position::line),
            row: index + 1,
        };
        let entry = row.entry(place, map, &mut patients, &mut listing.unmapped)?;
        if !seen.insert(entry.path_lr.clone()) {
            return Err(place.bad("file", &row.file, "a file that no earlier row has"));
        }
        listing.entries.push(entry);
    }
    Ok(listing)
}

/// Writes a listing of all WFDB records under `files` to `out`: every record's
/// codes from its comment `#Dx:`, all in one fold, no patients (such headers do
/// not name them), and the label map beside it. Gives the number of records.
///
/// # Errors
/// A listing that is there already, no record, and what the system says.
pub fn write_listing(
    files: &Path,
    out: &Path,
    fold: u8,
    map: &LabelMap,
) -> Result<usize, DataSetError> {
    let failed = |file: &Path| {
        let file = file.to_owned();
        move |source| DataSetError::Io { file, source }
    };
    let mut headers = Vec::new();
    find_headers(files, &mut headers).map_err(failed(files))?;
    headers.sort();
    if headers.is_empty() {
        return Err(DataSetError::NoRecords {
            folder: files.to_owned(),
        });
    }
    let mut table = String::from("file,patient,fold,codes\n");
    for header in &headers {
        let codes = wfdb::diagnosis_codes(header).map_err(|source| DataSetError::Listed {
            file: header.clone(),
            source: Box::new(source),
        })?;
        let name = header.strip_prefix(files).unwrap_or(header).display();
        // Quoted, since a name may have anything in it; codes cannot.
        let name = name.to_string().replace('"', "\"\"");
        table += &format!("\"{name}\",,{fold},{}\n", codes.join(";"));
    }
    std::fs::create_dir_all(out).map_err(failed(out))?;
    let map = LabelMap {
        files: Some(std::fs::canonicalize(files).map_err(failed(files))?),
        ..map.clone()
    };
    for (name, text) in [(LABEL_MAP_FILE, map.to_text()), (LISTING_FILE, table)] {
        let path = out.join(name);
        let file = std::fs::File::create_new(&path);
        file.and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(failed(&path))?;
    }
    Ok(headers.len())
}

/// All headers under a folder. Links are not followed: they could lead back.
fn find_headers(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            find_headers(&path, found)?;
        } else if path.extension().is_some_and(|e| e == "hea") {
            found.push(path);
        }
    }
    Ok(())
}

/// The codes of a cell, separated by semicolons, commas or blanks.
fn codes_of(cell: &str) -> Vec<&str> {
    cell.split([';', ',', ' '])
        .filter(|code| !code.is_empty())
        .collect()
}

impl Row {
    fn entry(
        &self,
        place: Place,
        map: &LabelMap,
        patients: &mut HashMap<String, i64>,
        unmapped: &mut BTreeMap<String, usize>,
    ) -> Result<Entry, DataSetError> {
        let (statements, unknown) = map.statements_of(&codes_of(&self.codes));
        for code in unknown {
            *unmapped.entry(code.to_owned()).or_default() += 1;
        }
        let fold = self
            .fold
            .parse()
            .ok()
            .filter(|fold| (1..=10).contains(fold));
        let next = patients.len() as i64 + 1;
        Ok(Entry {
            ecg_id: place.row as u32,
            // Whatever names a patient here becomes a number that does not.
            patient_id: (!self.patient.is_empty())
                .then(|| *patients.entry(self.patient.clone()).or_insert(next)),
            age_years: self.age(place)?,
            sex: self.sex(place)?,
            statements: statements
                .into_iter()
                .map(|code| (code.to_owned(), CERTAIN))
                .collect(),
            fold: fold.ok_or_else(|| place.bad("fold", &self.fold, "a fold from 1 to 10"))?,
            path_lr: self.path(place)?,
            path_hr: None,
        })
    }

    fn age(&self, place: Place) -> Result<Option<f64>, DataSetError> {
        if self.age.is_empty() {
            return Ok(None);
        }
        let age = self
            .age
            .parse()
            .ok()
            .filter(|age| (0.0..=130.0).contains(age));
        age.map(Some)
            .ok_or_else(|| place.bad("age", &self.age, "years from 0 to 130"))
    }

    fn sex(&self, place: Place) -> Result<Option<Sex>, DataSetError> {
        match self.sex.to_ascii_lowercase().as_str() {
            "" | "unknown" => Ok(None),
            "m" | "male" => Ok(Some(Sex::Male)),
            "f" | "female" => Ok(Some(Sex::Female)),
            _ => Err(place.bad("sex", &self.sex, "male, female or nothing")),
        }
    }

    /// A path that cannot leave the collection: a table is data from elsewhere.
    fn path(&self, place: Place) -> Result<String, DataSetError> {
        let inside = Path::new(&self.file)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if inside && !self.file.is_empty() && !self.file.contains(['\\', '\0']) {
            Ok(self.file.clone())
        } else {
            let expected = "a relative path inside the folder, with / and without ..";
            Err(place.bad("file", &self.file, expected))
        }
    }
}

#[derive(Clone, Copy)]
struct Place<'a> {
    file: &'a Path,
    line: u64,
    /// From 1, without the line of names.
    row: usize,
}

impl Place<'_> {
    fn bad(self, field: &'static str, found: &str, expected: &str) -> DataSetError {
        DataSetError::BadField {
            file: self.file.to_owned(),
            line: self.line,
            ecg_id: self.row.to_string(),
            field,
            found: found.to_owned(),
            expected: expected.to_owned(),
        }
    }
}
