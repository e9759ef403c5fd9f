//! One file of the cache: a mark, the heads of some hundred records as RON
//! with a checksum, and their samples as 16-bit numbers, lead after lead.

use std::io::{self, Write};
use std::path::Path;

use memmap2::Mmap;
use serde::{Deserialize, Serialize};

use super::map::map;
use super::stamp::Stamp;
use crate::ecg::{Recording, Sex};
use crate::formats::wfdb::{RawLayout, RawRecord};

/// Another version has another mark; a file with another mark is written anew.
const MARK: &[u8; 16] = b"protoecg cache 1";
/// Mark, length of the heads (8 bytes), their checksum (4 bytes).
const HEADS_AT: usize = MARK.len() + 12;
/// No collection of 256 records needs more.
const MAX_HEADS_BYTES: usize = 64 << 20;

/// What the file says of its records.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Heads {
    /// The different ones among the records.
    layouts: Vec<RawLayout>,
    pub records: Vec<Head>,
}

/// One record of the collection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    /// Of its path: names may be identity and are not kept.
    pub path_sha256: String,
    /// `None` where the record is not kept, and read from its files: it has
    /// more than 16 bits, or could not be read.
    pub signal: Option<SignalHead>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignalHead {
    /// The files that it was read from; none where they were still being written.
    pub files: Vec<Stamp>,
    /// Index into the layouts.
    layout: usize,
    samples_per_lead: usize,
    /// Of the samples, as they are in the file.
    crc32: u32,
    /// [`Recording::sha256`].
    pub sha256: String,
    age_years: Option<f64>,
    sex: Option<Sex>,
}

/// A file of the cache that is whole.
#[derive(Debug)]
pub(super) struct Shard {
    pub heads: Heads,
    /// Where the samples of each record begin.
    starts: Vec<usize>,
    bytes: Mmap,
}

impl Shard {
    /// Maps a file; `None` where it is not there, of another version, cut or
    /// damaged in its heads. Samples are checked when they are read.
    pub fn open(path: &Path) -> Option<Self> {
        let bytes = map(path).ok()?;
        let rest = bytes.strip_prefix(MARK)?;
        let length = u64::from_le_bytes(*rest.first_chunk()?);
        let length = usize::try_from(length)
            .ok()
            .filter(|&n| n <= MAX_HEADS_BYTES)?;
        let crc32 = u32::from_le_bytes(*rest.get(8..)?.first_chunk()?);
        let text = bytes.get(HEADS_AT..HEADS_AT + length)?;
        if crc32fast::hash(text) != crc32 {
            return None;
        }
        let heads: Heads = ron::de::from_bytes(text).ok()?;
        let mut at = HEADS_AT + length;
        let mut starts = Vec::with_capacity(heads.records.len());
        for head in &heads.records {
            starts.push(at);
            at = at.checked_add(heads.bytes_of(head)?)?;
        }
        (at == bytes.len()).then_some(Self {
            heads,
            starts,
            bytes,
        })
    }

    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The recording of a record that is kept; `None` where it is not, or where
    /// its samples are not what they were.
    pub fn read(&self, index: usize) -> Option<Recording> {
        let signal = self.heads.records.get(index)?.signal.as_ref()?;
        let layout = self.heads.layouts.get(signal.layout)?;
        let start = *self.starts.get(index)?;
        let length = self.heads.bytes_of(&self.heads.records[index])?;
        let samples = self.bytes.get(start..start + length)?;
        if crc32fast::hash(samples) != signal.crc32 {
            return None;
        }
        let (samples, _) = samples.as_chunks::<2>();
        let leads = samples.chunks_exact(signal.samples_per_lead.max(1));
        let adc = leads.map(|lead| lead.iter().map(|&adc| i16::from_le_bytes(adc)));
        Some(Recording {
            age_years: signal.age_years,
            sex: signal.sex,
            ..layout.recording(adc)
        })
    }
}

impl Heads {
    /// The bytes of a record's samples.
    fn bytes_of(&self, head: &Head) -> Option<usize> {
        match &head.signal {
            None => Some(0),
            Some(signal) => {
                let leads = self.layouts.get(signal.layout)?.leads();
                signal.samples_per_lead.checked_mul(leads)?.checked_mul(2)
            }
        }
    }
}

/// A file of the cache while it is made.
#[derive(Default)]
pub(super) struct ShardWriter {
    heads: Heads,
    samples: Vec<u8>,
}

impl ShardWriter {
    /// Appends a record that is read from its own files.
    pub fn leave_out(&mut self, path_sha256: String) {
        self.heads.records.push(Head {
            path_sha256,
            signal: None,
        });
    }

    /// Appends a record.
    pub fn push(&mut self, path_sha256: String, record: &RawRecord, files: Vec<Stamp>) {
        let start = self.samples.len();
        for lead in &record.adc {
            self.samples.reserve(2 * lead.len());
            for adc in lead {
                self.samples.extend_from_slice(&adc.to_le_bytes());
            }
        }
        let layouts = &mut self.heads.layouts;
        let known = layouts.iter().position(|l| *l == record.layout);
        let layout = known.unwrap_or_else(|| {
            layouts.push(record.layout.clone());
            layouts.len() - 1
        });
        self.heads.records.push(Head {
            path_sha256,
            signal: Some(SignalHead {
                files,
                layout,
                samples_per_lead: record.adc.first().map_or(0, Vec::len),
                crc32: crc32fast::hash(&self.samples[start..]),
                sha256: record.recording().sha256(),
                age_years: record.age_years,
                sex: record.sex,
            }),
        });
    }

    /// How many of the records are in `before` with another signal, or with a
    /// damaged one.
    pub fn other_signals(&self, before: &Shard) -> usize {
        let pairs = self.heads.records.iter().zip(&before.heads.records);
        let other = |(index, (new, old)): (usize, (&Head, &Head))| {
            let sha256 = |head: &Head| head.signal.as_ref().map(|s| s.sha256.clone());
            let damaged = || old.signal.is_some() && before.read(index).is_none();
            new.path_sha256 == old.path_sha256 && (sha256(new) != sha256(old) || damaged())
        };
        pairs.enumerate().filter(|&pair| other(pair)).count()
    }

    /// Writes the file beside its place and then renames it: under its name
    /// there is never a part of it.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let heads = ron::to_string(&self.heads).map_err(io::Error::other)?;
        let partial = path.with_extension(PARTIAL);
        let mut file = std::fs::File::create(&partial)?;
        file.write_all(MARK)?;
        file.write_all(&(heads.len() as u64).to_le_bytes())?;
        file.write_all(&crc32fast::hash(heads.as_bytes()).to_le_bytes())?;
        file.write_all(heads.as_bytes())?;
        file.write_all(&self.samples)?;
        drop(file);
        std::fs::rename(&partial, path)
    }
}

/// How the name of a file ends while it is written.
pub(super) const PARTIAL: &str = "partial";
