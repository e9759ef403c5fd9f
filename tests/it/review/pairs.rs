//! A study of pairs of a test ECG and the prototype that the model names for it,
//! from template to tables.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use protoecg::bundle::Bundle;
use protoecg::dataset::DataSet;
use protoecg::inference::{DeviceChoice, Model};
use protoecg::review::{Answer, Mark, Phase, ReviewError, Slot, Store, Study};
use protoecg::simulator;

use super::{installation, rater};
use crate::program::review::{refused, told};
use crate::recomputing::{numbers_are_found_again, some_number_is_not_found};

fn says(slot: Slot, rating: u8) -> Answer {
    Answer {
        prototype: slot.prototype,
        phase: slot.phase,
        ratings: [("match_quality".to_owned(), rating)].into(),
        response_time_ms: 900,
        ..Answer::default()
    }
}

/// Every pair is what the model says, worked out here from its similarities.
fn is_what_the_model_names(study: &Study, bundle: &Path, data: &Path) {
    let model = Model::load(Bundle::open(bundle).unwrap(), DeviceChoice::Cpu).unwrap();
    let manifest = model.manifest();
    let set = DataSet::open(data).unwrap();
    let mut patients = BTreeMap::new();
    for item in study.items.iter().chain(&study.training) {
        let pair = item.pair.as_ref().unwrap();
        let entry = set.entry(pair.ecg_id).unwrap();
        assert_eq!(entry.fold, 10);
        assert_eq!(patients.insert(entry.patient_id, pair.ecg_id), None);
        assert_eq!(pair.recording_sha256, set.signal(entry).unwrap().sha256());
        let prediction = model.predict(&set.read(entry).unwrap()).unwrap();
        let margin = |class: usize| {
            let class = &prediction.classes[class];
            let margin = class.probability.zip(class.threshold);
            margin.map_or(-1.0, |(probability, threshold)| probability - threshold)
        };
        let class = manifest.output_of(&item.class_code).unwrap();
        assert!(margin(class) >= 0.0);
        for other in 0..prediction.classes.len() {
            assert!(margin(other) <= margin(class), "{}", item.class_code);
        }
        let of = |p: &usize| prediction.similarities[*p];
        let own = manifest.prototypes_of(class);
        let nearest = own.into_iter().max_by(|a, b| of(a).total_cmp(&of(b)));
        assert_eq!(nearest, Some(pair.prototype));
        // The demonstration compares whole recordings: the similarity is the cosine.
        assert!((pair.cosine - of(&pair.prototype)).abs() < 1e-9);
        let source = manifest.prototypes[pair.prototype].ecg_id;
        assert_eq!(item.source_ecg, source);
    }
}

#[test]
fn a_study_of_pairs_goes_from_template_to_tables() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (ron, path, out) = (at("pairs.ron"), at("pairs.sqlite"), at("out"));
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo-rhythm");
    let name = bundle.to_str().unwrap().to_owned();
    let data = at("data");
    simulator::write_ptbxl(
        400,
        11,
        Path::new(&data),
        &mut |_| ControlFlow::Continue(()),
    )
    .unwrap();

    let template = told(&home, &["new", "--template", "--pairs", "--bundle", &name]);
    let protocol = template
        .replace("take: count(40)", "take: count(12)")
        .replace("training: 3", "training: 1")
        .replace("share: 0.05", "share: 0.0")
        .replace("seed: None", "seed: Some(5)");
    let seen = protocol.replace("folds: [10]", "folds: [8, 10]");
    assert_ne!(seen, protocol);
    fs::write(&ron, seen).unwrap();
    let new = ["new", "--protocol", &ron, "--out", &path];
    let with_data = [&new[..], &["--data", &data]].concat();
    let error = refused(&home, &with_data);
    assert!(error.contains("pairs.folds has 8"), "{error}");
    fs::write(&ron, &protocol).unwrap();
    let error = refused(&home, &new);
    assert!(error.contains("needs --data"), "{error}");
    let made = told(&home, &with_data);
    assert!(made.contains("12 pairs, 1 for practice, seed 5"), "{made}");

    let mut store = Store::open_as(Path::new(&path), installation()).unwrap();
    let study = store.study().clone();
    is_what_the_model_names(&study, &bundle, Path::new(&data));
    // The more similar, the better the match, but for one rater with one slip.
    let cosine = |slot: &Slot| {
        study
            .item(slot.prototype)
            .unwrap()
            .pair
            .clone()
            .unwrap()
            .cosine
    };
    let mut ranked: Vec<f64> = study
        .items
        .iter()
        .map(|i| i.pair.as_ref().unwrap().cosine)
        .collect();
    ranked.sort_by(f64::total_cmp);
    for code in ["R1", "R2"] {
        let me = rater(code);
        for slot in store.queue(&me).iter() {
            let place = ranked.iter().position(|c| *c == cosine(slot)).unwrap_or(0);
            let slip = code == "R2" && place == 11;
            let rating = if slip { 1 } else { (1 + place * 5 / 12) as u8 };
            if slot.phase == Phase::Main && place == 0 {
                let marked = Answer {
                    mark: Some(Mark::Bad),
                    ..says(*slot, rating)
                };
                let error = store.record(&me, &marked).unwrap_err();
                assert!(matches!(error, ReviewError::MarkOnPair { .. }), "{error}");
            }
            store.record(&me, &says(*slot, rating)).unwrap();
        }
        store.close_queue(&me).unwrap();
    }
    drop(store);
    let status = told(&home, &["status", &path]);
    assert!(status.contains("12 pairs, 1 for practice"), "{status}");
    let report = told(&home, &["report", &path]);
    assert!(
        report.contains("cosine") && report.contains("+0."),
        "{report}"
    );

    let audit = ["export", &path, "--audit", "none.json", "--out", &out];
    let error = refused(&home, &audit);
    assert!(error.contains("is of pairs"), "{error}");
    told(&home, &["export", &path, "--out", &out]);
    let out = Path::new(&out);
    let mut rows = csv::Reader::from_path(out.join("ratings.csv")).unwrap();
    let header = rows.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|h| h == name).unwrap();
    let mut main = 0;
    for row in rows.records().map(Result::unwrap) {
        let number: usize = row[column("prototype")].parse().unwrap();
        let pair = study.item(number).unwrap().pair.clone().unwrap();
        assert_eq!(row[column("pair_ecg")], pair.ecg_id.to_string());
        assert_eq!(row[column("pair_prototype")], pair.prototype.to_string());
        assert_eq!(
            row[column("pair_cosine")].parse::<f64>().unwrap(),
            pair.cosine
        );
        main += usize::from(&row[column("phase")] == "main");
    }
    assert_eq!(main, 24);
    let dictionary = fs::read_to_string(out.join("data_dictionary.csv")).unwrap();
    assert!(dictionary.contains("ratings.csv,pair_cosine,"));
    let numbers = fs::read_to_string(out.join("numbers.csv")).unwrap();
    for name in [
        "match_quality/metric/cosine/rho",
        "match_quality/these_raters/mean",
        "match_quality/pair/R1/R2/kappa_quadratic",
    ] {
        assert!(numbers.contains(&format!("{name},")), "{name}");
    }
    numbers_are_found_again(out);
    // The cosines that the numbers are of stand in the table.
    let text = fs::read_to_string(out.join("ratings.csv")).unwrap();
    let lowest = format!(",{}\n", ranked[0]);
    assert!(text.contains(&lowest));
    fs::write(out.join("ratings.csv"), text.replace(&lowest, ",0.99999\n")).unwrap();
    some_number_is_not_found(out, "/metric/cosine/rho");
}
