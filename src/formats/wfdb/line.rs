//! One line of a header, header(5).

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::samples::SignalFormat;
use crate::ecg::Lead;
use crate::formats::FormatError;
use crate::formats::units::millivolts_per;

/// A body-surface map has 256 electrodes; nothing has more.
const MAX_SIGNALS: usize = 256;
/// The longest stays in intensive care have a few thousand.
const MAX_SEGMENTS: usize = 10_000;
const MAX_SAMPLES_PER_FRAME: u64 = 1000;
/// header(5): the gain where it is absent or zero.
const DEFAULT_GAIN: f64 = 200.0;
/// header(5): the sampling rate where it is absent.
const DEFAULT_RATE_HZ: f64 = 250.0;
/// header(5): the file of a signal that was not recorded.
const NO_FILE: &str = "~";

/// The first line.
#[derive(Debug)]
pub(super) struct RecordLine {
    /// `None` where the record is one segment.
    pub segments: Option<usize>,
    pub signals: usize,
    pub rate_hz: f64,
    /// Samples per signal; `None` where the header leaves it to the file size.
    pub samples: Option<usize>,
}

#[derive(Debug)]
pub(super) struct Segment {
    /// `~` for a gap.
    pub name: String,
    pub samples: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Signal {
    pub file: String,
    pub format: SignalFormat,
    pub samples_per_frame: usize,
    /// In frames.
    pub skew: usize,
    pub offset_bytes: u64,
    /// ADC units per unit; negative where the recorder inverts.
    pub gain: f64,
    /// Whether the header gave the gain, or it is the default.
    pub calibrated: bool,
    pub baseline: i64,
    /// The unit as the header spells it (`mV` where it is absent).
    pub unit: String,
    /// `None` where the unit is no voltage.
    pub millivolts_per_unit: Option<f64>,
    pub initial: i64,
    pub checksum: Option<i16>,
    pub name: String,
}

impl Signal {
    pub fn scale(&self) -> Scale {
        Scale {
            gain: self.gain,
            baseline: self.baseline,
            missing: self.format.missing(),
        }
    }
}

/// From ADC units to the unit of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// ADC units per unit; negative where the recorder inverts.
    gain: f64,
    baseline: i64,
    /// The number that stands for a missing sample.
    missing: Option<i32>,
}

impl Scale {
    /// The value in the signal's unit, NaN where it is missing. The code for
    /// that is the lowest number, so a mean of samples is it only if all are.
    pub fn value(&self, adc: i64) -> f64 {
        if self.missing.map(i64::from) == Some(adc) {
            f64::NAN
        } else {
            (adc - self.baseline) as f64 / self.gain
        }
    }
}

pub(super) struct Line<'a> {
    pub path: &'a Path,
    pub number: usize,
    pub text: &'a str,
}

impl Line<'_> {
    fn bad(&self, field: &str, found: &str, expected: &'static str) -> FormatError {
        FormatError::Field {
            path: self.path.to_owned(),
            line: self.number,
            field: field.to_owned(),
            found: format!("{found:?}"),
            expected,
        }
    }

    /// The record line.
    pub fn record(&self) -> Result<RecordLine, FormatError> {
        let mut words = self.text.split_whitespace();
        let segments = match words.next().and_then(|name| name.split_once('/')) {
            None => None,
            Some((_, count)) => Some(self.count("the number of segments", count, MAX_SEGMENTS)?),
        };
        let signals = words.next().unwrap_or("absent");
        let signals = self.count("the number of signals", signals, MAX_SIGNALS)?;
        // `rate/counter_rate(base_counter)`: the counter is for tapes.
        let rate = words.next().map(|w| w.split('/').next().unwrap_or(w));
        let rate_hz = match rate {
            None => DEFAULT_RATE_HZ,
            Some(word) => word
                .parse::<f64>()
                .ok()
                .filter(|rate| rate.is_finite() && *rate > 0.0)
                .ok_or_else(|| self.bad("the sampling rate", word, "a number above 0 Hz"))?,
        };
        let samples = words.next().map(|word| self.samples(word)).transpose()?;
        Ok(RecordLine {
            segments,
            signals,
            rate_hz,
            samples: samples.filter(|&n| n > 0),
        })
    }

    /// The line of a segment: its record name (`~` for a gap) and its length.
    pub fn segment(&self) -> Result<Segment, FormatError> {
        let mut words = self.text.split_whitespace();
        let name = words.next().unwrap_or_default();
        if name != "~" && !is_plain_name(name) {
            let expected = "the plain name of a record in the header's folder";
            return Err(self.bad("the segment", name, expected));
        }
        Ok(Segment {
            name: name.to_owned(),
            samples: self.samples(words.next().unwrap_or("absent"))?,
        })
    }

    fn samples(&self, word: &str) -> Result<usize, FormatError> {
        word.parse()
            .map_err(|_| self.bad("the number of samples per signal", word, "a whole number"))
    }

    fn count(&self, field: &str, word: &str, limit: usize) -> Result<usize, FormatError> {
        let count: usize = word
            .parse()
            .map_err(|_| self.bad(field, word, "a whole number"))?;
        if count > limit {
            return Err(self.bad(
                field,
                word,
                match limit {
                    MAX_SIGNALS => "at most 256",
                    _ => "at most 10000",
                },
            ));
        }
        Ok(count)
    }

    /// The line of a signal.
    pub fn signal(&self, index: usize) -> Result<Signal, FormatError> {
        let mut words = self.text.split_whitespace();
        let mut word = || words.next();
        let file = self.file_name(word().unwrap_or_default())?;
        let (format, samples_per_frame, skew, offset_bytes) =
            self.format(word().unwrap_or("absent"))?;
        if (format == SignalFormat::Null) != (file == NO_FILE) {
            let expected = "~ with format 0, a file with any other";
            return Err(self.bad("the signal file", &file, expected));
        }
        let gain = word().map(|w| self.gain(w, index)).transpose()?;
        let gain = gain.unwrap_or_else(Gain::absent);
        let _adc_bits = self.integer("the ADC resolution", word())?;
        let adc_zero = self.integer("the ADC zero", word())?.unwrap_or(0);
        let initial = self
            .integer("the initial value", word())?
            .unwrap_or(adc_zero);
        let checksum = self.integer("the checksum", word())?;
        let _block_size = self.integer("the block size", word())?;
        let name = self.signal_name(index);
        let millivolts_per_unit = millivolts_per(&gain.unit);
        // A pressure beside an ECG is left out of the recording; a lead in
        // mmHg is a mistake.
        if millivolts_per_unit.is_none() && Lead::parse(&name).is_some() {
            let expected = "a unit of voltage: V, mV, uV or nV";
            return Err(self.bad(&format!("the unit of signal {name}"), &gain.unit, expected));
        }
        Ok(Signal {
            file,
            format,
            samples_per_frame,
            skew,
            offset_bytes,
            gain: if gain.value == 0.0 {
                DEFAULT_GAIN
            } else {
                gain.value
            },
            calibrated: gain.value != 0.0,
            baseline: gain.baseline.unwrap_or(adc_zero),
            unit: gain.unit,
            millivolts_per_unit,
            initial,
            // The field is the low 16 bits of the sum; some writers print them
            // with a sign and some (PTB-XL) without.
            checksum: checksum.map(|c| c as i16),
            name,
        })
    }

    /// The description, which is all that follows the eighth field.
    fn signal_name(&self, index: usize) -> String {
        let description = (0..8).fold(self.text, |rest, _| {
            rest.split_once(char::is_whitespace)
                .map_or("", |(_, tail)| tail.trim_start())
        });
        match description {
            "" => format!("signal {}", index + 1),
            name => name.to_owned(),
        }
    }

    /// A plain name: a header must not reach outside its own folder.
    fn file_name(&self, name: &str) -> Result<String, FormatError> {
        if name != NO_FILE && !is_plain_name(name) {
            let expected = "the plain name of a file in the header's folder";
            return Err(self.bad("the signal file", name, expected));
        }
        Ok(name.to_owned())
    }

    /// `format[xsamples_per_frame][:skew][+byte_offset]`
    fn format(&self, word: &str) -> Result<(SignalFormat, usize, usize, u64), FormatError> {
        let (head, offset) = word
            .split_once('+')
            .map_or((word, None), |(h, o)| (h, Some(o)));
        let (head, skew) = head
            .split_once(':')
            .map_or((head, None), |(h, s)| (h, Some(s)));
        let (code, per_frame) = head
            .split_once('x')
            .map_or((head, None), |(h, n)| (h, Some(n)));
        let number = |field: &str, text: Option<&str>, absent: u64| match text {
            None => Ok(absent),
            Some(text) => text
                .parse::<u32>()
                .map(u64::from)
                .map_err(|_| self.bad(field, text, "a whole number")),
        };
        let per_frame = number("the samples per frame", per_frame, 1)?;
        if !(1..=MAX_SAMPLES_PER_FRAME).contains(&per_frame) {
            return Err(self.bad("the samples per frame", word, "1 to 1000"));
        }
        let code = number("the signal format", Some(code), 0)?;
        let format = SignalFormat::from_code(code).ok_or_else(|| {
            let expected = "0, 8, 16, 24, 32, 61, 80, 160, 212, 310, 311, 508, 516 or 524";
            self.bad("the signal format", &code.to_string(), expected)
        })?;
        let skew = number("the skew", skew, 0)? as usize;
        let offset = number("the byte offset", offset, 0)?;
        Ok((format, per_frame as usize, skew, offset))
    }

    /// `gain[(baseline)][/unit]`
    fn gain(&self, word: &str, index: usize) -> Result<Gain, FormatError> {
        let (head, unit) = word.split_once('/').unwrap_or((word, "mV"));
        let (value, baseline) = match head.split_once('(') {
            None => (head, None),
            Some((value, tail)) => {
                let inner = tail.strip_suffix(')').unwrap_or(tail);
                (value, self.integer("the baseline", Some(inner))?)
            }
        };
        let value = value
            .parse::<f64>()
            .ok()
            .filter(|gain| gain.is_finite())
            .ok_or_else(|| {
                let field = format!("the gain of signal {}", self.signal_name(index));
                self.bad(&field, word, "a finite number of ADC units per unit")
            })?;
        Ok(Gain {
            value,
            baseline,
            unit: unit.to_owned(),
        })
    }

    fn integer(&self, field: &str, word: Option<&str>) -> Result<Option<i64>, FormatError> {
        // 32 bits are enough for every format, and keep sums far from overflow.
        word.map(|w| {
            w.parse::<i64>()
                .ok()
                .filter(|v| v.unsigned_abs() <= 1 << 32)
                .ok_or_else(|| self.bad(field, w, "a whole number"))
        })
        .transpose()
    }
}

/// A header must not reach outside its own folder.
fn is_plain_name(name: &str) -> bool {
    !name.contains(['/', '\\', ':', '\0']) && !matches!(name, "" | "." | ".." | "-" | "~")
}

struct Gain {
    value: f64,
    baseline: Option<i64>,
    unit: String,
}

impl Gain {
    fn absent() -> Self {
        Self {
            value: 0.0,
            baseline: None,
            unit: "mV".to_owned(),
        }
    }
}
