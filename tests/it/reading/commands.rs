//! `protoecg review` with a reading study, as it is typed: from protocol and
//! data set to report.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;

use protoecg::dataset::DataSet;
use protoecg::review::ReadingStore;
use protoecg::review::reading::Arm;
use protoecg::simulator::{self, Collection, Mix, Recipe};
use protoecg::statements::{self, Superclass};

use super::{installation, rater, says};
use crate::program::review::{refused, told};

#[test]
fn a_reading_study_goes_from_template_to_report() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (ron, study, out) = (at("reading.ron"), at("my study.sqlite"), at("out"));
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo-rhythm");
    let bundle = bundle.to_str().unwrap().to_owned();
    let data = at("data");
    simulator::write_ptbxl(
        160,
        11,
        Path::new(&data),
        &mut |_| ControlFlow::Continue(()),
    )
    .unwrap();

    let template = told(
        &home,
        &["new", "--template", "--reading", "--bundle", &bundle],
    );
    let protocol = template
        .replace("take: count(40)", "take: count(8)")
        .replace("training: 2", "training: 1")
        .replace("wrong_controls: 0.2", "wrong_controls: 0.25")
        .replace("seed: None", "seed: Some(5)");
    assert_ne!(protocol, template);
    fs::write(&ron, &protocol).unwrap();
    let new = ["new", "--protocol", &ron, "--out", &study];
    let error = refused(&home, &new);
    assert!(error.contains("needs --data"), "{error}");
    let with_data = [&new[..], &["--data", &data]].concat();
    let made = told(&home, &with_data);
    assert!(
        made.contains("8 ECGs, 1 for practice, 2 with a wrong prediction, 3 arms, seed 5"),
        "{made}"
    );

    // Neither a path nor a patient is in the file; every ECG is one of the test fold, and what
    // is said of it is what the data set and the model say.
    let bytes = fs::read(&study).unwrap();
    let has = |text: &str| {
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    assert!(!has("records100") && !has("patient") && !has(&data));
    let set = DataSet::open(Path::new(&data)).unwrap();
    let mut store = ReadingStore::open_as(Path::new(&study), installation()).unwrap();
    let read = store.study().clone();
    // Where the readers are told to look: not the data of the model.
    assert_eq!(read.data, set.name());
    assert!(read.data.contains("simulated ECGs, seed "), "{}", read.data);
    for ecg in read.ecgs.iter().chain(&read.training) {
        let entry = set.entry(ecg.ecg_id).unwrap();
        assert_eq!(entry.fold, 10);
        assert_eq!(ecg.recording_sha256, set.signal(entry).unwrap().sha256());
        assert!(ecg.carried.iter().all(|code| entry.has(code)));
        assert!(ecg.shown.prototype.is_some());
        assert!(!ecg.shown.wrong_control || !entry.has(&ecg.shown.said.code));
    }

    let me = rater("R1");
    let queue = store.queue(&me);
    for place in queue.iter() {
        let ecg = read.ecg(place.ecg_id).unwrap();
        let shown = [ecg.shown.said.code.as_str()];
        let carried: Vec<&str> = ecg.carried.iter().map(String::as_str).collect();
        // Right without help; with it, whatever is shown.
        let said = match place.arm {
            Arm::Unaided => &carried[..carried.len().min(3)],
            _ => &shown[..],
        };
        let answer = says(place.ecg_id, place.arm, said, 4);
        store.record_reading(&me, &answer).unwrap();
    }
    drop(store);
    let status = told(&home, &["status", &study]);
    assert!(
        status.contains("8 ECGs to read in 3 arms") && status.contains("27"),
        "{status}"
    );
    let report = told(&home, &["report", &study]);
    assert!(report.contains("queue(s) are open"), "{report}");
    assert!(
        !report.contains("100.0 %"),
        "results of an open queue: {report}"
    );
    told(&home, &["close", &study, "--rater", "R1"]);
    let report = told(&home, &["report", &study]);
    assert!(report.contains("2 wrong controls"), "{report}");
    let mut lines = report.lines();
    let line = lines.find(|line| {
        let what = "With the prediction: took over a wrong prediction ";
        line.starts_with(what) && line.contains(" all pairs ")
    });
    assert!(line.unwrap().contains("100.0 %"), "{report}");
    let document: serde_json::Value =
        serde_json::from_str(&told(&home, &["report", &study, "--json"])).unwrap();
    assert_eq!(document["report"]["arms"][0]["these_readers"]["value"], 1.0);
    let verified = told(&home, &["verify", &study]);
    assert!(
        verified.contains("28 events in 2 chains, all whole"),
        "{verified}"
    );
    let exported = told(&home, &["export", &study, "--out", &out]);
    assert!(exported.contains("readings.csv") && exported.contains("report.pdf"));

    // The path has a blank, and what is printed can be pasted.
    let restored = told(&home, &["restore", &study]);
    let merge = restored.split('`').nth(1).unwrap();
    let pasted = Command::new("sh")
        .args(["-c", &format!("printf '%s\\n' {merge}")])
        .output()
        .unwrap();
    let words = String::from_utf8(pasted.stdout).unwrap();
    assert_eq!(words.lines().nth(3), Some(study.as_str()), "{restored}");

    // A fold that the model has seen.
    fs::write(&ron, protocol.replace("folds: [10]", "folds: [9]")).unwrap();
    let error = refused(&home, &with_data);
    assert!(error.contains("trained or tuned on"), "{error}");
    fs::write(
        &ron,
        protocol.replace("right: exactly_these", "right: guesses"),
    )
    .unwrap();
    let error = refused(&home, &with_data);
    assert!(error.contains("guesses"), "{error}");
    // A comma is missing: it is a protocol of a reading study all the same.
    fs::write(&ron, protocol.replace("version: 1,", "version: 1")).unwrap();
    let error = refused(&home, &with_data);
    assert!(error.contains("Expected comma"), "{error}");
    fs::write(
        &ron,
        protocol.replace("arms: [unaided, ", "arms: [with_prototype, "),
    )
    .unwrap();
    let error = refused(&home, &with_data);
    assert!(
        error.contains("arms is [with_prototype, with_prediction"),
        "{error}"
    );
}

/// A model of superclasses has attention and no prototypes.
#[test]
fn a_model_of_superclasses_is_read_in_arms_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (ron, study, out, data) = (at("reading.ron"), at("study.sqlite"), at("out"), at("data"));
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let trust = models.join("ptbxl-excerpt-trustecg");
    let template = |bundle: &Path| {
        let bundle = bundle.to_str().unwrap();
        told(
            &home,
            &["new", "--template", "--reading", "--bundle", bundle],
        )
    };
    let protocol = template(&trust)
        .replace("take: count(40)", "take: count(5)")
        .replace("training: 2", "training: 0")
        .replace("seed: None", "seed: Some(5)");
    assert!(protocol.contains("statements: superclasses,"));
    let collection = Collection {
        records: 250,
        recipe: Recipe {
            mix: Mix::Statements,
            seed: 11,
            ..Recipe::default()
        },
        with_500_hz: false,
    };
    let mut go_on = |_| ControlFlow::Continue(());
    collection.write(Path::new(&data), &mut go_on).unwrap();
    let new = ["new", "--protocol", &ron, "--out", &study, "--data", &data];
    for (protocol, said) in [
        (
            protocol.replace("statements: superclasses", "statements: group(Rhythm)"),
            "expected statements: superclasses",
        ),
        (
            protocol.replace("with_attention]", "with_prototype]"),
            "has no prototypes; expected some of unaided, with_prediction, with_attention",
        ),
        (
            template(&models.join("demo-rhythm")).replace("with_prototype]", "with_attention]"),
            "has no attention; expected some of unaided, with_prediction, with_prototype",
        ),
        (
            template(&models.join("demo-rhythm"))
                .replace("statements: group(Rhythm)", "statements: superclasses"),
            "says statements and no superclasses",
        ),
    ] {
        fs::write(&ron, protocol).unwrap();
        let error = refused(&home, &new);
        assert!(
            error.contains(said) && error.contains("reading.ron"),
            "{error}"
        );
    }
    fs::write(&ron, &protocol).unwrap();
    let made = told(&home, &new);
    assert!(
        made.contains("5 ECGs, 0 for practice, 1 with a wrong prediction, 3 arms"),
        "{made}"
    );

    let set = DataSet::open(Path::new(&data)).unwrap();
    let mut store = ReadingStore::open_as(Path::new(&study), installation()).unwrap();
    let read = store.study().clone();
    assert_eq!(read.statements, ["NORM", "MI", "STTC", "CD", "HYP"]);
    for ecg in &read.ecgs {
        // The model counts a statement from a likelihood of 50 on.
        let entry = set.entry(ecg.ecg_id).unwrap();
        let carries = |superclass: Superclass| {
            let mut own = entry
                .statements
                .iter()
                .filter(|(_, likelihood)| *likelihood >= 50.0);
            own.any(|(code, _)| {
                statements::by_code(code).is_some_and(|s| s.superclass == Some(superclass))
            })
        };
        let expected = Superclass::ALL.into_iter().filter(|s| carries(*s));
        let expected: Vec<&str> = expected.map(Superclass::code).collect();
        assert_eq!(ecg.carried, expected);
        assert!(ecg.shown.prototype.is_none());
        assert!(read.statements.contains(&ecg.said.code));
    }
    let me = rater("R1");
    for place in store.queue(&me).iter() {
        let ecg = read.ecg(place.ecg_id).unwrap();
        let carried: Vec<&str> = ecg.carried.iter().map(String::as_str).collect();
        let shown = [ecg.shown.said.code.as_str()];
        let said = match place.arm {
            Arm::Unaided => &carried[..],
            _ => &shown[..],
        };
        store
            .record_reading(&me, &says(place.ecg_id, place.arm, said, 3))
            .unwrap();
    }
    store.close_reading_queue(&me).unwrap();
    drop(store);
    let report = told(&home, &["report", &study]);
    assert!(
        report.contains("Arms: unaided, with_prediction, with_attention;"),
        "{report}"
    );
    told(&home, &["export", &study, "--out", &out]);
    crate::recomputing::numbers_are_found_again(Path::new(&out));
}
