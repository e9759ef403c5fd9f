//! The command line as people and scripts use it: documents, exit codes,
//! errors that name what is wrong.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::small_model::small_model;

fn protoecg(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_protoecg"))
        .args(arguments)
        .env("PROTOECG_MODELS", Path::new(env!("CARGO_MANIFEST_DIR")).join("models"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .expect("the program starts")
}

fn json(arguments: &[&str]) -> Value {
    let output = protoecg(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

fn error(arguments: &[&str]) -> String {
    let output = protoecg(arguments);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn info_names_leads_rate_and_checksum() {
    let document = json(&["info", text(&small_model().recording()), "--json"]);
    assert_eq!(document["rate_hz"], 100.0);
    assert_eq!(document["samples"], 1000);
    assert_eq!(document["duration_s"], 10.0);
    assert_eq!(document["leads"].as_array().unwrap().len(), 12);
    assert_eq!(document["leads"][3], "aVR");
    assert_eq!(document["sha256"].as_str().unwrap().len(), 64);
    assert!(document["plausibility"].is_array() && document["format"].is_string());
}

#[test]
fn predict_gives_the_documented_names_and_hides_what_is_not_assessed() {
    let (file, bundle) = (small_model().recording(), small_model().bundle());
    let document = json(&["predict", text(&file), "--bundle", text(&bundle), "--json"]);
    assert_eq!(document["schema"], 1);
    assert_eq!(document["bundle"]["name"], "small-rhythm");
    assert!(document["bundle"]["notice"].as_str().unwrap().contains("simulated"));
    let predictions = document["recordings"][0]["predictions"].as_array().unwrap();
    assert_eq!(predictions.len(), 16);
    for p in predictions {
        assert_eq!(p["assessed"] == true, p["probability"].is_number(), "{p}");
        assert!(p["logit"].is_number() && p["description"].is_string());
        if let (Some(x), Some(probability)) = (p["logit"].as_f64(), p["probability"].as_f64()) {
            assert!((probability - 1.0 / (1.0 + (-x).exp())).abs() < 1e-12);
            assert_eq!(p["positive"].as_bool().unwrap(), probability >= p["threshold"].as_f64().unwrap());
        }
    }
    let raw = json(&["predict", text(&file), "--bundle", text(&bundle), "--json", "--raw"]);
    let raw = raw["recordings"][0]["predictions"].as_array().unwrap();
    assert!(raw.iter().all(|p| p["probability"].is_number()));
}

#[test]
fn explain_writes_picture_page_and_a_ledger_that_sums() {
    let folder = tempfile::tempdir().unwrap();
    let (file, bundle) = (small_model().recording(), small_model().bundle());
    let write = |name: &str| {
        let out = folder.path().join(name);
        let arguments = ["explain", text(&file), "--bundle", text(&bundle), "--class", "SR", "--out", text(&out)];
        let output = protoecg(&arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::read(out).unwrap()
    };
    assert!(write("a.png").starts_with(b"\x89PNG"));
    assert!(write("a.pdf").starts_with(b"%PDF"));
    let svg = String::from_utf8(write("a.svg")).unwrap();
    assert!(svg.contains("mm\"") && svg.contains("whole strip; all 12 leads were used"));
    assert!(!svg.contains("_lr"), "a file name is identity");
    let document: Value = serde_json::from_slice(&write("a.json")).unwrap();
    let class = &document["classes"][0];
    assert_eq!(class["code"], "SR");
    let ledger = &class["ledger"];
    let listed: f64 = ledger["entries"].as_array().unwrap().iter().map(|e| e["contribution"].as_f64().unwrap()).sum();
    let sum = listed + ledger["rest"].as_f64().unwrap() + ledger["bias"].as_f64().unwrap();
    assert!((sum - ledger["logit"].as_f64().unwrap()).abs() < 1e-9);
    assert_eq!(class["prototypes"][0]["whole_recording"], true);
    assert_eq!(class["prototypes"][0]["windows"].as_array().unwrap().len(), 0);
    let nonsense = error(&["explain", text(&file), "--bundle", text(&bundle), "--class", "XYZ", "--out", "x.png"]);
    assert!(nonsense.contains("--class XYZ: this model knows 1AVB"), "{nonsense}");
    let ending = error(&["explain", text(&file), "--out", "x.bmp"]);
    assert!(ending.contains(".png, .svg, .pdf or .json"), "{ending}");
}

#[test]
fn evaluate_gives_the_documented_names() {
    let (data, bundle) = (small_model().data(), small_model().bundle());
    let document = json(&["evaluate", "--bundle", text(&bundle), "--data", text(&data), "--fold", "10", "--json"]);
    for name in ["schema", "bundle", "fold", "records", "statements_scored", "macro_auroc", "macro_auroc_ci", "ci_method"] {
        assert!(!document[name].is_null(), "{name}");
    }
    let class = &document["classes"][0];
    for name in ["code", "train_positives", "positives", "auroc", "auroc_ci", "auprc", "f1", "threshold"] {
        assert!(class.get(name).is_some(), "{name}");
    }
    let none = error(&["evaluate", "--bundle", text(&bundle), "--data", text(&data), "--fold", "77"]);
    assert!(none.contains("no record in folds [77]"), "{none}");
}

#[test]
fn bundle_verify_lists_every_prototype_and_refuses_a_changed_byte() {
    let document = json(&["bundle", "verify", text(&small_model().bundle()), "--json"]);
    assert_eq!(document["zero_prototypes"].as_array().unwrap().len(), 0);
    let copy = small_model().copy();
    let card = copy.path().join("MODEL_CARD.md");
    std::fs::write(&card, "another card").unwrap();
    let refused = error(&["bundle", "verify", text(copy.path())]);
    assert!(refused.contains("MODEL_CARD.md was changed"), "{refused}");
}

#[test]
fn wrong_usage_is_exit_code_two() {
    for arguments in [&["predict"][..], &["nonsense"], &["evaluate", "--fold", "x"]] {
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
    let predict = |name: &str| error(&["predict", text(&folder.path().join(name)), "--bundle", text(&bundle)]);
    let message = predict("nine.hea");
    assert!(message.contains("V4") && message.contains("V5") && message.contains("V6"), "{message}");
    protoecg::formats::wfdb::write(folder.path(), "cut", &recording, 1000.0).unwrap();
    let dat = folder.path().join("cut.dat");
    let bytes = std::fs::read(&dat).unwrap();
    std::fs::write(&dat, &bytes[..bytes.len() / 2]).unwrap();
    let message = predict("cut.hea");
    assert!(message.contains("cut.dat") && message.contains("24000") && message.contains("12000"), "{message}");
    std::fs::write(folder.path().join("empty.hea"), "").unwrap();
    assert!(predict("empty.hea").contains("empty.hea"));
    assert!(predict("nothing.hea").contains("nothing.hea"));
}

/// 500 Hz is resampled, and that is said.
#[test]
fn another_sampling_rate_is_resampled_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let ecg = protoecg::simulator::simulate(1, 5).next().unwrap();
    protoecg::formats::wfdb::write(folder.path(), "fast", &ecg.recording_500_hz, 1000.0).unwrap();
    let file = folder.path().join("fast.hea");
    let document = json(&["predict", text(&file), "--bundle", text(&small_model().bundle()), "--json"]);
    let notes = document["recordings"][0]["notes"].to_string();
    assert!(notes.contains("resampled from 500 Hz to 100 Hz"), "{notes}");
}

#[test]
fn a_configuration_error_names_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("c.ron");
    std::fs::write(&config, "(\n    version: 1,\n    nome: 3,\n)").unwrap();
    let out = folder.path().join("out");
    let message = error(&["train", text(&config), "--data", text(&small_model().data()), "--out", text(&out)]);
    assert!(message.contains("c.ron, line 3") && message.contains("nome"), "{message}");
    assert!(!out.exists());
}
