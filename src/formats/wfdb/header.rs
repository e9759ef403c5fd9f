//! The text header of a record, header(5).

use std::path::Path;

use super::line::{Line, RecordLine, Segment, Signal};
use crate::ecg::Sex;
use crate::formats::{FormatError, load};

/// Headers are a few kilobytes; PTB's longest are under 4 KiB.
const MAX_HEADER_BYTES: u64 = 1 << 20;
#[derive(Debug)]
pub(super) struct Header {
    pub record: RecordLine,
    /// Of a record that is one segment.
    pub signals: Vec<Signal>,
    /// Of a record that has several.
    pub segments: Vec<Segment>,
    pub age_years: Option<f64>,
    pub sex: Option<Sex>,
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
    text(header).is_ok_and(|text| {
        text.lines()
            .filter(|l| is_content(l.trim()))
            .skip(1)
            .any(|l| l.split_whitespace().next() == Some(name))
    })
}

fn is_content(trimmed: &str) -> bool {
    !trimmed.is_empty() && !trimmed.starts_with('#')
}

fn text(path: &Path) -> Result<String, FormatError> {
    let bytes = load::whole(path, "the header", MAX_HEADER_BYTES)?;
    // Old headers have Latin-1 comments (and a Latin-1 `µ`).
    Ok(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => e.into_bytes().iter().map(|&b| char::from(b)).collect(),
    })
}

pub(super) fn read(path: &Path) -> Result<Header, FormatError> {
    let text = text(path)?;
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
    let record = record.record()?;
    let (promised, what) = match record.segments {
        None => (record.signals, "signals"),
        Some(segments) => (segments, "segments"),
    };
    let described: Vec<Line> = lines.collect();
    if described.len() < promised || promised == 0 {
        return Err(FormatError::Count {
            path: path.to_owned(),
            what,
            promised,
            described: described.len(),
        });
    }
    let described = described[..promised].iter();
    let (mut signals, mut segments) = (Vec::new(), Vec::new());
    match record.segments {
        None => {
            let lines = described.enumerate();
            signals = lines.map(|(i, l)| l.signal(i)).collect::<Result<_, _>>()?;
        }
        Some(_) => segments = described.map(Line::segment).collect::<Result<_, _>>()?,
    }
    Ok(Header {
        record,
        signals,
        segments,
        age_years: comment(&text, "age").and_then(age),
        sex: comment(&text, "sex").and_then(sex),
    })
}

/// The codes of the comment `#Dx: 164889003,270492004` that the records of the
/// PhysioNet Challenges have; none where there is no such comment. Words of
/// prose are no codes, and are left out.
///
/// # Errors
/// What the system says, and a header that is too large.
pub fn diagnosis_codes(header: &Path) -> Result<Vec<String>, FormatError> {
    let text = text(header)?;
    let is_code = |word: &&str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        !word.is_empty() && word.len() <= 20 && word.chars().all(plain)
    };
    let codes = comment(&text, "dx").unwrap_or_default().split(',');
    Ok(codes
        .map(str::trim)
        .filter(is_code)
        .map(str::to_owned)
        .collect())
}

/// The value of a comment `# key: value`. Only age, sex and codes of diagnoses
/// are ever asked for: the other comments (dates, names) may identify the patient.
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
