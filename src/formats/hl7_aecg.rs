//! HL7 annotated ECG (aECG), the format of drug trials and of the FDA's warehouse.
//!
//! Source: HL7 V3 Annotated ECG, R1 (2004), PORT_MT020001: a series has sequence
//! sets; a set has one sequence of times (GLIST_TS or GLIST_PQ: head and
//! increment) and one of values per lead (SLIST_PQ: origin + scale × digit).

use std::path::Path;

use roxmltree::Node;

use super::cart::{self, CartEcg, Date, Patient};
use super::content::Content;
use super::{FormatError, Identity, Waveform, detect, xml};
use crate::ecg::{Channel, Lead, Recording};

/// Whether a file begins as an aECG does.
pub fn looks_like(start: &[u8]) -> bool {
    detect::xml_root(start).as_deref() == Some("AnnotatedECG")
}

/// The rhythm of an aECG.
///
/// # Errors
/// As [`parse_waveform`].
pub fn parse(path: &Path, bytes: &[u8]) -> Result<Recording, FormatError> {
    parse_waveform(path, bytes, Waveform::Rhythm)
}

/// The rhythm series of an aECG or the representative beat derived from it. Of
/// several series of the kind the first is read, and that is said.
///
/// # Errors
/// Text that is not XML, no such series, several sequence sets in it, times or
/// values of another kind than the module documentation says, a unit that is no
/// voltage or no time.
pub fn parse_waveform(
    path: &Path,
    bytes: &[u8],
    waveform: Waveform,
) -> Result<Recording, FormatError> {
    let file = Content { path, bytes };
    let text = xml::decode(&file)?;
    let tree = xml::parse(&file, &text)?;
    let root = tree.root_element();
    let rhythms: Vec<Node> = components(root, "series").collect();
    let beats: Vec<Node> = rhythms
        .iter()
        .flat_map(|&series| xml::children(series, "derivation"))
        .flat_map(|derivation| xml::children(derivation, "derivedSeries"))
        .collect();
    let (wanted, other) = match waveform {
        Waveform::Rhythm => (&rhythms, &beats),
        Waveform::MedianBeat => (&beats, &rhythms),
    };
    let Some(&series) = wanted.first() else {
        return Err(file.wrong(
            format!("the number of series with the {}", waveform.name()),
            0,
            "at least 1",
        ));
    };
    let set = sequences(&file, series)?;
    let others: Vec<String> = wanted[1..]
        .iter()
        .chain(other)
        .map(|&node| code(node))
        .collect();
    let mut units: Vec<&str> = set.units.iter().map(String::as_str).collect();
    units.dedup();
    CartEcg {
        rate_hz: 1.0 / set.increment_s,
        unit_source: format!("{} per digit (scale)", units.join(", ")),
        channels: set.channels,
        format: "HL7 aECG".to_owned(),
        remarks: cart::also_there(&code(series), &others)
            .into_iter()
            .collect(),
        patient: patient(root, series),
    }
    .into_recording(&file)
}

/// What the elements called `component` of a node contain.
fn components<'a, 't>(
    node: Node<'a, 't>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 't>> {
    xml::children(node, "component").flat_map(move |c| xml::children(c, name))
}

fn code(node: Node) -> String {
    let code = xml::child(node, "code").and_then(|code| code.attribute("code"));
    code.unwrap_or("a series without a code").to_owned()
}

struct SequenceSet {
    increment_s: f64,
    channels: Vec<Channel>,
    /// `2.5 uV`, of each channel.
    units: Vec<String>,
}

fn sequences(file: &Content, series: Node) -> Result<SequenceSet, FormatError> {
    let sets: Vec<Node> = components(series, "sequenceSet").collect();
    let [set] = sets.as_slice() else {
        // They would have to be placed in time; none of the samples has it.
        return Err(match sets.len() {
            0 => file.wrong("the number of sequence sets", 0, "1"),
            many => file.unsupported(format!("a series of {many} sequence sets")),
        });
    };
    let mut increment_s = None;
    let (mut channels, mut units) = (Vec::new(), Vec::new());
    for sequence in components(*set, "sequence") {
        let name = code(sequence);
        let value = xml::child(sequence, "value")
            .ok_or_else(|| file.wrong(format!("the value of {name}"), "absent", "a list"))?;
        if ["TIME_ABSOLUTE", "TIME_RELATIVE"].contains(&name.as_str()) {
            increment_s = Some(increment(file, value)?);
            continue;
        }
        let (samples_mv, unit) = samples(file, &name, value)?;
        units.push(unit);
        let short = name.strip_prefix("MDC_ECG_LEAD_").unwrap_or(&name);
        channels.push(Channel {
            name: short.to_owned(),
            lead: Lead::parse(short),
            samples_mv,
        });
    }
    let increment_s = increment_s.ok_or_else(|| {
        file.wrong(
            "the sequence of times",
            "absent",
            "TIME_ABSOLUTE or TIME_RELATIVE",
        )
    })?;
    Ok(SequenceSet {
        increment_s,
        channels,
        units,
    })
}

/// `GLIST_PQ`; a prefix may stand before it. Absent is taken as meant.
fn expect_type(
    file: &Content,
    field: &str,
    value: Node,
    types: &[&str],
) -> Result<(), FormatError> {
    let declared = value
        .attributes()
        .find(|a| a.name() == "type")
        .map(|a| a.value());
    let Some(declared) = declared else {
        return Ok(());
    };
    let name = declared.rsplit(':').next().unwrap_or(declared);
    if types.contains(&name) {
        return Ok(());
    }
    Err(file.wrong(format!("the type of {field}"), declared, types.join(" or ")))
}

/// An element with a value and a unit: `<increment value="0.002" unit="s"/>`.
fn quantity<'a>(
    file: &Content,
    field: &str,
    parent: Node<'a, '_>,
    name: &str,
) -> Result<(f64, &'a str), FormatError> {
    let node = xml::child(parent, name);
    let attribute = |attribute| node.and_then(|node| node.attribute(attribute));
    let number = xml::number(file, &format!("{name} of {field}"), attribute("value"))?;
    Ok((number, attribute("unit").unwrap_or_default()))
}

fn increment(file: &Content, value: Node) -> Result<f64, FormatError> {
    let field = "the sequence of times";
    expect_type(file, field, value, &["GLIST_TS", "GLIST_PQ"])?;
    let (number, unit) = quantity(file, field, value, "increment")?;
    match unit {
        "s" => Ok(number),
        "ms" => Ok(number / 1e3),
        "us" => Ok(number / 1e6),
        other => Err(file.wrong("the unit of the time increment", other, "s, ms or us")),
    }
}

/// The samples of one lead and what a digit means.
fn samples(file: &Content, name: &str, value: Node) -> Result<(Vec<f64>, String), FormatError> {
    expect_type(file, name, value, &["SLIST_PQ"])?;
    let in_mv = |what: &str| {
        let (number, unit) = quantity(file, name, value, what)?;
        let millivolts = cart::millivolts_in(unit);
        let millivolts = millivolts.ok_or_else(|| {
            file.wrong(
                format!("the unit of {what} of {name}"),
                unit,
                "uV, mV, nV or V",
            )
        })?;
        Ok((number * millivolts, format!("{number} {unit}")))
    };
    let (origin_mv, _) = in_mv("origin")?;
    let (scale_mv, unit) = in_mv("scale")?;
    let digits = xml::child(value, "digits")
        .map(xml::text)
        .unwrap_or_default();
    let sample = |digit: &str| match digit.parse::<i32>() {
        Ok(digit) => Ok(origin_mv + scale_mv * f64::from(digit)),
        Err(_) => Err(file.wrong(format!("a digit of {name}"), digit, "a whole number")),
    };
    let samples = digits.split_ascii_whitespace().map(sample);
    Ok((samples.collect::<Result<_, _>>()?, unit))
}

fn patient(root: Node, series: Node) -> Patient {
    let subject = xml::at(
        root,
        &[
            "componentOf",
            "timepointEvent",
            "componentOf",
            "subjectAssignment",
            "subject",
            "trialSubject",
        ],
    );
    let person = subject.and_then(|s| xml::child(s, "subjectDemographicPerson"));
    let of_person = |name: &str, attribute: &str| {
        let node = xml::child(person?, name)?;
        node.attribute(attribute).map(str::to_owned)
    };
    let birth_date = of_person("birthTime", "value");
    let recorded = xml::at(series, &["effectiveTime", "low"])
        .or_else(|| xml::at(root, &["effectiveTime", "center"]))
        .or_else(|| xml::at(root, &["effectiveTime", "low"]))
        .and_then(|node| node.attribute("value"));
    Patient {
        age_years: xml::children(root, "controlVariable").find_map(stated_age_years),
        sex: of_person("administrativeGenderCode", "code").and_then(|code| cart::sex(&code)),
        born: birth_date.as_deref().and_then(Date::parse),
        recorded: recorded.and_then(Date::parse),
        identity: Identity {
            patient_id: subject
                .and_then(|s| xml::child(s, "id"))
                .and_then(|id| id.attribute("extension"))
                .map(str::to_owned),
            name: person.and_then(|p| xml::text_at(p, &["name"])),
            birth_date,
        },
    }
}

/// LOINC 21612-7 and 30525-0, age as reported.
fn stated_age_years(variable: Node) -> Option<f64> {
    let observation = xml::child(variable, "relatedObservation").unwrap_or(variable);
    let is_age = ["21612-7", "30525-0"].contains(&code(observation).as_str());
    let value = xml::child(observation, "value").filter(|_| is_age)?;
    cart::age_years(
        value.attribute("value")?.parse().ok()?,
        value.attribute("unit")?,
    )
}
