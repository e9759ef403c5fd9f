//! One multiplex group: channels that were sampled together.

use super::data_set::{DataSet, Tag};
use crate::ecg::{Channel, Lead};
use crate::formats::cart;
use crate::formats::content::Content;
use crate::formats::{FormatError, Waveform};

const CHANNELS: Tag = (0x003a, 0x0005);
const SAMPLES: Tag = (0x003a, 0x0010);
const RATE: Tag = (0x003a, 0x001a);
const LABEL: Tag = (0x003a, 0x0020);
const CHANNEL_SEQUENCE: Tag = (0x003a, 0x0200);
const CHANNEL_LABEL: Tag = (0x003a, 0x0203);
const SOURCE_SEQUENCE: Tag = (0x003a, 0x0208);
const SENSITIVITY: Tag = (0x003a, 0x0210);
const UNIT_SEQUENCE: Tag = (0x003a, 0x0211);
const CORRECTION: Tag = (0x003a, 0x0212);
const BASELINE: Tag = (0x003a, 0x0213);
const TIME_SKEW: Tag = (0x003a, 0x0214);
const SAMPLE_SKEW: Tag = (0x003a, 0x0215);
const CODE_VALUE: Tag = (0x0008, 0x0100);
const CODE_MEANING: Tag = (0x0008, 0x0104);
const BITS: Tag = (0x5400, 0x1004);
const INTERPRETATION: Tag = (0x5400, 0x1006);
const PADDING: Tag = (0x5400, 0x100a);
const DATA: Tag = (0x5400, 0x1010);

/// 12 leads, 15, 18; a mapping has some hundred.
const MAX_CHANNELS: usize = 512;

/// A group, decoded.
pub(super) struct Group {
    pub rate_hz: f64,
    pub channels: Vec<Channel>,
    pub unit_source: String,
    pub remarks: Vec<String>,
}

/// The label of a group, or its size where it has none.
pub(super) fn name(group: &DataSet) -> String {
    group.text(LABEL).unwrap_or_else(|| {
        let seconds = duration_s(group);
        format!("a group of {seconds:.1} s without a label")
    })
}

fn samples(group: &DataSet) -> Option<usize> {
    let value = group
        .get(SAMPLES)?
        .u32_le(0, "the number of samples")
        .ok()?;
    usize::try_from(value).ok()
}

fn duration_s(group: &DataSet) -> f64 {
    let rate_hz = group.text(RATE).and_then(|rate| rate.parse::<f64>().ok());
    samples(group).unwrap_or(0) as f64 / rate_hz.unwrap_or(f64::INFINITY)
}

/// Which group holds this signal.
///
/// # Errors
/// No group of the kind.
pub(super) fn choose(
    file: &Content,
    groups: &[DataSet],
    wanted: Waveform,
) -> Result<usize, FormatError> {
    let labels: Vec<String> = groups
        .iter()
        .map(|group| group.text(LABEL).unwrap_or_default().to_ascii_uppercase())
        .collect();
    let is_beat = |label: &str| {
        ["MEDIAN", "BEAT", "AVERAGE"]
            .iter()
            .any(|word| label.contains(word))
    };
    let found = match wanted {
        Waveform::MedianBeat => labels.iter().position(|label| is_beat(label)),
        Waveform::Rhythm => labels
            .iter()
            .position(|label| label.contains("RHYTHM"))
            .or_else(|| {
                // Without a label: the longest that is not said to be something else.
                let others = (0..groups.len()).filter(|&i| !is_beat(&labels[i]));
                others.max_by(|&a, &b| {
                    duration_s(&groups[a])
                        .total_cmp(&duration_s(&groups[b]))
                        .then(b.cmp(&a))
                })
            }),
    };
    found.ok_or_else(|| {
        let field = format!("the multiplex group with the {}", wanted.name());
        file.wrong(field, format!("not among {labels:?}"), "one")
    })
}

impl Group {
    /// # Errors
    /// Counts that are absent or beyond the data, another kind of samples, no
    /// channel with a voltage.
    pub fn parse(file: &Content, group: &DataSet) -> Result<Self, FormatError> {
        let absent = |field: &str| file.wrong(field, "absent", "one");
        let count = group.u16(CHANNELS, "the number of channels");
        let count = usize::from(count.ok_or_else(|| absent("the number of channels"))??);
        let samples = samples(group).ok_or_else(|| absent("the number of samples"))?;
        let rate_hz = number(file, group, RATE, "the sampling frequency")?;
        let rate_hz = rate_hz.ok_or_else(|| absent("the sampling frequency"))?;
        let kind = Kind::parse(file, group)?;
        let definitions = group.items(CHANNEL_SEQUENCE, MAX_CHANNELS)?;
        if definitions.len() != count {
            let found = format!("{count} with {} definitions", definitions.len());
            return Err(file.wrong("the number of channels", found, "one definition for each"));
        }
        file.within_limit(count, samples)?;
        let data = group.get(DATA).ok_or_else(|| absent("the waveform data"))?;
        let data = data.slice(0, count * samples * kind.bytes, "the waveform data")?;
        // A padding value of 0 stands in many files whose zeros are samples.
        let padding = group.get(PADDING).and_then(|value| kind.value(value.bytes));
        let padding = padding.filter(|value| *value != 0);
        let (mut channels, mut remarks, mut units) = (Vec::new(), Vec::new(), Vec::new());
        for (i, definition) in definitions.iter().enumerate() {
            let (name, lead) = lead(definition, i);
            let scale = match Scale::parse(file, definition, &name)? {
                Ok(scale) => scale,
                Err(unit) => {
                    remarks.push(format!("channel {name} is left out: its unit is {unit:?}"));
                    continue;
                }
            };
            remarks.extend(skew(definition, &name));
            let raw = data.chunks_exact(kind.bytes).skip(i).step_by(count.max(1));
            let in_mv = |bytes: &[u8]| match kind.value(bytes) {
                Some(value) if Some(value) != padding => scale.millivolts(value),
                _ => f64::NAN,
            };
            units.push(scale.text.clone());
            channels.push(Channel {
                lead,
                samples_mv: raw.map(in_mv).collect(),
                name,
            });
        }
        if channels.is_empty() {
            return Err(file.wrong("the channels", "none in volts", "at least one"));
        }
        units.dedup();
        Ok(Self {
            rate_hz,
            channels,
            unit_source: format!("{} per unit (channel sensitivity)", units.join(", ")),
            remarks,
        })
    }
}

fn number(file: &Content, set: &DataSet, tag: Tag, what: &str) -> Result<Option<f64>, FormatError> {
    let Some(text) = set.text(tag) else {
        return Ok(None);
    };
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(Some(number)),
        _ => Err(file.wrong(what, text, "a number")),
    }
}

/// How a sample is written.
struct Kind {
    bytes: usize,
    signed: bool,
}

impl Kind {
    fn parse(file: &Content, group: &DataSet) -> Result<Self, FormatError> {
        let interpretation = group.text(INTERPRETATION).unwrap_or_default();
        let (bytes, signed) = match interpretation.as_str() {
            "SB" => (1, true),
            "UB" => (1, false),
            "SS" => (2, true),
            "US" => (2, false),
            "SL" => (4, true),
            "UL" => (4, false),
            "MB" | "AB" => return Err(file.unsupported("an ECG in µ-law or A-law samples")),
            other => {
                return Err(file.wrong(
                    "the sample interpretation",
                    other,
                    "SB, UB, SS, US, SL or UL",
                ));
            }
        };
        let bits = group
            .u16(BITS, "the bits allocated")
            .transpose()?
            .unwrap_or(0);
        if usize::from(bits) != 8 * bytes {
            let expected = format!("{} for {interpretation}", 8 * bytes);
            return Err(file.wrong("the bits allocated", bits, expected));
        }
        Ok(Self { bytes, signed })
    }

    /// The number that begins these bytes; `None` if there are too few.
    fn value(&self, bytes: &[u8]) -> Option<i64> {
        let mut wide = [0; 8];
        wide.get_mut(..self.bytes)?
            .copy_from_slice(bytes.get(..self.bytes)?);
        let value = i64::from_le_bytes(wide);
        let unused = 64 - 8 * self.bytes as u32;
        Some(if self.signed {
            value << unused >> unused
        } else {
            value
        })
    }
}

/// From a sample to millivolts: C.10.9.1.4.
struct Scale {
    per_unit: f64,
    baseline: f64,
    unit_mv: f64,
    /// `2.5 uV`
    text: String,
}

impl Scale {
    /// The scale of a channel, or its unit where that is no voltage.
    fn parse(
        file: &Content,
        channel: &DataSet,
        name: &str,
    ) -> Result<Result<Self, String>, FormatError> {
        let field = |what: &str| format!("the {what} of channel {name}");
        let read = |tag, what| number(file, channel, tag, &field(what));
        let Some(sensitivity) = read(SENSITIVITY, "sensitivity")? else {
            let expected = "a number, since ADC units are no millivolts";
            return Err(file.wrong(field("sensitivity"), "absent", expected));
        };
        let unit = channel.items(UNIT_SEQUENCE, 1)?;
        let unit = unit
            .first()
            .and_then(|code| code.text(CODE_VALUE))
            .unwrap_or_default();
        let Some(unit_mv) = cart::millivolts_in(&unit) else {
            return Ok(Err(unit));
        };
        let per_unit = sensitivity * read(CORRECTION, "correction factor")?.unwrap_or(1.0);
        Ok(Ok(Self {
            per_unit,
            baseline: read(BASELINE, "baseline")?.unwrap_or(0.0),
            unit_mv,
            text: format!("{per_unit} {unit}"),
        }))
    }

    fn millivolts(&self, value: i64) -> f64 {
        (value as f64 * self.per_unit + self.baseline) * self.unit_mv
    }
}

fn skew(channel: &DataSet, name: &str) -> Option<String> {
    let by = [(TIME_SKEW, "s"), (SAMPLE_SKEW, "samples")]
        .into_iter()
        .find_map(|(tag, unit)| {
            let text = channel.text(tag)?;
            let skewed = text.parse::<f64>().is_ok_and(|skew| skew != 0.0);
            skewed.then(|| format!("{text} {unit}"))
        })?;
    Some(format!(
        "channel {name} was sampled {by} later, which is not corrected"
    ))
}

/// The name of a channel, and the standard lead that it means: by code, else by
/// the words of label and meaning.
fn lead(channel: &DataSet, index: usize) -> (String, Option<Lead>) {
    let source = channel.items(SOURCE_SEQUENCE, 1).unwrap_or_default();
    let source = source.first();
    let of_source = |tag| source.and_then(|code| code.text(tag));
    let code = of_source(CODE_VALUE).unwrap_or_default();
    let words = [channel.text(CHANNEL_LABEL), of_source(CODE_MEANING)];
    let by_words = words.iter().flatten().find_map(|text| lead_in_words(text));
    let lead = lead_of_code(&code).or(by_words);
    let said = words.into_iter().flatten().next();
    let name = lead.map(|lead| lead.name().to_owned()).or(said);
    (
        name.unwrap_or_else(|| format!("channel {}", index + 1)),
        lead,
    )
}

/// The lead numbers of SCP-ECG: in MDC as `2:61`, in the SCPECG scheme as `5.6.3-9-61`.
fn lead_of_code(code: &str) -> Option<Lead> {
    let number = code
        .strip_prefix("2:")
        .or_else(|| code.strip_prefix("5.6.3-9-"))?;
    match number.parse::<usize>().ok()? {
        1 => Some(Lead::I),
        2 => Some(Lead::II),
        n @ 3..=8 => Lead::STANDARD.get(n + 3).copied(),
        n @ 61..=64 => Lead::STANDARD.get(n - 59).copied(),
        _ => None,
    }
}

/// `Lead V1`, `aVR, augmented voltage, right`, `Lead I (Einthoven)`
fn lead_in_words(text: &str) -> Option<Lead> {
    let mut words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '('));
    let first = words.next()?;
    let word = if first.eq_ignore_ascii_case("lead") {
        words.next()?
    } else {
        first
    };
    Lead::parse(word)
}
