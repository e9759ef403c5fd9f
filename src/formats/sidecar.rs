//! What a table of numbers does not say of itself: `x.ron` beside `x.csv` or `x.npy`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::units::millivolts_per;
use super::{FormatError, load};
use crate::ecg::{Channel, Lead, Recording, Sex};

const VERSION: u32 = 1;
const MAX_SIDECAR_BYTES: u64 = 1 << 16;
const MAX_LEADS: usize = 256;

/// Rate, unit and leads of a table.
///
/// ```ron
/// (version: 1, rate_hz: 500, unit: "mV", leads: ["I", "II", "V1"])
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sidecar {
    pub version: u32,
    pub rate_hz: f64,
    /// `nV`, `uV`, `mV` or `V`.
    pub unit: String,
    /// In the order of the table's columns, or names out of its first line.
    pub leads: Vec<String>,
    /// Where the table holds ADC units: how many are one `unit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adc_per_unit: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_years: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
}

impl Sidecar {
    /// The path of the sidecar of a table.
    pub fn path_of(table: &Path) -> PathBuf {
        table.with_extension("ron")
    }

    /// Reads the sidecar of `table`.
    ///
    /// # Errors
    /// No sidecar, one that is no RON of this version, and fields that are absurd.
    pub fn of(table: &Path) -> Result<Self, FormatError> {
        let path = Self::path_of(table);
        if !path.exists() {
            return Err(FormatError::NoSidecar {
                path: table.to_owned(),
                sidecar: path,
            });
        }
        let bytes = load::whole(&path, "the sidecar", MAX_SIDECAR_BYTES)?;
        Self::parse(&path, &bytes)
    }

    /// Reads a sidecar from its bytes; the path is for messages.
    ///
    /// # Errors
    /// As [`Sidecar::of`].
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, FormatError> {
        // `age_years: 63` reads as well as `age_years: Some(63)`.
        let ron = ron::Options::default()
            .with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        let sidecar: Self = ron.from_bytes(bytes).map_err(|e| FormatError::Field {
            path: path.to_owned(),
            line: e.span.start.line,
            field: "the sidecar".to_owned(),
            found: format!("damaged ({})", e.code),
            expected: "RON like (version: 1, rate_hz: 500, unit: \"mV\", leads: [\"I\", \"II\"])",
        })?;
        sidecar.check(path)?;
        Ok(sidecar)
    }

    fn check(&self, path: &Path) -> Result<(), FormatError> {
        let bad = |field: &str, found: String, expected: &str| {
            Err(FormatError::Value {
                path: path.to_owned(),
                field: field.to_owned(),
                found,
                expected: expected.to_owned(),
            })
        };
        let positive = |value: f64| value.is_finite() && value > 0.0;
        if self.version != VERSION {
            return bad("version", self.version.to_string(), "1");
        }
        if !positive(self.rate_hz) {
            return bad("rate_hz", self.rate_hz.to_string(), "a number above 0");
        }
        if millivolts_per(&self.unit).is_none() {
            return bad("unit", format!("{:?}", self.unit), "nV, uV, mV or V");
        }
        if let Some(adc) = self.adc_per_unit.filter(|&adc| !positive(adc)) {
            return bad("adc_per_unit", adc.to_string(), "a number above 0");
        }
        if let Some(age) = self.age_years.filter(|age| !(0.0..150.0).contains(age)) {
            return bad("age_years", age.to_string(), "0 to 150");
        }
        if self.leads.is_empty() || self.leads.len() > MAX_LEADS {
            return bad(
                "the number of leads",
                self.leads.len().to_string(),
                "1 to 256",
            );
        }
        let twice = |(i, lead): (usize, &String)| self.leads[..i].contains(lead);
        if self.leads.iter().enumerate().any(twice) {
            return bad("leads", "a name twice".to_owned(), "different names");
        }
        Ok(())
    }

    /// The recording of one column of numbers per lead.
    pub(super) fn recording(
        self,
        format: &str,
        columns: Vec<Vec<f64>>,
        remarks: Vec<String>,
    ) -> Recording {
        let adc_per_unit = self.adc_per_unit.unwrap_or(1.0);
        let millivolts_per_unit = millivolts_per(&self.unit).unwrap_or(f64::NAN);
        let channel = |(name, mut samples_mv): (String, Vec<f64>)| {
            for value in &mut samples_mv {
                *value = *value / adc_per_unit * millivolts_per_unit;
            }
            Channel {
                lead: Lead::parse(&name),
                name,
                samples_mv,
            }
        };
        let unit_source = match self.adc_per_unit {
            None => format!("{} (sidecar)", self.unit),
            Some(adc) => format!("{adc} ADC units per {} (sidecar)", self.unit),
        };
        Recording {
            rate_hz: self.rate_hz,
            channels: self.leads.into_iter().zip(columns).map(channel).collect(),
            format: format.to_owned(),
            unit_source,
            remarks,
            pseudonym: None,
            age_years: self.age_years,
            sex: self.sex,
        }
    }

    /// The sidecar of a recording that is written in millivolts.
    pub(super) fn describing(recording: &Recording) -> Self {
        let name = |c: &Channel| c.lead.map_or(c.name.clone(), |lead| lead.name().to_owned());
        Self {
            version: VERSION,
            rate_hz: recording.rate_hz,
            unit: "mV".to_owned(),
            leads: recording.channels.iter().map(name).collect(),
            adc_per_unit: None,
            age_years: recording.age_years,
            sex: recording.sex,
        }
    }

    pub(super) fn write(&self, table: &Path) -> Result<(), FormatError> {
        let path = Self::path_of(table);
        let text =
            ron::ser::to_string_pretty(self, ron::ser::PrettyConfig::default()).map_err(|e| {
                FormatError::NotWritable {
                    path: path.clone(),
                    reason: e.to_string(),
                }
            })?;
        std::fs::write(&path, text + "\n").map_err(|e| FormatError::io(&path, e))
    }
}
