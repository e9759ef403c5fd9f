//! What carts and archives write opens, equal to independent truths: one module
//! per format, and here what holds for all of them.

mod dicom;
mod hl7_aecg;
mod muse_xml;
mod philips_xml;
mod scp_ecg;

use std::path::{Path, PathBuf};

use protoecg::ecg::{Lead, Recording, Sex};
use protoecg::formats::{self, FormatError, Waveform};
use serde_json::Value;

use crate::reference_data::{numbers, sample_files};

fn truth_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth")
}

fn truth(name: &str) -> Value {
    let text = std::fs::read_to_string(truth_folder().join(name)).expect("truth is committed");
    serde_json::from_str(&text).expect("truth is JSON")
}

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

type ParseRhythm = fn(&Path, &[u8]) -> Result<Recording, FormatError>;

type Parse = fn(&Path, &[u8], Waveform) -> Result<Recording, FormatError>;

fn median(path: &Path, parse: Parse) -> Recording {
    parse(path, &bytes(path), Waveform::MedianBeat).unwrap()
}

/// Samples in nanovolts against a list in which null is a missing sample.
fn assert_nanovolts(recording: &Recording, expected: &Value, what: &str) {
    let expected = expected.as_object().expect("leads by name");
    for (name, list) in expected {
        let channel = recording.channels.iter().find(|c| c.name == *name);
        let samples_mv = &channel
            .unwrap_or_else(|| panic!("{what}: no {name}"))
            .samples_mv;
        let list = list.as_array().expect("a list");
        assert_eq!(samples_mv.len(), list.len(), "{what}, {name}");
        for (i, (found, expected)) in samples_mv.iter().zip(list).enumerate() {
            match expected.as_f64() {
                Some(nv) => assert!(
                    (found * 1e6 - nv).abs() < 1e-3,
                    "{what}, {name}[{i}]: {found} mV, {nv} nV"
                ),
                None => assert!(
                    found.is_nan(),
                    "{what}, {name}[{i}]: {found} mV, none expected"
                ),
            }
        }
    }
}

fn assert_einthoven(recording: &Recording, tolerance_mv: f64) {
    let lead = |lead| recording.lead(lead).unwrap();
    for i in 0..recording.len() {
        let (one, two) = (lead(Lead::I)[i], lead(Lead::II)[i]);
        for (which, expected) in [
            (Lead::III, two - one),
            (Lead::AVR, -(one + two) / 2.0),
            (Lead::AVL, one - two / 2.0),
            (Lead::AVF, two - one / 2.0),
        ] {
            let found = lead(which)[i];
            assert!(
                (found - expected).abs() <= tolerance_mv,
                "{which}[{i}]: {found}, {expected}"
            );
        }
    }
}

/// The same ECG in three formats by one toolkit.
#[test]
fn the_three_example_files_hold_the_same_ecg() {
    let Some(folder) = sample_files() else { return };
    let open = |file: &str| formats::open(&folder.join(file)).unwrap();
    let dicom = open("dicom/Example.dcm");
    let (scp, aecg) = (open("scp/Example.scp"), open("hl7-aecg/Example.xml"));
    assert_eq!(
        (dicom.len(), dicom.rate_hz, dicom.channels.len()),
        (5000, 500.0, 12)
    );
    assert_eq!(dicom.sha256(), scp.sha256());
    assert_eq!(dicom.sha256(), aecg.sha256());
    let samples = &truth("carts/carts.json")["samples"];
    let beat = median(
        &folder.join("dicom/Example.dcm"),
        formats::dicom::parse_waveform,
    );
    assert_eq!(beat.len(), 600);
    for (recording, name) in [(&dicom, "example_rhythm"), (&beat, "example_median")] {
        let sum = |samples_mv: &[f64]| samples_mv.iter().map(|mv| mv.abs()).sum::<f64>() * 1000.0;
        let expected = numbers(&samples[name]);
        for (channel, expected) in recording.channels.iter().zip(expected) {
            let found = sum(&channel.samples_mv);
            assert!(
                (found - expected).abs() < 1e-3,
                "{name}: {found}, {expected}"
            );
        }
    }
    // The same beat in section 5 of the SCP record; its length there is in
    // milliseconds, and one sample short.
    let scp_beat = median(
        &folder.join("scp/Example.scp"),
        formats::scp_ecg::parse_waveform,
    );
    assert_eq!(scp_beat.len(), 599);
    for lead in Lead::STANDARD {
        let both = scp_beat
            .lead(lead)
            .unwrap()
            .iter()
            .zip(beat.lead(lead).unwrap());
        assert!(
            both.into_iter().all(|(a, b)| (a - b).abs() < 1e-9),
            "{lead}"
        );
    }
    assert_eq!((dicom.age_years, aecg.age_years), (Some(49.0), Some(46.0)));
    for recording in [&dicom, &scp, &aecg] {
        assert_eq!(recording.sex, Some(Sex::Male));
        assert_eq!(recording.pseudonym, dicom.pseudonym);
        assert!(!format!("{recording:?}").contains("Clark"));
    }
}

#[test]
fn files_that_only_pretend_are_refused_with_the_reason() {
    let Some(folder) = sample_files() else { return };
    let refusal = |file: &str| formats::open(&folder.join(file)).unwrap_err().to_string();
    let empty = refusal("hl7-aecg/empty.xml");
    assert!(
        empty.contains("the number of series with the rhythm is 0, expected at least 1"),
        "{empty}"
    );
    let healforce = refusal("scp-bad/healforce.SCP");
    assert!(
        healforce.contains("the file calls itself SCP-ECG but is not"),
        "{healforce}"
    );
}

/// The readers whose files the samples and the truths are.
const PARSERS: [(&str, ParseRhythm); 5] = [
    ("dicom", formats::dicom::parse),
    ("scp", formats::scp_ecg::parse),
    ("hl7-aecg", formats::hl7_aecg::parse),
    ("muse-xml", formats::muse_xml::parse),
    ("philips-xml", formats::philips_xml::parse),
];

/// Truncations and changed bytes end in a recording or an error, never in a panic.
#[test]
fn damaged_files_never_panic() {
    let mut files: Vec<PathBuf> = list(&truth_folder().join("scp"));
    files.extend(list(&truth_folder().join("carts")));
    files.extend(sample_files().iter().flat_map(|folder| {
        PARSERS
            .iter()
            .flat_map(|(name, _)| list(&folder.join(name)))
            .collect::<Vec<_>>()
    }));
    for path in files {
        let whole = bytes(&path);
        for (_, parse) in PARSERS
            .iter()
            .filter(|(_, parse)| parse(&path, &whole).is_ok())
        {
            // Every 97th byte; in files over 150 kB, which are XML, fewer.
            let step = 97 * (whole.len() / 150_000 + 1);
            for cut in (0..whole.len()).step_by(step) {
                parse(&path, &whole[..cut]).ok();
            }
            let mut random = 1_u64;
            for _ in 0..100 {
                let mut changed = whole.clone();
                for _ in 0..3 {
                    random = random
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    let at = (random >> 33) as usize % changed.len();
                    changed[at] = (random >> 20) as u8;
                }
                scp_ecg::repair_checksums(&mut changed);
                parse(&path, &changed).ok();
            }
        }
    }
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut files: Vec<_> = entries
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e != "json"))
        .collect();
    files.sort();
    files
}
