//! Who writes a chain of events: a random number that stands for one user
//! account on one machine, and says nothing about either.
//!
//! It is kept beside the user's data and not in the database, so that a
//! database that is copied to a second computer and goes on there gets a
//! second chain, and not a fork of the first with the same numbers twice.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::super::ReviewError;
use super::super::study::random_bytes;
use crate::ecg::hex;

/// 16 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Installation(String);

impl Installation {
    /// The one of this user on this machine, made at the first call.
    ///
    /// Where it cannot be kept (no home folder, a read-only one) it is made
    /// afresh for this run: a chain more, and nothing lost.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn of_this_machine() -> Result<Self, ReviewError> {
        let fresh = Self::random()?;
        let Some(folders) = directories::ProjectDirs::from("", "", "protoecg") else {
            return Ok(fresh);
        };
        let file = folders.data_local_dir().join("installation");
        match read_or_keep(&file, &fresh) {
            Ok(kept) => Ok(kept),
            Err(error) => {
                tracing::warn!(
                    "{}: {error}; this run writes a chain of its own",
                    file.display()
                );
                Ok(fresh)
            }
        }
    }

    /// A new one.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn random() -> Result<Self, ReviewError> {
        Ok(Self(hex(&random_bytes::<8>()?)))
    }

    /// From its 16 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        (digits && text == text.to_ascii_lowercase()).then(|| Self(text.to_owned()))
    }

    /// As it is in a database, which may be damaged: any text.
    pub(super) fn as_stored(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Installation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the file says, or `fresh` kept in it. Two first starts at once agree:
/// the file appears whole under its name (by a link), and only once.
fn read_or_keep(file: &Path, fresh: &Installation) -> io::Result<Installation> {
    if !file.exists() {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        let draft = file.with_extension(fresh.as_str());
        fs::write(&draft, format!("{fresh}\n"))?;
        let linked = fs::hard_link(&draft, file);
        fs::remove_file(&draft)?;
        match linked {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    let text = fs::read_to_string(file)?;
    Installation::parse(text.trim())
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "expected 16 hexadecimal digits"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_kept_and_a_damaged_file_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/er/installation");
        let first = Installation::random().unwrap();
        assert_eq!(read_or_keep(&file, &first).unwrap(), first);
        let second = Installation::random().unwrap();
        assert_eq!(read_or_keep(&file, &second).unwrap(), first);
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);

        fs::write(&file, "0123").unwrap();
        assert!(read_or_keep(&file, &second).is_err());
    }
}
