//! A whole file into memory, as far as it is one and not absurdly large.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::FormatError;

/// The largest file that is read. A resting ECG has under 1 MB; a day of
/// Holter, which no screen here shows, may have gigabytes.
pub(super) const MAX_FILE_BYTES: u64 = 256 << 20;

/// The size of a regular file that is not empty.
///
/// # Errors
/// A folder, device or pipe, looked at before opening it, since opening a pipe
/// would wait for its writer; an empty file; one of more than `limit` bytes.
pub(super) fn size(path: &Path, what: &'static str, limit: u64) -> Result<u64, FormatError> {
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
    match metadata.len() {
        0 => Err(FormatError::Empty {
            path: path.to_owned(),
        }),
        found if found > limit => Err(FormatError::TooLarge {
            path: path.to_owned(),
            what,
            found,
            limit,
        }),
        size => Ok(size),
    }
}

/// The first `bytes` bytes of a file, or all of it if it is shorter.
///
/// # Errors
/// As [`size`], and what the system says.
pub(super) fn start(path: &Path, bytes: u64) -> Result<Vec<u8>, FormatError> {
    let size = size(path, "the file", u64::MAX)?;
    let mut start = Vec::with_capacity(bytes.min(size) as usize);
    File::open(path)
        .and_then(|file| file.take(bytes).read_to_end(&mut start))
        .map_err(|e| FormatError::io(path, e))?;
    Ok(start)
}

/// All bytes of a file.
///
/// # Errors
/// As [`size`], and what the system says.
pub(super) fn whole(path: &Path, what: &'static str, limit: u64) -> Result<Vec<u8>, FormatError> {
    start(path, size(path, what, limit)?)
}
