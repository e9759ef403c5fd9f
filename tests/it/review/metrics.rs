//! Metrics of prototypes that need no people, beside the ratings of people.

use std::fs;
use std::path::{Path, PathBuf};

use protoecg::bundle::Bundle;
use protoecg::explain::{AuditDocument, NEAREST};
use protoecg::review::{
    Answer, BundleRef, Included, MetricsShown, Protocol, Rated, ReviewError, Store, Study, export,
    items_of, results,
};
use protoecg::statistics::study::{
    Exclusion, Metric, MetricTable, PrototypeMetrics, RatingRow, StudySettings, associations,
};
use serde_json::{Value, json};

use super::{installation, rated_database, rater, study};
use crate::program::{refused, told};
use crate::recomputing::numbers_are_found_again;

fn truth() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth/metrics.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// `tests/truth/metrics.py` works out means and exclusions by itself.
#[test]
fn rho_and_its_interval_equal_scipys_under_every_rule_of_exclusion() {
    let truth = truth();
    let answers = truth["answers"].as_array().unwrap().iter();
    let rows: Vec<RatingRow> = answers
        .enumerate()
        .map(|(number, answer)| RatingRow {
            rater: text(&answer["rater"]),
            prototype: answer["prototype"].as_u64().unwrap() as usize,
            class: "SR".to_owned(),
            branch: String::new(),
            source_ecg: answer["prototype"].as_u64().unwrap(),
            item: text(&answer["question"]),
            value: answer["value"].as_f64(),
            reason: serde_json::from_value(answer["reason"].clone()).unwrap(),
            is_repeat: false,
            answered_ms: number as i64,
        })
        .collect();
    let measured = truth["metrics"].as_array().unwrap().iter();
    let table = MetricTable {
        bundle_sha256: "ab".repeat(32),
        purity_without_patient: true,
        prototypes: measured
            .map(|m| PrototypeMetrics {
                prototype: m["prototype"].as_u64().unwrap() as usize,
                label_purity: m["label_purity"].as_f64(),
                stability: m["stability"].as_f64(),
                kept_without_surroundings: m["kept_without_surroundings"].as_f64(),
                faithfulness_drop: m["faithfulness_drop"].as_f64(),
                consistency: m["consistency"].as_f64(),
            })
            .collect(),
    };
    let mut compared = 0;
    for (rule, expected) in truth["expected"].as_object().unwrap() {
        let exclusion: Exclusion = serde_json::from_value(Value::from(rule.as_str())).unwrap();
        let settings = StudySettings {
            exclusion,
            ..StudySettings::default()
        };
        let found = associations(&rows, &table, &settings);
        let expected = expected.as_array().unwrap();
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            let name = format!("{rule} {} {}", found.item, found.metric.name());
            assert_eq!(found.item, text(&expected["question"]), "{name}");
            assert_eq!(found.metric.name(), text(&expected["metric"]), "{name}");
            let (Ok(spearman), Some(rho)) = (&found.spearman.0, expected["rho"].as_f64()) else {
                // One value for all prototypes: a reason, and no number.
                assert!(
                    found.spearman.0.is_err() && expected["rho"].is_null(),
                    "{name}"
                );
                continue;
            };
            let interval = spearman.interval.unwrap();
            assert_eq!(spearman.n as u64, expected["n"].as_u64().unwrap(), "{name}");
            for (found, expected) in [
                (spearman.rho, rho),
                (interval.low, expected["low"].as_f64().unwrap()),
                (interval.high, expected["high"].as_f64().unwrap()),
            ] {
                assert!(
                    (found - expected).abs() < 1e-12,
                    "{name}: {found} {expected}"
                );
            }
            compared += 1;
        }
    }
    assert_eq!(compared, 16);
}

fn demonstration() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo-rhythm")
}

/// Everything of the demonstration rated by one, her queue closed.
fn rated_demonstration(path: &Path) {
    let bundle = Bundle::open(&demonstration()).unwrap();
    let protocol = Protocol::quick(BundleRef {
        name: bundle.manifest.name.clone(),
        sha256: bundle.sha256.clone(),
    });
    let study = Study::by_protocol(protocol, items_of(&bundle.manifest)).unwrap();
    let mut store = Store::create_as(path, &study, installation()).unwrap();
    for item in &study.items {
        let rating = (item.prototype * 7 % 11 % 5 + 1) as u8;
        let answer = Answer::rated(item.prototype, rating, 6 - rating, 1000);
        store.record(&rater("R1"), &answer).unwrap();
    }
    store.close_queue(&rater("R1")).unwrap();
}

#[test]
fn an_audit_goes_from_its_file_into_every_document_of_an_export() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (study, audit, out) = (at("study.sqlite"), at("audit.json"), at("out"));
    rated_demonstration(Path::new(&study));
    let demonstration = demonstration();
    let bundle = demonstration.to_str().unwrap();

    // The file is the document of --json.
    let printed = told(
        &home,
        &["bundle", "audit", bundle, "--json", "--out", &audit],
    );
    assert_eq!(fs::read_to_string(&audit).unwrap(), printed);
    let sha256 = Bundle::open(&demonstration).unwrap().sha256;
    let document = AuditDocument::read_for(Path::new(&audit), &sha256).unwrap();
    let printed: Value = serde_json::from_str(&printed).unwrap();
    let prototypes = printed["audit"]["prototypes"].as_array().unwrap();
    assert_eq!(document.audit.prototypes.len(), prototypes.len());

    told(
        &home,
        &["review", "export", &study, "--audit", &audit, "--out", &out],
    );
    let out = Path::new(&out);
    let mut rows = csv::Reader::from_path(out.join("audit.csv")).unwrap();
    let header = rows.headers().unwrap().clone();
    let names: Vec<&str> = Metric::ALL.iter().map(|m| m.name()).collect();
    assert_eq!(header.iter().skip(1).collect::<Vec<_>>(), names);
    let mut written = 0;
    for (row, expected) in rows.records().map(Result::unwrap).zip(prototypes) {
        assert_eq!(row[0].parse::<u64>().ok(), expected["prototype"].as_u64());
        let purity = expected["label_purity"].as_f64().unwrap();
        assert_eq!(row[1].parse::<f64>().unwrap(), purity);
        assert_eq!((purity * NEAREST as f64).fract(), 0.0);
        let kept = expected["noise"]["kept"].as_array().unwrap().iter();
        let least = kept.map(|k| k.as_f64().unwrap()).fold(9.0, f64::min);
        assert!((row[2].parse::<f64>().unwrap() - least).abs() < 1e-12);
        // Whole recordings have no window.
        assert_eq!((&row[3], &row[4], &row[5]), ("", "", ""));
        written += 1;
    }
    assert_eq!(written, prototypes.len());
    let summary: Value =
        serde_json::from_slice(&fs::read(out.join("summary.json")).unwrap()).unwrap();
    let metrics = &summary["results"]["metrics"];
    assert_eq!(metrics["bundle_sha256"], sha256);
    assert_eq!(metrics["associations"].as_array().unwrap().len(), 10);
    assert_eq!(
        metrics["associations"][2]["spearman"]["undefined"],
        "too_few_values"
    );
    let dictionary = fs::read_to_string(out.join("data_dictionary.csv")).unwrap();
    assert!(dictionary.contains("audit.csv,kept_without_surroundings,"));
    // What a rater's two questions say is opposite here, so is each rho.
    let numbers = fs::read_to_string(out.join("numbers.csv")).unwrap();
    let number = |name: &str| -> f64 {
        let line = numbers
            .lines()
            .find_map(|l| l.strip_prefix(&format!("{name},")));
        line.unwrap_or_else(|| panic!("no {name}")).parse().unwrap()
    };
    let rho = number("representativeness/metric/stability/rho");
    assert!((rho + number("clarity/metric/stability/rho")).abs() < 1e-12 && rho != 0.0);
    let report = told(&home, &["review", "report", &study, "--audit", &audit]);
    assert!(report.contains(&format!("{rho:+.2}")), "{report}");

    numbers_are_found_again(out);

    // Without an audit nothing is said of one.
    let plain = at("plain");
    told(&home, &["review", "export", &study, "--out", &plain]);
    let plain = Path::new(&plain);
    assert!(!plain.join("audit.csv").exists());
    for name in ["summary.json", "data_dictionary.csv", "numbers.csv"] {
        let text = fs::read_to_string(plain.join(name)).unwrap();
        assert!(!text.contains("label_purity"), "{name}");
    }
    assert!(!told(&home, &["review", "report", &study]).contains("rho"));
}

#[test]
fn what_is_no_audit_of_the_very_model_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (audit, out) = (at("audit.json"), at("out"));
    let study = rated_database(folder.path(), 4);
    let study = study.to_str().unwrap();
    let of = |sha256: &str, schema: u32, first: usize| {
        let prototype = serde_json::json!({
            "prototype": first, "class_code": "SR", "label_purity": 0.5, "noise": null, "window": null,
        });
        serde_json::json!({
            "schema": schema,
            "bundle": {"name": "m", "sha256": sha256},
            "audit": {
                "prototypes": [prototype], "unique_sources": 1, "duplicates": 0,
                "one_source_classes": [], "leaking": null, "purity_without_patient": false,
                "sparsity": {"weights": 1, "not_zero": 1, "per_statement": 1.0},
                "summary": {
                    "label_purity": 0.5, "stability": null, "kept_without_surroundings": null,
                    "faithfulness_drop": null, "place_kept_under_noise": null,
                },
            },
        })
        .to_string()
    };
    let (own, other) = ("ab".repeat(32), "cd".repeat(32));
    for (contents, said) in [
        (
            of(&other, 1, 0),
            format!("bundle.sha256 is {other}, expected {own}"),
        ),
        (of(&own, 2, 0), "schema is 2, expected 1".to_owned()),
        (
            of(&own, 1, 3),
            "audit.prototypes.prototype is 3, expected 0".to_owned(),
        ),
        (
            "{\"schema\": 1}".to_owned(),
            "not an audit of a bundle: missing field".to_owned(),
        ),
    ] {
        fs::write(&audit, contents).unwrap();
        for command in [
            vec!["review", "export", study, "--audit", &audit, "--out", &out],
            vec!["review", "report", study, "--audit", &audit],
        ] {
            let error = refused(&home, &command);
            assert!(
                error.contains(&said) && error.contains("audit.json"),
                "{error}"
            );
        }
        assert!(!Path::new(&out).exists());
    }
    fs::write(&audit, of(&own, 1, 0)).unwrap();
    told(
        &home,
        &["review", "export", study, "--audit", &audit, "--out", &out],
    );

    // Nor does the room itself take numbers of another model.
    let store = Store::open(Path::new(study)).unwrap();
    let table = MetricTable {
        bundle_sha256: other.clone(),
        purity_without_patient: false,
        prototypes: Vec::new(),
    };
    let snapshot = store.snapshot().unwrap();
    let found = results(&snapshot, Included::Everyone).unwrap();
    let error = found.with_metrics(&snapshot, table.clone()).unwrap_err();
    assert!(
        matches!(error, ReviewError::MetricsOfOtherBundle { .. }),
        "{error}"
    );
    let nowhere = folder.path().join("nowhere");
    let error = export(&store, &nowhere, Included::Everyone, Some(table)).unwrap_err();
    assert!(error.to_string().contains(&other), "{error}");
    assert!(!nowhere.exists());
}

/// As it was written before there was a consistency: neither of the prototypes
/// nor in the summary.
#[test]
fn an_audit_of_an_earlier_program_is_used_without_a_consistency() {
    let folder = tempfile::tempdir().unwrap();
    let (audit, out) = (folder.path().join("audit.json"), folder.path().join("out"));
    let study = rated_database(folder.path(), 6);
    let bundle = "ab".repeat(32);
    let prototypes: Vec<Value> = (0..6)
        .map(|number| {
            json!({
                "prototype": number, "class_code": "SR", "label_purity": f64::from(number) / 10.0,
                "noise": {"kept": [0.9, 0.8, 0.7], "moved_steps": null}, "window": null,
            })
        })
        .collect();
    let document = json!({
        "schema": 1,
        "bundle": {"name": "demo-rhythm", "sha256": bundle},
        "audit": {
            "prototypes": prototypes, "unique_sources": 6, "duplicates": 0,
            "one_source_classes": [], "leaking": 0, "purity_without_patient": true,
            "sparsity": {"weights": 6, "not_zero": 6, "per_statement": 1.0},
            "summary": {
                "label_purity": 0.25, "stability": 0.7, "kept_without_surroundings": null,
                "faithfulness_drop": null, "place_kept_under_noise": null,
            },
        },
    });
    fs::write(&audit, document.to_string()).unwrap();
    let document = AuditDocument::read_for(&audit, &bundle).unwrap();
    let summary = &document.audit.summary;
    assert_eq!((summary.consistency, summary.consistent), (None, None));
    let table = document.metrics();
    assert!(table.prototypes.iter().all(|p| p.consistency.is_none()));

    let store = Store::open_as(&study, installation()).unwrap();
    let found = results(&store.snapshot().unwrap(), Included::Everyone).unwrap();
    let found = found
        .with_metrics(&store.snapshot().unwrap(), table.clone())
        .unwrap();
    let metrics = found.metrics.unwrap();
    let n_of = |metric: Metric| -> Vec<Option<usize>> {
        let of_metric = metrics.associations.iter().filter(|a| a.metric == metric);
        of_metric
            .map(|a| a.spearman.0.as_ref().ok().map(|s| s.n))
            .collect()
    };
    // Clarity got a 5 each time, and goes with nothing.
    assert_eq!(n_of(Metric::LabelPurity), [None, Some(6)]);
    assert_eq!(n_of(Metric::Consistency), [None; 2]);
    export(&store, &out, Included::Everyone, Some(table)).unwrap();
    let mut rows = csv::Reader::from_path(out.join("audit.csv")).unwrap();
    let header = rows.headers().unwrap().clone();
    let column = header.iter().position(|h| h == "consistency").unwrap();
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    assert!(
        rows.len() == 6
            && rows
                .iter()
                .all(|row| row[column].is_empty() && !row[1].is_empty())
    );
}

/// Who has seen the numbers is not blind any more.
#[test]
fn an_answer_is_final_where_metrics_are_shown_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut shown = study(3);
    shown.protocol.metrics = MetricsShown::AfterEachRating;
    let path = folder.path().join("study.sqlite");
    let mut store = Store::create_as(&path, &shown, installation()).unwrap();
    let me = rater("R1");
    store.record(&me, &Answer::rated(1, 2, 2, 1)).unwrap();
    let again = Answer::rated(1, 5, 5, 1).because("seen the numbers");
    let error = store.record(&me, &again).unwrap_err();
    assert!(
        matches!(
            error,
            ReviewError::AnswerIsFinal {
                item: Rated::Prototype(1)
            }
        ),
        "{error}"
    );
    store.record(&me, &Answer::rated(2, 3, 3, 1)).unwrap();
    let answers = store.answers(&me).unwrap();
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[0].answer.rating("clarity"), Some(2));
}
