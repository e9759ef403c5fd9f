//! What carts and archives write opens, equal to independent truths.

use std::path::{Path, PathBuf};

use protoecg::ecg::{Lead, Recording, Sex};
use protoecg::formats::{
    self, FormatError, Waveform, dicom, hl7_aecg, muse_xml, philips_xml, scp_ecg,
};
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

#[test]
fn every_variant_of_scp_ecg_gives_what_the_encoder_put_in() {
    let all = truth("scp/scp.json");
    for (name, expected) in all.as_object().unwrap() {
        let path = truth_folder().join(format!("scp/{name}.scp"));
        let recording = formats::open(&path).unwrap();
        let same_as = expected.as_str().map_or(expected, |other| &all[other]);
        assert_eq!(recording.rate_hz, 500.0, "{name}");
        assert_nanovolts(&recording, &same_as["leads_nv"], name);
        if let Some(beat) = same_as.get("median_nv") {
            assert_nanovolts(&median(&path, scp_ecg::parse_waveform), beat, name);
        }
    }
}

#[test]
fn a_lossy_scp_record_says_so() {
    let open = |name: &str| formats::open(&truth_folder().join(format!("scp/{name}.scp"))).unwrap();
    let bimodal = open("bimodal");
    assert_eq!(
        bimodal.format,
        "SCP-ECG 2.0, Huffman, first differences, reference beat subtracted, bimodal"
    );
    assert!(
        bimodal
            .remarks
            .iter()
            .any(|r| r.contains("every 4 samples")),
        "{:?}",
        bimodal.remarks
    );
    assert!(bimodal.unit_source.contains("500 nV") && bimodal.unit_source.contains("1000 nV"));
    assert!(
        open("reference-beat")
            .remarks
            .iter()
            .all(|r| !r.contains("every"))
    );
}

#[test]
fn of_the_patient_age_and_sex_are_kept() {
    let open = |name: &str| formats::open(&truth_folder().join(format!("scp/{name}.scp"))).unwrap();
    let (stated, born) = (open("samples"), open("bimodal"));
    assert_eq!(
        (stated.age_years, stated.sex),
        (Some(2.5), Some(Sex::Female))
    );
    // A day before the seventieth birthday.
    assert_eq!((born.age_years, born.sex), (Some(69.0), Some(Sex::Male)));
    for recording in [stated, born] {
        let all = format!("{recording:?}");
        assert!(!all.contains("Made-up") && !all.contains("P-1") && !all.contains("1950"));
    }
}

#[test]
fn eight_leads_become_twelve_by_einthoven_and_goldberger() {
    let recording = formats::open(&truth_folder().join("scp/eight-leads.scp")).unwrap();
    assert_einthoven(&recording, 1e-9);
    assert!(
        recording
            .remarks
            .iter()
            .any(|r| r.contains("derived from I and II"))
    );
    let order: Vec<_> = recording.channels.iter().filter_map(|c| c.lead).collect();
    assert_eq!(order, Lead::STANDARD);
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

#[test]
fn changed_scp_records_are_refused_by_their_checksums() {
    let path = truth_folder().join("scp/huffman-default-2.scp");
    let whole = bytes(&path);
    let refusal = |bytes: &[u8]| scp_ecg::parse(&path, bytes).unwrap_err().to_string();
    let mut changed = whole.clone();
    changed[700] ^= 4;
    assert!(
        refusal(&changed).contains("the checksum of the record is"),
        "{}",
        refusal(&changed)
    );
    assert!(
        refusal(&whole[..700]).contains("the record needs"),
        "{}",
        refusal(&whole[..700])
    );
    let mut later = whole;
    later[6 + 9] = 30;
    refresh_checksum(&mut later, 0, whole_len);
    assert!(
        refusal(&later).contains("SCP-ECG version 3.0 is not read"),
        "{}",
        refusal(&later)
    );
}

fn whole_len(bytes: &[u8]) -> usize {
    bytes.len()
}

/// CRC-CCITT bit by bit, so that a test can change a byte on purpose.
fn refresh_checksum(bytes: &mut [u8], at: usize, length: fn(&[u8]) -> usize) {
    let end = at + length(&bytes[at..]);
    let mut crc = 0xffff_u16;
    for &byte in &bytes[at + 2..end] {
        crc ^= u16::from(byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 == 0 {
                crc << 1
            } else {
                (crc << 1) ^ 0x1021
            };
        }
    }
    bytes[at..at + 2].copy_from_slice(&crc.to_le_bytes());
}

#[test]
fn xli_equals_an_independent_reader_and_the_decoded_twin() {
    let Some(folder) = sample_files() else { return };
    let compressed = formats::open(&folder.join("philips-xml/1-04.xml")).unwrap();
    let twin = formats::open(&folder.join("philips-xml/1-04_decoded.xml")).unwrap();
    assert_eq!(compressed.format, "Philips Sierra XML 1.04, XLI");
    assert_eq!((compressed.len(), compressed.channels.len()), (5500, 12));
    assert_eq!(compressed.rate_hz, 500.0);
    let independent = &truth("carts/carts.json")["samples"]["philips"];
    for lead in Lead::STANDARD {
        let samples_mv = compressed.lead(lead).unwrap();
        let units: Vec<i64> = samples_mv
            .iter()
            .map(|mv| (mv * 200.0).round() as i64)
            .collect();
        let sums = [
            units.iter().map(|v| v.abs()).sum::<i64>(),
            units.iter().zip(0..).map(|(v, i)| v * i).sum(),
        ];
        assert_eq!(serde_json::json!(sums), independent[lead.name()], "{lead}");
        // The twin was not made from these bits: it differs by up to four units of
        // 5 µV, as noise does, and is not shifted.
        let twin = twin.lead(lead).unwrap();
        assert_eq!(twin.len(), units.len());
        let errors_uv = twin
            .iter()
            .zip(samples_mv)
            .map(|(a, b)| (a - b).abs() * 1000.0);
        let errors_uv: Vec<f64> = errors_uv.collect();
        assert!(errors_uv.iter().all(|uv| *uv < 20.1), "{lead}");
        assert!(
            errors_uv.iter().sum::<f64>() / (units.len() as f64) < 4.0,
            "{lead}"
        );
    }
    assert_eq!(
        (compressed.age_years, compressed.sex),
        (Some(32.0), Some(Sex::Female))
    );
    let beat = median(
        &folder.join("philips-xml/1-04.xml"),
        philips_xml::parse_waveform,
    );
    assert_eq!((beat.len(), beat.rate_hz), (1200, 500.0));
}

#[test]
fn sierra_and_muse_files_give_what_was_put_in() {
    let (folder, all) = (truth_folder().join("carts"), truth("carts/carts.json"));
    let formats = ["1.03, XLI", "1.04.01, XLI", "1.04, uncompressed"];
    for (name, format) in ["1.03", "1.04.01", "uncompressed"].iter().zip(formats) {
        let recording = formats::open(&folder.join(format!("philips-{name}.xml"))).unwrap();
        assert_eq!(recording.format, format!("Philips Sierra XML {format}"));
        assert_eq!(recording.rate_hz, 250.0);
        assert_nanovolts(&recording, &all["xml"]["philips"], name);
        assert_eq!(
            (recording.age_years, recording.sex),
            (Some(50.0), Some(Sex::Male))
        );
    }
    let muse = formats::open(&folder.join("muse.xml")).unwrap();
    assert_nanovolts(&muse, &all["xml"]["muse"], "muse");
    assert_eq!((muse.rate_hz, muse.age_years), (250.0, Some(1.5)));
    assert!(
        muse.remarks
            .contains(&"the cart found lead V6 off".to_owned())
    );
    let beat = median(&folder.join("muse.xml"), muse_xml::parse_waveform);
    assert_eq!(beat.len(), 20);
}

#[test]
fn an_unknown_philips_version_is_refused_by_number() {
    let Some(folder) = sample_files() else { return };
    let path = folder.join("philips-xml/1-04.xml");
    let (units, _) =
        bytes(&path)[2..]
            .as_chunks::<2>()
            .0
            .iter()
            .fold((Vec::new(), ()), |(mut v, ()), p| {
                v.push(u16::from_le_bytes(*p));
                (v, ())
            });
    let text = String::from_utf16(&units).unwrap();
    let with = |version: &str| {
        text.replace(
            "<documentversion>1.04<",
            &format!("<documentversion>{version}<"),
        )
    };
    let error = philips_xml::parse(&path, with("1.04.02").as_bytes()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("documentversion is 1.04.02, expected 1.03, 1.04, 1.04.01"),
        "{error}"
    );
    for known in ["1.03", "1.04.01"] {
        philips_xml::parse(&path, with(known).as_bytes()).unwrap();
    }
}

#[test]
fn dicom_gives_what_pydicom_reads() {
    let folder = truth_folder().join("carts");
    for (name, groups) in truth("carts/carts.json")["dicom"].as_object().unwrap() {
        let path = folder.join(format!("{name}.dcm"));
        let refusal = match name.as_str() {
            "no-sensitivity" => Some("the sensitivity of channel I is absent"),
            "hemodynamic" => Some("the SOP class is 1.2.840.10008.5.1.4.1.1.9.2.1"),
            _ => None,
        };
        if let Some(reason) = refusal {
            let error = formats::open(&path).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
            continue;
        }
        let groups = groups.as_array().unwrap();
        assert_group(&formats::open(&path).unwrap(), groups.last().unwrap(), name);
        if groups.len() == 2 {
            assert_group(&median(&path, dicom::parse_waveform), &groups[0], name);
        }
    }
    let explicit = formats::open(&folder.join("explicit.dcm")).unwrap();
    assert_eq!(explicit.format, "DICOM 12-lead ECG");
    assert_eq!(
        explicit.remarks[0],
        "RHYTHM is read; the file also has: MEDIAN BEAT"
    );
    assert_eq!(
        (explicit.age_years, explicit.sex),
        (Some(63.0), Some(Sex::Female))
    );
    let implicit = formats::open(&folder.join("implicit.dcm")).unwrap();
    assert_eq!(implicit.age_years, Some(70.0));
    let leads: Vec<_> = implicit.channels.iter().map(|c| c.lead).collect();
    assert_eq!(leads, [Some(Lead::V1), Some(Lead::V6)]);
}

/// pydicom's physical values in the unit of each channel. Derived leads come after.
fn assert_group(recording: &Recording, group: &Value, what: &str) {
    assert_eq!(
        recording.rate_hz,
        group["rate_hz"].as_f64().unwrap(),
        "{what}"
    );
    let values = group["values"].as_array().unwrap();
    let units = group["units"].as_array().unwrap();
    for ((channel, values), unit) in recording.channels.iter().zip(values).zip(units) {
        let unit_mv = match unit.as_str().unwrap() {
            "nV" => 1e-6,
            "uV" => 1e-3,
            _ => 1.0,
        };
        let expected = numbers(values);
        assert_eq!(channel.samples_mv.len(), expected.len());
        for (found, expected) in channel.samples_mv.iter().zip(expected) {
            let expected_mv = expected * unit_mv;
            let close = (found - expected_mv).abs() < 1e-9 * expected_mv.abs().max(1.0)
                || (found.is_nan() && expected.is_nan());
            assert!(close, "{what}: {found}, {expected_mv}");
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
    let beat = median(&folder.join("dicom/Example.dcm"), dicom::parse_waveform);
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
    let scp_beat = median(&folder.join("scp/Example.scp"), scp_ecg::parse_waveform);
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
fn muse_gives_eight_leads_and_four_that_follow_from_them() {
    let Some(folder) = sample_files() else { return };
    let path = folder.join("muse-xml/example1.xml");
    let recording = formats::open(&path).unwrap();
    assert_eq!(
        (recording.rate_hz, recording.len(), recording.channels.len()),
        (500.0, 5000, 12)
    );
    assert_eq!(
        recording.unit_source,
        "4.88 MICROVOLTS per unit (LeadAmplitudeUnitsPerBit)"
    );
    assert_eq!(
        recording.remarks[0],
        "rhythm is read; the file also has: Median"
    );
    assert_einthoven(&recording, 1e-12);
    assert_eq!(median(&path, muse_xml::parse_waveform).len(), 600);
    // A sample changed: one letter of the first lead's Base64.
    let mut changed = bytes(&path);
    let at = String::from_utf8_lossy(&changed)
        .rfind("<WaveFormData>")
        .unwrap()
        + 200;
    changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
    let error = muse_xml::parse(&path, &changed).unwrap_err().to_string();
    assert!(error.contains("the CRC-32 of lead V6"), "{error}");
}

#[test]
fn aecg_units_are_what_the_file_says() {
    let Some(folder) = sample_files() else { return };
    let path = folder.join("hl7-aecg/minimum_aecg.xml");
    let text = String::from_utf8(bytes(&path)).unwrap();
    let first_mv = |scale: &str| {
        let text = text.replace("<scale value=\"2.5\" unit=\"uV\"/>", scale);
        let recording = hl7_aecg::parse(&path, text.as_bytes())?;
        Ok::<_, FormatError>(recording.lead(Lead::II).unwrap()[0])
    };
    for (scale, expected_mv) in [
        ("<scale value=\"2.5\" unit=\"uV\"/>", -0.005),
        ("<scale value=\"2.5\" unit=\"mV\"/>", -5.0),
        ("<scale value=\"2500\" unit=\"nV\"/>", -0.005),
    ] {
        assert!(
            (first_mv(scale).unwrap() - expected_mv).abs() < 1e-12,
            "{scale}"
        );
    }
    let error = first_mv("<scale value=\"2.5\"/>").unwrap_err().to_string();
    assert!(
        error.contains("the unit of scale of MDC_ECG_LEAD_II is empty"),
        "{error}"
    );
    let derived = folder.join("hl7-aecg/subject1_0.xml");
    assert_eq!(formats::open(&derived).unwrap().channels.len(), 12);
    assert!(!median(&derived, hl7_aecg::parse_waveform).is_empty());
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
    ("dicom", dicom::parse),
    ("scp", scp_ecg::parse),
    ("hl7-aecg", hl7_aecg::parse),
    ("muse-xml", muse_xml::parse),
    ("philips-xml", philips_xml::parse),
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
                repair_checksums(&mut changed);
                parse(&path, &changed).ok();
            }
        }
    }
}

/// Without this no change of an SCP record would come past its checksums.
fn repair_checksums(bytes: &mut [u8]) {
    if bytes.get(16..22) != Some(b"SCPECG") {
        return;
    }
    let mut at = 6;
    while let Some(header) = bytes.get(at..at + 8) {
        let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        if length < 16 || at + length > bytes.len() {
            break;
        }
        refresh_checksum(bytes, at, |section| {
            u32::from_le_bytes([section[4], section[5], section[6], section[7]]) as usize
        });
        at += length;
    }
    refresh_checksum(bytes, 0, whole_len);
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
