//! The ECG files of a folder, and one of them read for the worklist.

use std::path::{Path, PathBuf};

use super::dialogs::ECG_ENDINGS;
use crate::app::texts::worker as texts;
use crate::ecg::Recording;
use crate::plausibility::Admitted;
use crate::{formats, plausibility};

/// Folders below the one that was chosen.
const DEEPEST: usize = 5;
/// A list of more is not one to work through.
const MOST: usize = 20_000;

/// An ECG of the worklist; its sheets are drawn when it is opened.
pub struct ListedFile {
    pub sha256: String,
    pub recording: Recording,
    /// Why the gate gives it no score.
    pub refusal: Option<String>,
}

impl ListedFile {
    pub fn read(path: &Path) -> Result<Self, String> {
        let read = formats::open(path).map_err(|error| error.to_string())?;
        let Admitted { recording, report } = plausibility::admit(read);
        Ok(Self {
            sha256: recording.sha256(),
            recording,
            refusal: report.refusal(),
        })
    }
}

/// Files with the endings of ECGs, in the order of their paths.
pub fn ecgs_below(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    collect(folder, 0, &mut found)?;
    found.sort();
    if found.is_empty() {
        return Err(texts::no_ecg_here(&ECG_ENDINGS));
    }
    Ok(found)
}

fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
    for entry in entries {
        let entry = entry.map_err(|error| error.to_string())?;
        let kind = entry.file_type().map_err(|error| error.to_string())?;
        let path = entry.path();
        // A link may lead round in a circle.
        if kind.is_dir() && depth < DEEPEST {
            collect(&path, depth + 1, found)?;
        } else if kind.is_file() && may_be_an_ecg(&path) {
            found.push(path);
        }
        if found.len() > MOST {
            return Err(texts::too_many_ecgs(MOST));
        }
    }
    Ok(())
}

/// A table is an ECG where a sidecar says its rate, unit and leads: a data set
/// has tables of other things beside its records.
fn may_be_an_ecg(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| {
        let is = |known: &&str| ending.eq_ignore_ascii_case(known);
        let table = ["csv", "npy"].iter().any(is);
        ECG_ENDINGS.iter().any(is) && (!table || path.with_extension("ron").is_file())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ecgs_of_the_folders_below_are_found_and_other_files_are_not() {
        let root = tempfile::tempdir().unwrap();
        let below = root.path().join("a/b");
        std::fs::create_dir_all(&below).unwrap();
        let files = [
            "z.HEA",
            "z.dat",
            "readme.md",
            "a/b/y.edf",
            "t.csv",
            "u.csv",
            "u.ron",
        ];
        for path in files {
            std::fs::write(root.path().join(path), "").unwrap();
        }
        let found = ecgs_below(root.path()).unwrap();
        let expected = ["a/b/y.edf", "u.csv", "z.HEA"].map(|path| root.path().join(path));
        assert_eq!(found, expected);
        let error = ecgs_below(&root.path().join("none")).unwrap_err();
        assert!(error.contains("No such file"), "{error}");
        let empty = tempfile::tempdir().unwrap();
        let error = ecgs_below(empty.path()).unwrap_err();
        assert!(error.contains(".hea"), "{error}");
    }
}
