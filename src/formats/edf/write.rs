//! A recording as EDF+C.

use std::path::Path;

use super::annotations::RECORDING_ENDS;
use super::header::BLOCK_BYTES;
use crate::ecg::{Recording, Sex};
use crate::formats::FormatError;
use crate::formats::quantise::{self, MAX_DIGITAL, Resolution};

/// Durations of a data record to choose from, in seconds.
const DURATIONS_S: [f64; 10] = [1.0, 0.5, 0.25, 0.2, 0.1, 2.0, 4.0, 5.0, 8.0, 10.0];
/// What EDF recommends as the most for a data record.
const MAX_RECORD_BYTES: usize = 61_440;
/// Of the annotation signal: two times and one text fit.
const ANNOTATION_BYTES: usize = 64;

/// Writes `recording` as EDF+C, with the coarsest step that holds every sample.
///
/// The date is EDF's for an unknown one. Sex and age go into the patient field
/// (`X M X X age=63`); nothing else is known of the patient. The last data
/// record repeats the last sample to its end, and an annotation says where the
/// recording ends.
///
/// # Errors
/// A missing sample, for which EDF has no code; a sample that 16 bits cannot
/// hold; a sampling rate of which no data record of up to 10 s is a multiple.
pub fn write(path: &Path, recording: &Recording) -> Result<Resolution, FormatError> {
    let refuse = |reason: String| FormatError::NotWritable {
        path: path.to_owned(),
        reason,
    };
    check(recording).map_err(refuse)?;
    let resolution = quantise::resolution(recording).map_err(refuse)?;
    let layout = Layout::of(recording).map_err(refuse)?;
    let mut bytes = layout.header(recording, resolution.step_uv);
    for record in 0..layout.records {
        layout.data_record(recording, resolution.step_uv, record, &mut bytes);
    }
    std::fs::write(path, bytes).map_err(|e| FormatError::io(path, e))?;
    Ok(resolution)
}

fn check(recording: &Recording) -> Result<(), String> {
    if recording.is_empty() {
        return Err("the recording has no samples".to_owned());
    }
    for channel in &recording.channels {
        if channel.samples_mv.len() != recording.len() {
            return Err(format!(
                "lead {} has {} samples, expected {} as in the first lead",
                channel.name,
                channel.samples_mv.len(),
                recording.len()
            ));
        }
        if let Some(t) = channel.samples_mv.iter().position(|mv| mv.is_nan()) {
            return Err(format!(
                "lead {} has a missing sample at {:.3} s, for which EDF has no code (WFDB and CSV have)",
                channel.name,
                t as f64 / recording.rate_hz
            ));
        }
    }
    Ok(())
}

struct Layout {
    duration_s: f64,
    /// Samples per channel in a data record.
    samples: usize,
    records: usize,
}

impl Layout {
    fn of(recording: &Recording) -> Result<Self, String> {
        let samples = |duration_s: f64| {
            let samples = recording.rate_hz * duration_s;
            let whole = samples >= 1.0 && (samples - samples.round()).abs() < 1e-9;
            (whole && samples < 1e7).then_some((duration_s, samples.round() as usize))
        };
        let bytes = |samples: usize| 2 * samples * recording.channels.len() + ANNOTATION_BYTES;
        let mut whole = DURATIONS_S.into_iter().filter_map(samples);
        let small = |&(_, samples): &(f64, usize)| bytes(samples) <= MAX_RECORD_BYTES;
        let (duration_s, samples) = whole
            .clone()
            .find(small)
            .or_else(|| whole.next())
            .ok_or_else(|| {
                format!(
                    "the sampling rate is {} Hz, expected whole samples in 0.1 to 10 s",
                    recording.rate_hz
                )
            })?;
        Ok(Self {
            duration_s,
            samples,
            records: recording.len().div_ceil(samples),
        })
    }

    fn header(&self, recording: &Recording, step_uv: f64) -> Vec<u8> {
        let signals = recording.channels.len() + 1;
        let sex = match recording.sex {
            Some(Sex::Male) => "M",
            Some(Sex::Female) => "F",
            None => "X",
        };
        let age = recording.age_years.map(|years| format!(" age={years}"));
        let mut header = Vec::with_capacity((signals + 1) * BLOCK_BYTES);
        let mut field = |text: &str, length: usize| push(&mut header, text, length);
        field("0", 8);
        field(&format!("X {sex} X X{}", age.unwrap_or_default()), 80);
        field("Startdate X X X X", 80);
        field("01.01.85", 8);
        field("00.00.00", 8);
        field(&((signals + 1) * BLOCK_BYTES).to_string(), 8);
        field("EDF+C", 44);
        field(&self.records.to_string(), 8);
        field(&self.duration_s.to_string(), 8);
        field(&signals.to_string(), 4);
        let limit_uv = (MAX_DIGITAL * step_uv).round();
        let limits = [-limit_uv, limit_uv, -MAX_DIGITAL, MAX_DIGITAL].map(|v| v.to_string());
        let names = recording.channels.iter().map(|c| {
            let lead = c.lead.map_or(c.name.as_str(), |lead| lead.name());
            format!("ECG {lead}")
        });
        // Field by field, each for all signals; the annotations come last.
        let mut column = |length: usize, values: &mut dyn Iterator<Item = String>, last: &str| {
            values.for_each(|value| field(&value, length));
            field(last, length);
        };
        let same = |text: &str| std::iter::repeat_n(text.to_owned(), signals - 1);
        column(16, &mut { names }, "EDF Annotations");
        column(80, &mut same(""), "");
        column(8, &mut same("uV"), "");
        for (limit, last) in limits.iter().zip(["-1", "1", "-32768", "32767"]) {
            column(8, &mut same(limit), last);
        }
        column(80, &mut same(""), "");
        let samples = self.samples.to_string();
        column(8, &mut same(&samples), &(ANNOTATION_BYTES / 2).to_string());
        column(32, &mut same(""), "");
        header
    }

    fn data_record(&self, recording: &Recording, step_uv: f64, record: usize, out: &mut Vec<u8>) {
        let begin = record * self.samples;
        for channel in &recording.channels {
            let last = channel.samples_mv.last().copied().unwrap_or(0.0);
            for t in begin..begin + self.samples {
                let mv = channel.samples_mv.get(t).copied().unwrap_or(last);
                let digital = (mv * 1e3 / step_uv).round() as i16;
                out.extend(digital.to_le_bytes());
            }
        }
        let mut text = format!("+{}\x14\x14\0", record as f64 * self.duration_s);
        if recording.len() < begin + self.samples {
            text += &format!("+{}\x14{RECORDING_ENDS}\x14\0", recording.duration_s());
        }
        let mut annotations = text.into_bytes();
        annotations.resize(ANNOTATION_BYTES, 0);
        out.extend(annotations);
    }
}

/// `text` in `length` bytes of printable ASCII, filled with spaces.
fn push(header: &mut Vec<u8>, text: &str, length: usize) {
    let printable = |c: char| if (' '..='~').contains(&c) { c } else { '?' };
    let mut bytes: Vec<u8> = text.chars().map(|c| printable(c) as u8).collect();
    bytes.resize(length, b' ');
    header.extend(bytes);
}
