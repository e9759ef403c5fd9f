//! What `protoecg evaluate` says and writes of a fold.

use std::collections::BTreeMap;
use std::path::Path;

use protoecg::dataset::DataSet;
use serde_json::Value;

use crate::command_line::{error, json, protoecg};
use crate::small_model::{copy_folder, small_model};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let rows = reader.deserialize().map(Result::unwrap);
    rows.collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap()
}

#[test]
fn the_report_agrees_with_the_document_and_with_the_data() {
    let (bundle, data) = (small_model().bundle(), small_model().data());
    let dir = tempfile::tempdir().unwrap();
    let report = dir.path().join("report");
    let arguments = [
        "evaluate",
        "--bundle",
        text(&bundle),
        "--data",
        text(&data),
        "--fold",
        "9",
        "--report",
        text(&report),
        "--json",
    ];
    let document = json(&arguments);
    let records = document["records"].as_f64().unwrap();
    for name in ["macro_auprc", "macro_f1", "f_max", "published_batch_auroc"] {
        let value = document[name].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&value), "{name} {value}");
    }
    // A value with its interval, or the reason why there is none.
    let by_patient = document["by_patient"][0]["macro_auroc"]
        .as_object()
        .unwrap();
    assert!(by_patient.contains_key("redrawn") || by_patient.contains_key("undefined"));

    let confusion = rows(&report.join("confusion.csv"));
    let curves = rows(&report.join("curves.csv"));
    for class in document["classes"].as_array().unwrap() {
        let code = class["code"].as_str().unwrap();
        let table = confusion.iter().find(|row| row["code"] == code).unwrap();
        let [tn, fp, false_negatives, tp] = [
            "true_negatives",
            "false_positives",
            "false_negatives",
            "true_positives",
        ]
        .map(|column| number(table, column));
        assert_eq!(tn + fp + false_negatives + tp, records, "{code}");
        assert_eq!(tp + false_negatives, class["positives"].as_f64().unwrap());
        if let Some(f1) = class["f1"].as_f64() {
            assert!(
                (f1 - 2.0 * tp / (2.0 * tp + fp + false_negatives)).abs() < 1e-9,
                "{code}"
            );
        }
        let points: Vec<_> = curves.iter().filter(|row| row["code"] == code).collect();
        let area: f64 = points
            .windows(2)
            .map(|pair| {
                let [x0, x1] = [0, 1].map(|i| number(pair[i], "false_positive_rate"));
                let [y0, y1] = [0, 1].map(|i| number(pair[i], "true_positive_rate"));
                (x1 - x0) * (y0 + y1) / 2.0
            })
            .sum();
        match class["auroc"].as_f64() {
            Some(auroc) => assert!((area - auroc).abs() < 1e-4, "{code}: {area} {auroc}"),
            None => assert!(points.is_empty(), "{code}"),
        }
    }

    // Counts from the table of the data set itself.
    let set = DataSet::open(&data).unwrap();
    let train = set.folds(&[1, 2, 3, 4, 5, 6, 7, 8]);
    let both = |a: &str, b: &str| train.iter().filter(|e| e.has(a) && e.has(b)).count() as f64;
    let pairs = rows(&report.join("cooccurrence.csv"));
    let jaccard = rows(&report.join("jaccard.csv"));
    let distribution = rows(&report.join("distribution.csv"));
    for (counts, shares) in pairs.iter().zip(&jaccard) {
        let code = counts["code"].as_str();
        let own = distribution.iter().find(|row| row["code"] == code).unwrap();
        assert_eq!(number(own, "training"), both(code, code), "{code}");
        for other in ["SR", "AFIB", "1AVB"] {
            let n = both(code, other);
            assert_eq!(number(counts, other), n, "{code} {other}");
            let either = both(code, code) + both(other, other) - n;
            let expected = if either > 0.0 { n / either } else { 0.0 };
            assert!(
                (number(shares, other) - expected).abs() < 1e-5,
                "{code} {other}"
            );
        }
    }

    let page = std::fs::read_to_string(report.join("report.html")).unwrap();
    for name in [
        "auroc",
        "distribution",
        "roc",
        "precision_recall",
        "confusion",
        "reliability",
        "jaccard",
        "cooccurrence",
    ] {
        let svg = std::fs::read_to_string(report.join(format!("{name}.svg"))).unwrap();
        let drawn = roxmltree::Document::parse(&svg).unwrap();
        assert!(drawn.descendants().count() > 20, "{name}");
        assert!(page.contains(&svg), "{name} is not on the page");
    }
    let written: Value =
        serde_json::from_slice(&std::fs::read(report.join("report.json")).unwrap()).unwrap();
    assert_eq!(written["macro_auroc"], document["macro_auroc"]);
    // The network of the test: 16 statements, 2 prototypes for each that occurs.
    let count = written["cost"]["parameters"].as_f64().unwrap();
    assert!(count > 4_374_144.0 && count < 4_416_384.0, "{count}");
    assert!(written["cost"]["ms_per_ecg"].as_f64().unwrap() > 0.0);
    // A second report does not overwrite the first.
    let again = protoecg(&arguments);
    assert!(!again.status.success());
    assert!(String::from_utf8_lossy(&again.stderr).contains("not empty"));
}

#[test]
fn missing_records_are_listed_and_skipped_only_when_asked() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    copy_folder(&small_model().data(), &data);
    let set = DataSet::open(&data).unwrap();
    let tested = set.folds(&[10]);
    let (gone, of_training) = (tested[1], set.folds(&[3])[0]);
    for entry in [gone, of_training] {
        std::fs::remove_file(data.join(format!("{}.hea", entry.path_lr))).unwrap();
    }
    let bundle = small_model().bundle();
    let arguments = [
        "evaluate",
        "--bundle",
        text(&bundle),
        "--data",
        text(&data),
        "--fold",
        "10",
    ];
    let said = error(&arguments);
    let listed = format!(
        "1 of the records of folds [10] are not in {}: {}",
        data.display(),
        gone.ecg_id
    );
    assert!(
        said.contains(&listed) && said.contains("--skip-missing"),
        "{said}"
    );
    let document = json(&[&arguments[..], &["--skip-missing", "--json"]].concat());
    assert_eq!(
        document["records"].as_u64().unwrap() as usize,
        tested.len() - 1
    );
    let out = dir.path().join("out");
    let said = error(&[
        "train",
        "rhythm-demo",
        "--data",
        text(&data),
        "--out",
        text(&out),
    ]);
    assert!(said.contains("2 of the records of folds"), "{said}");
    assert!(said.contains(&of_training.ecg_id.to_string()), "{said}");
}

/// Six ECGs, as in a fold of the small data set, are too few for an interval.
fn all_in_fold_9(table: &Path) {
    let mut reader = csv::Reader::from_path(table).unwrap();
    let header = reader.headers().unwrap().clone();
    let fold = header.iter().position(|name| name == "strat_fold").unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let mut writer = csv::Writer::from_path(table).unwrap();
    writer.write_record(&header).unwrap();
    for row in rows {
        let cells = row.iter().enumerate();
        let cells = cells.map(|(at, cell)| if at == fold { "9" } else { cell });
        writer.write_record(cells).unwrap();
    }
    writer.flush().unwrap();
}

/// A model against itself differs by nothing; turned round it has one minus its
/// AUROC. A table that lacks an ECG, or has a cell that is no number, is named.
#[test]
fn a_model_is_compared_with_scores_from_a_table() {
    let bundle = small_model().bundle();
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    copy_folder(&small_model().data(), &data);
    all_in_fold_9(&data.join("ptbxl_database.csv"));
    let own = dir.path().join("own.csv");
    let base = [
        "evaluate",
        "--bundle",
        text(&bundle),
        "--data",
        text(&data),
        "--fold",
        "9",
    ];
    let with = |more: &[&'static str], path: &Path| -> Vec<String> {
        let all = base.iter().chain(more).map(|a| (*a).to_owned());
        all.chain([text(path).to_owned()]).collect()
    };
    let run = |arguments: Vec<String>| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        json(&arguments)
    };
    run(with(&["--json", "--scores"], &own));
    let table = std::fs::read_to_string(&own).unwrap();
    // The columns come in any order, with more ECGs and statements than are needed.
    let turned: Vec<String> = table
        .lines()
        .map(|line| {
            let (id, scores) = line.split_once(',').unwrap();
            let turn = |cell: &str| match cell.parse::<f64>() {
                Ok(score) => (-score).to_string(),
                Err(_) => cell.to_owned(),
            };
            let scores: Vec<String> = scores.split(',').map(turn).collect();
            let other = if id == "ecg_id" { "OTHER" } else { "0" };
            format!("{},{id},{other}", scores.join(","))
        })
        .collect();
    let width = turned[0].split(',').count();
    let stranger = format!("{},999999,1", vec!["1"; width - 2].join(","));
    let path = dir.path().join("turned.csv");
    std::fs::write(&path, format!("{}\n{stranger}\n", turned.join("\n"))).unwrap();

    let same = &run(with(&["--json", "--against"], &own))["compared"][0];
    assert!(!same["statements"].as_array().unwrap().is_empty());
    assert_eq!(same["macro_auroc"], same["other_macro_auroc"]);
    assert_eq!(
        same["difference"]["interval"],
        serde_json::json!([0.0, 0.0])
    );
    let opposite = &run(with(&["--json", "--against"], &path))["compared"][0];
    assert_eq!(opposite["statements"], same["statements"]);
    let auroc = same["macro_auroc"].as_f64().unwrap();
    assert!((opposite["other_macro_auroc"].as_f64().unwrap() - (1.0 - auroc)).abs() < 1e-12);
    let value = opposite["difference"]["value"].as_f64().unwrap();
    assert!((value - (2.0 * auroc - 1.0)).abs() < 1e-12, "{value}");
    let interval = &opposite["difference"]["interval"];
    assert!(interval[0].as_f64().unwrap() < value && value < interval[1].as_f64().unwrap());

    let refusal = |text: String| {
        let path = dir.path().join("wrong.csv");
        std::fs::write(&path, text).unwrap();
        let arguments = with(&["--against"], &path);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        error(&arguments)
    };
    let (rest, last) = table.trim_end().rsplit_once('\n').unwrap();
    let (id, _) = last.split_once(',').unwrap();
    let missing = refusal(rest.to_owned());
    assert!(
        missing.contains("wrong.csv") && missing.contains(&format!("no row for ECG {id}")),
        "{missing}"
    );
    let cell = refusal(format!("{rest}\n{id},NaN{}\n", ",0".repeat(width - 3)));
    assert!(cell.contains("\"NaN\", expected a number"), "{cell}");
    let header = refusal(table.replacen("ecg_id", "id", 1));
    assert!(header.contains("no column ecg_id"), "{header}");
}
