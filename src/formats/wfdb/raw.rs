//! A record as the whole numbers of 16 bits that its file holds, and what makes
//! a recording of them: for a cache that is half the size of the files' floats
//! and loses nothing.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::header::{self, Header};
use super::line::{Scale, Signal};
use super::record::{format_name, left_out, no_voltage, unit_source};
use super::segment::{self, Target};
use crate::ecg::{Channel, Lead, Recording, Sex};
use crate::formats::FormatError;

/// The samples of a record in ADC units.
#[derive(Clone, Debug)]
pub struct RawRecord {
    pub layout: RawLayout,
    /// The names of its signal files, which lie beside the header.
    pub signal_files: Vec<String>,
    /// One vector of ADC units per lead of the layout, of equal length.
    pub adc: Vec<Vec<i16>>,
    pub age_years: Option<f64>,
    pub sex: Option<Sex>,
}

/// All that a recording has besides its samples, age and sex: most collections
/// have one for all records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawLayout {
    rate_hz: f64,
    format: String,
    unit_source: String,
    remarks: Vec<String>,
    leads: Vec<RawLead>,
}

/// One voltage of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawLead {
    name: String,
    scale: Scale,
    millivolts_per_unit: f64,
}

impl RawLayout {
    pub fn leads(&self) -> usize {
        self.leads.len()
    }

    /// The recording with these samples, one iterator per lead: the same to
    /// the last bit as [`super::read`] gives.
    pub fn recording(&self, adc: impl Iterator<Item = impl Iterator<Item = i16>>) -> Recording {
        let channel = |(lead, adc): (&RawLead, _)| Channel {
            name: lead.name.clone(),
            lead: Lead::parse(&lead.name),
            samples_mv: lead.samples_mv(adc),
        };
        Recording {
            rate_hz: self.rate_hz,
            channels: self.leads.iter().zip(adc).map(channel).collect(),
            format: self.format.clone(),
            unit_source: self.unit_source.clone(),
            remarks: self.remarks.clone(),
            pseudonym: None,
            age_years: None,
            sex: None,
        }
    }
}

impl RawLead {
    fn samples_mv(&self, adc: impl Iterator<Item = i16>) -> Vec<f64> {
        adc.map(|adc| self.scale.value(i64::from(adc)) * self.millivolts_per_unit)
            .collect()
    }
}

impl RawRecord {
    /// The recording, as [`super::read`] gives it.
    pub fn recording(&self) -> Recording {
        let adc = self.adc.iter().map(|lead| lead.iter().copied());
        Recording {
            age_years: self.age_years,
            sex: self.sex,
            ..self.layout.recording(adc)
        }
    }
}

/// Reads a record as whole numbers; `None` where it is no plain record of 16
/// bits or less: several segments, skew, several samples per frame, formats of
/// more bits.
///
/// # Errors
/// As [`super::read`].
pub fn read_raw(header_path: &Path) -> Result<Option<RawRecord>, FormatError> {
    let header = header::read(header_path)?;
    let plain = |s: &Signal| s.format.fits_16_bits() && s.samples_per_frame == 1 && s.skew == 0;
    if !header.segments.is_empty() || !header.signals.iter().all(plain) {
        return Ok(None);
    }
    // Every sample fits, and no frame is absent: no signal has a skew.
    let whole = Target(|_: &Scale, adc| adc as i16, 0);
    let adc = segment::read_as(header_path, &header, header.record.samples, whole)?;
    Ok(Some(record(header_path, &header, adc)?))
}

fn record(
    header_path: &Path,
    header: &Header,
    adc: Vec<Vec<i16>>,
) -> Result<RawRecord, FormatError> {
    let signals: Vec<(Signal, Vec<i16>)> = header.signals.iter().cloned().zip(adc).collect();
    let mut layout = RawLayout {
        rate_hz: header.record.rate_hz,
        format: format_name(header, &signals),
        unit_source: unit_source(&signals),
        remarks: Vec::new(),
        leads: Vec::new(),
    };
    let (mut signal_files, mut kept) = (Vec::new(), Vec::new());
    for (signal, adc) in signals {
        let scale = signal.scale();
        if !signal_files.contains(&signal.file) {
            signal_files.push(signal.file);
        }
        let Some(millivolts_per_unit) = signal.millivolts_per_unit else {
            layout.remarks.push(left_out(&signal.name, &signal.unit));
            continue;
        };
        layout.leads.push(RawLead {
            name: signal.name,
            scale,
            millivolts_per_unit,
        });
        kept.push(adc);
    }
    if kept.is_empty() {
        return Err(no_voltage(header_path));
    }
    Ok(RawRecord {
        layout,
        signal_files,
        adc: kept,
        age_years: header.age_years,
        sex: header.sex,
    })
}
