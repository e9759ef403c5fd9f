//! A file as memory.
//!
//! Mapping is unsafe because the bytes change, or vanish (which ends the
//! program), when somebody changes or cuts the file meanwhile. The files of the
//! cache are only ever written under another name, and then renamed: who has
//! one mapped keeps it as it was, whatever comes under its name later. And
//! nothing relies on the bytes staying the same: they are plain numbers, and
//! every record is checked against its checksum each time it is read.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::Mmap;

/// Maps a file of the cache, to be read only.
pub(super) fn map(path: &Path) -> io::Result<Mmap> {
    let file = File::open(path)?;
    // SAFETY: see above; the mapping is private to this process and read-only.
    unsafe { Mmap::map(&file) }
}
