//! Damaged and hostile files are refused by file, field, found and expected,
//! before anything is allocated by what they declare.

use std::fs;

use protoecg::formats::{self as files, Sidecar};

use crate::formats::{fixture, refusal};
use crate::reference_data::sample_files;

/// One fixture with some bytes changed.
fn spoiled(name: &str, change: impl Fn(&mut Vec<u8>)) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    let mut bytes = fs::read(fixture(name)).unwrap();
    change(&mut bytes);
    fs::write(&path, bytes).unwrap();
    let sidecar = Sidecar::path_of(&fixture(name));
    if sidecar.exists() {
        fs::copy(sidecar, Sidecar::path_of(&path)).unwrap();
    }
    refusal(&path)
}

fn put(at: usize, text: &'static str) -> impl Fn(&mut Vec<u8>) {
    move |bytes| bytes[at..at + text.len()].copy_from_slice(text.as_bytes())
}

#[test]
fn damaged_files_are_refused_by_field() {
    // plus.edf has five signals: fields of each stand one after the other from 256 on.
    let field = |before: usize, length: usize, signal: usize| 256 + before * 5 + length * signal;
    for (message, reason) in [
        (
            spoiled("plus.edf", |b| b.truncate(2000)),
            "2 data records of",
        ),
        (
            spoiled("plus.edf", |b| b.truncate(1000)),
            "the header of all signals needs 1536 bytes, 1000 are there",
        ),
        (
            spoiled("plus.edf", put(236, "99999999")),
            "99999999 data records",
        ),
        (
            spoiled("plus.edf", put(252, "9999")),
            "the number of signals is \"9999\"",
        ),
        (
            spoiled("plus.edf", put(184, "1234    ")),
            "the number of bytes of the header is \"1234\"",
        ),
        (
            spoiled("plus.edf", put(244, "nan     ")),
            "the duration of a data record is \"nan\"",
        ),
        (
            spoiled("plus.edf", put(field(96, 8, 0), "mmHg")),
            "the unit of signal ECG II is \"mmHg\"",
        ),
        (
            spoiled("plus.edf", put(field(104, 8, 0), "5000    ")),
            "the limits of signal ECG II",
        ),
        (
            spoiled("plus.edf", put(field(216, 8, 0), "21474836")),
            "data records of",
        ),
        (
            spoiled("counts.npy", |b| b.truncate(200)),
            "an array of 40 by 2 elements needs 160 bytes, 72 are there",
        ),
        (
            spoiled("counts.npy", put(8, "\u{7f}\u{7f}")),
            "the header needs",
        ),
        (
            spoiled("counts.npy", put(21, "<c8")),
            "the type of element is \"<c8\"",
        ),
    ] {
        assert!(message.contains(reason), "{message}");
    }
}

#[test]
fn an_interrupted_recording_is_refused_and_a_whole_one_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("d.edf");
    let mut bytes = fs::read(fixture("plus.edf")).unwrap();
    put(192, "EDF+D")(&mut bytes);
    fs::write(&path, &bytes).unwrap();
    assert_eq!(files::open(&path).unwrap().len(), 200);
    let second = bytes.windows(4).rposition(|w| w == b"+1\x14\x14").unwrap();
    bytes[second + 1] = b'7';
    fs::write(&path, &bytes).unwrap();
    let message = refusal(&path);
    assert!(
        message.contains("the beginning of data record 2 is 7 s, expected 1 s: an interrupted"),
        "{message}"
    );
}

#[test]
fn segments_that_do_not_fit_together_are_refused() {
    let refused = |file: &str, old: &str, new: &str, reason: &str| {
        let dir = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(fixture("")).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), dir.path().join(entry.file_name())).unwrap();
        }
        let path = dir.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(old));
        fs::write(&path, text.replacen(old, new, 1)).unwrap();
        let message = refusal(&dir.path().join("var.hea"));
        assert!(message.contains(reason), "{message}");
    };
    refused(
        "var.hea",
        "100 50",
        "100 51",
        "the sum of the segments' lengths is 50, expected 51",
    );
    refused(
        "var.hea",
        "var/4",
        "var/5",
        "promises 5 segments and describes 4",
    );
    refused(
        "var.hea",
        "~ 10",
        "~ 99999999999",
        "the sum of the segments' lengths",
    );
    refused(
        "var.hea",
        "100 50\nvar_layout 0\nvar_1 20\n~ 10",
        "100 0\nvar_layout 0\nvar_1 20\n~ 99999999999",
        "more than the 12000000",
    );
    refused(
        "var.hea",
        "var_2 20",
        "var 20",
        "the segment var is of several segments",
    );
    refused(
        "var.hea",
        "var_2 20",
        "../var_2 20",
        "the segment is \"../var_2\"",
    );
    refused(
        "var_2.hea",
        "100 20",
        "200 20",
        "the sampling rate of segment var_2 is 200, expected 100 Hz",
    );
    refused(
        "var_2.hea",
        "100 20",
        "100 19",
        "the length of segment var_2 is 19, expected 20",
    );
    refused(
        "var_2.hea",
        " V1",
        " V9",
        "the signal V9 of segment var_2 is new",
    );
    refused(
        "var_2.hea",
        "1000/mV",
        "1000/uV",
        "the unit of V1 in segment var_2 is uV, expected mV",
    );
}

#[test]
fn other_files_are_named_and_refused() {
    let Some(folder) = sample_files() else { return };
    assert!(refusal(&folder.join("wfdb/100.atr")).contains("a binary file"));
    assert!(refusal(&folder.join("wfdb/100.csv")).contains("empty (0 bytes)"));
    assert!(refusal(&folder.join("wfdb/LICENSE")).contains("a text file that is neither"));
    assert!(refusal(&folder.join("wfdb")).contains("a folder"));
}
