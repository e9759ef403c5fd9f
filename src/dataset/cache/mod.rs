//! The signals of a collection in a few large files that are mapped into
//! memory: reading 21,799 records takes a second instead of opening 43,598
//! files. It holds the raw numbers of 16 bits, and nothing that is computed
//! from them; whatever uses it gets the same recordings, to the last bit, as
//! from the records themselves.
//!
//! Files are known by size and time of change. A record whose files changed is
//! read anew; a part of the cache that is cut or of another version is written
//! anew; a damaged record is read from its own files.

mod map;
mod shard;
mod stamp;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use self::shard::{Head, PARTIAL, Shard, ShardWriter};
use self::stamp::Stamp;
use super::parallel;
use crate::ecg::{Recording, hex};
use crate::formats::wfdb;

/// Records per file: 6 MB of PTB-XL. After a kill so many are read again.
const RECORDS_PER_SHARD: usize = 256;

/// Told how many records are done, of how many; answers whether to go on. It
/// is called from several threads.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) -> bool + Sync);

/// The cache of one collection.
#[derive(Debug)]
pub(super) struct SignalCache {
    folder: PathBuf,
    shards: Vec<Shard>,
    /// Records that had to be read from their files.
    read_anew: usize,
    /// Of those, records that were there and are another signal now.
    mended: usize,
}

/// How the cache is compared with the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// By size and time of change of every file.
    Stamps,
    /// By reading every file.
    Contents,
}

/// What is in a cache.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct CacheReport {
    pub folder: PathBuf,
    pub records: usize,
    /// Records that had to be read from their files this time.
    pub read_anew: usize,
    /// Of those, records that were in it with another signal.
    pub mended: usize,
    /// Records that are not in it and always read from their files.
    pub left_out: usize,
    pub bytes: u64,
}

/// Where caches are unless told otherwise: `~/.cache/protoecg/signals`.
/// `None` for a user without a home.
pub fn default_cache_place() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "protoecg")?;
    Some(folders.cache_dir().join("signals"))
}

impl SignalCache {
    /// Opens the cache of the collection in `root` under `place`, and reads
    /// what is new: `records` are the paths of its records without suffix, in
    /// the order that they are asked for. `None` where `progress` stops it;
    /// what was read is kept.
    ///
    /// # Errors
    /// A place that cannot be written to.
    pub fn open(
        root: &Path,
        records: &[PathBuf],
        place: &Path,
        check: Check,
        progress: Progress,
    ) -> io::Result<Option<Self>> {
        let folder = folder_of(root, place)?;
        create_private(&folder)?;
        // Only one program writes; another waits here, and then finds all done.
        let lock = std::fs::File::create(folder.join("lock"))?;
        match lock.lock() {
            Err(e) if e.kind() != io::ErrorKind::Unsupported => return Err(e),
            _ => {}
        }
        let parts: Vec<&[PathBuf]> = records.chunks(RECORDS_PER_SHARD).collect();
        remove_leftovers(&folder, parts.len())?;
        let [done, read_anew, mended] = [const { AtomicUsize::new(0) }; 3];
        let advance = |n: usize| progress(done.fetch_add(n, Ordering::Relaxed) + n, records.len());
        let shards = parallel::map(&parts, |number, part| {
            let path = shard_path(&folder, number);
            let before = Shard::open(&path);
            if check == Check::Stamps && before.as_ref().is_some_and(|s| is_fresh(s, part)) {
                return Ok(before.filter(|_| advance(part.len())));
            }
            read_anew.fetch_add(part.len(), Ordering::Relaxed);
            let Some(writer) = read_part(part, &advance) else {
                return Ok(None);
            };
            if let Some(before) = before {
                mended.fetch_add(writer.other_signals(&before), Ordering::Relaxed);
            }
            writer.write(&path)?;
            let damaged = || io::Error::other("what was written is not what is read");
            Shard::open(&path).ok_or_else(damaged).map(Some)
        });
        let shards: Vec<Option<Shard>> = shards.into_iter().collect::<io::Result<_>>()?;
        let shards: Option<Vec<Shard>> = shards.into_iter().collect();
        Ok(shards.map(|shards| Self {
            folder,
            shards,
            read_anew: read_anew.into_inner(),
            mended: mended.into_inner(),
        }))
    }

    /// A record by its place, and its [`Recording::sha256`]; `None` where it
    /// has to be read from its files.
    pub fn read(&self, index: usize) -> Option<(Recording, &str)> {
        let shard = self.shards.get(index / RECORDS_PER_SHARD)?;
        let within = index % RECORDS_PER_SHARD;
        let signal = shard.heads.records.get(within)?.signal.as_ref()?;
        let recording = shard.read(within);
        if recording.is_none() {
            tracing::warn!(
                "{} is damaged, and a record read from its files instead; `protoecg cache DIR --verify` mends it",
                self.folder.display()
            );
        }
        Some((recording?, &signal.sha256))
    }

    pub fn report(&self) -> CacheReport {
        let heads = || self.shards.iter().flat_map(|s| &s.heads.records);
        CacheReport {
            folder: self.folder.clone(),
            records: heads().count(),
            read_anew: self.read_anew,
            mended: self.mended,
            left_out: heads().filter(|h| h.signal.is_none()).count(),
            bytes: self.shards.iter().map(|s| s.len() as u64).sum(),
        }
    }
}

/// The folder of a collection's cache: by where the collection is.
fn folder_of(root: &Path, place: &Path) -> io::Result<PathBuf> {
    let root = std::fs::canonicalize(root)?;
    Ok(place.join(short_sha256(&root)))
}

/// Removes the cache of the collection in `root`; whether there was one.
///
/// # Errors
/// What the system says.
pub fn remove_cache(root: &Path, place: &Path) -> io::Result<bool> {
    match std::fs::remove_dir_all(folder_of(root, place)?) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        result => result.map(|()| true),
    }
}

fn short_sha256(path: &Path) -> String {
    let mut digits = hex(&Sha256::digest(path.as_os_str().as_encoded_bytes()));
    digits.truncate(16);
    digits
}

/// Signals of patients: for the user alone.
fn create_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

fn shard_path(folder: &Path, number: usize) -> PathBuf {
    folder.join(format!("{number:05}.signals"))
}

/// What a killed program left, and parts of a collection that was larger.
fn remove_leftovers(folder: &Path, parts: usize) -> io::Result<()> {
    let wanted: Vec<PathBuf> = (0..parts).map(|n| shard_path(folder, n)).collect();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let ours = path
            .extension()
            .is_some_and(|e| e == "signals" || e == PARTIAL);
        if ours && !wanted.contains(&path) {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Whether a part has these records, and their files are those it was read from.
fn is_fresh(shard: &Shard, records: &[PathBuf]) -> bool {
    let unchanged = |(head, record): (&Head, &PathBuf)| {
        head.path_sha256 == short_sha256(record)
            && head.signal.as_ref().is_none_or(|signal| {
                !signal.files.is_empty() && signal.files.iter().all(|f| f.is_still_of(record))
            })
    };
    shard.heads.records.len() == records.len()
        && shard.heads.records.iter().zip(records).all(unchanged)
}

/// Reads some records; `None` where it is stopped.
fn read_part(records: &[PathBuf], advance: &impl Fn(usize) -> bool) -> Option<ShardWriter> {
    let mut writer = ShardWriter::default();
    for record in records {
        let path_sha256 = short_sha256(record);
        let began = SystemTime::now();
        // What cannot be read is left out: whoever wants it reads its files, and
        // is told what is wrong.
        match wfdb::read_raw(&with_suffix(record, ".hea")) {
            Ok(Some(raw)) => match stamps(record, &raw.signal_files) {
                Some(files) if files.iter().all(|f| f.is_before(began)) => {
                    writer.push(path_sha256, &raw, files);
                }
                // Written at this moment: kept, and read again the next time.
                Some(_) => writer.push(path_sha256, &raw, Vec::new()),
                None => writer.leave_out(path_sha256),
            },
            _ => writer.leave_out(path_sha256),
        }
        if !advance(1) {
            return None;
        }
    }
    Some(writer)
}

/// The stamps of a record's header and signal files; `None` where these have
/// other names than the record.
fn stamps(record: &Path, signal_files: &[String]) -> Option<Vec<Stamp>> {
    let name = record.file_name()?.to_str()?;
    let suffixes = signal_files.iter().map(|file| file.strip_prefix(name));
    let stamp = |suffix: Option<&str>| Stamp::of(record, suffix?).ok();
    std::iter::once(Some(".hea"))
        .chain(suffixes)
        .map(stamp)
        .collect()
}

fn with_suffix(record: &Path, suffix: &str) -> PathBuf {
    let mut name = record.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
