//! The fixed-width header.

use std::path::Path;

use crate::formats::FormatError;

/// The part that every file has; each signal adds as much.
pub(super) const BLOCK_BYTES: usize = 256;
/// The header has four digits for it; no ECG has so many.
const MAX_SIGNALS: usize = 512;

/// Whether a file begins as EDF or BDF does.
pub fn looks_like(start: &[u8]) -> bool {
    // Both have two dates with points at fixed places: `dd.mm.yyhh.mm.ss`.
    let dotted = start
        .get(168..184)
        .is_some_and(|dates| [2, 5, 10, 13].iter().all(|&i| !dates[i].is_ascii_digit()));
    dotted && (start.starts_with(b"0       ") || start.starts_with(b"\xffBIOSEMI"))
}

#[derive(Debug)]
pub(super) struct Header {
    /// Bytes per sample: 2 in EDF, 3 in BDF.
    pub sample_bytes: usize,
    /// `EDF`, `EDF+C`, `BDF+D` and so on.
    pub variant: String,
    pub patient: String,
    pub recording: String,
    /// `dd.mm.yy`.
    pub start_date: String,
    /// `None` while a recording goes on.
    pub records: Option<usize>,
    /// Of one data record.
    pub duration_s: f64,
    pub signals: Vec<Signal>,
}

#[derive(Debug)]
pub(super) struct Signal {
    pub label: String,
    pub dimension: String,
    pub physical: (f64, f64),
    pub digital: (f64, f64),
    /// Samples per data record.
    pub samples: usize,
}

impl Header {
    /// EDF+ and BDF+ say more of the patient, and have annotations.
    pub fn is_plus(&self) -> bool {
        self.variant.contains('+')
    }

    pub fn bytes(&self) -> usize {
        (self.signals.len() + 1) * BLOCK_BYTES
    }

    /// Samples of all signals in one data record.
    pub fn record_samples(&self) -> usize {
        self.signals.iter().map(|s| s.samples).sum()
    }
}

pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Header, FormatError> {
    let fields = Fields { path, bytes };
    fields.need("the header", BLOCK_BYTES)?;
    let family = if bytes.starts_with(b"\xff") {
        "BDF"
    } else {
        "EDF"
    };
    let count = fields.whole("the number of signals", 252, 4, 1, MAX_SIGNALS as i64)? as usize;
    let header_bytes = (count + 1) * BLOCK_BYTES;
    fields.need("the header of all signals", header_bytes)?;
    let declared = fields.whole("the number of bytes of the header", 184, 8, 0, i64::MAX)?;
    if declared != header_bytes as i64 {
        let expected = format!("{header_bytes} for {count} signals");
        return Err(fields.bad(
            "the number of bytes of the header",
            &declared.to_string(),
            expected,
        ));
    }
    let reserved = fields.text(192, 44);
    let variant = match reserved.get(..5) {
        Some(plus) if plus.starts_with(family) => plus.to_owned(),
        _ => family.to_owned(),
    };
    let records = fields.whole("the number of data records", 236, 8, -1, i64::MAX)?;
    let duration_s = fields.number("the duration of a data record", 244)?;
    if duration_s < 0.0 {
        let found = duration_s.to_string();
        return Err(fields.bad(
            "the duration of a data record",
            &found,
            "a number of seconds",
        ));
    }
    Ok(Header {
        sample_bytes: if family == "BDF" { 3 } else { 2 },
        variant,
        patient: fields.text(8, 80),
        recording: fields.text(88, 80),
        start_date: fields.text(168, 8),
        records: usize::try_from(records).ok(),
        duration_s,
        signals: (0..count)
            .map(|i| fields.signal(i, count))
            .collect::<Result<_, _>>()?,
    })
}

/// The header's bytes, by place.
struct Fields<'a> {
    path: &'a Path,
    bytes: &'a [u8],
}

impl Fields<'_> {
    fn bad(&self, field: &str, found: &str, expected: impl ToString) -> FormatError {
        FormatError::Value {
            path: self.path.to_owned(),
            field: field.to_owned(),
            found: format!("{found:?}"),
            expected: expected.to_string(),
        }
    }

    fn need(&self, what: &str, needed: usize) -> Result<(), FormatError> {
        if self.bytes.len() < needed {
            return Err(FormatError::TooShort {
                path: self.path.to_owned(),
                what: what.to_owned(),
                needed: needed as u64,
                found: self.bytes.len() as u64,
            });
        }
        Ok(())
    }

    /// A field without the spaces that fill it. Bytes beyond ASCII are Latin-1,
    /// since some programs write a micro sign.
    fn text(&self, at: usize, length: usize) -> String {
        let bytes = self.bytes.get(at..at + length).unwrap_or_default();
        let text: String = bytes.iter().map(|&b| char::from(b)).collect();
        text.trim_matches(|c: char| c == ' ' || c == '\0')
            .to_owned()
    }

    fn number(&self, field: &str, at: usize) -> Result<f64, FormatError> {
        let text = self.text(at, 8);
        // Some programs write a decimal comma.
        let value = text.replace(',', ".").parse::<f64>().ok();
        value
            .filter(|v| v.is_finite())
            .ok_or_else(|| self.bad(field, &text, "a number"))
    }

    fn whole(
        &self,
        field: &str,
        at: usize,
        length: usize,
        least: i64,
        most: i64,
    ) -> Result<i64, FormatError> {
        let text = self.text(at, length);
        let value = text.parse::<i64>().ok();
        value.filter(|v| (least..=most).contains(v)).ok_or_else(|| {
            let limit = match most {
                i64::MAX => String::new(),
                most => format!(" and at most {most}"),
            };
            self.bad(
                field,
                &text,
                format!("a whole number of at least {least}{limit}"),
            )
        })
    }

    /// Signal `index` of `count`: each field stands for all signals together.
    fn signal(&self, index: usize, count: usize) -> Result<Signal, FormatError> {
        let at = |before: usize, length: usize| BLOCK_BYTES + before * count + length * index;
        let label = self.text(at(0, 16), 16);
        let number = |name: &str, before: usize| {
            self.number(&format!("the {name} of signal {label}"), at(before, 8))
        };
        let samples = format!("the samples per data record of signal {label}");
        Ok(Signal {
            dimension: self.text(at(96, 8), 8),
            physical: (
                number("physical minimum", 104)?,
                number("physical maximum", 112)?,
            ),
            digital: (
                number("digital minimum", 120)?,
                number("digital maximum", 128)?,
            ),
            samples: self.whole(&samples, at(216, 8), 8, 0, i64::from(i32::MAX))? as usize,
            label,
        })
    }
}
