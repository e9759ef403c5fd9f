//! The database of a reading study.

use std::fs;
use std::path::Path;

use protoecg::review::reading::{Arm, Place, ReadingStudy, export_readings, reading_results};
use protoecg::review::{
    Included, Installation, ReadingStore, ReviewError, Store, restore, study_of_file,
};

use super::{installation, rater, says, study};

fn create(path: &Path) -> ReadingStore {
    ReadingStore::create_as(path, &study(), installation()).unwrap()
}

#[test]
fn an_answer_is_given_once_and_in_its_turn() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("reading.sqlite");
    let mut store = create(&path);
    let me = rater("R1");
    let out_of_turn = |result: Result<_, ReviewError>, what: &str| {
        let error = result.unwrap_err();
        assert!(matches!(error, ReviewError::OutOfTurn { .. }), "{error}");
        assert!(error.to_string().contains(what), "{error}");
    };
    // Not with the prediction before it was read without.
    let aided = says(11, Arm::WithPrediction, &["SR"], 4);
    out_of_turn(store.record_reading(&me, &aided), "shows less is open");
    let unaided = says(11, Arm::Unaided, &["SARRH", "SR"], 2);
    store.record_reading(&me, &unaided).unwrap();
    // Never again, before or after the next arm was answered.
    out_of_turn(store.record_reading(&me, &unaided), "it was answered");
    store.record_reading(&me, &aided).unwrap();
    out_of_turn(store.record_reading(&me, &unaided), "it was answered");
    // Another reader, another ECG.
    store.record_reading(&rater("R2"), &unaided).unwrap();
    for bad in [
        says(99, Arm::Unaided, &["SR"], 3),
        says(12, Arm::Unaided, &[], 3),
        says(12, Arm::Unaided, &["SR", "AFIB", "PACE"], 3),
        says(12, Arm::Unaided, &["SR", "SR"], 3),
        says(12, Arm::Unaided, &["NORM"], 3),
        says(12, Arm::Unaided, &["SR"], 0),
        says(12, Arm::Unaided, &["SR"], 6),
    ] {
        assert!(store.record_reading(&me, &bad).is_err(), "{bad:?}");
    }
    // Statements are kept in the order of the study, whatever that of the clicks.
    let readings = store.readings(&me).unwrap();
    assert_eq!(readings.len(), 2);
    assert_eq!(readings[0].answer.statements, ["SR", "SARRH"]);
    assert_eq!(store.reading_progress(&me).unwrap(), (2, 15));

    store.close_reading_queue(&me).unwrap();
    let next = says(11, Arm::WithPrototype, &["SR"], 5);
    let error = store.record_reading(&me, &next).unwrap_err();
    assert!(matches!(error, ReviewError::QueueClosed { .. }), "{error}");
    assert_eq!(store.verify().unwrap().events(), 4);
}

#[test]
fn the_file_survives_reopening_backup_and_restoring_and_is_no_other_kind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("reading.sqlite");
    let mut store = create(&path);
    let me = rater("R1");
    store
        .record_reading(&me, &says(11, Arm::Unaided, &["SR"], 2))
        .unwrap();
    store.close().unwrap();
    let error = Store::open_as(&path, installation()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("this is a reading study, expected a study of prototypes"),
        "{error}"
    );
    assert_eq!(study_of_file(&path).unwrap().title(), "Pilot");
    let store = ReadingStore::open_as(&path, installation()).unwrap();
    assert_eq!(*store.study(), study());
    assert_eq!(store.readings(&me).unwrap().len(), 1);
    drop(store);
    assert_eq!(restore(&path, 1).unwrap().events, 1);
    let store = ReadingStore::open_as(&path, installation()).unwrap();
    assert_eq!(store.readings(&me).unwrap().len(), 1);
    drop(store);

    // A changed answer is found.
    let raw = rusqlite::Connection::open(&path).unwrap();
    let changed = "DROP TRIGGER events_no_update;
        UPDATE events SET payload = replace(payload, '\"SR\"', '\"AFIB\"');";
    raw.execute_batch(changed).unwrap();
    drop(raw);
    let error = ReadingStore::open_as(&path, installation()).unwrap_err();
    assert!(matches!(error, ReviewError::ChainBroken { .. }), "{error}");
}

#[test]
fn of_two_machines_the_first_answer_counts_and_both_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (
        folder.path().join("a.sqlite"),
        folder.path().join("b.sqlite"),
    );
    drop(create(&here));
    fs::copy(&here, &there).unwrap();
    let me = rater("R1");
    let other = Installation::parse("ffeeddccbbaa9988").unwrap();
    let mut one = ReadingStore::open_as(&here, installation()).unwrap();
    one.record_reading(&me, &says(11, Arm::Unaided, &["SR"], 2))
        .unwrap();
    let mut two = ReadingStore::open_as(&there, other).unwrap();
    two.record_reading(&me, &says(11, Arm::Unaided, &["AFIB"], 5))
        .unwrap();
    two.record_reading(&me, &says(14, Arm::Unaided, &["SR"], 5))
        .unwrap();
    two.close().unwrap();
    assert_eq!(one.merge(&there).unwrap().added, 2);
    assert_eq!(one.merge(&there).unwrap().added, 0);
    let readings = one.readings(&me).unwrap();
    assert_eq!(readings.len(), 2);
    assert_eq!(readings[0].answer.statements, ["SR"]);
    let results = reading_results(&one.reading_snapshot().unwrap(), Included::Everyone);
    let [conflict] = &results.conflicts[..] else {
        panic!("{:?}", results.conflicts);
    };
    assert_eq!((conflict.ecg_id, conflict.agrees), (11, false));
    assert_eq!(conflict.events[0].installation, installation());
}

/// All places of a reader, by a rule.
fn read_all(store: &mut ReadingStore, code: &str, say: impl Fn(&Place) -> Vec<&'static str>) {
    let reader = rater(code);
    for place in store.queue(&reader).iter() {
        let answer = says(place.ecg_id, place.arm, &say(place), 3);
        store.record_reading(&reader, &answer).unwrap();
    }
}

#[test]
fn the_results_are_those_of_closed_queues_and_of_the_reference() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = create(&folder.path().join("reading.sqlite"));
    // R1 is right unaided but for ECG 12, of which she names half, and takes over what is
    // shown when it comes with the prototype.
    let carried = |study: &ReadingStudy, ecg_id: u32| match ecg_id {
        12 => vec!["AFIB"],
        _ if study.ecg(ecg_id).unwrap().carried[0] == "SR" => vec!["SR"],
        _ => vec!["AFIB"],
    };
    let as_designed = study();
    read_all(&mut store, "R1", |place| match (place.arm, place.ecg_id) {
        (Arm::WithPrototype, 12) => vec!["AFIB", "IVCD"],
        (Arm::WithPrototype, 13) => vec!["PACE"],
        (Arm::WithPrototype, 14) => vec!["SR", "AFIB"],
        (_, ecg_id) => carried(&as_designed, ecg_id),
    });
    let snapshot = store.reading_snapshot().unwrap();
    let open = reading_results(&snapshot, Included::ClosedQueues);
    assert!(open.report.readers.is_empty() && !open.may_be_seen_by(None));
    assert_eq!((open.readers[0].answered, open.readers[0].total), (15, 15));
    store.close_reading_queue(&rater("R1")).unwrap();
    let snapshot = store.reading_snapshot().unwrap();
    let results = reading_results(&snapshot, Included::ClosedQueues);
    assert!(results.may_be_seen_by(Some(&rater("R1"))) && results.may_be_seen_by(None));
    assert!(!results.may_be_seen_by(Some(&rater("R2"))));
    let (wrong, model) = (results.shown_wrong, results.model_wrong);
    assert_eq!((results.wrong_controls, wrong, model), (1, 2, 1));
    let accuracy: Vec<f64> = results
        .report
        .arms
        .iter()
        .map(|arm| arm.these_readers.value.0.unwrap())
        .collect();
    // The practice ECG counts nowhere: n is 4.
    assert_eq!(accuracy, [0.75, 0.75, 0.5]);
    assert_eq!(results.report.arms[0].these_readers.n, 4);
    let reliance = &results.report.reliance[1];
    assert_eq!(reliance.took_over_wrong.value.0, Ok(1.0));
    assert_eq!(
        (reliance.took_over_wrong.n, reliance.took_over_controls.n),
        (2, 1)
    );
    // Of ECG 12 the prediction is right, and she was wrong.
    assert_eq!(
        (reliance.corrected.n, reliance.corrected.value.0),
        (1, Ok(1.0))
    );
    assert_eq!(results.report.reliance[0].took_over_wrong.value.0, Ok(0.0));
}

#[test]
fn the_export_has_every_answer_the_protocol_and_no_file_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = create(&folder.path().join("reading.sqlite"));
    read_all(&mut store, "R1", |_| vec!["SR"]);
    read_all(&mut store, "R2", |_| vec!["AFIB"]);
    store.close_reading_queue(&rater("R1")).unwrap();
    let out = folder.path().join("out");
    let report = export_readings(&store, &out, Included::ClosedQueues).unwrap();
    let text = |name: &str| fs::read_to_string(out.join(name)).unwrap();
    let mut table = csv::Reader::from_path(out.join("readings.csv")).unwrap();
    let rows: Vec<std::collections::BTreeMap<String, String>> =
        table.deserialize().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 30);
    let found = rows.iter().find(|row| {
        row["reader"] == "R2" && row["ecg_id"] == "13" && row["arm"] == "with_prediction"
    });
    let found = found.unwrap();
    for (column, value) in [
        ("statements", "AFIB"),
        ("right", "yes"),
        ("shown", "PACE"),
        ("shown_right", "no"),
        ("says_shown", "no"),
        ("wrong_control", "yes"),
        ("queue_closed", "no"),
        ("training", "no"),
        ("confidence", "3"),
    ] {
        assert_eq!(found[column], value, "{column}");
    }
    // Results of closed queues only.
    let numbers = text("numbers.csv");
    assert!(
        numbers.contains("accuracy/unaided/R1/value,0.5\n"),
        "{numbers}"
    );
    assert!(!numbers.contains("R2"));
    let summary: serde_json::Value = serde_json::from_str(&text("summary.json")).unwrap();
    assert_eq!(summary["study"]["bundle_sha256"], "ab".repeat(32));
    assert_eq!(summary["study"]["protocol"]["seed"], 7);
    assert_eq!(summary["study"]["ecgs"][2]["shown"]["wrong_control"], true);
    assert_eq!(summary["chains"][0]["head"], report.chains[0].head.as_str());
    assert!(
        fs::read(out.join("report.pdf"))
            .unwrap()
            .starts_with(b"%PDF")
    );
    let described = text("data_dictionary.csv");
    for name in [
        "readings.csv",
        "ecgs.csv",
        "events.csv",
        "conflicts.csv",
        "numbers.csv",
    ] {
        let columns = csv::Reader::from_path(out.join(name))
            .unwrap()
            .headers()
            .unwrap()
            .clone();
        for column in &columns {
            assert!(
                described.contains(&format!("{name},{column},")),
                "{name} {column}"
            );
        }
    }
    // An export of another study is not overwritten.
    let mut other = study();
    other.study_id = "f".repeat(32);
    let path = folder.path().join("other.sqlite");
    let other = ReadingStore::create_as(&path, &other, installation()).unwrap();
    let error = export_readings(&other, &out, Included::Everyone).unwrap_err();
    assert!(
        matches!(error, ReviewError::ExportInTheWay { .. }),
        "{error}"
    );
}
