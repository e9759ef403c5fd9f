//! Every number of a reading study against `tests/truth/reading.py`.

use protoecg::statistics::reading::{
    Estimate, ReaderEstimate, ReadingReport, ReadingRow, ReadingSettings, reading_report,
};
use protoecg::statistics::{Resampling, Undefined};
use serde_json::Value;

fn truth() -> Value {
    serde_json::from_str(include_str!("../../truth/reading.json")).unwrap()
}

fn names(values: &Value) -> Vec<String> {
    let all = values.as_array().unwrap().iter();
    all.map(|name| name.as_str().unwrap().to_owned()).collect()
}

fn settings(truth: &Value, arms: Vec<String>) -> ReadingSettings {
    ReadingSettings {
        unaided: "unaided".to_owned(),
        aided: arms.iter().filter(|a| *a != "unaided").cloned().collect(),
        arms,
        resampling: Resampling {
            resamples: truth["resamples"].as_u64().unwrap() as usize,
            level: 0.95,
            seed: truth["seed"].as_u64().unwrap() as u32,
        },
    }
}

fn rows(truth: &Value) -> Vec<ReadingRow> {
    let row = |row: &Value| ReadingRow {
        reader: row["reader"].as_str().unwrap().to_owned(),
        ecg: row["ecg"].as_u64().unwrap(),
        arm: row["arm"].as_str().unwrap().to_owned(),
        right: row["right"].as_bool().unwrap(),
        says_shown: row["says_shown"].as_bool().unwrap(),
        shown_right: row["shown_right"].as_bool().unwrap(),
        control: row["control"].as_bool().unwrap(),
        confidence: row["confidence"].as_f64().unwrap(),
        time_ms: row["time_ms"].as_f64().unwrap(),
    };
    truth["rows"].as_array().unwrap().iter().map(row).collect()
}

/// Every estimate by the name that the script gives it.
fn by_name(report: &ReadingReport) -> Vec<(String, &Estimate)> {
    let mut all = Vec::new();
    fn readers<'a>(
        all: &mut Vec<(String, &'a Estimate)>,
        name: &str,
        readers: &'a [ReaderEstimate],
    ) {
        let each = readers.iter();
        all.extend(each.map(|r| (format!("{name}/{}", r.reader), &r.estimate)));
    }
    for arm in &report.arms {
        let name = format!("accuracy/{}", arm.arm);
        readers(&mut all, &name, &arm.readers);
        all.push((format!("{name}/these_readers"), &arm.these_readers));
    }
    for change in &report.changes {
        let name = format!("change/{}/{}", change.from, change.to);
        readers(&mut all, &name, &change.readers);
        all.push((format!("{name}/these_readers"), &change.these_readers));
        all.push((format!("{name}/gained"), &change.gained));
        all.push((format!("{name}/lost"), &change.lost));
    }
    for reliance in &report.reliance {
        let name = format!("reliance/{}", reliance.arm);
        let wrong = format!("{name}/took_over_wrong");
        readers(&mut all, &wrong, &reliance.readers_took_over_wrong);
        readers(
            &mut all,
            &format!("{name}/corrected"),
            &reliance.readers_corrected,
        );
        for (what, estimate) in [
            ("took_over_wrong", &reliance.took_over_wrong),
            ("took_over_controls", &reliance.took_over_controls),
            ("took_over_errors", &reliance.took_over_errors),
            ("lost", &reliance.lost),
            ("corrected", &reliance.corrected),
        ] {
            all.push((format!("{name}/{what}/all"), estimate));
        }
    }
    all
}

fn near(found: f64, expected: &Value, name: &str) {
    let expected = expected.as_f64().unwrap();
    assert!(
        (found - expected).abs() < 1e-9,
        "{name}: {found}, expected {expected}"
    );
}

#[test]
fn every_number_equals_the_scripts() {
    let truth = truth();
    let report = reading_report(&rows(&truth), &settings(&truth, names(&truth["arms"])));
    let found = by_name(&report);
    let mut expected = truth["report"].as_object().unwrap().clone();
    for (name, estimate) in found {
        let expected = expected
            .remove(&name)
            .unwrap_or_else(|| panic!("no {name}"));
        assert_eq!(estimate.n as u64, expected["n"].as_u64().unwrap(), "{name}");
        assert_eq!(
            estimate.ecgs as u64,
            expected["ecgs"].as_u64().unwrap(),
            "{name}"
        );
        match &estimate.value.0 {
            Ok(value) => near(*value, &expected["value"], &name),
            Err(reason) => assert_eq!(reason.code(), expected["value"], "{name}"),
        }
        match &estimate.interval.0 {
            Ok(interval) => {
                near(interval.low, &expected["interval"][0], &name);
                near(interval.high, &expected["interval"][1], &name);
            }
            Err(reason) => assert_eq!(reason.code(), expected["interval"], "{name}"),
        }
    }
    for arm in &report.arms {
        let confidence = expected.remove(&format!("confidence/{}", arm.arm)).unwrap();
        near(arm.mean_confidence.unwrap(), &confidence, &arm.arm);
        let time = expected.remove(&format!("time/{}", arm.arm)).unwrap();
        near(arm.median_time_ms.unwrap(), &time, &arm.arm);
    }
    assert!(expected.is_empty(), "not compared: {expected:?}");
}

#[test]
fn what_has_no_value_has_a_reason() {
    let truth = truth();
    let all = rows(&truth);
    let settings = settings(&truth, names(&truth["arms"]));
    // Nobody has read anything.
    let nothing = reading_report(&[], &settings);
    assert_eq!((nothing.ecgs, nothing.readers.len()), (0, 0));
    let few = Undefined::TooFewValues {
        needed: 1,
        found: 0,
    };
    for (name, estimate) in by_name(&nothing) {
        assert_eq!(estimate.value.0, Err(few), "{name}");
        assert_eq!(estimate.interval.0, Err(few), "{name}");
    }
    // One ECG tells nothing of others.
    let one: Vec<ReadingRow> = all.iter().filter(|r| r.ecg == 101).cloned().collect();
    for (name, estimate) in by_name(&reading_report(&one, &settings)) {
        let (value, interval) = (&estimate.value.0, &estimate.interval.0);
        match value {
            Ok(_) => assert_eq!(*interval, Err(Undefined::OneCluster), "{name}"),
            Err(reason) => assert_eq!(*reason, few, "{name}"),
        }
    }
    // Readers that were always right: no interval of width 0.
    let mut right = all.clone();
    for row in &mut right {
        row.right = true;
    }
    let report = reading_report(&right, &settings);
    assert_eq!(report.arms[0].these_readers.value.0, Ok(1.0));
    let reason = report.arms[0].these_readers.interval.0;
    assert_eq!(reason, Err(Undefined::NoVariance));
    assert_eq!(report.reliance[0].corrected.value.0, Err(few));
    // Without an unaided arm nobody knows what was taken over.
    let aided = ReadingSettings {
        arms: settings.aided.clone(),
        ..settings
    };
    let report = reading_report(&all, &aided);
    let reason = report.reliance[1].took_over_wrong.value.0;
    assert_eq!(reason, Err(Undefined::NoUnaidedArm));
    assert!(report.changes.len() == 1 && report.changes[0].these_readers.value.0.is_ok());
}
