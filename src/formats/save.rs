//! Recordings to files, by the name's ending.

use std::path::{Path, PathBuf};

use super::{FormatError, Resolution, Sidecar, csv, edf, quantise, wfdb};
use crate::ecg::Recording;

/// What was written.
#[derive(Clone, Debug)]
pub struct Saved {
    pub files: Vec<PathBuf>,
    /// `WFDB, format 16`
    pub format: &'static str,
    /// `None` where numbers are written to the last digit.
    pub resolution: Option<Resolution>,
}

/// The files that [`save`] makes for a name, the one that opens first.
///
/// # Errors
/// An ending other than `.hea`, `.edf` and `.csv`.
pub fn files_of(path: &Path) -> Result<Vec<PathBuf>, FormatError> {
    match ending(path).as_str() {
        "hea" => Ok(vec![path.to_owned(), path.with_extension("dat")]),
        "edf" => Ok(vec![path.to_owned()]),
        "csv" => Ok(vec![path.to_owned(), Sidecar::path_of(path)]),
        other => Err(FormatError::NotWritable {
            path: path.to_owned(),
            reason: format!(
                "the name ends in {other:?}, expected .hea (WFDB), .edf (EDF+) or .csv"
            ),
        }),
    }
}

/// Writes `recording` as WFDB (`x.hea` with `x.dat`), EDF+ (`x.edf`) or CSV
/// (`x.csv` with `x.ron`).
///
/// # Errors
/// Another ending, and what the format cannot hold: EDF has no missing samples,
/// WFDB and EDF have 16 bits.
pub fn save(path: &Path, recording: &Recording) -> Result<Saved, FormatError> {
    let files = files_of(path)?;
    let (format, resolution) = match ending(path).as_str() {
        "hea" => ("WFDB, format 16", Some(save_wfdb(path, recording)?)),
        "edf" => ("EDF+C", Some(edf::write(path, recording)?)),
        _ => {
            csv::write(path, recording)?;
            ("CSV in mV", None)
        }
    };
    Ok(Saved {
        files,
        format,
        resolution,
    })
}

fn save_wfdb(path: &Path, recording: &Recording) -> Result<Resolution, FormatError> {
    let resolution =
        quantise::resolution(recording).map_err(|reason| FormatError::NotWritable {
            path: path.to_owned(),
            reason,
        })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let adc_per_mv = 1e3 / resolution.step_uv;
    wfdb::write(folder, &name, recording, adc_per_mv)?;
    Ok(resolution)
}

fn ending(path: &Path) -> String {
    let extension = path.extension().unwrap_or_default();
    extension.to_string_lossy().to_ascii_lowercase()
}
