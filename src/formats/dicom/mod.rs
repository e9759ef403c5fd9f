//! DICOM ECG waveforms: 12-lead, general, ambulatory and 32-bit.
//!
//! Source: PS3.3 A.34 (objects) and C.10.9 (waveform module), PS3.5 (encoding).
//! docs/formats says why this is not dicom-rs.

mod data_set;
mod waveform;

use std::path::Path;

use super::cart::{self, CartEcg, Date, Patient};
use super::content::Content;
use super::{FormatError, Identity, Waveform};
use crate::ecg::Recording;
use data_set::{DataSet, Syntax, Tag};

const PREAMBLE: usize = 128;
const MARK: &[u8] = b"DICM";
const TRANSFER_SYNTAX: Tag = (0x0002, 0x0010);
const SOP_CLASS: Tag = (0x0008, 0x0016);
const ACQUISITION_TIME: Tag = (0x0008, 0x002a);
const STUDY_DATE: Tag = (0x0008, 0x0020);
const PATIENT_NAME: Tag = (0x0010, 0x0010);
const PATIENT_ID: Tag = (0x0010, 0x0020);
const BIRTH_DATE: Tag = (0x0010, 0x0030);
const SEX: Tag = (0x0010, 0x0040);
const AGE: Tag = (0x0010, 0x1010);
const WAVEFORM_SEQUENCE: Tag = (0x5400, 0x0100);

/// No cart writes more than a handful of groups.
const MAX_GROUPS: usize = 64;

/// Whether a file begins as DICOM does.
pub fn looks_like(start: &[u8]) -> bool {
    start.get(PREAMBLE..PREAMBLE + MARK.len()) == Some(MARK)
}

/// The rhythm of a DICOM ECG.
///
/// # Errors
/// As [`parse_waveform`].
pub fn parse(path: &Path, bytes: &[u8]) -> Result<Recording, FormatError> {
    parse_waveform(path, bytes, Waveform::Rhythm)
}

/// The rhythm or median beat of a DICOM ECG, by the labels of its multiplex
/// groups; where there are none, the longest group is taken for the rhythm.
///
/// # Errors
/// Another object than an ECG waveform, another transfer syntax than implicit or
/// explicit little endian, lengths that the file does not have, samples that are
/// no integers of 8, 16 or 32 bits, channels without a sensitivity in volts.
pub fn parse_waveform(
    path: &Path,
    bytes: &[u8],
    waveform: Waveform,
) -> Result<Recording, FormatError> {
    let file = Content { path, bytes };
    let begin = PREAMBLE + MARK.len();
    let rest = file.part(begin, bytes.len().saturating_sub(begin), "the file")?;
    let (meta, length) = DataSet::parse(rest, Syntax::Explicit, Some(2))?;
    let syntax = syntax(&file, &meta)?;
    let body = rest.part(length, rest.bytes.len() - length, "the data set")?;
    let (data_set, _) = DataSet::parse(body, syntax, None)?;
    let object = object(&file, &data_set)?;
    let groups = data_set.items(WAVEFORM_SEQUENCE, MAX_GROUPS)?;
    let chosen = waveform::choose(&file, &groups, waveform)?;
    let group = waveform::Group::parse(&file, &groups[chosen])?;
    let others = groups.iter().enumerate().filter(|(i, _)| *i != chosen);
    let others: Vec<String> = others.map(|(_, group)| waveform::name(group)).collect();
    let read = waveform::name(&groups[chosen]);
    let mut remarks: Vec<String> = cart::also_there(&read, &others).into_iter().collect();
    remarks.extend(group.remarks);
    CartEcg {
        rate_hz: group.rate_hz,
        channels: group.channels,
        format: format!("DICOM {object}"),
        unit_source: group.unit_source,
        remarks,
        patient: patient(&data_set),
    }
    .into_recording(&file)
}

fn syntax(file: &Content, meta: &DataSet) -> Result<Syntax, FormatError> {
    let uid = meta.text(TRANSFER_SYNTAX).unwrap_or_default();
    match uid.as_str() {
        "1.2.840.10008.1.2" => Ok(Syntax::Implicit),
        "1.2.840.10008.1.2.1" => Ok(Syntax::Explicit),
        "1.2.840.10008.1.2.2" => Err(file.unsupported("DICOM in big endian (retired in 2017)")),
        "1.2.840.10008.1.2.1.99" => Err(file.unsupported("deflated DICOM")),
        _ => Err(file.unsupported(format!("the DICOM transfer syntax {uid:?}"))),
    }
}

fn object(file: &Content, data_set: &DataSet) -> Result<&'static str, FormatError> {
    let uid = data_set.text(SOP_CLASS).unwrap_or_default();
    match uid.strip_prefix("1.2.840.10008.5.1.4.1.1.9.") {
        Some("1.1") => Ok("12-lead ECG"),
        Some("1.2") => Ok("general ECG"),
        Some("1.3") => Ok("ambulatory ECG"),
        Some("1.4") => Ok("general 32-bit ECG"),
        _ => Err(file.wrong(
            "the SOP class",
            uid,
            "a 12-lead, general or ambulatory ECG waveform",
        )),
    }
}

fn patient(data_set: &DataSet) -> Patient {
    // `063Y`
    let age = data_set.text(AGE).and_then(|age| {
        let (number, unit) = age.split_at_checked(3)?;
        cart::age_years(number.parse().ok()?, unit)
    });
    let recorded = data_set
        .text(ACQUISITION_TIME)
        .or_else(|| data_set.text(STUDY_DATE));
    let birth_date = data_set.text(BIRTH_DATE);
    Patient {
        age_years: age,
        sex: data_set.text(SEX).as_deref().and_then(cart::sex),
        born: birth_date.as_deref().and_then(Date::parse),
        recorded: recorded.as_deref().and_then(Date::parse),
        identity: Identity {
            patient_id: data_set.text(PATIENT_ID),
            name: data_set.text(PATIENT_NAME),
            birth_date,
        },
    }
}
