//! What the command line refuses, and that its errors name what is wrong.

use serde_json::Value;

use crate::command_line::{error, protoecg, text};
use crate::small_model::small_model;

/// One bad file: an error that names it, and the others all the same.
#[test]
fn predict_goes_on_after_a_file_that_cannot_be_read() {
    let (file, bundle) = (small_model().recording(), small_model().bundle());
    let arguments = [
        "predict",
        text(&file),
        "nothing.hea",
        text(&file),
        "--threads",
        "1",
        "--bundle",
        text(&bundle),
        "--json",
    ];
    let output = protoecg(&arguments);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(
        message.contains("nothing.hea") && message.contains("1 of 3 recordings were not read"),
        "{message}"
    );
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let recordings = document["recordings"].as_array().unwrap();
    assert_eq!(recordings.len(), 2);
    assert!(recordings.iter().all(|r| r["file"] == text(&file)));
    assert_eq!(recordings[0]["predictions"], recordings[1]["predictions"]);
}

#[test]
fn wrong_usage_is_exit_code_two() {
    for arguments in [
        &["predict"][..],
        &["nonsense"],
        &["evaluate", "--fold", "x"],
    ] {
        assert_eq!(protoecg(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

/// Nine leads of a header that says so, a truncated signal, no file at all.
#[test]
fn recordings_that_do_not_fit_are_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let recording = protoecg::formats::open(&small_model().recording()).unwrap();
    let mut nine = recording.clone();
    nine.channels.truncate(9);
    protoecg::formats::wfdb::write(folder.path(), "nine", &nine, 1000.0).unwrap();
    let bundle = small_model().bundle();
    let predict = |name: &str| {
        error(&[
            "predict",
            text(&folder.path().join(name)),
            "--bundle",
            text(&bundle),
        ])
    };
    let message = predict("nine.hea");
    assert!(
        message.contains("V4") && message.contains("V5") && message.contains("V6"),
        "{message}"
    );
    protoecg::formats::wfdb::write(folder.path(), "cut", &recording, 1000.0).unwrap();
    let dat = folder.path().join("cut.dat");
    let bytes = std::fs::read(&dat).unwrap();
    std::fs::write(&dat, &bytes[..bytes.len() / 2]).unwrap();
    let message = predict("cut.hea");
    assert!(
        message.contains("cut.dat") && message.contains("24000") && message.contains("12000"),
        "{message}"
    );
    std::fs::write(folder.path().join("empty.hea"), "").unwrap();
    assert!(predict("empty.hea").contains("empty.hea"));
    assert!(predict("nothing.hea").contains("nothing.hea"));
}

#[test]
fn a_configuration_error_names_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("c.ron");
    std::fs::write(&config, "(\n    version: 1,\n    nome: 3,\n)").unwrap();
    let out = folder.path().join("out");
    let message = error(&[
        "train",
        text(&config),
        "--data",
        text(&small_model().data()),
        "--out",
        text(&out),
    ]);
    assert!(
        message.contains("c.ron, line 3") && message.contains("nome"),
        "{message}"
    );
    assert!(!out.exists());
}
