//! Who writes a chain of events, and how far this user account has written
//! which.
//!
//! What was written is kept beside the user's data and not in the database. In
//! a copy of the file, or an older state of it that was put back, a chain that
//! went on elsewhere must not be continued: two files would have two different
//! events of one name, and could never be merged. A new chain begins there.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use rusqlite::Transaction;
use serde::{Deserialize, Serialize};

use super::super::ReviewError;
use super::super::study::random_bytes;
use super::chain::{Event, EventId};
use super::open::document_sha256;
use super::{read, sqlite_error};
use crate::ecg::hex;

/// The name of a chain: a random number that says nothing about who or where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Installation(String);

impl Installation {
    /// A new one, of 16 hexadecimal digits.
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

/// In whose name answers are written.
#[derive(Clone, Debug)]
pub enum Author {
    /// Always this chain.
    Chain(Installation),
    /// A user account, which keeps in a folder how far it has written.
    Account {
        folder: PathBuf,
        /// Where that folder cannot be used: a chain of this run alone.
        this_run: Installation,
    },
}

impl Author {
    /// Who runs the program.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn of_this_account() -> Result<Self, ReviewError> {
        match directories::ProjectDirs::from("", "", "protoecg") {
            Some(folders) => Self::account(&folders.data_local_dir().join("chains")),
            None => Ok(Self::Chain(Installation::random()?)),
        }
    }

    /// An account with its folder, which is made when it is needed.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn account(folder: &Path) -> Result<Self, ReviewError> {
        Ok(Self::Account {
            folder: folder.to_owned(),
            this_run: Installation::random()?,
        })
    }

    /// Decides which chain the next event goes to. Until the claim is dropped
    /// no other program of this account decides anything of this study.
    pub(super) fn claim(
        &self,
        transaction: &Transaction<'_>,
        path: &Path,
        study_document: &str,
    ) -> Result<Claim, ReviewError> {
        let (folder, this_run) = match self {
            Self::Chain(chain) => return Ok(Claim::unkept(chain)),
            Self::Account { folder, this_run } => (folder, this_run),
        };
        let file = folder.join(document_sha256(study_document));
        let (kept, written) = match open_and_lock(&file) {
            Ok(opened) => opened,
            Err(error) => {
                tracing::warn!(
                    "{}: {error}; this run writes a chain of its own",
                    file.display()
                );
                return Ok(Claim::unkept(this_run));
            }
        };
        let mut chain = None;
        for own in &written {
            let here = read::hash_of(transaction, &own.last).map_err(sqlite_error(path))?;
            if here.as_ref() == Some(&own.hash) {
                chain = Some(own.last.installation.clone());
                break;
            }
        }
        let chain = match chain {
            Some(chain) => chain,
            None => Installation::random()?,
        };
        Ok(Claim {
            chain,
            kept: Some((file, kept)),
            written,
        })
    }
}

/// The end of a chain as this account wrote it.
struct Written {
    last: EventId,
    hash: String,
}

/// The right to write the next event of a chain.
pub(super) struct Claim {
    pub chain: Installation,
    kept: Option<(PathBuf, File)>,
    written: Vec<Written>,
}

impl Claim {
    fn unkept(chain: &Installation) -> Self {
        Self {
            chain: chain.clone(),
            kept: None,
            written: Vec::new(),
        }
    }

    /// Notes the event, to be called before COMMIT: an event that is noted and
    /// then not saved costs a new chain, one that is saved and not noted could
    /// be written twice.
    ///
    /// # Errors
    /// When it cannot be noted.
    pub fn note(&mut self, event: &Event) -> Result<(), ReviewError> {
        let Some((path, file)) = &mut self.kept else {
            return Ok(());
        };
        self.written
            .retain(|own| own.last.installation != self.chain);
        // The latest first: the next answer most likely goes to the same file.
        self.written.insert(
            0,
            Written {
                last: event.id.clone(),
                hash: event.hash.clone(),
            },
        );
        let lines: String = self
            .written
            .iter()
            .map(|Written { last, hash }| {
                format!("{} {} {hash}\n", last.installation, last.sequence)
            })
            .collect();
        let mut write = || -> io::Result<()> {
            file.seek(SeekFrom::Start(0))?;
            file.write_all(lines.as_bytes())?;
            file.set_len(lines.len() as u64)
        };
        write().map_err(|source| ReviewError::Io {
            path: path.clone(),
            source,
        })
    }
}

/// The lock goes with the file.
fn open_and_lock(path: &Path) -> io::Result<(File, Vec<Written>)> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    file.lock()?;
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    let written = String::from_utf8_lossy(&text)
        .lines()
        .filter_map(parse)
        .collect();
    Ok((file, written))
}

/// A line that a crash has cut is none: a chain more, and nothing lost.
fn parse(line: &str) -> Option<Written> {
    let mut words = line.split(' ');
    let (chain, sequence, hash) = (words.next()?, words.next()?, words.next()?);
    (hash.len() == 64).then_some(Written {
        last: EventId {
            installation: Installation::parse(chain)?,
            sequence: sequence.parse().ok()?,
        },
        hash: hash.to_owned(),
    })
}
