//! Which format a file has, by its content.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::{FormatError, wfdb};
use crate::ecg::Recording;

/// How much of a file is looked at to tell its type.
const PEEK_BYTES: u64 = 4096;

/// Reads a recording. The type is found from the content, not from the name.
///
/// A WFDB record opens by its header (`x.hea`), by one of its signal files
/// (`x.dat`, with `x.hea` beside it) or by its name (`x`).
///
/// # Errors
/// [`FormatError`] with the file, the field, what was found and what was expected.
pub fn open(path: &Path) -> Result<Recording, FormatError> {
    let with_hea = appended(path, ".hea");
    if !path.exists() && with_hea.exists() {
        return wfdb::read(&with_hea);
    }
    let start = peek(path)?;
    if wfdb::looks_like_header(&start) {
        return wfdb::read(path);
    }
    // Signal files carry no mark of their own: only a header that names them
    // says what they are.
    let sibling = path.with_extension("hea");
    if sibling != path && sibling.is_file() && wfdb::names_signal_file(&sibling, path) {
        return wfdb::read(&sibling);
    }
    if start.is_empty() {
        return Err(FormatError::Empty {
            path: path.to_owned(),
        });
    }
    Err(FormatError::UnknownType {
        path: path.to_owned(),
        found: describe(&start),
    })
}

fn appended(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn peek(path: &Path) -> Result<Vec<u8>, FormatError> {
    // Looked at before opening: opening a pipe would wait for its writer.
    let metadata = std::fs::metadata(path).map_err(|e| FormatError::io(path, e))?;
    if !metadata.is_file() {
        return Err(FormatError::NotAFile {
            path: path.to_owned(),
            found: if metadata.is_dir() {
                "a folder"
            } else {
                "a device or pipe"
            },
        });
    }
    let mut start = Vec::new();
    File::open(path)
        .and_then(|file| file.take(PEEK_BYTES).read_to_end(&mut start))
        .map_err(|e| FormatError::io(path, e))?;
    Ok(start)
}

/// Names a file that is not read, so that the user knows what they picked.
fn describe(start: &[u8]) -> String {
    let marks: [(usize, &[u8], &str); 17] = [
        (0, b"0       ", "an EDF file"),
        (0, b"\xffBIOSEMI", "a BDF file"),
        (128, b"DICM", "a DICOM file"),
        (16, b"SCPECG", "an SCP-ECG file"),
        (0, b"MATLAB 5.0", "a MATLAB file"),
        (0, b"\x89HDF", "an HDF5 file"),
        (0, b"fLaC", "a FLAC file"),
        (0, b"%PDF", "a PDF document"),
        (0, b"\x89PNG", "a PNG picture"),
        (0, b"\xff\xd8\xff", "a JPEG picture"),
        (0, b"PK\x03\x04", "a ZIP archive"),
        (0, b"\x1f\x8b", "a gzip archive"),
        (0, b"SQLite format 3", "an SQLite database"),
        (0, b"<?xml", "an XML file"),
        (0, b"\xef\xbb\xbf<?xml", "an XML file"),
        (0, b"\xff\xfe<\0", "an XML file"),
        (0, b"\x7fELF", "a program"),
    ];
    let known = marks
        .iter()
        .find(|(at, mark, _)| start.get(*at..).is_some_and(|rest| rest.starts_with(mark)));
    match known {
        Some((_, _, name)) => (*name).to_owned(),
        None if is_text(start) => "a text file that is no WFDB header".to_owned(),
        None => "a binary file of a type that its content does not tell (a WFDB .dat needs its .hea beside it)"
            .to_owned(),
    }
}

fn is_text(start: &[u8]) -> bool {
    let readable = |b: &u8| *b >= b' ' || matches!(b, b'\t' | b'\n' | b'\r');
    start.iter().all(readable)
}
