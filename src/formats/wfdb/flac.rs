//! FLAC signal files (formats 508, 516 and 524): one stream, a channel per signal.

use std::io::Cursor;
use std::path::Path;

use claxon::{FlacReader, FlacReaderOptions};

use super::line::Signal;
use crate::formats::FormatError;

/// The samples of `data` in the order of an uncompressed file, at most `frames`
/// frames.
///
/// # Errors
/// A stream that is damaged, has other channels or bits than the header says,
/// or expands to more than `max_samples`.
pub(super) fn decode(
    path: &Path,
    data: &[u8],
    signals: &[&Signal],
    frames: Option<usize>,
    max_samples: usize,
) -> Result<Vec<i32>, FormatError> {
    let damaged = |e: claxon::Error| FormatError::Value {
        path: path.to_owned(),
        field: "the FLAC stream".to_owned(),
        found: format!("damaged ({e})"),
        expected: "what a FLAC encoder writes".to_owned(),
    };
    let options = FlacReaderOptions {
        metadata_only: false,
        read_vorbis_comment: false,
    };
    let mut reader = FlacReader::new_ext(Cursor::new(data), options).map_err(damaged)?;
    let per_frame = check(path, &reader.streaminfo(), signals)?;
    let wanted = frames.map(|n| n.saturating_mul(per_frame));
    let mut samples = Vec::new();
    let mut blocks = reader.blocks();
    let mut buffer = Vec::new();
    while wanted.is_none_or(|n| samples.len() < n.saturating_mul(signals.len())) {
        let Some(block) = blocks.read_next_or_eof(buffer).map_err(damaged)? else {
            break;
        };
        // Each block says anew how many channels it has.
        if block.channels() as usize != signals.len() {
            return Err(channels(path, block.channels(), signals.len()));
        }
        let found = samples.len() + block.duration() as usize * signals.len();
        if found > max_samples {
            return Err(FormatError::TooManySamples {
                path: path.to_owned(),
                found: found as u64,
                limit: max_samples as u64,
            });
        }
        // Channel by channel in the block; time by time in a signal file.
        let channels: Vec<&[i32]> = (0..block.channels()).map(|c| block.channel(c)).collect();
        for t in 0..block.duration() as usize {
            samples.extend(channels.iter().map(|channel| channel[t]));
        }
        buffer = block.into_buffer();
    }
    Ok(in_frames(samples, signals.len(), per_frame))
}

/// The samples per frame that all signals share.
fn check(
    path: &Path,
    info: &claxon::metadata::StreamInfo,
    signals: &[&Signal],
) -> Result<usize, FormatError> {
    let first = signals
        .first()
        .ok_or_else(|| channels(path, info.channels, 0))?;
    if info.channels as usize != signals.len() {
        return Err(channels(path, info.channels, signals.len()));
    }
    let bits = first.format.flac_bits().unwrap_or_default();
    if info.bits_per_sample != bits {
        return Err(FormatError::Value {
            path: path.to_owned(),
            field: "the bits per sample of the FLAC stream".to_owned(),
            found: info.bits_per_sample.to_string(),
            expected: format!(
                "{bits}, as the header says by format {}",
                first.format.code()
            ),
        });
    }
    let per_frame = first.samples_per_frame;
    if signals.iter().any(|s| s.samples_per_frame != per_frame) {
        return Err(FormatError::Unsupported {
            path: path.to_owned(),
            what: "a FLAC file whose signals have different samples per frame".to_owned(),
        });
    }
    Ok(per_frame)
}

fn channels(path: &Path, found: u32, expected: usize) -> FormatError {
    FormatError::Value {
        path: path.to_owned(),
        field: "the number of channels of the FLAC stream".to_owned(),
        found: found.to_string(),
        expected: format!("{expected}, one per signal of the header"),
    }
}

/// From sample by sample to frame by frame, where a frame has `per_frame`
/// samples of the first signal, then of the second, and so on.
fn in_frames(samples: Vec<i32>, signals: usize, per_frame: usize) -> Vec<i32> {
    if per_frame == 1 {
        return samples;
    }
    let frame = |chunk: &[i32]| -> Vec<i32> {
        (0..signals)
            .flat_map(|s| chunk.iter().skip(s).step_by(signals).copied())
            .collect()
    };
    samples
        .chunks(signals * per_frame)
        .flat_map(frame)
        .collect()
}
