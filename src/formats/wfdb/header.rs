//! The text header of a record, header(5).

use std::path::Path;

use super::samples::SignalFormat;
use crate::ecg::Sex;
use crate::formats::FormatError;

/// Headers are a few kilobytes; PTB's longest are under 4 KiB.
const MAX_HEADER_BYTES: u64 = 1 << 20;
/// A body-surface map has 256 electrodes; nothing has more.
const MAX_SIGNALS: usize = 256;
/// header(5): the gain where it is absent or zero.
const DEFAULT_GAIN: f64 = 200.0;
/// header(5): the sampling rate where it is absent.
const DEFAULT_RATE_HZ: f64 = 250.0;

#[derive(Debug)]
pub(super) struct Header {
    pub rate_hz: f64,
    /// Samples per signal; `None` where the header leaves it to the file size.
    pub samples: Option<usize>,
    pub signals: Vec<Signal>,
    pub age_years: Option<f64>,
    pub sex: Option<Sex>,
}

#[derive(Debug)]
pub(super) struct Signal {
    pub file: String,
    pub format: SignalFormat,
    pub skew: usize,
    pub offset_bytes: u64,
    /// ADC units per unit; negative where the recorder inverts.
    pub gain: f64,
    /// Whether the header gave the gain, or it is the default.
    pub calibrated: bool,
    pub baseline: i64,
    /// The unit as the header spells it (`mV` where it is absent).
    pub unit: String,
    pub millivolts_per_unit: f64,
    pub initial: i64,
    pub checksum: Option<i16>,
    pub name: String,
}

/// Whether a file begins as a WFDB header does: text whose first line that is
/// no comment is a record name and a number of signals.
pub fn looks_like_header(start: &[u8]) -> bool {
    let text = String::from_utf8_lossy(start);
    let Some(line) = text.lines().map(str::trim).find(|l| is_content(l)) else {
        return false;
    };
    let mut words = line.split_whitespace();
    !start.contains(&0)
        && words.next().is_some_and(|name| !name.starts_with('<'))
        && words.next().is_some_and(|n| n.parse::<usize>().is_ok())
        && words
            .next()
            .is_none_or(|rate| rate.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether the header at `header` names `signal_file` as one of its files.
pub fn names_signal_file(header: &Path, signal_file: &Path) -> bool {
    let Some(name) = signal_file.file_name().and_then(|n| n.to_str()) else {
        return false;
    };
    load(header).is_ok_and(|text| {
        text.lines()
            .filter(|l| is_content(l.trim()))
            .skip(1)
            .any(|l| l.split_whitespace().next() == Some(name))
    })
}

fn is_content(trimmed: &str) -> bool {
    !trimmed.is_empty() && !trimmed.starts_with('#')
}

fn load(path: &Path) -> Result<String, FormatError> {
    let size = std::fs::metadata(path)
        .map_err(|e| FormatError::io(path, e))?
        .len();
    if size > MAX_HEADER_BYTES {
        return Err(FormatError::TooLarge {
            path: path.to_owned(),
            what: "the header",
            found: size,
            limit: MAX_HEADER_BYTES,
        });
    }
    let bytes = std::fs::read(path).map_err(|e| FormatError::io(path, e))?;
    if bytes.is_empty() {
        return Err(FormatError::Empty {
            path: path.to_owned(),
        });
    }
    // Old headers have Latin-1 comments (and a Latin-1 `µ`).
    Ok(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => e.into_bytes().iter().map(|&b| char::from(b)).collect(),
    })
}

pub(super) fn read(path: &Path) -> Result<Header, FormatError> {
    let text = load(path)?;
    let mut lines = text
        .lines()
        .enumerate()
        .map(|(i, line)| Line {
            path,
            number: i + 1,
            text: line.trim(),
        })
        .filter(|line| is_content(line.text));
    let record = lines.next().ok_or_else(|| FormatError::Field {
        path: path.to_owned(),
        line: 1,
        field: "the record line".to_owned(),
        found: "absent".to_owned(),
        expected: "a record name and a number of signals",
    })?;
    let (promised, rate_hz, samples) = record.record()?;
    let signals = lines
        .by_ref()
        .take(promised)
        .enumerate()
        .map(|(i, line)| line.signal(i))
        .collect::<Result<Vec<_>, _>>()?;
    if signals.len() != promised || promised == 0 {
        return Err(FormatError::SignalCount {
            path: path.to_owned(),
            promised,
            described: signals.len() + lines.count(),
        });
    }
    Ok(Header {
        rate_hz,
        samples,
        signals,
        age_years: comment(&text, "age").and_then(age),
        sex: comment(&text, "sex").and_then(sex),
    })
}

/// The value of a comment `# key: value`. Only age and sex are ever asked for:
/// the other comments (dates, names, diagnoses) may identify the patient.
fn comment<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (name, value) = line.trim().strip_prefix('#')?.split_once(':')?;
        name.trim().eq_ignore_ascii_case(key).then(|| value.trim())
    })
}

fn age(value: &str) -> Option<f64> {
    let years = value.split_whitespace().next()?.parse::<f64>().ok()?;
    // PTB-XL writes 300 for everyone over 89; it is no age.
    (0.0..150.0).contains(&years).then_some(years)
}

fn sex(value: &str) -> Option<Sex> {
    match value.to_ascii_lowercase().as_str() {
        "m" | "male" => Some(Sex::Male),
        "f" | "female" => Some(Sex::Female),
        _ => None,
    }
}

struct Line<'a> {
    path: &'a Path,
    number: usize,
    text: &'a str,
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

    fn unsupported(&self, what: impl Into<String>) -> FormatError {
        FormatError::Unsupported {
            path: self.path.to_owned(),
            what: what.into(),
        }
    }

    /// The record line: number of signals, rate, samples per signal.
    fn record(&self) -> Result<(usize, f64, Option<usize>), FormatError> {
        let mut words = self.text.split_whitespace();
        if words.next().is_some_and(|name| name.contains('/')) {
            return Err(self.unsupported("a multi-segment WFDB record"));
        }
        let signals = words.next().unwrap_or("absent");
        let signals: usize = signals
            .parse()
            .map_err(|_| self.bad("the number of signals", signals, "a whole number"))?;
        if signals > MAX_SIGNALS {
            return Err(self.bad("the number of signals", &signals.to_string(), "at most 256"));
        }
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
        let samples = match words.next() {
            None => None,
            Some(word) => Some(word.parse::<usize>().map_err(|_| {
                self.bad("the number of samples per signal", word, "a whole number")
            })?),
        };
        Ok((signals, rate_hz, samples.filter(|&n| n > 0)))
    }

    fn signal(&self, index: usize) -> Result<Signal, FormatError> {
        let mut words = self.text.split_whitespace();
        let mut word = || words.next();
        let file = self.file_name(word().unwrap_or_default())?;
        let (format, skew, offset_bytes) = self.format(word().unwrap_or("absent"))?;
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
        let millivolts_per_unit = millivolts_per(&gain.unit).ok_or_else(|| {
            let expected = "a unit of voltage: V, mV, uV or nV";
            self.bad(&format!("the unit of signal {name}"), &gain.unit, expected)
        })?;
        Ok(Signal {
            file,
            format,
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
        let expected = "the plain name of a file in the header's folder";
        let plain =
            !name.contains(['/', '\\', ':', '\0']) && !matches!(name, "" | "." | ".." | "-");
        if name == "~" {
            return Err(self.unsupported("a WFDB record with a null signal (~)"));
        }
        if !plain {
            return Err(self.bad("the signal file", name, expected));
        }
        Ok(name.to_owned())
    }

    /// `format[xsamples_per_frame][:skew][+byte_offset]`
    fn format(&self, word: &str) -> Result<(SignalFormat, usize, u64), FormatError> {
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
        if number("samples per frame", per_frame, 1)? != 1 {
            return Err(self.unsupported(format!(
                "a WFDB signal with several samples per frame ({word})"
            )));
        }
        let code = number("the signal format", Some(code), 0)?;
        let format = SignalFormat::from_code(code).ok_or_else(|| match code {
            508 | 516 | 524 => self.unsupported(format!("WFDB signal format {code} (FLAC)")),
            0 => self.unsupported("WFDB signal format 0 (null signal)"),
            _ => self.bad(
                "the signal format",
                &code.to_string(),
                "8, 16, 24, 32, 61, 80, 160, 212, 310 or 311",
            ),
        })?;
        let skew = number("the skew", skew, 0)? as usize;
        Ok((format, skew, number("the byte offset", offset, 0)?))
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

fn millivolts_per(unit: &str) -> Option<f64> {
    match unit {
        "V" | "v" => Some(1e3),
        "mV" | "mv" => Some(1.0),
        // Both the micro sign and the Greek letter are in use.
        "uV" | "uv" | "\u{b5}V" | "\u{b5}v" | "\u{3bc}V" | "\u{3bc}v" => Some(1e-3),
        "nV" | "nv" => Some(1e-6),
        _ => None,
    }
}
