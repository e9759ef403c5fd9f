//! The zip file of a checkpoint: `NAME/data.pkl`, and `NAME/data/KEY` with the
//! bytes of each storage (specification 9.1).
//!
//! PyTorch stores its entries without compression, so an entry is never larger
//! than the file, and an entry that says otherwise is refused before memory is
//! asked for.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use zip::{CompressionMethod, ZipArchive};

use super::ImportError;

/// Largest `data.pkl`: it holds names and settings; the published ones have
/// some ten thousand bytes.
const LARGEST_PICKLE: u64 = 16 << 20;
/// First bytes of a file of PyTorch before 1.6: a pickle of protocol 2 with an integer.
const OLD_FORMAT: [u8; 3] = [0x80, 0x02, 0x8a];

#[derive(Debug)]
pub(super) struct Archive {
    zip: ZipArchive<BufReader<File>>,
    /// Size of the file in bytes.
    pub size: u64,
    path: String,
    /// `NAME/`.
    folder: String,
}

impl Archive {
    pub fn open(path: &Path) -> Result<Self, ImportError> {
        let shown = path.display().to_string();
        let io = |source| ImportError::Io {
            path: shown.clone(),
            source,
        };
        let not_one = |what: String| ImportError::NotACheckpoint {
            path: shown.clone(),
            what,
        };
        let mut file = File::open(path).map_err(io)?;
        let metadata = file.metadata().map_err(io)?;
        if !metadata.is_file() {
            return Err(not_one("it is no file".to_owned()));
        }
        let mut start = Vec::new();
        (&mut file).take(4).read_to_end(&mut start).map_err(io)?;
        if start.starts_with(&OLD_FORMAT) {
            return Err(not_one(
                "it is in the format of PyTorch before 1.6; load it there and save it again"
                    .to_owned(),
            ));
        }
        if !start.starts_with(b"PK") {
            return Err(not_one(format!(
                "it begins with {}, expected PK, the mark of a zip file",
                start.escape_ascii()
            )));
        }
        let zip = ZipArchive::new(BufReader::new(file)).map_err(|e| not_one(e.to_string()))?;
        let folder = folder_of(&zip).map_err(not_one)?;
        let mut archive = Self {
            zip,
            size: metadata.len(),
            path: shown,
            folder,
        };
        archive.check_byte_order()?;
        Ok(archive)
    }

    /// The pickle that names the tensors.
    pub fn pickle(&mut self) -> Result<Vec<u8>, ImportError> {
        self.read("data.pkl", None, LARGEST_PICKLE)
    }

    /// The bytes of a storage, which must be `expected` many.
    pub fn storage(&mut self, key: &str, expected: u64) -> Result<Vec<u8>, ImportError> {
        self.read(&format!("data/{key}"), Some(expected), self.size)
    }

    fn check_byte_order(&mut self) -> Result<(), ImportError> {
        // Files before PyTorch 2.1 have no such entry and are little-endian.
        let name = format!("{}byteorder", self.folder);
        if !self.zip.file_names().any(|n| n == name) {
            return Ok(());
        }
        let order = self.read("byteorder", None, 64)?;
        if order.trim_ascii() == b"little" {
            return Ok(());
        }
        Err(self.wrong("byteorder", order.escape_ascii().to_string(), "little"))
    }

    fn read(
        &mut self,
        entry: &str,
        expected: Option<u64>,
        largest: u64,
    ) -> Result<Vec<u8>, ImportError> {
        let name = format!("{}{entry}", self.folder);
        let path = self.path.clone();
        let wrong = |found: String, expected: String| ImportError::Entry {
            path: path.clone(),
            entry: name.clone(),
            found,
            expected,
        };
        let file = self.zip.by_name(&name).map_err(|e| match e {
            zip::result::ZipError::FileNotFound => {
                wrong("missing".to_owned(), "an entry of the zip file".to_owned())
            }
            other => wrong(other.to_string(), "a readable entry".to_owned()),
        })?;
        if file.compression() != CompressionMethod::Stored {
            return Err(wrong(
                format!("compressed ({})", file.compression()),
                "stored as it is, as PyTorch does".to_owned(),
            ));
        }
        let size = file.size();
        if let Some(expected) = expected.filter(|&expected| size != expected) {
            let expected = format!("the {expected} bytes that data.pkl says");
            return Err(wrong(format!("{size} bytes"), expected));
        }
        let largest = largest.min(self.size);
        if size > largest {
            return Err(wrong(format!("{size} bytes"), format!("at most {largest}")));
        }
        let mut bytes = Vec::with_capacity(size as usize);
        // A wrong checksum of the entry is found when its end is read.
        file.take(size + 1).read_to_end(&mut bytes).map_err(|e| {
            wrong(
                e.to_string(),
                "bytes with the checksum of the zip file".to_owned(),
            )
        })?;
        if bytes.len() as u64 != size {
            return Err(wrong(
                format!("cut off after {} bytes", bytes.len()),
                format!("{size} bytes"),
            ));
        }
        Ok(bytes)
    }

    fn wrong(&self, entry: &str, found: String, expected: &str) -> ImportError {
        ImportError::Entry {
            path: self.path.clone(),
            entry: format!("{}{entry}", self.folder),
            found,
            expected: expected.to_owned(),
        }
    }
}

/// The one folder with a `data.pkl`.
fn folder_of(zip: &ZipArchive<BufReader<File>>) -> Result<String, String> {
    let mut folders: Vec<&str> = zip
        .file_names()
        .filter_map(|name| name.strip_suffix("data.pkl"))
        .filter(|folder| folder.ends_with('/') && folder.matches('/').count() == 1)
        .collect();
    folders.sort_unstable();
    match folders.as_slice() {
        [folder] => Ok((*folder).to_owned()),
        [] if zip.file_names().any(|name| name.ends_with("constants.pkl")) => {
            Err("it is a TorchScript program, expected a state dictionary".to_owned())
        }
        [] => Err("it has no NAME/data.pkl".to_owned()),
        several => Err(format!(
            "it has {} entries data.pkl, expected 1",
            several.len()
        )),
    }
}
