//! A recording: channels of equal length at one sampling rate.

use sha2::{Digest, Sha256};

use super::{Lead, Pseudonym};

/// Sex as PTB-XL and most carts record it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Sex {
    Male,
    Female,
}

/// One signal of a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    /// The name in the file (`AVR`, `MLII`, `vx`).
    pub name: String,
    /// The standard lead that the name means, if it means one.
    pub lead: Option<Lead>,
    /// Samples in millivolts; NaN where the file says that a sample is missing.
    pub samples_mv: Vec<f64>,
}

/// An ECG as it was recorded, without the patient's identity.
///
/// All channels have the same number of samples. It carries no path and no
/// name: a recording is known by [`Recording::sha256`].
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// Samples per second.
    pub rate_hz: f64,
    pub channels: Vec<Channel>,
    /// The format it was read from, for people: `WFDB, format 16`.
    pub format: String,
    /// Where the unit came from: `gain 1000/mV in the header`.
    pub unit_source: String,
    /// What reading had to leave out or work out, one sentence each, for people:
    /// `III, aVR, aVL and aVF are derived from I and II`.
    pub remarks: Vec<String>,
    /// In place of the patient's name and number, where the file has them.
    pub pseudonym: Option<Pseudonym>,
    pub age_years: Option<f64>,
    pub sex: Option<Sex>,
}

impl Recording {
    /// Signals and nothing else: what is worked out, and belongs to no file.
    pub fn of_signals(rate_hz: f64, channels: Vec<Channel>) -> Self {
        Self {
            rate_hz,
            channels,
            format: String::new(),
            unit_source: String::new(),
            remarks: Vec::new(),
            pseudonym: None,
            age_years: None,
            sex: None,
        }
    }

    /// Samples per channel.
    pub fn len(&self) -> usize {
        self.channels.first().map_or(0, |c| c.samples_mv.len())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn duration_s(&self) -> f64 {
        self.len() as f64 / self.rate_hz
    }

    /// The samples of a standard lead in millivolts, if it was recorded.
    pub fn lead(&self, lead: Lead) -> Option<&[f64]> {
        self.channels
            .iter()
            .find(|c| c.lead == Some(lead))
            .map(|c| c.samples_mv.as_slice())
    }

    /// The standard leads that are missing, in standard order.
    pub fn missing_leads(&self) -> Vec<Lead> {
        Lead::STANDARD
            .into_iter()
            .filter(|&lead| self.lead(lead).is_none())
            .collect()
    }

    /// SHA-256 of the signal, in hexadecimal: sampling rate, then per channel
    /// its lead (or its name) and its samples rounded to nanovolts. The same
    /// signal read from two file formats has the same checksum.
    pub fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        let mut bytes = Vec::with_capacity(8 * self.len());
        hash.update(self.rate_hz.to_le_bytes());
        for channel in &self.channels {
            let name = channel
                .lead
                .map_or(channel.name.as_str(), |lead| lead.name());
            hash.update((name.len() as u64).to_le_bytes());
            hash.update(name.as_bytes());
            hash.update((channel.samples_mv.len() as u64).to_le_bytes());
            bytes.clear();
            for &sample_mv in &channel.samples_mv {
                let nanovolts = if sample_mv.is_nan() {
                    i64::MIN
                } else {
                    rounded(sample_mv * 1e6)
                };
                bytes.extend_from_slice(&nanovolts.to_le_bytes());
            }
            hash.update(&bytes);
        }
        hex(&hash.finalize())
    }

    /// The first eight digits of [`Recording::sha256`]: how exports, logs and
    /// titles name a recording, since file names count as identity.
    pub fn short_id(&self) -> String {
        self.sha256()[..8].to_owned()
    }
}

/// `value.round() as i64` (halves away from zero) without a call of the C
/// library for every sample: half the time of a checksum. The number below one
/// half is the largest, so that nothing but a half is rounded up with it.
fn rounded(value: f64) -> i64 {
    (value + 0.499_999_999_999_999_94_f64.copysign(value)) as i64
}

/// Bytes as hexadecimal digits: how checksums are written everywhere.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn samples_are_rounded_as_the_library_rounds() {
        let mut state = 1_u64;
        let mut values = vec![0.0, 0.5, 1.5, 2.5, 0.499_999_999_999_999_94, f64::INFINITY];
        for exponent in -3..70 {
            for _ in 0..200 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                let value = (state >> 11) as f64 / (1_u64 << 53) as f64 * 2_f64.powi(exponent);
                values.extend([value, value.floor(), value.floor() + 0.5, value.next_up()]);
            }
        }
        for value in values {
            assert_eq!(rounded(value), value.round() as i64, "{value:e}");
            assert_eq!(rounded(-value), (-value).round() as i64, "-{value:e}");
        }
    }
}
