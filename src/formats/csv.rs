//! Tables of numbers in text, a line per time and a column per lead, with a
//! [`Sidecar`]. Separated by comma, semicolon or tab; the first line may name
//! the columns; an empty cell or `NaN` is a missing sample.

use std::path::Path;

use ::csv::{ByteRecord, ReaderBuilder, WriterBuilder};

use super::detect::is_text;
use super::{FormatError, Sidecar};
use crate::ecg::Recording;

/// More columns than this are no ECG, and are refused before they are split.
const MAX_COLUMNS: usize = 1024;

/// Whether a file begins as a table of numbers: text whose second line (or
/// only line) has a number in every cell.
pub fn looks_like(start: &[u8]) -> bool {
    let start = without_mark(start);
    if !is_text(start) {
        return false;
    }
    let mut lines = start
        .split(|&b| b == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty());
    let Some(first) = lines.next() else {
        return false;
    };
    let separator = separator(first);
    let numbers = |line: &[u8]| {
        line.split(|&b| b == separator)
            .all(|cell| number(cell).is_some())
    };
    numbers(lines.next().unwrap_or(first))
}

/// Reads a table by the sidecar beside it.
///
/// # Errors
/// No sidecar or a bad one, columns that are not those of the sidecar, lines
/// of different length, and cells that are no numbers.
pub fn parse(path: &Path, bytes: &[u8]) -> Result<Recording, FormatError> {
    parse_with(path, bytes, Sidecar::of(path)?)
}

/// Reads a table by a sidecar that is at hand.
///
/// # Errors
/// As [`parse`].
pub fn parse_with(path: &Path, bytes: &[u8], sidecar: Sidecar) -> Result<Recording, FormatError> {
    let bytes = without_mark(bytes);
    let first_line = bytes.split(|&b| b == b'\n').next().unwrap_or_default();
    let separator = separator(first_line);
    let columns = first_line.iter().filter(|&&b| b == separator).count() + 1;
    let table = Table { path };
    if columns > MAX_COLUMNS {
        return Err(table.bad(1, "the number of columns", columns, "at most 1024"));
    }
    // Cells are trimmed where they are used: the reader's own trimming makes a
    // new record of every line, which doubles the time.
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .from_reader(bytes);
    let mut record = ByteRecord::new();
    let mut more = reader
        .read_byte_record(&mut record)
        .map_err(|e| table.csv(e))?;
    let named = more && record.iter().any(|cell| number(cell).is_none());
    let (places, remarks) = table.places(&record, named, &sidecar)?;
    if named {
        more = reader
            .read_byte_record(&mut record)
            .map_err(|e| table.csv(e))?;
    }
    let mut values: Vec<Vec<f64>> = vec![Vec::new(); places.len()];
    while more {
        for ((column, &place), lead) in values.iter_mut().zip(&places).zip(&sidecar.leads) {
            let cell = record.get(place).unwrap_or_default();
            let value = number(cell).ok_or_else(|| {
                let line = record.position().map_or(0, ::csv::Position::line);
                let found = format!("{:?}", String::from_utf8_lossy(cell.trim_ascii()));
                table.bad(line as usize, &format!("lead {lead}"), found, "a number")
            })?;
            column.push(value);
        }
        more = reader
            .read_byte_record(&mut record)
            .map_err(|e| table.csv(e))?;
    }
    if values.first().is_none_or(Vec::is_empty) {
        return Err(table.bad(1, "the table", "without numbers", "a line per time"));
    }
    Ok(sidecar.recording("CSV", values, remarks))
}

/// Writes `recording` as a table in millivolts, to the last digit, with its
/// sidecar.
///
/// # Errors
/// Channels of different length, and what the system says.
pub fn write(path: &Path, recording: &Recording) -> Result<(), FormatError> {
    let refuse = |reason: String| FormatError::NotWritable {
        path: path.to_owned(),
        reason,
    };
    let uneven = recording
        .channels
        .iter()
        .any(|c| c.samples_mv.len() != recording.len());
    if recording.is_empty() || uneven {
        return Err(refuse(
            "its leads have no samples or not equally many".to_owned(),
        ));
    }
    let sidecar = Sidecar::describing(recording);
    sidecar.write(path)?;
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    let rows = (0..recording.len()).map(|t| {
        let cells = recording.channels.iter();
        cells
            .map(|c| c.samples_mv[t].to_string())
            .collect::<Vec<_>>()
    });
    for row in std::iter::once(sidecar.leads).chain(rows) {
        writer
            .write_record(row)
            .map_err(|e| refuse(e.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|e| refuse(e.to_string()))?;
    std::fs::write(path, bytes).map_err(|e| FormatError::io(path, e))
}

/// Without the byte order mark that spreadsheets write.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// The separator that occurs most in a line.
fn separator(line: &[u8]) -> u8 {
    let count = |separator: &u8| line.iter().filter(|b| *b == separator).count();
    // Of equals the last is taken: the comma where there is none.
    [b'\t', b';', b',']
        .into_iter()
        .max_by_key(count)
        .unwrap_or(b',')
}

/// A cell as a number, NaN where it is empty; `None` where it is none.
fn number(cell: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(cell).ok()?.trim();
    if text.is_empty() {
        return Some(f64::NAN);
    }
    text.parse().ok().filter(|v: &f64| !v.is_infinite())
}

struct Table<'a> {
    path: &'a Path,
}

impl Table<'_> {
    fn bad(
        &self,
        line: usize,
        field: &str,
        found: impl ToString,
        expected: &'static str,
    ) -> FormatError {
        FormatError::Field {
            path: self.path.to_owned(),
            line,
            field: field.to_owned(),
            found: found.to_string(),
            expected,
        }
    }

    fn csv(&self, error: ::csv::Error) -> FormatError {
        let line = error.position().map_or(0, ::csv::Position::line) as usize;
        let found = match error.kind() {
            ::csv::ErrorKind::UnequalLengths {
                expected_len, len, ..
            } => {
                format!("{len} instead of {expected_len}")
            }
            _ => error.to_string(),
        };
        self.bad(
            line,
            "the number of columns",
            found,
            "as many as in the first line",
        )
    }

    /// The column of each lead of the sidecar, by name where the first line
    /// has names, else in order.
    fn places(
        &self,
        first: &ByteRecord,
        named: bool,
        sidecar: &Sidecar,
    ) -> Result<(Vec<usize>, Vec<String>), FormatError> {
        if !named {
            if first.len() != sidecar.leads.len() {
                let found = format!("{} for {} leads", first.len(), sidecar.leads.len());
                let expected = "a column per lead of the sidecar, or a first line of names";
                return Err(self.bad(1, "the number of columns", found, expected));
            }
            return Ok(((0..first.len()).collect(), Vec::new()));
        }
        let names: Vec<String> = first
            .iter()
            .map(|cell| String::from_utf8_lossy(cell.trim_ascii()).into_owned())
            .collect();
        let place = |lead: &String| {
            names.iter().position(|name| name == lead).ok_or_else(|| {
                let expected = "a column with this name in the first line";
                self.bad(1, &format!("lead {lead}"), "absent", expected)
            })
        };
        let places = sidecar
            .leads
            .iter()
            .map(place)
            .collect::<Result<Vec<_>, _>>()?;
        let left_out = names.iter().filter(|name| !sidecar.leads.contains(name));
        let remarks = left_out
            .map(|name| format!("column {name:?} is left out: the sidecar does not name it"));
        Ok((places, remarks.collect()))
    }
}
