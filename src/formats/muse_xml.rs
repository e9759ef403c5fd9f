//! GE MUSE XML ("RestingECG"), as a MUSE server exports resting ECGs.
//!
//! Source: the element names of the export, whose DTD (`restecg.dtd`) is not
//! public; a lead's samples are 16-bit little-endian in Base64, its amplitude is
//! `LeadAmplitudeUnitsPerBit` `LeadAmplitudeUnits` per unit, the sampling rate
//! is `SampleBase` times ten to the power of `SampleExponent`.

use std::path::Path;

use roxmltree::Node;

use super::cart::{self, CartEcg, Date, Patient};
use super::content::Content;
use super::{FormatError, Identity, Waveform, detect, xml};
use crate::ecg::{Channel, Lead, Recording};

/// Whether a file begins as MUSE XML does.
pub fn looks_like(start: &[u8]) -> bool {
    detect::xml_root(start).as_deref() == Some("RestingECG")
}

/// The rhythm of a MUSE file.
///
/// # Errors
/// As [`parse_waveform`].
pub fn parse(path: &Path, bytes: &[u8]) -> Result<Recording, FormatError> {
    parse_waveform(path, bytes, Waveform::Rhythm)
}

/// The rhythm or the median complex of a MUSE file.
///
/// # Errors
/// Text that is not XML, a file without that waveform, samples that are not
/// 16-bit, do not have the declared number or fail their checksum, a unit that
/// is no voltage.
pub fn parse_waveform(
    path: &Path,
    bytes: &[u8],
    waveform: Waveform,
) -> Result<Recording, FormatError> {
    let file = Content { path, bytes };
    let text = xml::decode(&file)?;
    let tree = xml::parse(&file, &text)?;
    let root = tree.root_element();
    let wanted = match waveform {
        Waveform::Rhythm => "Rhythm",
        Waveform::MedianBeat => "Median",
    };
    let kind = |node: Node| xml::text_at(node, &["WaveformType"]).unwrap_or_default();
    let (chosen, others): (Vec<Node>, Vec<Node>) =
        xml::children(root, "Waveform").partition(|&w| kind(w).eq_ignore_ascii_case(wanted));
    let others: Vec<String> = others.into_iter().map(kind).collect();
    let [one] = chosen.as_slice() else {
        return Err(file.wrong(
            format!("the number of Waveforms of type {wanted}"),
            chosen.len(),
            "1",
        ));
    };
    let leads = leads(&file, *one)?;
    let mut remarks: Vec<String> = cart::also_there(waveform.name(), &others)
        .into_iter()
        .collect();
    for lead in leads.iter().filter(|lead| lead.off) {
        remarks.push(format!("the cart found lead {} off", lead.channel.name));
    }
    let version = xml::text_at(root, &["MuseInfo", "MuseVersion"]);
    CartEcg {
        rate_hz: rate_hz(&file, *one)?,
        format: format!("GE MUSE XML {}", version.unwrap_or_default())
            .trim()
            .to_owned(),
        unit_source: unit_source(&leads),
        channels: leads.into_iter().map(|lead| lead.channel).collect(),
        remarks,
        patient: patient(root),
    }
    .into_recording(&file)
}

fn rate_hz(file: &Content, waveform: Node) -> Result<f64, FormatError> {
    let field = |name| {
        let text = xml::text_at(waveform, &[name]);
        xml::number(file, name, text.as_deref())
    };
    Ok(field("SampleBase")? * 10_f64.powf(field("SampleExponent")?))
}

struct MuseLead {
    channel: Channel,
    /// `4.88 MICROVOLTS`
    unit: String,
    off: bool,
}

fn leads(file: &Content, waveform: Node) -> Result<Vec<MuseLead>, FormatError> {
    let sampling = xml::text_at(waveform, &["SampleType"]).unwrap_or_default();
    if sampling != "CONTINUOUS_SAMPLES" {
        return Err(file.wrong("SampleType", sampling, "CONTINUOUS_SAMPLES"));
    }
    xml::children(waveform, "LeadData")
        .map(|node| lead(file, node))
        .collect()
}

fn lead(file: &Content, node: Node) -> Result<MuseLead, FormatError> {
    let said = |name: &str| xml::text_at(node, &[name]).unwrap_or_default();
    let name = said("LeadID");
    let number =
        |field: &str| xml::number(file, &format!("{field} of lead {name}"), Some(&said(field)));
    for (field, expected) in [
        ("LeadSampleSize", 2.0),
        ("LeadTimeOffset", 0.0),
        ("LeadOffsetFirstSample", 0.0),
        ("FirstSampleBaseline", 0.0),
    ] {
        let found = number(field)?;
        if found != expected {
            return Err(file.wrong(
                format!("{field} of lead {name}"),
                found,
                expected.to_string(),
            ));
        }
    }
    let field = format!("WaveFormData of lead {name}");
    let data = xml::base64(file, &field, &said("WaveFormData"))?;
    let samples = number("LeadSampleCountTotal")?;
    if data.len() as f64 != 2.0 * samples {
        let found = format!("{} bytes", data.len());
        return Err(file.wrong(
            field,
            found,
            format!("2 bytes for each of {samples} samples"),
        ));
    }
    let declared = said("LeadDataCRC32");
    let computed = crc32fast::hash(&data).to_string();
    if !declared.is_empty() && declared != computed {
        return Err(file.wrong(format!("the CRC-32 of lead {name}"), computed, declared));
    }
    let unit = said("LeadAmplitudeUnits");
    let Some(millivolts) = cart::millivolts_in(&unit) else {
        return Err(file.wrong(
            format!("LeadAmplitudeUnits of lead {name}"),
            unit,
            "MICROVOLTS",
        ));
    };
    let per_bit = number("LeadAmplitudeUnitsPerBit")?;
    let to_mv = |pair: &[u8; 2]| f64::from(i16::from_le_bytes(*pair)) * per_bit * millivolts;
    Ok(MuseLead {
        channel: Channel {
            lead: Lead::parse(&name),
            samples_mv: data.as_chunks::<2>().0.iter().map(to_mv).collect(),
            name,
        },
        unit: format!("{per_bit} {unit}"),
        off: said("LeadOff").eq_ignore_ascii_case("TRUE"),
    })
}

fn unit_source(leads: &[MuseLead]) -> String {
    let mut units: Vec<&str> = leads.iter().map(|lead| lead.unit.as_str()).collect();
    units.dedup();
    format!("{} per unit (LeadAmplitudeUnitsPerBit)", units.join(", "))
}

fn patient(root: Node) -> Patient {
    let said = |name: &str| xml::text_at(root, &["PatientDemographics", name]);
    let name = [said("PatientLastName"), said("PatientFirstName")];
    let name: Vec<String> = name.into_iter().flatten().collect();
    let age = said("PatientAge").and_then(|age| age.parse().ok());
    Patient {
        age_years: age.and_then(|age| {
            cart::age_years(age, &said("AgeUnits").unwrap_or_else(|| "YEARS".to_owned()))
        }),
        sex: said("Gender").as_deref().and_then(cart::sex),
        born: said("DateofBirth").as_deref().and_then(Date::parse),
        recorded: xml::text_at(root, &["TestDemographics", "AcquisitionDate"])
            .as_deref()
            .and_then(Date::parse),
        identity: Identity {
            patient_id: said("PatientID"),
            name: (!name.is_empty()).then(|| name.join(" ")),
            birth_date: said("DateofBirth"),
        },
    }
}
