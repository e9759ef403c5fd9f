//! WFDB records are read as wfdb-python reads them, written so that they read
//! the same, and refused with the reason where they are bad.

use std::fs;
use std::path::{Path, PathBuf};

use protoecg::ecg::{Channel, Lead, Recording, Sex};
use protoecg::formats::{self, FormatError, wfdb};

use crate::reference_data::{expected, numbers, ptbxl, ptbxl_record, sample_files};

#[track_caller]
fn assert_close(found: f64, wanted: f64, what: &str) {
    let close = (found - wanted).abs() <= 1e-12 * wanted.abs().max(1.0);
    assert!(
        close || (found.is_nan() && wanted.is_nan()),
        "{what}: {found}, expected {wanted}"
    );
}

/// All formats, several segments, FLAC and MATLAB; signals that are no ECG too.
#[test]
fn every_record_equals_wfdb_python() {
    let (Some(folder), Some(truth)) = (sample_files(), expected("wfdb_formats.json")) else {
        return;
    };
    let truth = truth.as_object().unwrap();
    for (name, wanted) in truth {
        let record = wfdb::read_record(&folder.join(format!("{name}.hea"))).unwrap();
        assert_eq!(record.rate_hz, wanted["fs"].as_f64().unwrap(), "{name}");
        assert_eq!(record.signals.len() as u64, wanted["n_sig"], "{name}");
        for (i, signal) in record.signals.iter().enumerate() {
            let what = format!("{name} {}", signal.name);
            assert_eq!(signal.name, wanted["sig_name"][i].as_str().unwrap());
            assert_eq!(signal.unit, wanted["units"][i].as_str().unwrap());
            assert_eq!(signal.values.len() as u64, wanted["sig_len"], "{what}");
            assert_signal(&signal.values, wanted, i, &what);
        }
    }
    assert_eq!(truth.len(), 24, "records read");
}

#[track_caller]
fn assert_signal(values: &[f64], wanted: &serde_json::Value, i: usize, what: &str) {
    let (first, last) = (&values[..5], &values[values.len() - 5..]);
    for (found, wanted) in first.iter().zip(numbers(&wanted["first5"][i])) {
        assert_close(*found, wanted, what);
    }
    for (found, wanted) in last.iter().zip(numbers(&wanted["last5"][i])) {
        assert_close(*found, wanted, what);
    }
    let present = values.iter().filter(|v| !v.is_nan());
    let sum: f64 = present.clone().sum();
    let scale: f64 = present.map(|v| v.abs()).sum();
    let wanted_sum = wanted["sum"][i].as_f64().unwrap();
    assert!(
        (sum - wanted_sum).abs() <= 1e-12 * scale,
        "{what}: {sum}, expected {wanted_sum}"
    );
    let missing = values.iter().filter(|v| v.is_nan()).count();
    assert_eq!(missing as u64, wanted["missing"][i], "{what}");
}

#[test]
fn signals_that_are_no_voltage_are_left_out_and_said() {
    let Some(folder) = sample_files() else { return };
    let recording = formats::open(&folder.join("wfdb/a103l.mat")).unwrap();
    let names: Vec<&str> = recording.channels.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["II", "V"]);
    assert_eq!(
        recording.remarks,
        ["PLETH is left out: its unit NU is no voltage"]
    );
    let recording = formats::open(&folder.join("wfdb/multi-segment/041s")).unwrap();
    assert_eq!(recording.format, "WFDB, format 212, 2 segments");
    assert_eq!(recording.channels.len(), 5);
    assert!(recording.remarks[0].contains("III, I, V had several samples per frame"));
}

#[test]
fn a_record_opens_by_header_by_signal_file_and_by_name() {
    let Some(folder) = sample_files() else { return };
    let by_name = formats::open(&folder.join("wfdb/s0010_re")).unwrap();
    for file in [
        "wfdb/s0010_re.hea",
        "wfdb/s0010_re.dat",
        "wfdb/s0010_re.xyz",
    ] {
        assert_eq!(formats::open(&folder.join(file)).unwrap(), by_name);
    }
    assert_eq!(by_name.channels.len(), 15);
    assert_eq!(by_name.missing_leads(), []);
    assert_eq!(by_name.format, "WFDB, format 16");
    assert_eq!(by_name.unit_source, "2000 ADC units per mV (header)");
    // Of thirty comments with dates and diagnoses these two are kept.
    assert_eq!(
        (by_name.age_years, by_name.sex),
        (Some(81.0), Some(Sex::Female))
    );
}

/// One sine per lead, with one missing sample.
fn recording() -> Recording {
    let channel = |lead: Lead| {
        let phase = lead.index() as f64;
        let mut samples_mv: Vec<f64> = (0..1000)
            .map(|t| ((f64::from(t) * 0.0628 + phase).sin() * 1000.0).round() / 1000.0)
            .collect();
        samples_mv[17] = f64::NAN;
        Channel {
            name: lead.name().to_uppercase(),
            lead: Some(lead),
            samples_mv,
        }
    };
    Recording {
        rate_hz: 100.0,
        channels: Lead::STANDARD.map(channel).to_vec(),
        format: "WFDB, format 16".to_owned(),
        unit_source: "1000 ADC units per mV (header)".to_owned(),
        remarks: Vec::new(),
        pseudonym: None,
        age_years: Some(63.0),
        sex: Some(Sex::Male),
    }
}

#[test]
fn what_is_written_reads_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let written = recording();
    wfdb::write(dir.path(), "00001_lr", &written, 1000.0).unwrap();
    let read = formats::open(&dir.path().join("00001_lr.hea")).unwrap();
    // NaN is unequal to itself: the checksum of the signal stands for equality.
    assert_eq!(read.sha256(), written.sha256());
    assert!(read.lead(Lead::V6).unwrap()[17].is_nan());
    assert_eq!((read.age_years, read.sex), (written.age_years, written.sex));
    assert_eq!(
        (read.format, read.unit_source),
        (written.format, written.unit_source)
    );
}

/// wfdb-python wrote PTB-XL's files: ours are the same to the byte.
#[test]
fn a_record_of_ptbxl_is_written_back_byte_for_byte() {
    let Some(ptbxl) = ptbxl() else { return };
    let original = ptbxl_record(&ptbxl, 1);
    let dir = tempfile::tempdir().unwrap();
    wfdb::write(
        dir.path(),
        "00001_lr",
        &formats::open(&original).unwrap(),
        1000.0,
    )
    .unwrap();
    for extension in ["hea", "dat"] {
        let file = original.with_extension(extension);
        let ours = fs::read(dir.path().join(file.file_name().unwrap())).unwrap();
        let theirs = fs::read(&file).unwrap();
        assert_eq!(
            ours.trim_ascii_end(),
            theirs.trim_ascii_end(),
            "{extension}"
        );
    }
}

#[test]
fn a_sample_that_16_bits_cannot_hold_is_not_written() {
    let dir = tempfile::tempdir().unwrap();
    let mut recording = recording();
    recording.channels[3].samples_mv[250] = 32.768;
    let error = wfdb::write(dir.path(), "x", &recording, 1000.0)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("lead AVR has 32.768 mV at 2.500 s, expected at most 32.767 mV"),
        "{error}"
    );
    assert!(fs::read_dir(dir.path()).unwrap().next().is_none());
    let error = wfdb::write(dir.path(), "../x", &recording, 1000.0).unwrap_err();
    assert!(matches!(error, FormatError::NotWritable { .. }));
}

/// A good record in a folder of its own, for a test to spoil.
struct Spoiled {
    dir: tempfile::TempDir,
}

impl Spoiled {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        wfdb::write(dir.path(), "x", &recording(), 1000.0).unwrap();
        Self { dir }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.dir.path().join(file)
    }

    fn header(self, change: impl Fn(String) -> String) -> Self {
        let path = self.path("x.hea");
        fs::write(&path, change(fs::read_to_string(&path).unwrap())).unwrap();
        self
    }

    fn data(self, change: impl Fn(&mut Vec<u8>)) -> Self {
        let path = self.path("x.dat");
        let mut bytes = fs::read(&path).unwrap();
        change(&mut bytes);
        fs::write(&path, bytes).unwrap();
        self
    }

    #[track_caller]
    fn refused(&self, reason: &str) {
        let message = formats::open(&self.path("x.hea")).unwrap_err().to_string();
        assert!(message.contains(reason), "{message}");
        assert!(
            message.contains(self.dir.path().to_str().unwrap()),
            "{message}"
        );
    }
}

fn replaced(old: &'static str, new: &'static str) -> impl Fn(String) -> String {
    move |text| {
        assert!(text.contains(old));
        text.replacen(old, new, 1)
    }
}

#[test]
fn a_truncated_signal_file_says_how_much_is_there() {
    let spoiled = Spoiled::new().data(|bytes| bytes.truncate(11_999));
    spoiled
        .refused("x.dat: truncated: 11999 bytes found, 24000 expected (12 signals of 1000 samples");
}

#[test]
fn a_header_that_promises_more_signals_than_it_describes_is_refused() {
    let spoiled = Spoiled::new().header(replaced("x 12 ", "x 15 "));
    spoiled.refused("the header promises 15 signals and describes 12");
    Spoiled::new()
        .header(replaced("x 12 ", "x 0 "))
        .refused("promises 0 signals and describes 12");
}

#[test]
fn empty_files_are_refused() {
    let spoiled = Spoiled::new().data(Vec::clear);
    spoiled.refused("x.dat: the file is empty (0 bytes)");
    spoiled
        .header(|_| String::new())
        .refused("x.hea: the file is empty (0 bytes)");
}

#[test]
fn gains_that_are_no_numbers_are_refused() {
    for gain in ["NaN", "inf", "-inf", "1e999", "x"] {
        let spoiled = Spoiled::new().header(|text| text.replacen("1000.0", gain, 2));
        spoiled.refused("line 2: the gain of signal I is");
    }
}

/// header(5): a gain of zero means uncalibrated, to be read as 200.
#[test]
fn a_gain_of_zero_is_the_default_and_said() {
    let spoiled = Spoiled::new().header(|text| text.replace("1000.0(0)/mV", "0"));
    let recording = formats::open(&spoiled.path("x")).unwrap();
    assert_eq!(
        recording.unit_source,
        "200 ADC units per mV (assumed: the header gives no gain)"
    );
    assert_close(recording.channels[1].samples_mv[0], 0.841 * 5.0, "lead II");
}

#[test]
fn units_of_voltage_are_converted_and_others_refused() {
    for (gain, expected) in [
        ("1(0)/uV", 1.0),
        ("1(0)/µV", 1.0),
        ("1e-3(0)/nV", 1.0),
        ("1e6(0)/V", 1.0),
        ("1000", 1.0),
    ] {
        let spoiled = Spoiled::new().header(|text| text.replace("1000.0(0)/mV", gain));
        let recording = formats::open(&spoiled.path("x.dat")).unwrap();
        assert_close(recording.channels[1].samples_mv[0], 0.841 * expected, gain);
    }
    let spoiled = Spoiled::new().header(replaced("/mV 16 0 841", "/mmHg 16 0 841"));
    spoiled.refused("line 3: the unit of signal II is \"mmHg\", expected a unit of voltage");
}

#[test]
fn a_changed_sample_is_noticed_by_the_checksum() {
    let spoiled = Spoiled::new().data(|bytes| bytes[24 * 500 + 2] ^= 1);
    spoiled.refused("x.dat: signal II: the samples sum to checksum");
}

#[test]
fn absurd_counts_are_refused_before_anything_is_allocated() {
    for samples in ["1000000000000", "18446744073709551615", "1001"] {
        let spoiled = Spoiled::new()
            .header(|text| text.replacen("100 1000\n", &format!("100 {samples}\n"), 1));
        spoiled.refused("truncated: 24000 bytes found");
    }
    Spoiled::new()
        .header(replaced("x 12 ", "x 1000000 "))
        .refused("expected at most 256");
    Spoiled::new()
        .header(replaced(" 100 1000\n", " 0 1000\n"))
        .refused("the sampling rate is \"0\"");
    Spoiled::new()
        .header(replaced(" 100 1000\n", " 1e999 1000\n"))
        .refused("the sampling rate");
    Spoiled::new()
        .header(replaced(" 100 1000\n", " 100 -5\n"))
        .refused("the number of samples per signal");
    Spoiled::new()
        .header(replaced(".dat 16 ", ".dat 16x4 "))
        .refused("truncated: 24000 bytes found, 30000 expected");
    Spoiled::new()
        .header(replaced(".dat 16 ", ".dat 17 "))
        .refused("the signal format is \"17\"");
    Spoiled::new()
        .header(|t| t.replace(".dat 16 ", ".dat 16+99999 "))
        .refused("truncated");
}

#[test]
fn a_header_cannot_reach_outside_its_folder() {
    for file in [
        "../x.dat",
        "/etc/passwd",
        "sub/x.dat",
        "..",
        "-",
        "..\\x.dat",
    ] {
        let spoiled = Spoiled::new().header(|text| text.replacen("x.dat", file, 1));
        spoiled.refused("the signal file is");
    }
}

#[test]
fn a_missing_signal_file_is_named() {
    let spoiled = Spoiled::new();
    fs::remove_file(spoiled.path("x.dat")).unwrap();
    spoiled.refused("x.dat: No such file");
    let error = formats::open(Path::new("no-such-record")).unwrap_err();
    assert!(matches!(error, FormatError::Io { .. }));
}

/// header(5): fields after the format may be absent; the skew shifts a signal.
#[test]
fn optional_fields_offset_and_skew_are_honoured() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(
        dir.path().join("y.hea"),
        "# made by hand\ny 1\ny.bin 16:1+3\n\n",
    )
    .unwrap();
    fs::write(
        dir.path().join("y.bin"),
        [9, 9, 9, 1, 0, 200, 0, 0x9c, 0xff, 0, 0x80],
    )
    .unwrap();
    let recording = formats::open(&dir.path().join("y.bin")).unwrap();
    assert_eq!(
        (recording.rate_hz, recording.channels[0].name.as_str()),
        (250.0, "signal 1")
    );
    let samples = &recording.channels[0].samples_mv;
    assert_eq!(samples[..2], [1.0, -0.5]);
    assert!(samples.len() == 4 && samples[2].is_nan() && samples[3].is_nan());
}
