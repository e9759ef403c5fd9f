//! A record as it is, and as a recording.

use std::path::Path;

use super::header::{self, Header};
use super::line::Signal;
use super::{segment, segments};
use crate::ecg::{Channel, Lead, Recording, Sex};
use crate::formats::FormatError;

/// All signals of a record, ECG or not, in the units of the file.
#[derive(Debug)]
pub struct Record {
    /// Frames per second.
    pub rate_hz: f64,
    pub signals: Vec<PhysicalSignal>,
    pub age_years: Option<f64>,
    pub sex: Option<Sex>,
    format: String,
    unit_source: String,
    remarks: Vec<String>,
}

/// One signal in the unit that its header names.
#[derive(Debug)]
pub struct PhysicalSignal {
    pub name: String,
    /// As the header spells it: `mV`, `mmHg`, `NU`.
    pub unit: String,
    /// One value per frame; NaN where it is missing.
    pub values: Vec<f64>,
    millivolts_per_unit: Option<f64>,
}

/// Reads all signals of a record of one or more segments by its header.
///
/// # Errors
/// A field that is absurd, a signal file that is shorter than the header says
/// or whose samples do not sum to the checksum, segments that do not fit
/// together.
pub fn read_record(header_path: &Path) -> Result<Record, FormatError> {
    let header = header::read(header_path)?;
    let signals: Vec<(Signal, Vec<f64>)> = if header.segments.is_empty() {
        let values = segment::read(header_path, &header, header.record.samples)?;
        header.signals.iter().cloned().zip(values).collect()
    } else {
        segments::read(header_path, &header)?
    };
    Ok(Record {
        rate_hz: header.record.rate_hz,
        format: format_name(&header, &signals),
        unit_source: unit_source(&signals),
        remarks: frames(&signals).into_iter().collect(),
        signals: signals
            .into_iter()
            .map(|(signal, values)| PhysicalSignal {
                name: signal.name,
                unit: signal.unit,
                millivolts_per_unit: signal.millivolts_per_unit,
                values,
            })
            .collect(),
        age_years: header.age_years,
        sex: header.sex,
    })
}

/// Reads a record as an ECG: its signals in volts, converted to millivolts. Of
/// the comments only age and sex are kept; a WFDB record has no field for the
/// patient's name.
///
/// # Errors
/// As [`read_record`], a standard lead whose unit is no voltage, and a record
/// without any voltage.
pub fn read(header_path: &Path) -> Result<Recording, FormatError> {
    let record = read_record(header_path)?;
    let mut remarks = record.remarks;
    let mut channels = Vec::new();
    for signal in record.signals {
        let Some(millivolts_per_unit) = signal.millivolts_per_unit else {
            remarks.push(left_out(&signal.name, &signal.unit));
            continue;
        };
        let mut samples_mv = signal.values;
        for value in &mut samples_mv {
            *value *= millivolts_per_unit;
        }
        channels.push(Channel {
            lead: Lead::parse(&signal.name),
            name: signal.name,
            samples_mv,
        });
    }
    if channels.is_empty() {
        return Err(no_voltage(header_path));
    }
    Ok(Recording {
        rate_hz: record.rate_hz,
        channels,
        format: record.format,
        unit_source: record.unit_source,
        remarks,
        pseudonym: None,
        age_years: record.age_years,
        sex: record.sex,
    })
}

/// The remark on a signal that is no part of the ECG.
pub(super) fn left_out(name: &str, unit: &str) -> String {
    format!("{name} is left out: its unit {unit} is no voltage")
}

pub(super) fn no_voltage(header_path: &Path) -> FormatError {
    FormatError::Unsupported {
        path: header_path.to_owned(),
        what: "a record without any signal in volts".to_owned(),
    }
}

fn distinct<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    items.fold(Vec::new(), |mut seen, item| {
        if !seen.contains(&item) {
            seen.push(item);
        }
        seen
    })
}

pub(super) fn format_name<T>(header: &Header, signals: &[(Signal, T)]) -> String {
    let codes = distinct(signals.iter().map(|(signal, _)| signal.format.code()));
    let list: Vec<String> = codes.iter().map(u16::to_string).collect();
    let plural = if codes.len() == 1 { "" } else { "s" };
    let segments = match header.segments.len() {
        0 => String::new(),
        n => format!(", {n} segments"),
    };
    format!("WFDB, format{plural} {}{segments}", list.join(", "))
}

pub(super) fn unit_source<T>(signals: &[(Signal, T)]) -> String {
    let voltages = signals
        .iter()
        .filter(|(signal, _)| signal.millivolts_per_unit.is_some());
    let sources = distinct(voltages.map(|(signal, _)| {
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

fn frames(signals: &[(Signal, Vec<f64>)]) -> Option<String> {
    let averaged: Vec<&str> = signals
        .iter()
        .filter(|(signal, _)| signal.samples_per_frame > 1)
        .map(|(signal, _)| signal.name.as_str())
        .collect();
    (!averaged.is_empty()).then(|| {
        format!(
            "{} had several samples per frame, which were averaged to the rate of the record",
            averaged.join(", ")
        )
    })
}
