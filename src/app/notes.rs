//! Flags and notes of ECGs, kept beside the settings. An ECG is known by the
//! SHA-256 of its signal; no file name is in the file.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::texts::problems as texts;

/// What somebody noted about one ECG.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Note {
    pub flagged: bool,
    pub text: String,
}

impl Note {
    fn is_empty(&self) -> bool {
        !self.flagged && self.text.trim().is_empty()
    }
}

/// All notes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notes {
    version: u32,
    by_signal: BTreeMap<String, Note>,
}

impl Default for Notes {
    fn default() -> Self {
        Self {
            version: Self::VERSION,
            by_signal: BTreeMap::new(),
        }
    }
}

impl Notes {
    const VERSION: u32 = 1;

    pub fn of(&self, sha256: &str) -> Note {
        self.by_signal.get(sha256).cloned().unwrap_or_default()
    }

    /// Keeps a note; an empty one leaves nothing behind.
    pub fn set(&mut self, sha256: &str, note: Note) {
        if note.is_empty() {
            self.by_signal.remove(sha256);
        } else {
            self.by_signal.insert(sha256.to_owned(), note);
        }
    }

    /// Reads the file; there are no notes where there is none.
    ///
    /// # Errors
    /// A file that cannot be read or is of another version. It must not be
    /// written over then.
    pub fn load(path: &Path) -> Result<Self, String> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => return Err(format!("{}: {error}", path.display())),
        };
        let notes: Self =
            ron::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        if notes.version != Self::VERSION {
            return Err(texts::other_version(path, notes.version, Self::VERSION));
        }
        Ok(notes)
    }

    /// Writes the file whole or not at all.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), String> {
        let named = |error: std::io::Error| format!("{}: {error}", path.display());
        let text = ron::ser::to_string_pretty(self, ron::ser::PrettyConfig::default())
            .map_err(|error| format!("{}: {error}", path.display()))?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(named)?;
        }
        let draft = path.with_extension("ron.new");
        let mut file = std::fs::File::create(&draft).map_err(named)?;
        file.write_all(text.as_bytes()).map_err(named)?;
        file.sync_all().map_err(named)?;
        std::fs::rename(&draft, path).map_err(named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_read_back_and_empty_ones_leave_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/notes.ron");
        assert_eq!(Notes::load(&path).unwrap(), Notes::default());
        let mut notes = Notes::default();
        let note = Note {
            flagged: true,
            text: "ask \"Dr\"".to_owned(),
        };
        notes.set("ab", note.clone());
        notes.set("cd", note.clone());
        notes.set("cd", Note::default());
        notes.save(&path).unwrap();
        let read = Notes::load(&path).unwrap();
        assert_eq!(read, notes);
        assert_eq!(read.of("ab"), note);
        assert_eq!(read.of("cd"), Note::default());
        assert_eq!(read.by_signal.len(), 1);
        assert!(!folder.path().join("new/notes.ron.new").exists());
    }

    #[test]
    fn a_file_of_another_program_is_refused_and_not_taken_for_empty() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.ron");
        for text in ["(version: 2, by_signal: {})", "nonsense", "(version: 1)"] {
            std::fs::write(&path, text).unwrap();
            let error = Notes::load(&path).unwrap_err();
            assert!(error.contains("notes.ron"), "{error}");
        }
    }
}
