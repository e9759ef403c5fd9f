//! `protoecg review`, as it is typed.

use std::fs;
use std::path::Path;

use protoecg::review::{Answer, Phase, Rater, Store};

use super::{installation, rated_database};
use crate::program::review::{refused, told};

#[test]
fn a_study_goes_from_template_to_export() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (ron, study, site) = (at("study.ron"), at("study.sqlite"), at("site.sqlite"));

    let template = told(&home, &["new", "--template", "--bundle", "demo-rhythm"]);
    assert!(template.contains("// Hidden repeats"), "{template}");
    fs::write(&ron, &template).unwrap();
    let made = told(&home, &["new", "--protocol", &ron, "--out", &study]);
    assert!(made.contains("3 for practice"), "{made}");
    let again = refused(&home, &["new", "--protocol", &ron, "--out", &study]);
    assert!(again.contains("never overwritten"), "{again}");
    // Of another model by mistake.
    let digit = if template.contains("sha256: \"0") {
        "1"
    } else {
        "0"
    };
    let start = template.find("sha256: \"").unwrap() + 9;
    let mut other = template.clone();
    other.replace_range(start..=start, digit);
    fs::write(&ron, other).unwrap();
    let error = refused(
        &home,
        &["new", "--protocol", &ron, "--out", &at("no.sqlite")],
    );
    assert!(error.contains("bundle.sha256 is"), "{error}");

    // A site rates a copy.
    fs::copy(&study, &site).unwrap();
    let rater = Rater::new("R1").unwrap();
    let mut store = Store::open_as(Path::new(&site), installation()).unwrap();
    let queue = store.queue(&rater);
    assert!(queue.iter().any(|slot| slot.phase == Phase::Repeat));
    for slot in queue.iter() {
        let answer = Answer::rated(slot.prototype, 4, 5, 1000).in_phase(slot.phase);
        store.record(&rater, &answer).unwrap();
    }
    drop(store);
    let merged = told(&home, &["merge", &study, &site]);
    assert!(
        merged.contains(&format!("{} events added, 0 were here", queue.len())),
        "{merged}"
    );
    let status = told(&home, &["status", &study]);
    assert!(
        status.contains("cardiology") && status.contains("open"),
        "{status}"
    );

    let out = at("out");
    let exported = told(&home, &["export", &study, "--out", &out]);
    assert!(exported.contains("1 queue(s) are open") || exported.contains("2 queue(s) are open"));
    let numbers = fs::read_to_string(Path::new(&out).join("numbers.csv")).unwrap();
    assert!(!numbers.contains("R1"), "results of an open queue");
    let closed = told(&home, &["close", &study, "--rater", "R1"]);
    assert!(closed.contains("rater R1: closed with"), "{closed}");
    let error = refused(&home, &["close", &study, "--rater", "R1"]);
    assert!(error.contains("is closed"), "{error}");
    let error = refused(&home, &["close", &study, "--rater", "R5"]);
    assert!(error.contains("not in the protocol"), "{error}");
    told(&home, &["export", &study, "--out", &out]);
    let numbers = fs::read_to_string(Path::new(&out).join("numbers.csv")).unwrap();
    assert!(numbers.contains("clarity/R1/all/mean,5\n"));
    // All fives: no rater is flagged by an error, and the repeats are not counted twice.
    let items = queue.iter().filter(|s| s.phase == Phase::Main).count();
    assert!(numbers.contains(&format!("clarity/R1/all/n,{items}\n")));

    let verified = told(&home, &["verify", &study, "--json"]);
    let document: serde_json::Value = serde_json::from_str(&verified).unwrap();
    assert_eq!(document["chains"].as_array().unwrap().len(), 2);
}

#[test]
fn verify_names_the_first_broken_link() {
    let folder = tempfile::tempdir().unwrap();
    let path = rated_database(folder.path(), 6);
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute_batch(
        "DROP TRIGGER events_no_update;
         UPDATE events SET rater = 'R9' WHERE sequence IN (3, 5);",
    )
    .unwrap();
    drop(raw);
    let error = refused(folder.path(), &["verify", path.to_str().unwrap()]);
    assert!(
        error.contains("broken at event 00112233445566ff-3: its contents"),
        "{error}"
    );
}
