//! Philips Sierra XML ("restingecgdata"), as PageWriter carts, HeartStart
//! monitors and TraceMasterVue write it; versions 1.03, 1.04 and 1.04.01.
//!
//! Source: the schema's element names; the compression from the description of
//! sierra-ecg-tools (MIT), which found it out.

mod xli;

use std::path::Path;

use roxmltree::Node;

use super::cart::{self, CartEcg, Date, Patient};
use super::content::Content;
use super::{FormatError, Identity, Waveform, detect, xml};
use crate::ecg::{Channel, Lead, Recording};

/// The versions whose waveforms are known. Another one is refused by number: a
/// reader that takes every version has been seen to give plausible nonsense.
const VERSIONS: [&str; 3] = ["1.03", "1.04", "1.04.01"];

/// Whether a file begins as Sierra XML does.
pub fn looks_like(start: &[u8]) -> bool {
    detect::xml_root(start).as_deref() == Some("restingecgdata")
}

/// The rhythm of a Sierra file.
///
/// # Errors
/// As [`parse_waveform`].
pub fn parse(path: &Path, bytes: &[u8]) -> Result<Recording, FormatError> {
    parse_waveform(path, bytes, Waveform::Rhythm)
}

/// The rhythm or the representative beats of a Sierra file.
///
/// # Errors
/// Text that is not XML, an unknown version, encoding or compression, missing
/// leads, samples or resolution.
pub fn parse_waveform(
    path: &Path,
    bytes: &[u8],
    waveform: Waveform,
) -> Result<Recording, FormatError> {
    let file = Content { path, bytes };
    let text = xml::decode(&file)?;
    let tree = xml::parse(&file, &text)?;
    let root = tree.root_element();
    let version = version(&file, root)?;
    let rhythm = xml::at(root, &["waveforms", "parsedwaveforms"]);
    let beats = xml::at(root, &["waveforms", "repbeats"]);
    let signal = match waveform {
        Waveform::Rhythm => rhythm_signal(&file, root, present(&file, rhythm, "parsedwaveforms")?)?,
        Waveform::MedianBeat => beats_signal(&file, present(&file, beats, "repbeats")?)?,
    };
    let other = match waveform {
        Waveform::Rhythm => beats.map(|_| Waveform::MedianBeat),
        Waveform::MedianBeat => rhythm.map(|_| Waveform::Rhythm),
    };
    let others: Vec<String> = other.iter().map(|other| other.name().to_owned()).collect();
    CartEcg {
        rate_hz: signal.rate_hz,
        channels: signal.channels(),
        format: format!("Philips Sierra XML {version}, {}", signal.coding),
        // The schema fixes the unit; the file only has the number.
        unit_source: format!("{} µV per unit (resolution)", signal.resolution_uv),
        remarks: cart::also_there(waveform.name(), &others)
            .into_iter()
            .collect(),
        patient: patient(root),
    }
    .into_recording(&file)
}

fn version(file: &Content, root: Node) -> Result<String, FormatError> {
    let said = |name| xml::text_at(root, &["documentinfo", name]).unwrap_or_default();
    let kind = said("documenttype");
    if !["SierraECG", "PhilipsECG"].contains(&kind.as_str()) {
        return Err(file.wrong("documenttype", kind, "SierraECG or PhilipsECG"));
    }
    let version = said("documentversion");
    if !VERSIONS.contains(&version.as_str()) {
        return Err(file.wrong("documentversion", version, VERSIONS.join(", ")));
    }
    Ok(version)
}

fn present<'a, 't>(
    file: &Content,
    node: Option<Node<'a, 't>>,
    name: &str,
) -> Result<Node<'a, 't>, FormatError> {
    node.ok_or_else(|| file.wrong(name, "absent", "one element"))
}

struct Signal {
    rate_hz: f64,
    resolution_uv: f64,
    coding: &'static str,
    leads: Vec<(String, Vec<i16>)>,
}

impl Signal {
    fn channels(&self) -> Vec<Channel> {
        let to_mv = |&v: &i16| f64::from(v) * self.resolution_uv / 1000.0;
        let channel = |(name, samples): &(String, Vec<i16>)| Channel {
            name: name.clone(),
            lead: Lead::parse(name),
            samples_mv: samples.iter().map(to_mv).collect(),
        };
        self.leads.iter().map(channel).collect()
    }
}

/// 1.04 repeats rate, resolution and labels on the waveforms themselves; 1.03
/// has them in `signalcharacteristics` only.
fn rhythm_signal(file: &Content, root: Node, node: Node) -> Result<Signal, FormatError> {
    let general =
        |name: &str| xml::text_at(root, &["dataacquisition", "signalcharacteristics", name]);
    let said = |attribute: &str, elements: &[&str]| {
        let own = node.attribute(attribute).map(str::to_owned);
        own.or_else(|| elements.iter().find_map(|name| general(name)))
    };
    let number = |attribute: &str, elements: &[&str]| {
        xml::number(file, attribute, said(attribute, elements).as_deref())
    };
    let rate_hz = number("samplespersecond", &["samplingrate"])?;
    let resolution_uv = number("resolution", &["resolution", "signalresolution"])?;
    for (name, expected) in [
        ("bitspersample", "16"),
        ("signaloffset", "0"),
        ("signalsigned", "True"),
    ] {
        let found = said(name, &[name]).unwrap_or_else(|| expected.to_owned());
        if !found.eq_ignore_ascii_case(expected) {
            return Err(file.wrong(name, found, expected));
        }
    }
    let labels = labels(file, node, general)?;
    let samples = (number("durationperchannel", &[])? * rate_hz / 1000.0) as usize;
    file.within_limit(labels.len(), samples)?;
    expect_base64(file, node)?;
    let data = xml::base64(file, "parsedwaveforms", &xml::text(node))?;
    let (coding, leads) = match compression(node).as_str() {
        "XLI" => ("XLI", xli::decompress(&file.with(&data), &labels, samples)?),
        "Uncompressed" | "" | "None" => (
            "uncompressed",
            split(&file.with(&data), labels.len(), samples)?,
        ),
        other => return Err(file.unsupported(format!("a waveform compressed by {other:?}"))),
    };
    Ok(Signal {
        rate_hz,
        resolution_uv,
        coding,
        leads: std::iter::zip(labels, leads).collect(),
    })
}

/// Older files have a flag only; XLI is the one method there is.
fn compression(node: Node) -> String {
    let method = ["compression", "compressmethod"]
        .into_iter()
        .find_map(|name| node.attribute(name));
    let flagged = node
        .attribute("compressflag")
        .is_some_and(|flag| flag.eq_ignore_ascii_case("true"));
    match method {
        Some(method) => method.trim().to_owned(),
        None if flagged => "XLI".to_owned(),
        None => String::new(),
    }
}

fn expect_base64(file: &Content, node: Node) -> Result<(), FormatError> {
    match node.attribute("dataencoding").unwrap_or("absent") {
        "Base64" => Ok(()),
        other => Err(file.wrong("dataencoding", other, "Base64")),
    }
}

fn labels(
    file: &Content,
    node: Node,
    general: impl Fn(&str) -> Option<String>,
) -> Result<Vec<String>, FormatError> {
    let listed = node.attribute("leadlabels").unwrap_or_default();
    let labels: Vec<String> = listed.split_whitespace().map(str::to_owned).collect();
    if !labels.is_empty() {
        return Ok(labels);
    }
    let acquired = general("acquisitiontype").unwrap_or_default();
    let channels = general("numberchannelsallocated").unwrap_or_default();
    if ["STD-12", "10-WIRE"].contains(&acquired.as_str()) && channels == "12" {
        return Ok(Lead::STANDARD.map(|lead| lead.name().to_owned()).to_vec());
    }
    let found = format!("{channels} channels of type {acquired}");
    Err(file.wrong(
        "leadlabels",
        found,
        "labels, or 12 channels of type STD-12 or 10-WIRE",
    ))
}

/// Uncompressed leads, one after the other.
fn split(data: &Content, leads: usize, samples: usize) -> Result<Vec<Vec<i16>>, FormatError> {
    (0..leads)
        .map(|lead| {
            let bytes = data.slice(lead * samples * 2, samples * 2, "a lead of parsedwaveforms")?;
            let pairs = bytes.as_chunks::<2>().0.iter();
            Ok(pairs.map(|&pair| i16::from_le_bytes(pair)).collect())
        })
        .collect()
}

/// The representative beats are not compressed.
fn beats_signal(file: &Content, node: Node) -> Result<Signal, FormatError> {
    expect_base64(file, node)?;
    let rate = node
        .attribute("samplespersec")
        .or(node.attribute("samplespersecond"));
    let leads = xml::children(node, "repbeat").map(|beat| {
        let name = beat.attribute("leadname").unwrap_or_default().to_owned();
        let field = format!("the beat of lead {name}");
        let text = xml::text_at(beat, &["waveform"]).unwrap_or_default();
        let data = xml::base64(file, &field, &text)?;
        let pairs = data.as_chunks::<2>().0.iter();
        Ok((name, pairs.map(|&pair| i16::from_le_bytes(pair)).collect()))
    });
    Ok(Signal {
        rate_hz: xml::number(file, "samplespersec", rate)?,
        resolution_uv: xml::number(file, "resolution of repbeats", node.attribute("resolution"))?,
        coding: "representative beats",
        leads: leads.collect::<Result<_, FormatError>>()?,
    })
}

fn patient(root: Node) -> Patient {
    // Carts write dashes where nothing was typed.
    let meant = |text: &String| text.chars().any(|c| c.is_alphanumeric());
    let said = |path: &[&str]| {
        let whole: Vec<&str> = ["patient", "generalpatientdata"]
            .iter()
            .chain(path)
            .copied()
            .collect();
        xml::text_at(root, &whole).filter(meant)
    };
    let name = [said(&["name", "lastname"]), said(&["name", "firstname"])];
    let name: Vec<String> = name.into_iter().flatten().collect();
    let number = |path: &[&str]| said(path)?.parse::<f64>().ok();
    let age = [
        ("years", "Y"),
        ("months", "M"),
        ("weeks", "W"),
        ("days", "D"),
    ]
    .into_iter()
    .find_map(|(element, unit)| cart::age_years(number(&["age", element])?, unit));
    let birth_date = said(&["age", "dateofbirth"]);
    Patient {
        age_years: age,
        sex: said(&["sex"]).as_deref().and_then(cart::sex),
        born: birth_date.as_deref().and_then(Date::parse),
        recorded: xml::child(root, "dataacquisition")
            .and_then(|node| node.attribute("date"))
            .and_then(Date::parse),
        identity: Identity {
            patient_id: said(&["MRN"]).or_else(|| said(&["patientid"])),
            name: (!name.is_empty()).then(|| name.join(" ")),
            birth_date,
        },
    }
}
