//! A recording as a WFDB record.

use std::path::Path;

use crate::ecg::{Recording, Sex};
use crate::formats::FormatError;

/// Format 16's code for a missing sample.
const MISSING: i16 = i16::MIN;

/// Writes `recording` as `dir/record_name.hea` and `dir/record_name.dat`, in
/// format 16 with `adc_per_mv` ADC units per millivolt and a header like
/// PTB-XL's. NaN becomes the code for a missing sample. Age and sex go into
/// comments; nothing else is known of the patient.
///
/// # Errors
/// A sample that 16 bits cannot hold at this gain, an infinite sample,
/// channels of different length, and a record name that is not of letters,
/// digits, `_` and `-` (header(5)).
pub fn write(
    dir: &Path,
    record_name: &str,
    recording: &Recording,
    adc_per_mv: f64,
) -> Result<(), FormatError> {
    let header_path = dir.join(format!("{record_name}.hea"));
    let refuse = |reason: String| FormatError::NotWritable {
        path: header_path.clone(),
        reason,
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if record_name.is_empty() || !record_name.chars().all(plain) {
        return Err(refuse(format!(
            "the record name is {record_name:?}, expected letters, digits, _ and -"
        )));
    }
    if !(adc_per_mv.is_finite() && adc_per_mv > 0.0) {
        return Err(refuse(format!(
            "the gain is {adc_per_mv}, expected a number above 0"
        )));
    }
    if recording.is_empty() || !(recording.rate_hz.is_finite() && recording.rate_hz > 0.0) {
        return Err(refuse(
            "the recording has no samples or no sampling rate".to_owned(),
        ));
    }
    let channels = quantised(recording, adc_per_mv).map_err(refuse)?;
    let header = header(record_name, recording, &channels, adc_per_mv);
    let data: Vec<u8> = (0..recording.len())
        .flat_map(|t| channels.iter().map(move |channel| channel[t]))
        .flat_map(i16::to_le_bytes)
        .collect();
    let data_path = dir.join(format!("{record_name}.dat"));
    // The header last: a record exists once its header does.
    std::fs::write(&data_path, data).map_err(|e| FormatError::io(&data_path, e))?;
    std::fs::write(&header_path, header).map_err(|e| FormatError::io(&header_path, e))
}

fn quantised(recording: &Recording, adc_per_mv: f64) -> Result<Vec<Vec<i16>>, String> {
    let channel = |c: &crate::ecg::Channel| {
        if c.samples_mv.len() != recording.len() {
            return Err(format!(
                "lead {} has {} samples, expected {} as in the first lead",
                c.name,
                c.samples_mv.len(),
                recording.len()
            ));
        }
        let quantise = |(t, &mv): (usize, &f64)| {
            if mv.is_nan() {
                return Ok(MISSING);
            }
            let units = (mv * adc_per_mv).round();
            if units.abs() > f64::from(i16::MAX) {
                return Err(format!(
                    "lead {} has {mv} mV at {:.3} s, expected at most {:.3} mV (16 bits at {adc_per_mv} units per mV)",
                    c.name,
                    t as f64 / recording.rate_hz,
                    f64::from(i16::MAX) / adc_per_mv
                ));
            }
            Ok(units as i16)
        };
        c.samples_mv.iter().enumerate().map(quantise).collect()
    };
    recording.channels.iter().map(channel).collect()
}

fn header(name: &str, recording: &Recording, channels: &[Vec<i16>], adc_per_mv: f64) -> String {
    let mut text = format!(
        "{name} {} {} {}\n",
        channels.len(),
        recording.rate_hz,
        recording.len()
    );
    for (channel, samples) in recording.channels.iter().zip(channels) {
        let initial = samples.first().copied().unwrap_or(0);
        let checksum = samples
            .iter()
            .fold(0_u16, |sum, &v| sum.wrapping_add(v as u16));
        let lead = channel
            .lead
            .map_or(channel.name.as_str(), |lead| lead.name());
        // A line break in a name would be read as a further line.
        let lead: String = lead
            .to_uppercase()
            .chars()
            .filter(|c| !c.is_control())
            .collect();
        text += &format!("{name}.dat 16 {adc_per_mv:?}(0)/mV 16 0 {initial} {checksum} 0 {lead}\n");
    }
    if let Some(age_years) = recording.age_years {
        text += &format!("# Age: {age_years}\n");
    }
    match recording.sex {
        Some(Sex::Male) => text += "# Sex: Male\n",
        Some(Sex::Female) => text += "# Sex: Female\n",
        None => {}
    }
    text
}
