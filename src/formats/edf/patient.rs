//! The patient in the header: a pseudonym, age and sex.

use super::header::Header;
use crate::ecg::{Pseudonym, Sex};
use crate::formats::Identity;

pub(super) struct Patient {
    pub pseudonym: Option<Pseudonym>,
    pub age_years: Option<f64>,
    pub sex: Option<Sex>,
}

/// EDF+ has four words, `number sex birth_date name`, X for what is not known;
/// plain EDF has free text, which as a whole stands for the patient.
pub(super) fn patient(header: &Header) -> Patient {
    if !header.is_plus() {
        let anonymous = header.patient.split_whitespace().all(|word| word == "X");
        let name = (!anonymous).then(|| header.patient.clone());
        return Patient {
            pseudonym: Identity {
                name,
                ..Identity::default()
            }
            .pseudonym(),
            age_years: None,
            sex: None,
        };
    }
    let mut words = header.patient.split_whitespace();
    let mut word = || words.next().filter(|w| *w != "X");
    let (number, sex, birth_date, name) = (word(), word(), word(), word());
    let identity = Identity {
        patient_id: number.map(str::to_owned),
        name: name.map(|n| n.replace('_', " ")),
        birth_date: birth_date.map(str::to_owned),
    };
    // What this program writes, since the standard has no place for an age.
    let written = words.find_map(|word| word.strip_prefix("age="));
    let written = written.and_then(|years| years.parse::<f64>().ok());
    let age_years = written
        .or_else(|| Some(years(date(birth_date?)?, start(header)?)))
        .filter(|years| (0.0..150.0).contains(years));
    Patient {
        pseudonym: identity.pseudonym(),
        age_years,
        sex: match sex {
            Some("M") => Some(Sex::Male),
            Some("F") => Some(Sex::Female),
            _ => None,
        },
    }
}

/// Year, month, day.
type Date = (i32, u32, u32);

/// `Startdate dd-MMM-yyyy`, else the two digits of the year in plain EDF's
/// field, which mean 1985 to 2084.
fn start(header: &Header) -> Option<Date> {
    let mut words = header.recording.split_whitespace();
    if words.next() == Some("Startdate") {
        return date(words.next()?);
    }
    let mut parts = header.start_date.split('.').map(str::parse::<u32>);
    let (day, month, year) = (
        parts.next()?.ok()?,
        parts.next()?.ok()?,
        parts.next()?.ok()?,
    );
    let century = if year >= 85 { 1900 } else { 2000 };
    Some((century + i32::try_from(year).ok()?, month, day))
}

/// `dd-MMM-yyyy` in English.
fn date(text: &str) -> Option<Date> {
    const MONTHS: [&str; 12] = [
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ];
    let mut parts = text.split('-');
    let day = parts.next()?.parse().ok()?;
    let month = parts.next()?.to_ascii_uppercase();
    let month = MONTHS.iter().position(|&m| m == month)? as u32 + 1;
    let year = parts
        .next()?
        .parse()
        .ok()
        .filter(|y| (0..10_000).contains(y))?;
    Some((year, month, day))
}

/// Whole years from `birth` to `then`.
fn years(birth: Date, then: Date) -> f64 {
    let had_birthday = (then.1, then.2) >= (birth.1, birth.2);
    f64::from(then.0 - birth.0 - i32::from(!had_birthday))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_of_whole_years() {
        let birth = date("02-MAY-1951").unwrap();
        assert_eq!(birth, (1951, 5, 2));
        assert_eq!(years(birth, (2026, 5, 1)), 74.0);
        assert_eq!(years(birth, (2026, 5, 2)), 75.0);
        for bad in ["", "X", "1951-05-02", "02-MAI-1951", "02-MAY"] {
            assert_eq!(date(bad), None);
        }
    }
}
