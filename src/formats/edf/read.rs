//! Samples of all data records, as an ECG.

use std::path::Path;

use super::annotations;
use super::header::{self, Header, Signal};
use super::patient::patient;
use crate::ecg::{Channel, Lead, Recording};
use crate::formats::FormatError;
use crate::formats::units::millivolts_per;

/// Reads the ECG of an EDF, EDF+ or BDF file: the signals that are voltages at
/// the highest rate among them, in millivolts. Remarks say what was left out.
///
/// # Errors
/// A header that is damaged or promises more than the file has, limits that
/// give no scale, a standard lead whose unit is no voltage, an interrupted
/// recording (EDF+D), and a file without any voltage.
pub fn parse(path: &Path, bytes: &[u8]) -> Result<Recording, FormatError> {
    let header = header::parse(path, bytes)?;
    let file = File {
        path,
        header: &header,
        records: records(path, &header, bytes)?,
    };
    let end = file.uninterrupted()?;
    let mut remarks = Vec::new();
    let chosen = file.voltages(&mut remarks)?;
    let rate_hz = chosen.first().map_or(0.0, |c| file.rate_hz(c.signal));
    let mut channels = Vec::new();
    for voltage in &chosen {
        let mut samples_mv = file.samples_mv(voltage)?;
        if let Some(end_s) = end {
            samples_mv.truncate((end_s * rate_hz).round() as usize);
        }
        let name = lead_name(&voltage.signal.label).to_owned();
        channels.push(Channel {
            lead: Lead::parse(&name),
            name,
            samples_mv,
        });
    }
    if channels.first().is_none_or(|c| c.samples_mv.is_empty()) {
        return Err(file.unsupported("a recording without samples"));
    }
    let patient = patient(&header);
    Ok(Recording {
        rate_hz,
        channels,
        format: header.variant.clone(),
        unit_source: unit_source(&chosen),
        remarks,
        pseudonym: patient.pseudonym,
        age_years: patient.age_years,
        sex: patient.sex,
    })
}

/// `ECG II`, as EDF+ wants it, and `II`.
fn lead_name(label: &str) -> &str {
    let known = ["ECG ", "EKG "];
    known
        .iter()
        .find_map(|prefix| label.strip_prefix(prefix))
        .map_or(label, str::trim)
}

fn is_annotation(signal: &Signal) -> bool {
    matches!(signal.label.as_str(), "EDF Annotations" | "BDF Annotations")
}

/// The data records, checked against the size of the file.
fn records<'a>(
    path: &Path,
    header: &Header,
    bytes: &'a [u8],
) -> Result<Vec<&'a [u8]>, FormatError> {
    let data = bytes.get(header.bytes()..).unwrap_or_default();
    let record_bytes = header.record_samples().saturating_mul(header.sample_bytes);
    if record_bytes == 0 {
        return Ok(Vec::new());
    }
    let held = data.len() / record_bytes;
    let records = header.records.unwrap_or(held);
    if records > held {
        return Err(FormatError::TooShort {
            path: path.to_owned(),
            what: format!("{records} data records of {record_bytes} bytes after the header"),
            needed: (records as u64)
                .saturating_mul(record_bytes as u64)
                .saturating_add(header.bytes() as u64),
            found: bytes.len() as u64,
        });
    }
    Ok(data.chunks_exact(record_bytes).take(records).collect())
}

struct File<'a> {
    path: &'a Path,
    header: &'a Header,
    records: Vec<&'a [u8]>,
}

/// A signal that is kept.
struct Voltage<'a> {
    signal: &'a Signal,
    /// Where its bytes begin in a data record.
    at: usize,
    millivolts_per_unit: f64,
    /// Whether the file says the unit.
    said: bool,
}

impl<'a> File<'a> {
    fn unsupported(&self, what: impl Into<String>) -> FormatError {
        FormatError::Unsupported {
            path: self.path.to_owned(),
            what: what.into(),
        }
    }

    fn bad(&self, field: String, found: impl ToString, expected: &str) -> FormatError {
        FormatError::Value {
            path: self.path.to_owned(),
            field,
            found: found.to_string(),
            expected: expected.to_owned(),
        }
    }

    fn rate_hz(&self, signal: &Signal) -> f64 {
        signal.samples as f64 / self.header.duration_s
    }

    /// The signals with their place in a data record.
    fn placed(&self) -> impl Iterator<Item = (usize, &'a Signal)> {
        let sample_bytes = self.header.sample_bytes;
        self.header.signals.iter().scan(0, move |at, signal| {
            let begin = *at;
            *at += signal.samples * sample_bytes;
            Some((begin, signal))
        })
    }

    /// That each data record begins where the one before ends. Returns the end
    /// in seconds from the first sample, where it lies within the last record.
    fn uninterrupted(&self) -> Result<Option<f64>, FormatError> {
        let Some((at, signal)) = self.placed().find(|(_, s)| is_annotation(s)) else {
            return Ok(None);
        };
        let length = signal.samples * self.header.sample_bytes;
        let annotations = |record: &'a [u8]| record.get(at..at + length).unwrap_or_default();
        let duration_s = self.header.duration_s;
        let first_s = self
            .records
            .first()
            .and_then(|r| annotations::onset_s(annotations(r)))
            .unwrap_or(0.0);
        if self.header.variant.ends_with('D') {
            for (i, record) in self.records.iter().enumerate() {
                let expected_s = first_s + i as f64 * duration_s;
                let found_s = annotations::onset_s(annotations(record));
                if !found_s.is_some_and(|s| (s - expected_s).abs() < 1e-3) {
                    let found = found_s.map_or("no time".to_owned(), |s| format!("{s} s"));
                    let field = format!("the beginning of data record {}", i + 1);
                    let expected = format!("{expected_s} s: an interrupted recording is not read");
                    return Err(self.bad(field, found, &expected));
                }
            }
        }
        let last = self
            .records
            .last()
            .and_then(|r| annotations::end_s(annotations(r)));
        let end_s = last.map(|s| s - first_s);
        let begin_s = self.records.len().saturating_sub(1) as f64 * duration_s;
        Ok(end_s.filter(|&s| s > begin_s && s <= begin_s + duration_s))
    }

    /// The signals that are voltages, at the highest rate among them.
    fn voltages(&self, remarks: &mut Vec<String>) -> Result<Vec<Voltage<'a>>, FormatError> {
        let mut voltages = Vec::new();
        for (at, signal) in self.placed().filter(|(_, s)| !is_annotation(s)) {
            let is_lead = Lead::parse(lead_name(&signal.label)).is_some();
            let said = !signal.dimension.is_empty();
            let assumed = (is_lead && !said).then_some(1.0);
            match millivolts_per(&signal.dimension).or(assumed) {
                Some(millivolts_per_unit) => voltages.push(Voltage {
                    signal,
                    at,
                    millivolts_per_unit,
                    said,
                }),
                None if is_lead => {
                    let field = format!("the unit of signal {}", signal.label);
                    let expected = "a unit of voltage: V, mV, uV or nV";
                    return Err(self.bad(field, format!("{:?}", signal.dimension), expected));
                }
                None => remarks.push(format!(
                    "{} is left out: its unit {:?} is no voltage",
                    signal.label, signal.dimension
                )),
            }
        }
        let most = voltages.iter().map(|v| v.signal.samples).max().unwrap_or(0);
        if most == 0 || self.header.duration_s <= 0.0 {
            return Err(self.unsupported("a recording without any signal in volts"));
        }
        voltages.retain(|voltage| {
            let kept = voltage.signal.samples == most;
            if !kept {
                remarks.push(format!(
                    "{} is left out: it has {} samples per second, not {}",
                    voltage.signal.label,
                    self.rate_hz(voltage.signal),
                    most as f64 / self.header.duration_s
                ));
            }
            kept
        });
        Ok(voltages)
    }

    fn samples_mv(&self, voltage: &Voltage) -> Result<Vec<f64>, FormatError> {
        let signal = voltage.signal;
        let (low, high) = signal.physical;
        let (bottom, top) = signal.digital;
        let gain = (high - low) / (top - bottom);
        if !gain.is_finite() || gain == 0.0 {
            let field = format!("the limits of signal {}", signal.label);
            let found = format!("{low} to {high} for {bottom} to {top}");
            return Err(self.bad(field, found, "two different limits each"));
        }
        let sample_bytes = self.header.sample_bytes;
        let length = signal.samples * sample_bytes;
        let mut samples = Vec::with_capacity(self.records.len() * signal.samples);
        for record in &self.records {
            let part = record
                .get(voltage.at..voltage.at + length)
                .unwrap_or_default();
            samples.extend(part.chunks_exact(sample_bytes).map(|bytes| {
                ((little_endian(bytes) - bottom) * gain + low) * voltage.millivolts_per_unit
            }));
        }
        Ok(samples)
    }
}

/// A number in two's complement, least byte first.
fn little_endian(bytes: &[u8]) -> f64 {
    let unsigned = bytes
        .iter()
        .rev()
        .fold(0_u32, |sum, &b| sum << 8 | u32::from(b));
    let shift = 32 - 8 * bytes.len() as u32;
    f64::from((unsigned << shift) as i32 >> shift)
}

fn unit_source(voltages: &[Voltage]) -> String {
    let mut sources: Vec<String> = Vec::new();
    for voltage in voltages {
        let source = match voltage.said {
            true => format!("{} (header)", voltage.signal.dimension),
            false => "mV (assumed: the header gives no unit)".to_owned(),
        };
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    sources.join("; ")
}
