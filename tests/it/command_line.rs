//! The command line as people and scripts use it: documents, exit codes,
//! errors that name what is wrong.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::small_model::small_model;

pub fn protoecg(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_protoecg"))
        .args(arguments)
        .env(
            "PROTOECG_MODELS",
            Path::new(env!("CARGO_MANIFEST_DIR")).join("models"),
        )
        .env(
            "PROTOECG_CACHE",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"),
        )
        .env_remove("PROTOECG_PTBXL")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .expect("the program starts")
}

pub fn json(arguments: &[&str]) -> Value {
    let output = protoecg(arguments);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

pub fn error(arguments: &[&str]) -> String {
    let output = protoecg(arguments);
    assert_eq!(
        output.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

pub fn text(path: &Path) -> &str {
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
fn measure_prints_a_table_and_a_document() {
    let recording = small_model().recording();
    let file = text(&recording);
    let document = json(&["measure", file, "--json"]);
    assert_eq!(document["schema"], 1);
    assert_eq!(document["sha256"].as_str().unwrap().len(), 64);
    let m = &document["measurements"];
    assert_eq!(m["rate_hz"], 100.0);
    assert_eq!(m["qrs_ms"]["plus_minus"], 10.0);
    assert_eq!(m["leads"].as_array().unwrap().len(), 12);
    assert!(m["beats"].as_array().unwrap().len() > 5 && m["median_beat"].is_null());
    let told = json(&[
        "measure",
        file,
        "--rhythm",
        "AFIB",
        "--json",
        "--median-beat",
    ]);
    let m = &told["measurements"];
    assert_eq!(m["pr_ms"]["absent"], "atrial_fibrillation");
    assert_eq!(m["p_axis_deg"]["absent"], "atrial_fibrillation");
    assert_eq!(m["qtc"]["rr_basis"], "mean_in_atrial_fibrillation");
    assert!(m["median_beat"]["leads"][0]["samples_mv"].is_array());
    let table = protoecg(&["measure", file, "--rhythm", "PACE"]);
    let table = String::from_utf8(table.stdout).unwrap();
    for part in [
        "absent (paced)",
        " \u{b1} 10 ms",
        "ST J+60 mV",
        "zero-phase",
        "median RR",
    ] {
        assert!(table.contains(part), "{part} is not in\n{table}");
    }
    let wrong = protoecg(&["measure", file, "--rhythm", "NORM"]);
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn predict_gives_the_documented_names_and_hides_what_is_not_assessed() {
    let (file, bundle) = (small_model().recording(), small_model().bundle());
    let document = json(&["predict", text(&file), "--bundle", text(&bundle), "--json"]);
    assert_eq!(document["schema"], 1);
    assert_eq!(document["bundle"]["name"], "small-rhythm");
    assert!(
        document["bundle"]["notice"]
            .as_str()
            .unwrap()
            .contains("simulated")
    );
    let predictions = document["recordings"][0]["predictions"].as_array().unwrap();
    assert_eq!(predictions.len(), 16);
    for p in predictions {
        for name in ["probability", "threshold", "positive"] {
            assert_eq!(p["assessed"] == true, p.get(name).is_some(), "{name}: {p}");
        }
        if let Some(calibrated) = p.get("calibrated_probability") {
            assert!(calibrated.is_number() && p["assessed"] == true, "{p}");
        }
        assert!(p["logit"].is_number() && p["description"].is_string());
        if let (Some(x), Some(probability)) = (p["logit"].as_f64(), p["probability"].as_f64()) {
            assert!((probability - 1.0 / (1.0 + (-x).exp())).abs() < 1e-12);
            assert_eq!(
                p["positive"].as_bool().unwrap(),
                probability >= p["threshold"].as_f64().unwrap()
            );
        }
    }
    let raw = json(&[
        "predict",
        text(&file),
        "--bundle",
        text(&bundle),
        "--json",
        "--raw",
    ]);
    let raw = raw["recordings"][0]["predictions"].as_array().unwrap();
    assert!(raw.iter().all(|p| p["probability"].is_number()));
}

#[test]
fn explain_writes_picture_page_and_a_ledger_that_sums() {
    let folder = tempfile::tempdir().unwrap();
    let (file, bundle) = (small_model().recording(), small_model().bundle());
    let write = |name: &str| {
        let out = folder.path().join(name);
        let arguments = [
            "explain",
            text(&file),
            "--bundle",
            text(&bundle),
            "--class",
            "SR",
            "--out",
            text(&out),
        ];
        let output = protoecg(&arguments);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        std::fs::read(out).unwrap()
    };
    assert!(write("a.png").starts_with(b"\x89PNG"));
    assert!(write("a.pdf").starts_with(b"%PDF"));
    let svg = String::from_utf8(write("a.svg")).unwrap();
    assert!(svg.contains("mm\"") && svg.contains("whole strip; all 12 leads were used"));
    assert!(svg.contains("Demonstration: trained on simulated ECGs"));
    let stem = file.file_stem().unwrap().to_str().unwrap();
    let data = small_model().data();
    for name in ["a.svg", "a.json", "a.pdf", "a.png"] {
        let bytes = write(name);
        for secret in [stem, text(&data)] {
            let found = bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
            assert!(!found, "{name} has {secret}: a file name is identity");
        }
    }
    let document: Value = serde_json::from_slice(&write("a.json")).unwrap();
    let recording = protoecg::formats::open(&file).unwrap();
    assert_eq!(document["recordings"][0]["file"], recording.short_id());
    let class = &document["classes"][0];
    assert_eq!(class["code"], "SR");
    let ledger = &class["ledger"];
    let listed: f64 = ledger["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["contribution"].as_f64().unwrap())
        .sum();
    let sum = listed + ledger["rest"].as_f64().unwrap() + ledger["bias"].as_f64().unwrap();
    assert!((sum - ledger["logit"].as_f64().unwrap()).abs() < 1e-9);
    assert_eq!(class["prototypes"][0]["whole_recording"], true);
    assert_eq!(
        class["prototypes"][0]["windows"].as_array().unwrap().len(),
        0
    );
    let nonsense = error(&[
        "explain",
        text(&file),
        "--bundle",
        text(&bundle),
        "--class",
        "XYZ",
        "--out",
        "x.png",
    ]);
    assert!(
        nonsense.contains("--class XYZ: this model knows 1AVB"),
        "{nonsense}"
    );
    let ending = error(&["explain", text(&file), "--out", "x.bmp"]);
    assert!(ending.contains(".png, .svg, .pdf or .json"), "{ending}");
}

#[test]
fn evaluate_gives_the_documented_names() {
    let (data, bundle) = (small_model().data(), small_model().bundle());
    let document = json(&[
        "evaluate",
        "--bundle",
        text(&bundle),
        "--data",
        text(&data),
        "--fold",
        "10",
        "--json",
    ]);
    for name in [
        "schema",
        "bundle",
        "fold",
        "records",
        "statements_scored",
        "macro_auroc",
        "macro_auroc_ci",
        "ci_method",
    ] {
        assert!(!document[name].is_null(), "{name}");
    }
    let class = &document["classes"][0];
    for name in [
        "code",
        "train_positives",
        "positives",
        "auroc",
        "auroc_ci",
        "auprc",
        "f1",
        "threshold",
    ] {
        assert!(class.get(name).is_some(), "{name}");
    }
    let none = error(&[
        "evaluate",
        "--bundle",
        text(&bundle),
        "--data",
        text(&data),
        "--fold",
        "77",
    ]);
    assert!(none.contains("no record in folds [77]"), "{none}");
}

/// Microvolts as millivolts: no number, the reason, and exit code 1; the others
/// are predicted.
#[test]
fn a_refused_recording_has_no_predictions() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = protoecg::formats::open(&small_model().recording()).unwrap();
    let all = wrong.channels.iter_mut().flat_map(|c| &mut c.samples_mv);
    all.for_each(|v| *v *= 1000.0);
    protoecg::formats::wfdb::write(folder.path(), "wrong", &wrong, 10.0).unwrap();
    let (file, bundle) = (folder.path().join("wrong.hea"), small_model().bundle());
    let good = small_model().recording();
    let bundle = ["--bundle", text(&bundle)];
    let output = protoecg(
        &[
            &["predict", text(&file), text(&good), "--json"][..],
            &bundle,
        ]
        .concat(),
    );
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.contains("not given to the model") && message.contains("microvolts taken as"),
        "{message}"
    );
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let recordings = &document["recordings"];
    assert_eq!(recordings[0]["file"], text(&file));
    assert_eq!(recordings[0]["plausibility"][0]["severity"], "refuse");
    assert_eq!(recordings[0]["predictions"].as_array().unwrap().len(), 0);
    assert!(!recordings[1]["predictions"].as_array().unwrap().is_empty());
    let output = protoecg(&[&["predict", text(&file)][..], &bundle].concat());
    assert_eq!(output.status.code(), Some(1));
    assert!(
        !String::from_utf8(output.stdout)
            .unwrap()
            .contains("probability")
    );
}

/// What the gate says of a recording stands over its picture.
#[test]
fn a_warning_reaches_the_print() {
    let folder = tempfile::tempdir().unwrap();
    let mut flat = protoecg::formats::open(&small_model().recording()).unwrap();
    flat.channels[8].samples_mv.fill(0.0);
    let warnings: Vec<String> = protoecg::plausibility::admit(flat.clone())
        .report
        .of(protoecg::plausibility::Severity::Warn)
        .map(|f| f.message.clone())
        .collect();
    assert!(!warnings.is_empty());
    protoecg::formats::wfdb::write(folder.path(), "flat", &flat, 1000.0).unwrap();
    let (file, out) = (folder.path().join("flat.hea"), folder.path().join("a.svg"));
    let bundle = small_model().bundle();
    let arguments = [
        "explain",
        text(&file),
        "--bundle",
        text(&bundle),
        "--out",
        text(&out),
    ];
    let output = protoecg(&arguments);
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("simulated"), "{said}");
    let svg = std::fs::read_to_string(out).unwrap();
    let start: String = warnings[0].chars().take(20).collect();
    assert!(svg.contains(&format!("Warning: {start}")), "{warnings:?}");
}

/// 500 Hz is resampled, and that is said.
#[test]
fn another_sampling_rate_is_resampled_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let ecg = protoecg::simulator::simulate(1, 5).next().unwrap();
    protoecg::formats::wfdb::write(folder.path(), "fast", &ecg.recording_500_hz, 1000.0).unwrap();
    let file = folder.path().join("fast.hea");
    let document = json(&[
        "predict",
        text(&file),
        "--bundle",
        text(&small_model().bundle()),
        "--json",
    ]);
    let notes = document["recordings"][0]["notes"].to_string();
    assert!(notes.contains("resampled from 500 Hz to 100 Hz"), "{notes}");
}

#[test]
fn train_lists_its_configurations_and_takes_one_by_name() {
    let listed = protoecg(&["train", "--list"]);
    assert!(listed.status.success());
    let listed = String::from_utf8(listed.stdout).unwrap();
    for (name, purpose) in [
        (
            "protoecgnet-paper",
            "tables 1 and 2: 71 labels, fusion, contrastive",
        ),
        ("black-box-multi", "71 labels, multi-branch, black box"),
        ("rhythm-only-separate", "table 1: separate"),
        ("trustecg-article", "TrustECG, as its article says"),
    ] {
        let line = listed.lines().find(|l| l.starts_with(name));
        assert!(
            line.is_some_and(|l| l.contains(purpose)),
            "{name}: {line:?}"
        );
    }
    let printed = protoecg(&["train", "global-plain", "--print"]);
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert!(printed.contains("name: \"global-plain\""), "{printed}");
    let dir = tempfile::tempdir().unwrap();
    let (data, out) = (small_model().data(), dir.path().join("out"));
    let said = error(&[
        "train",
        "no-such",
        "--data",
        text(&data),
        "--out",
        text(&out),
    ]);
    assert!(
        said.contains("no-such: no such file, and no configuration"),
        "{said}"
    );
    // Known, and stopped at the data set: the name was taken.
    let nowhere = dir.path().join("nowhere");
    let said = error(&[
        "train",
        "global-plain",
        "--data",
        text(&nowhere),
        "--out",
        text(&out),
    ]);
    assert!(said.contains("ptbxl_database.csv"), "{said}");
}
