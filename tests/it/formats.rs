//! Files of any format are read as independent programs read them, converted
//! without loss, and stripped of who the patient is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use protoecg::ecg::{Lead, Recording, Sex};
use protoecg::formats::{self, Sidecar};
use serde_json::Value;

use crate::reference_data::{numbers, ptbxl, sample_files};

/// A small file made by tests/truth/formats.py.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/formats")
        .join(name)
}

/// Why a file is not read.
#[track_caller]
pub fn refusal(path: &Path) -> String {
    match formats::open(path) {
        Ok(recording) => panic!("{} was read as {}", path.display(), recording.format),
        Err(error) => error.to_string(),
    }
}

/// tests/truth/formats.py: wfdb-python, pyEDFlib and NumPy.
#[test]
fn every_fixture_equals_its_independent_reader() {
    let truth: Value = serde_json::from_str(include_str!("../truth/formats.json")).unwrap();
    for (name, wanted) in truth.as_object().unwrap() {
        let recording = formats::open(&fixture(name)).unwrap();
        assert_eq!(recording.rate_hz, wanted["rate_hz"], "{name}");
        let leads: Vec<&str> = recording.channels.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(Value::from(leads), wanted["leads"], "{name}");
        for (channel, wanted) in recording
            .channels
            .iter()
            .zip(wanted["samples_mv"].as_array().unwrap())
        {
            let wanted = numbers(wanted);
            assert_eq!(channel.samples_mv.len(), wanted.len(), "{name}");
            for (t, (found, wanted)) in channel.samples_mv.iter().zip(wanted).enumerate() {
                let equal = (found - wanted).abs() <= 1e-12 * wanted.abs().max(1.0);
                assert!(
                    equal || (found.is_nan() && wanted.is_nan()),
                    "{name} {} sample {t}: {found}, expected {wanted}",
                    channel.name
                );
            }
        }
        assert_eq!(recording.age_years, wanted["age_years"].as_f64(), "{name}");
        let sex = recording.sex.map(|sex| format!("{sex:?}"));
        assert_eq!(sex.as_deref(), wanted["sex"].as_str(), "{name}");
    }
    assert_eq!(truth.as_object().unwrap().len(), 6);
}

/// pyEDFlib wrote PTB-XL's record 1 as EDF+ and as BDF+; wfdb-python reads the
/// original.
#[test]
fn edf_and_bdf_give_record_1_of_ptbxl_back() {
    let (Some(files), Some(ptbxl)) = (sample_files(), ptbxl()) else {
        return;
    };
    let original = formats::open(&ptbxl.join("records500/00000/00001_hr.hea")).unwrap();
    for (name, format, limit_mv) in [
        ("ptbxl_00001.edf", "EDF+C", 1e-3),
        ("ptbxl_00001.bdf", "BDF+C", 1e-5),
    ] {
        let read = formats::open(&files.join("edf").join(name)).unwrap();
        assert_eq!((read.rate_hz, read.len()), (500.0, 5000));
        assert_eq!(read.format, format);
        assert_eq!(read.pseudonym, None);
        for lead in Lead::STANDARD {
            let pairs = read
                .lead(lead)
                .unwrap()
                .iter()
                .zip(original.lead(lead).unwrap());
            let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(worst <= limit_mv, "{name} {lead}: {worst} mV");
        }
    }
}

#[test]
fn who_the_patient_is_becomes_a_pseudonym() {
    let edf = formats::open(&fixture("plus.edf")).unwrap();
    let bdf = formats::open(&fixture("plus.bdf")).unwrap();
    assert!(edf.pseudonym.is_some());
    assert_eq!(edf.pseudonym, bdf.pseudonym);
    assert_eq!((edf.age_years, edf.sex), (Some(73.0), Some(Sex::Female)));
    // The samples have digits enough for any year.
    let mut rest = edf.clone();
    rest.channels.iter_mut().for_each(|c| c.samples_mv.clear());
    let everything = format!("{rest:?}");
    for identity in [
        "0234567",
        "Quintilia",
        "Harmsworth",
        "1951",
        "2025",
        "cough",
    ] {
        assert!(!everything.contains(identity), "{identity} was kept");
    }
    assert_eq!(edf.remarks.len(), 2, "{:?}", edf.remarks);
    assert!(edf.remarks[0].contains("SpO2 is left out: its unit \"%\" is no voltage"));
    assert!(edf.remarks[1].contains("Resp is left out: it has 10 samples per second, not 100"));
}

/// Units are never guessed silently.
#[test]
fn a_lead_without_a_unit_is_taken_as_millivolts_and_that_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.edf");
    let mut bytes = fs::read(fixture("plus.edf")).unwrap();
    // The dimension of the first of five signals.
    bytes[256 + 96 * 5..][..2].copy_from_slice(b"  ");
    fs::write(&path, bytes).unwrap();
    let (said, assumed) = (
        formats::open(&fixture("plus.edf")).unwrap(),
        formats::open(&path).unwrap(),
    );
    assert_eq!(said.unit_source, "uV (header); mV (header)");
    assert_eq!(
        assumed.unit_source,
        "mV (assumed: the header gives no unit); mV (header)"
    );
    let ratio = assumed.channels[0].samples_mv[7] / said.channels[0].samples_mv[7];
    assert!((ratio - 1000.0).abs() < 1e-9);
}

/// Signal, age and sex are the same after each step; NaN has the same checksum.
#[test]
fn a_recording_goes_through_every_format_and_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo-rhythm/example.hea");
    let original = formats::open(&demo).unwrap();
    let mut last = original.clone();
    for name in ["a.edf", "b.csv", "c.hea", "d.csv", "e.edf"] {
        let path = dir.path().join(name);
        formats::save(&path, &last).unwrap();
        last = formats::open(&path).unwrap();
        assert_eq!(last.sha256(), original.sha256(), "{name}");
        assert_eq!(
            (last.age_years, last.sex),
            (original.age_years, original.sex)
        );
    }
}

/// A length that is no whole number of data records, a rate that is odd, a
/// channel that is no standard lead, samples that fit no step.
#[test]
fn odd_recordings_survive_too() {
    let dir = tempfile::tempdir().unwrap();
    let mut recording = formats::open(&fixture("counts.npy")).unwrap();
    recording.rate_hz = 257.5;
    recording.channels[0].name = "VX".to_owned();
    recording.channels[0].lead = None;
    for (t, mv) in recording.channels[0].samples_mv.iter_mut().enumerate() {
        *mv = (t as f64).sin() / 3.0;
    }
    let saved = formats::save(&dir.path().join("x.edf"), &recording).unwrap();
    let resolution = saved.resolution.unwrap();
    assert!(resolution.largest_rounding_uv <= resolution.step_uv / 2.0 + 1e-9);
    let read = formats::open(&dir.path().join("x.edf")).unwrap();
    assert_eq!((read.rate_hz, read.len()), (257.5, 40));
    assert_eq!(read.channels[0].name, "VX");
    assert_near(&read, &recording, resolution.step_uv / 2e3 + 1e-9);

    recording.channels[1].samples_mv[3] = f64::NAN;
    formats::save(&dir.path().join("x.csv"), &recording).unwrap();
    let read = formats::open(&dir.path().join("x.csv")).unwrap();
    assert_eq!(read.sha256(), recording.sha256());
    let error = formats::save(&dir.path().join("y.edf"), &recording).unwrap_err();
    assert!(
        error.to_string().contains("missing sample at 0.012 s"),
        "{error}"
    );
    let error = formats::save(&dir.path().join("y.xml"), &recording).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("expected .hea (WFDB), .edf (EDF+) or .csv")
    );
}

#[track_caller]
fn assert_near(a: &Recording, b: &Recording, limit_mv: f64) {
    for (a, b) in a.channels.iter().zip(&b.channels) {
        for (x, y) in a.samples_mv.iter().zip(&b.samples_mv) {
            assert!((x - y).abs() <= limit_mv, "{}: {x}, expected {y}", a.name);
        }
    }
}

#[test]
fn tables_are_read_as_people_write_them() {
    let dir = tempfile::tempdir().unwrap();
    // The name tells nothing: the content does.
    let table = dir.path().join("table.dat");
    let sidecar = |text: &str| fs::write(Sidecar::path_of(&table), text).unwrap();
    let uv = r#"(version: 1, rate_hz: 250, unit: "uV", leads: ["II", "V1"], age_years: 50)"#;
    sidecar(uv);
    fs::write(
        &table,
        "\u{feff}time;V1;II\r\n0;1000;-500\r\n0.004; ;2e3\r\n",
    )
    .unwrap();
    let recording = formats::open(&table).unwrap();
    assert_eq!(recording.lead(Lead::II).unwrap(), [-0.5, 2.0]);
    let v1 = recording.lead(Lead::V1).unwrap();
    assert!(v1[0] == 1.0 && v1[1].is_nan());
    assert_eq!(recording.unit_source, "uV (sidecar)");
    assert!(recording.remarks[0].contains("column \"time\" is left out"));
    fs::write(&table, "1,2\n3,4\n").unwrap();
    assert_eq!(
        formats::open(&table).unwrap().lead(Lead::V1).unwrap(),
        [0.002, 0.004]
    );

    for (text, reason) in [
        (
            "1,2\n3\n",
            "line 2: the number of columns is 1 instead of 2",
        ),
        (
            "II,V1\n1,2\n1,x\n",
            "line 3: lead V1 is \"x\", expected a number",
        ),
        ("II,V2\n1,2\n", "lead V1 is absent"),
        ("1,2,3\n", "line 1: the number of columns is 3 for 2 leads"),
        ("1,2\n3,4\n1,inf\n", "line 3: lead V1 is \"inf\""),
    ] {
        fs::write(&table, text).unwrap();
        let message = refusal(&table);
        assert!(message.contains(reason), "{message}");
    }
    fs::write(&table, "1,2\n").unwrap();
    for (old, new, reason) in [
        ("250", "0", "rate_hz is 0, expected a number above 0"),
        (
            "\"uV\"",
            "\"mmHg\"",
            "unit is \"mmHg\", expected nV, uV, mV or V",
        ),
        ("version: 1", "version: 2", "version is 2, expected 1"),
        (
            "age_years",
            "name",
            "table.ron line 1: the sidecar is damaged",
        ),
        ("\"V1\"", "\"II\"", "leads is a name twice"),
    ] {
        sidecar(&uv.replace(old, new));
        let message = refusal(&table);
        assert!(message.contains(reason), "{message}");
    }
    fs::remove_file(Sidecar::path_of(&table)).unwrap();
    assert!(refusal(&table).contains("table.ron beside it, like (version: 1, rate_hz: 500"));
}

fn convert(arguments: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_protoecg"))
        .arg("convert")
        .args(arguments)
        .output()
        .expect("the program starts")
}

#[test]
fn convert_writes_what_the_name_ends_in_and_overwrites_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let edf = dir.path().join("out.edf");
    let output = convert(&[&fixture("plus.bdf"), &edf]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && said.contains("EDF+C"), "{said}");
    assert!(said.contains("SpO2 is left out"), "{said}");
    let bytes = fs::read(&edf).unwrap();
    assert!(
        !bytes
            .windows(9)
            .any(|w| w == b"Quintilia" || w == b"02-MAY-19")
    );
    let again = convert(&[&fixture("plus.bdf"), &edf]);
    assert_eq!(again.status.code(), Some(1));
    assert!(
        String::from_utf8(again.stderr)
            .unwrap()
            .contains("out.edf: is there already; --force")
    );
    let output = convert(&[&edf, Path::new("no/such/folder.pdf")]);
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("ends in \"pdf\", expected .hea")
    );
}
