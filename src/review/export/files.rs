//! Files that appear whole, and never over those of another study.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::super::ReviewError;
use super::ExportedFile;
use crate::ecg::hex;

/// The file by which a later export knows that the folder is of its study.
pub(in crate::review) const SUMMARY_FILE: &str = "summary.json";

/// A file of the export, ready to be written.
pub(in crate::review) struct Draft {
    name: &'static str,
    rows: Option<usize>,
    bytes: Vec<u8>,
}

impl Draft {
    pub fn new(name: &'static str, rows: Option<usize>, bytes: Vec<u8>) -> Self {
        Self { name, rows, bytes }
    }

    /// A table with a header. UTF-8, comma, lines ended by LF, quotes where
    /// they are needed.
    pub fn csv<Row, Field>(name: &'static str, columns: &[&str], rows: &[Row]) -> csv::Result<Self>
    where
        Row: AsRef<[Field]>,
        Field: AsRef<[u8]>,
    {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(columns)?;
        for row in rows {
            writer.write_record(row.as_ref())?;
        }
        let bytes = writer
            .into_inner()
            .map_err(csv::IntoInnerError::into_error)?;
        Ok(Self::new(name, Some(rows.len()), bytes))
    }

    pub fn report(&self) -> ExportedFile {
        ExportedFile {
            name: self.name.to_owned(),
            rows: self.rows,
            sha256: hex(&Sha256::digest(&self.bytes)),
        }
    }
}

/// Refuses a folder with files of our names that are not of this study.
pub(in crate::review) fn check_folder(
    folder: &Path,
    study_id: &str,
    drafts: &[Draft],
) -> Result<(), ReviewError> {
    let Some(in_the_way) = drafts
        .iter()
        .map(|draft| folder.join(draft.name))
        .find(|path| path.exists())
    else {
        return Ok(());
    };
    if study_of(folder).as_deref() == Some(study_id) {
        return Ok(());
    }
    Err(ReviewError::ExportInTheWay {
        path: in_the_way,
        expected: study_id.to_owned(),
    })
}

/// The study that a folder's summary is of, if it has one.
fn study_of(folder: &Path) -> Option<String> {
    let text = fs::read(folder.join(SUMMARY_FILE)).ok()?;
    let document: serde_json::Value = serde_json::from_slice(&text).ok()?;
    let id = document.get("study")?.get("study_id")?.as_str()?;
    Some(id.to_owned())
}

/// Writes all files beside their places, then moves each into place.
pub(in crate::review) fn publish(folder: &Path, drafts: &[Draft]) -> Result<(), ReviewError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| ReviewError::Io { path, source }
    };
    fs::create_dir_all(folder).map_err(failed(folder))?;
    // The process in the name: two exports at once do not mix their bytes.
    let beside = |draft: &Draft| folder.join(format!(".{}.{}.new", draft.name, std::process::id()));
    let written = drafts
        .iter()
        .try_for_each(|draft| write_synced(&beside(draft), &draft.bytes));
    if let Err(source) = written {
        for draft in drafts {
            // The first error is the one to report.
            let _ = fs::remove_file(beside(draft));
        }
        return Err(failed(folder)(source));
    }
    for draft in drafts {
        let place = folder.join(draft.name);
        fs::rename(beside(draft), &place).map_err(failed(&place))?;
    }
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed(folder))
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
