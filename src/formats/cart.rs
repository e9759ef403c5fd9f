//! What the readers of carts' formats share: from what such a file says to a
//! [`Recording`].

use super::content::Content;
use super::{FormatError, Identity, units};
use crate::ecg::{Channel, Lead, Recording, Sex};

/// A recording as a cart's file tells it.
pub(super) struct CartEcg {
    pub rate_hz: f64,
    pub channels: Vec<Channel>,
    pub format: String,
    pub unit_source: String,
    pub remarks: Vec<String>,
    pub patient: Patient,
}

/// What a cart's file says about the patient. [`CartEcg::into_recording`] keeps
/// age, sex and pseudonym of it.
#[derive(Default)]
pub(super) struct Patient {
    pub identity: Identity,
    pub age_years: Option<f64>,
    pub sex: Option<Sex>,
    pub born: Option<Date>,
    pub recorded: Option<Date>,
}

impl Patient {
    /// The age that is stated, or whole years between birth and recording.
    fn age_years(&self) -> Option<f64> {
        let stated = self.age_years.filter(|age| (0.0..150.0).contains(age));
        stated.or_else(|| self.recorded?.years_since(self.born?))
    }
}

impl CartEcg {
    /// The twelve leads in standard order, then what else there is. Where III,
    /// aVR, aVL and aVF are not in the file they are derived from I and II.
    ///
    /// # Errors
    /// A rate that is none, no channels, channels of unequal length, too many samples.
    pub fn into_recording(mut self, file: &Content) -> Result<Recording, FormatError> {
        if !(self.rate_hz.is_finite() && self.rate_hz > 0.0) {
            return Err(file.wrong("the sampling rate", self.rate_hz, "a number above 0 Hz"));
        }
        let length = self.channels.first().map_or(0, |c| c.samples_mv.len());
        if length == 0 {
            return Err(file.wrong("the signal", "empty", "at least one lead with samples"));
        }
        if let Some(odd) = self.channels.iter().find(|c| c.samples_mv.len() != length) {
            return Err(file.wrong(
                format!("the length of lead {}", odd.name),
                format!("{} samples", odd.samples_mv.len()),
                format!("{length} as in the first lead"),
            ));
        }
        // Four more leads may be derived.
        file.within_limit(self.channels.len() + 4, length)?;
        self.remarks.extend(derive_limb_leads(&mut self.channels));
        self.channels
            .sort_by_key(|c| c.lead.map_or(usize::MAX, Lead::index));
        Ok(Recording {
            rate_hz: self.rate_hz,
            channels: self.channels,
            format: self.format,
            unit_source: self.unit_source,
            remarks: self.remarks,
            pseudonym: self.patient.identity.pseudonym(),
            age_years: self.patient.age_years(),
            sex: self.patient.sex,
        })
    }
}

/// Adds III, aVR, aVL and aVF by Einthoven's and Goldberger's equations where a
/// file has I and II and none of the four, and says so. Most carts store eight
/// leads, since the other four hold nothing new.
fn derive_limb_leads(channels: &mut Vec<Channel>) -> Option<String> {
    let derived = [
        (Lead::III, -1.0, 1.0),
        (Lead::AVR, -0.5, -0.5),
        (Lead::AVL, 1.0, -0.5),
        (Lead::AVF, -0.5, 1.0),
    ];
    let of = |lead| channels.iter().find(|c| c.lead == Some(lead));
    if derived.iter().any(|&(lead, ..)| of(lead).is_some()) {
        return None;
    }
    let (one, two) = (of(Lead::I)?, of(Lead::II)?);
    let made = derived.map(|(lead, of_one, of_two)| Channel {
        name: lead.name().to_owned(),
        lead: Some(lead),
        samples_mv: std::iter::zip(&one.samples_mv, &two.samples_mv)
            .map(|(i, ii)| of_one * i + of_two * ii)
            .collect(),
    });
    channels.extend(made);
    Some("III, aVR, aVL and aVF are derived from I and II".to_owned())
}

/// A remark on what else is in a file of which one signal was read.
pub(super) fn also_there(read: &str, others: &[String]) -> Option<String> {
    (!others.is_empty())
        .then(|| format!("{read} is read; the file also has: {}", others.join(", ")))
}

/// A calendar day, as far as a file gives one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let is_day = (1850..=2200).contains(&year) && (1..=12).contains(&month);
        (is_day && (1..=31).contains(&day)).then_some(Self { year, month, day })
    }

    /// `YYYYMMDD` (DICOM, HL7; a time may follow), `YYYY-MM-DD` (Philips) or
    /// `MM-DD-YYYY` (MUSE).
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let number = |range: std::ops::Range<usize>| -> Option<u16> {
            let digits = text.get(range)?;
            digits
                .bytes()
                .all(|b| b.is_ascii_digit())
                .then(|| digits.parse().ok())?
        };
        let day = |y: Option<u16>, m: Option<u16>, d: Option<u16>| {
            Self::new(y?, u8::try_from(m?).ok()?, u8::try_from(d?).ok()?)
        };
        match text.as_bytes() {
            [_, _, b'-', _, _, b'-', ..] => day(number(6..10), number(0..2), number(3..5)),
            [_, _, _, _, b'-', _, _, b'-', ..] => day(number(0..4), number(5..7), number(8..10)),
            _ => day(number(0..4), number(4..6), number(6..8)),
        }
    }

    /// Whole years since an earlier day.
    fn years_since(self, born: Self) -> Option<f64> {
        let before_birthday = (self.month, self.day) < (born.month, born.day);
        let years = self.year.checked_sub(born.year)?;
        let years = years.checked_sub(u16::from(before_birthday))?;
        Some(f64::from(years)).filter(|years| *years < 150.0)
    }
}

/// Sex as carts spell it; anything else is not known.
pub(super) fn sex(text: &str) -> Option<Sex> {
    match text.trim().to_ascii_uppercase().as_str() {
        "M" | "MALE" => Some(Sex::Male),
        "F" | "FEMALE" => Some(Sex::Female),
        _ => None,
    }
}

/// An age in years from a number and a unit: UCUM (`a`, `mo`, `wk`, `d`, `h`),
/// DICOM (`Y`, `M`, `W`, `D`) or words (`YEARS`).
pub(super) fn age_years(number: f64, unit: &str) -> Option<f64> {
    let unit = unit.trim().to_ascii_uppercase();
    let years = match unit.as_str() {
        "A" | "Y" | "YR" | "YEAR" | "YEARS" => number,
        "MO" | "M" | "MONTH" | "MONTHS" => number / 12.0,
        "WK" | "W" | "WEEK" | "WEEKS" => number * 7.0 / 365.25,
        "D" | "DAY" | "DAYS" => number / 365.25,
        "H" | "HOUR" | "HOURS" => number / 24.0 / 365.25,
        _ => return None,
    };
    years.is_finite().then_some(years)
}

/// Millivolts in a unit of voltage, as a symbol or spelt out; `None` if it is no voltage.
pub(super) fn millivolts_in(unit: &str) -> Option<f64> {
    let unit = unit.trim();
    let spelt_out = match unit.to_ascii_uppercase().as_str() {
        "NANOVOLTS" | "NANOVOLT" => "nV",
        "MICROVOLTS" | "MICROVOLT" => "uV",
        "MILLIVOLTS" | "MILLIVOLT" => "mV",
        _ => unit,
    };
    units::millivolts_per(spelt_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_carts_spell_them() {
        let day = Date::new(1953, 5, 8);
        for text in [
            "19530508",
            "1953-05-08",
            "05-08-1953",
            " 19530508091000.000",
        ] {
            assert_eq!(Date::parse(text), day, "{text}");
        }
        for text in [
            "",
            "1953",
            "1953-5-8",
            "00000000",
            "19531308",
            "ab-cd-efgh",
            "µ9530508",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_age_is_stated_or_the_whole_years_since_birth() {
        let age = |stated, born, recorded| {
            Patient {
                age_years: stated,
                born: Date::parse(born),
                recorded: Date::parse(recorded),
                ..Patient::default()
            }
            .age_years()
        };
        assert_eq!(age(Some(46.0), "19530508", "20021122"), Some(46.0));
        assert_eq!(age(None, "19530508", "20021122"), Some(49.0));
        assert_eq!(age(None, "19530508", "20030507"), Some(49.0));
        assert_eq!(age(None, "19530508", "20030508"), Some(50.0));
        assert_eq!(age(None, "20030508", "19530508"), None);
        assert_eq!(age(Some(f64::NAN), "", "20021122"), None);
        assert_eq!(age_years(18.0, "M"), Some(1.5));
        assert_eq!(age_years(3.0, "parsec"), None);
    }

    #[test]
    fn a_unit_is_a_voltage_or_refused() {
        assert_eq!(millivolts_in("uV"), Some(1e-3));
        assert_eq!(millivolts_in("MICROVOLTS"), Some(1e-3));
        assert_eq!(millivolts_in("MV"), None); // megavolt in UCUM
        assert_eq!(millivolts_in("mm[Hg]"), None);
        assert_eq!(millivolts_in(""), None);
    }

    /// Einthoven: I + III = II. Goldberger: aVR + aVL + aVF = 0, and each is
    /// one electrode against the mean of the other two.
    #[test]
    fn derived_limb_leads_follow_from_the_electrodes() {
        let (right_arm, left_arm, foot) = (0.1, -0.3, 0.9);
        let channel = |lead: Lead, value: f64| Channel {
            name: lead.name().to_owned(),
            lead: Some(lead),
            samples_mv: vec![value],
        };
        let mut channels = vec![
            channel(Lead::I, left_arm - right_arm),
            channel(Lead::II, foot - right_arm),
        ];
        assert!(derive_limb_leads(&mut channels).is_some());
        let expected = [
            (Lead::III, foot - left_arm),
            (Lead::AVR, right_arm - (left_arm + foot) / 2.0),
            (Lead::AVL, left_arm - (right_arm + foot) / 2.0),
            (Lead::AVF, foot - (right_arm + left_arm) / 2.0),
        ];
        for (lead, value) in expected {
            let found = channels.iter().find(|c| c.lead == Some(lead)).unwrap();
            assert!((found.samples_mv[0] - value).abs() < 1e-12, "{lead}");
        }
        // What the file has stays as it is.
        channels.pop();
        assert!(derive_limb_leads(&mut channels).is_none());
    }
}
