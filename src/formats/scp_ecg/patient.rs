//! Section 1: of the patient only age, sex and a pseudonym are kept.

use crate::ecg::Sex;
use crate::formats::cart::{self, Date, Patient};
use crate::formats::content::Content;
use crate::formats::{FormatError, Identity};

const LAST_NAME: u8 = 0;
const FIRST_NAME: u8 = 1;
const PATIENT_ID: u8 = 2;
const AGE: u8 = 4;
const BIRTH_DATE: u8 = 5;
const SEX: u8 = 8;
const RECORDING_DATE: u8 = 25;
const END: u8 = 255;

/// Fields of one byte for the tag, two for the length, and a value.
///
/// # Errors
/// A field that is longer than the section.
pub(super) fn parse(section: &Content) -> Result<Patient, FormatError> {
    let mut patient = Patient::default();
    let (mut last_name, mut first_name) = (None, None);
    let mut at = 0;
    while at < section.bytes.len() {
        let tag = section.u8(at, "a field of section 1")?;
        if tag == END {
            break;
        }
        let length = section.u16_le(at + 1, "a field of section 1")?.into();
        let value = section.slice(at + 3, length, "a field of section 1")?;
        at += 3 + length;
        match tag {
            LAST_NAME => last_name = text(value),
            FIRST_NAME => first_name = text(value),
            PATIENT_ID => patient.identity.patient_id = text(value),
            AGE => patient.age_years = age_years(value),
            BIRTH_DATE => {
                patient.born = date(value);
                patient.identity.birth_date = patient.born.map(|_| format!("{value:02x?}"));
            }
            SEX => patient.sex = sex(value),
            RECORDING_DATE => patient.recorded = date(value),
            _ => {}
        }
    }
    let name: Vec<String> = [last_name, first_name].into_iter().flatten().collect();
    patient.identity = Identity {
        name: (!name.is_empty()).then(|| name.join(" ")),
        ..patient.identity
    };
    Ok(patient)
}

fn text(value: &[u8]) -> Option<String> {
    let end = value.iter().position(|&b| b == 0).unwrap_or(value.len());
    let text = String::from_utf8_lossy(&value[..end]).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

fn age_years(value: &[u8]) -> Option<f64> {
    let &[low, high, unit] = value.first_chunk::<3>()?;
    let unit = match unit {
        1 => "years",
        2 => "months",
        3 => "weeks",
        4 => "days",
        5 => "hours",
        _ => return None,
    };
    let age = u16::from_le_bytes([low, high]);
    cart::age_years(f64::from(age), unit).filter(|_| age != 0)
}

fn date(value: &[u8]) -> Option<Date> {
    let &[low, high, month, day] = value.first_chunk::<4>()?;
    Date::new(u16::from_le_bytes([low, high]), month, day)
}

fn sex(value: &[u8]) -> Option<Sex> {
    match value.first()? {
        1 => Some(Sex::Male),
        2 => Some(Sex::Female),
        _ => None,
    }
}
