//! A record from its header and signal files.

use std::path::Path;

use super::header::{self, Header, Signal};
use crate::ecg::{Channel, Lead, Recording};
use crate::formats::{FormatError, load};

/// Reads a single-segment record by its header.
///
/// The samples are in millivolts, NaN where the file has the code for a
/// missing sample. Of the comments only age and sex are kept.
///
/// # Errors
/// A field that is absurd, a unit that is no voltage, a signal file that is
/// shorter than the header says or whose samples do not sum to the checksum,
/// and everything that the module documentation calls refused.
pub fn read(header_path: &Path) -> Result<Recording, FormatError> {
    let header = header::read(header_path)?;
    let folder = header_path.parent().unwrap_or(Path::new(""));
    let files = distinct(header.signals.iter().map(|s| s.file.as_str()));
    let mut samples_mv: Vec<Vec<f64>> = vec![Vec::new(); header.signals.len()];
    for file in files {
        let group: Vec<usize> = (0..header.signals.len())
            .filter(|&i| header.signals[i].file == file)
            .collect();
        let signals: Vec<&Signal> = group.iter().map(|&i| &header.signals[i]).collect();
        let read = read_group(header_path, &folder.join(file), &signals, header.samples)?;
        for (i, channel) in group.into_iter().zip(read) {
            samples_mv[i] = channel;
        }
    }
    let length = samples_mv.iter().map(Vec::len).min().unwrap_or(0);
    let channels = header
        .signals
        .iter()
        .zip(samples_mv)
        .map(|(signal, mut samples_mv)| {
            // Only where the header gives no length can files differ in it.
            samples_mv.truncate(length);
            Channel {
                name: signal.name.clone(),
                lead: Lead::parse(&signal.name),
                samples_mv,
            }
        });
    Ok(Recording {
        rate_hz: header.rate_hz,
        channels: channels.collect(),
        format: format_name(&header),
        unit_source: unit_source(&header),
        remarks: Vec::new(),
        pseudonym: None,
        age_years: header.age_years,
        sex: header.sex,
    })
}

fn distinct<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    items.fold(Vec::new(), |mut seen, item| {
        if !seen.contains(&item) {
            seen.push(item);
        }
        seen
    })
}

/// The signals of one file, interleaved in it sample by sample.
fn read_group(
    header_path: &Path,
    path: &Path,
    signals: &[&Signal],
    samples: Option<usize>,
) -> Result<Vec<Vec<f64>>, FormatError> {
    let Some(first) = signals.first() else {
        return Ok(Vec::new());
    };
    if let Some(other) = signals
        .iter()
        .find(|s| s.format != first.format || s.offset_bytes != first.offset_bytes)
    {
        return Err(FormatError::Unsupported {
            path: header_path.to_owned(),
            what: format!(
                "signal {} of another format or offset in the same file",
                other.name
            ),
        });
    }
    let bytes = load::whole(path, "the signal file", load::MAX_FILE_BYTES)?;
    let data = usize::try_from(first.offset_bytes)
        .ok()
        .and_then(|at| bytes.get(at..));
    let data = data.unwrap_or_default();
    let held = first.format.samples(data.len() as u64) / signals.len() as u64;
    let samples = samples.unwrap_or(held as usize);
    let needed = (samples as u64)
        .checked_mul(signals.len() as u64)
        .and_then(|n| first.format.bytes(n))
        .and_then(|n| n.checked_add(first.offset_bytes))
        .unwrap_or(u64::MAX);
    // Before anything is allocated by what the header says.
    if samples == 0 || needed > bytes.len() as u64 {
        return Err(FormatError::Truncated {
            path: path.to_owned(),
            found: bytes.len() as u64,
            expected: needed,
            signals: signals.len(),
            samples,
        });
    }
    let interleaved = first.format.decode(data);
    signals
        .iter()
        .enumerate()
        .map(|(i, signal)| {
            let mut raw: Vec<i32> = interleaved[i..]
                .iter()
                .copied()
                .step_by(signals.len())
                .collect();
            if first.format.code() == 8 {
                integrate(&mut raw, signal.initial);
            }
            verify_checksum(path, signal, &raw[..samples])?;
            Ok(to_millivolts(signal, &raw, samples))
        })
        .collect()
}

/// Format 8 holds differences; the first is from the header's initial value.
fn integrate(raw: &mut [i32], initial: i64) {
    let mut value = initial as i32;
    for sample in raw {
        value = value.wrapping_add(*sample);
        *sample = value;
    }
}

/// header(5): the low 16 bits of the sum of all samples.
fn verify_checksum(path: &Path, signal: &Signal, raw: &[i32]) -> Result<(), FormatError> {
    let found = raw.iter().fold(0_i16, |sum, &v| sum.wrapping_add(v as i16));
    match signal.checksum {
        Some(expected) if expected != found => Err(FormatError::Checksum {
            path: path.to_owned(),
            signal: signal.name.clone(),
            found,
            expected,
        }),
        _ => Ok(()),
    }
}

fn to_millivolts(signal: &Signal, raw: &[i32], samples: usize) -> Vec<f64> {
    let missing = signal.format.missing();
    let value = |&v: &i32| {
        if Some(v) == missing {
            return f64::NAN;
        }
        (i64::from(v) - signal.baseline) as f64 / signal.gain * signal.millivolts_per_unit
    };
    // Skew: the sample of time t stands `skew` samples later in the file.
    let mut samples_mv: Vec<f64> = raw
        .iter()
        .skip(signal.skew)
        .take(samples)
        .map(value)
        .collect();
    samples_mv.resize(samples, f64::NAN);
    samples_mv
}

fn format_name(header: &Header) -> String {
    let codes = distinct(header.signals.iter().map(|s| s.format.code()));
    let list: Vec<String> = codes.iter().map(u16::to_string).collect();
    let plural = if codes.len() == 1 { "" } else { "s" };
    format!("WFDB, format{plural} {}", list.join(", "))
}

fn unit_source(header: &Header) -> String {
    let sources = distinct(header.signals.iter().map(|signal| {
        let said = if signal.calibrated {
            "header"
        } else {
            "assumed: the header gives no gain"
        };
        format!("{} ADC units per {} ({said})", signal.gain, signal.unit)
    }));
    match sources.as_slice() {
        [one] => one.clone(),
        many => format!("by signal: {}", many.join("; ")),
    }
}
