//! The signals of one segment from its signal files.

use std::path::Path;

use super::flac;
use super::header::Header;
use super::line::{Scale, Signal};
use super::samples::SignalFormat;
use crate::formats::{FormatError, load};

/// What any segment may expand to, however small its files are. Compressed and
/// absent signals have more samples than bytes.
const ALWAYS_ALLOWED_SAMPLES: u64 = 12_000_000;

/// Samples that files of `bytes` bytes may expand to: no uncompressed format
/// has more than one per byte.
pub(super) fn max_samples(bytes: u64) -> u64 {
    bytes.max(ALWAYS_ALLOWED_SAMPLES)
}

/// The bytes of the distinct signal files of a segment.
pub(super) fn file_bytes(folder: &Path, header: &Header) -> Result<u64, FormatError> {
    let size = |file| load::size(&folder.join(file), "the signal file", load::MAX_FILE_BYTES);
    files(header).into_iter().map(size).sum()
}

/// The names of the distinct signal files, in the order of the header.
fn files(header: &Header) -> Vec<&str> {
    let recorded = header
        .signals
        .iter()
        .filter(|s| s.format != SignalFormat::Null);
    recorded.fold(Vec::new(), |mut seen, signal| {
        if !seen.contains(&signal.file.as_str()) {
            seen.push(&signal.file);
        }
        seen
    })
}

/// The values of each signal in its own unit, one per frame, NaN where the file
/// has the code for a missing sample. `samples` overrides the header's length.
///
/// Of several samples per frame it is their mean in whole ADC units, rounded
/// towards zero: what wfdb-python gives unless it is asked for more. A frame of
/// which some samples are missing counts their code as the lowest value, as there.
///
/// # Errors
/// A signal file that is shorter than the header says or whose samples do not
/// sum to the checksum, and lengths that no file of this size can mean.
pub(super) fn read(
    header_path: &Path,
    header: &Header,
    samples: Option<usize>,
) -> Result<Vec<Vec<f64>>, FormatError> {
    read_as(header_path, header, samples, Target(Scale::value, f64::NAN))
}

/// What a sample in ADC units becomes, and what stands where there is none.
#[derive(Clone, Copy)]
pub(super) struct Target<T, F>(pub F, pub T);

/// As [`read`], as any kind of number.
///
/// # Errors
/// As [`read`].
pub(super) fn read_as<T: Copy, F: Fn(&Scale, i64) -> T + Copy>(
    header_path: &Path,
    header: &Header,
    samples: Option<usize>,
    target: Target<T, F>,
) -> Result<Vec<Vec<T>>, FormatError> {
    let folder = header_path.parent().unwrap_or(Path::new(""));
    let limit = max_samples(file_bytes(folder, header)?);
    let mut values: Vec<Vec<T>> = vec![Vec::new(); header.signals.len()];
    let mut length = samples;
    for file in files(header) {
        let group: Vec<usize> = (0..header.signals.len())
            .filter(|&i| header.signals[i].file == file)
            .collect();
        let signals: Vec<&Signal> = group.iter().map(|&i| &header.signals[i]).collect();
        let file = File {
            header_path,
            path: &folder.join(file),
            signals: &signals,
            max_samples: usize::try_from(limit).unwrap_or(usize::MAX),
        };
        for (i, channel) in group.into_iter().zip(file.read(samples, target)?) {
            // Only where the header gives no length can files differ in it.
            length = Some(length.unwrap_or(usize::MAX).min(channel.len()));
            values[i] = channel;
        }
    }
    let length = length.unwrap_or(0);
    let found = (length as u64).saturating_mul(header.signals.len() as u64);
    if length == 0 || found > limit {
        return Err(FormatError::TooManySamples {
            path: header_path.to_owned(),
            found,
            limit,
        });
    }
    for channel in &mut values {
        channel.resize(length, target.1);
    }
    Ok(values)
}

/// One signal file and the signals that are interleaved in it.
struct File<'a> {
    header_path: &'a Path,
    path: &'a Path,
    signals: &'a [&'a Signal],
    max_samples: usize,
}

impl File<'_> {
    fn read<T: Copy, F: Fn(&Scale, i64) -> T + Copy>(
        &self,
        frames: Option<usize>,
        target: Target<T, F>,
    ) -> Result<Vec<Vec<T>>, FormatError> {
        let Some(first) = self.signals.first() else {
            return Ok(Vec::new());
        };
        let alike = |s: &&&Signal| s.format == first.format && s.offset_bytes == first.offset_bytes;
        if let Some(other) = self.signals.iter().find(|s| !alike(s)) {
            return Err(FormatError::Unsupported {
                path: self.header_path.to_owned(),
                what: format!(
                    "signal {} of another format or offset in the same file",
                    other.name
                ),
            });
        }
        let per_frame: usize = self.signals.iter().map(|s| s.samples_per_frame).sum();
        let interleaved = match first.format.flac_bits() {
            Some(_) => self.flac(first, frames)?,
            None => self.packed(first, frames, per_frame)?,
        };
        let held = interleaved.len() / per_frame;
        let frames = frames.unwrap_or(held);
        if frames == 0 || frames > held {
            return Err(self.truncated(frames, self.length()?, None));
        }
        let mut at = 0;
        let mut values = Vec::with_capacity(self.signals.len());
        for signal in self.signals {
            let of_frame = at..at + signal.samples_per_frame;
            at = of_frame.end;
            let raw = interleaved
                .chunks_exact(per_frame)
                .map(|frame| &frame[of_frame.clone()]);
            values.push(self.values(signal, raw, frames, target)?);
        }
        Ok(values)
    }

    fn length(&self) -> Result<u64, FormatError> {
        load::size(self.path, "the signal file", load::MAX_FILE_BYTES)
    }

    fn flac(&self, first: &Signal, frames: Option<usize>) -> Result<Vec<i32>, FormatError> {
        let bytes = load::whole(self.path, "the signal file", load::MAX_FILE_BYTES)?;
        let start = usize::try_from(first.offset_bytes).ok();
        let data = start.and_then(|at| bytes.get(at..)).unwrap_or_default();
        let frames = frames.map(|n| n.saturating_add(self.skew()));
        flac::decode(self.path, data, self.signals, frames, self.max_samples)
    }

    /// The samples of an uncompressed file: as many as are needed, since a
    /// short segment may be the beginning of a long file.
    fn packed(
        &self,
        first: &Signal,
        frames: Option<usize>,
        per_frame: usize,
    ) -> Result<Vec<i32>, FormatError> {
        let length = self.length()?;
        let bytes_of = |frames: usize| {
            (frames as u64)
                .checked_mul(per_frame as u64)
                .and_then(|n| first.format.bytes(n))
                .and_then(|n| n.checked_add(first.offset_bytes))
        };
        let wanted = match frames {
            None => length,
            Some(frames) => {
                let needed = bytes_of(frames).unwrap_or(u64::MAX);
                // Before anything is allocated by what the header says.
                if needed > length {
                    return Err(self.truncated(frames, length, Some(needed)));
                }
                bytes_of(frames.saturating_add(self.skew())).unwrap_or(u64::MAX)
            }
        };
        let bytes = load::start(self.path, wanted.min(length))?;
        let start = usize::try_from(first.offset_bytes).ok();
        Ok(first
            .format
            .decode(start.and_then(|at| bytes.get(at..)).unwrap_or_default()))
    }

    fn skew(&self) -> usize {
        self.signals.iter().map(|s| s.skew).max().unwrap_or(0)
    }

    fn truncated(&self, samples: usize, found: u64, expected: Option<u64>) -> FormatError {
        FormatError::Truncated {
            path: self.path.to_owned(),
            found,
            expected: expected.map_or_else(|| "more".to_owned(), |n| n.to_string()),
            signals: self.signals.len(),
            samples,
        }
    }

    /// One value per frame from the raw samples of each frame, and the
    /// checksum verified.
    fn values<'a, T: Copy, F: Fn(&Scale, i64) -> T>(
        &self,
        signal: &Signal,
        raw: impl Iterator<Item = &'a [i32]>,
        frames: usize,
        Target(value, absent): Target<T, F>,
    ) -> Result<Vec<T>, FormatError> {
        let scale = signal.scale();
        // Format 8 holds differences; the first is from the header's initial value.
        let differences = signal.format == SignalFormat::F8;
        let mut level = signal.initial as i32;
        let mut checksum = 0_i16;
        let mut values = Vec::with_capacity(frames);
        for (t, frame) in raw.enumerate().take(frames.saturating_add(signal.skew)) {
            let mut sum = 0_i64;
            for &sample in frame {
                level = if differences {
                    level.wrapping_add(sample)
                } else {
                    sample
                };
                sum += i64::from(level);
                if t < frames {
                    checksum = checksum.wrapping_add(level as i16);
                }
            }
            // Skew: the sample of time t stands `skew` frames later in the file.
            if t >= signal.skew {
                // A division takes longer than everything else here.
                let mean = match frame.len() {
                    1 => sum,
                    several => sum / several as i64,
                };
                values.push(value(&scale, mean));
            }
        }
        values.resize(frames, absent);
        // header(5): the low 16 bits of the sum of all samples.
        match signal.checksum {
            Some(expected) if expected != checksum => Err(FormatError::Checksum {
                path: self.path.to_owned(),
                signal: signal.name.clone(),
                found: checksum,
                expected,
            }),
            _ => Ok(values),
        }
    }
}
