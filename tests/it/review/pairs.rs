//! A study of pairs of a test ECG and the prototype that the model names for it,
//! from template to tables.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use protoecg::bundle::Bundle;
use protoecg::dataset::DataSet;
use protoecg::inference::{DeviceChoice, Model};
use protoecg::review::reading::Take;
use protoecg::review::{
    Answer, BundleRef, Included, Installation, Item, Mark, Named, Pair, PairCandidate, PairDraw,
    Pairs, Phase, Protocol, Question, ReviewError, Slot, Store, Study, results,
};
use protoecg::simulator;

use super::{installation, rater};
use crate::program;
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

/// Midranks, 1 for the lowest.
fn ranks(values: &[f64]) -> Vec<f64> {
    let rank = |value: &f64| {
        let below = values.iter().filter(|v| *v < value).count();
        let equal = values.iter().filter(|v| *v == value).count();
        below as f64 + (equal + 1) as f64 / 2.0
    };
    values.iter().map(rank).collect()
}

/// Pearson's r.
fn correlation(xs: &[f64], ys: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (x, y) = (mean(xs), mean(ys));
    let sum = |term: fn(f64, f64) -> f64| -> f64 {
        let pairs = xs.iter().zip(ys);
        pairs.map(|(a, b)| term(a - x, b - y)).sum()
    };
    sum(|a, b| a * b) / (sum(|a, _| a * a) * sum(|_, b| b * b)).sqrt()
}

/// Two pairs come twice. The second answers are in no mean and do not go with the
/// cosine, `ranked` from the lowest.
fn repeats_say_how_a_rater_agrees_with_herself(store: &Store, ranked: &[f64]) {
    let found = results(&store.snapshot().unwrap(), Included::ClosedQueues).unwrap();
    let first = |slips: bool, place: usize| match slips && place == 23 {
        true => 1.0,
        false => (1 + place * 5 / 24) as f64,
    };
    let of = |slips: bool| (0..24).map(move |place| first(slips, place));
    for (report, slips) in found.report.items[0].raters.iter().zip([false, true]) {
        assert_eq!(report.all.n, 24);
        let mean = of(slips).sum::<f64>() / 24.0;
        assert!((report.all.mean.unwrap() - mean).abs() < 1e-12);
        let repeats = report.repeats.0.as_ref().unwrap();
        assert_eq!(repeats.n, 2);
    }
    let means: Vec<f64> = of(false)
        .zip(of(true))
        .map(|(a, b)| (a + b) / 2.0)
        .collect();
    let rho = correlation(&ranks(ranked), &ranks(&means));
    let spearman = found.cosines.unwrap()[0].spearman.0.unwrap();
    assert_eq!(spearman.n, 24);
    assert!((spearman.rho - rho).abs() < 1e-12, "{} {rho}", spearman.rho);
}

/// What takes ratings of prototypes says that this study has none.
fn of_prototypes_only(home: &Path, bundle: &str, study: &str, data: &str) {
    let out = home.with_extension("png");
    let ecg = home.with_file_name("ecg");
    let recording = simulator::simulate(1, 5).last().unwrap().recording;
    protoecg::formats::wfdb::write(home.parent().unwrap(), "ecg", &recording, 1000.0).unwrap();
    let (ecg, out) = (ecg.with_extension("hea"), out.to_str().unwrap().to_owned());
    let explain = [
        "explain",
        ecg.to_str().unwrap(),
        "--bundle",
        bundle,
        "--ratings",
        study,
        "--out",
        &out,
    ];
    let exclude = [
        "bundle", "exclude", bundle, "--study", study, "--data", data, "--out", &out,
    ];
    for command in [&explain[..], &exclude] {
        let error = program::refused(home, command);
        let said = "this is a study of pairs, expected one of prototypes";
        assert!(
            error.contains(said) && error.contains("pairs.sqlite"),
            "{error}"
        );
        assert!(!Path::new(&out).exists());
    }
}

/// A draw of made-up ECGs: two of three are named a prototype of AFIB, the others
/// one of PACE; their cosines have all the digits that there are.
fn drawn(ecgs: u32, take: Take, training: usize) -> Result<Study, ReviewError> {
    let protocol = Protocol {
        training,
        questions: vec![Question::match_quality()],
        pairs: Some(Pairs {
            folds: vec![10],
            take,
            show_cosine: false,
        }),
        seed: Some(3),
        ..Protocol::quick(BundleRef {
            name: "demo-rhythm".to_owned(),
            sha256: "ab".repeat(32),
        })
    };
    let candidates: Vec<PairCandidate> = (0..ecgs)
        .map(|ecg_id| PairCandidate {
            ecg_id,
            patient_id: None,
        })
        .collect();
    let mut draw = PairDraw::begin(protocol, &candidates).unwrap();
    for ecg_id in draw.order().to_vec() {
        let is_paced = ecg_id % 3 == 0;
        draw.offer(Named {
            pair: Pair {
                ecg_id,
                recording_sha256: format!("{ecg_id:064x}"),
                prototype: usize::from(is_paced),
                cosine: f64::from(ecg_id + 1).sqrt().sin(),
            },
            class_code: if is_paced { "PACE" } else { "AFIB" }.to_owned(),
            branch: "rhythm".to_owned(),
            source_ecg: None,
        });
    }
    draw.study("data")
}

#[test]
fn where_every_pair_is_wanted_some_of_the_most_frequent_are_practised_on() {
    let of = |items: &[Item], code: &str| {
        let of_class = items.iter().filter(|item| item.class_code == code);
        of_class.count()
    };
    let study = drawn(60, Take::PerStatement(300), 3).unwrap();
    assert_eq!(of(&study.items, "AFIB"), 37);
    assert_eq!(of(&study.items, "PACE"), 20);
    assert_eq!(of(&study.training, "AFIB"), 3);
    // Statements that have all of theirs leave the others for practice, as before.
    let study = drawn(60, Take::PerStatement(5), 3).unwrap();
    assert_eq!((study.items.len(), study.training.len()), (10, 3));
    // No statement is practised away.
    let study = drawn(4, Take::PerStatement(9), 2).unwrap();
    assert_eq!(of(&study.items, "AFIB"), 1);
    assert_eq!(of(&study.items, "PACE"), 1);
    for (ecgs, take, said) in [
        (
            4,
            Take::PerStatement(9),
            "ask for 5 pairs, and the model names a prototype for 4 test",
        ),
        (
            40,
            Take::Count(38),
            "ask for 41 pairs, and the model names a prototype for 40 test",
        ),
        (
            0,
            Take::PerStatement(2),
            "ask for 4 pairs, and the model names a prototype for 0 test",
        ),
    ] {
        let error = drawn(ecgs, take, 3).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

/// Every copy of a study has the same pairs to the last digit of their cosines.
#[test]
fn copies_of_a_study_of_pairs_are_merged() {
    let study = drawn(60, Take::Count(50), 2).unwrap();
    let text = serde_json::to_string(&study).unwrap();
    let again: Study = serde_json::from_str(&text).unwrap();
    assert_eq!(again, study);
    assert_eq!(serde_json::to_string(&again).unwrap(), text);

    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let first = at("main.sqlite");
    drop(Store::create_as(&first, &study, installation()).unwrap());
    fs::copy(&first, at("site.sqlite")).unwrap();
    let rated = |path: &Path, site: Installation, code: &str, count: usize| {
        let mut store = Store::open_as(path, site).unwrap();
        assert_eq!(*store.study(), study);
        for slot in store.queue(&rater(code)).iter().take(count) {
            store.record(&rater(code), &says(*slot, 4)).unwrap();
        }
    };
    let of_site = Installation::parse(&"b".repeat(16)).unwrap();
    rated(&first, installation(), "R1", 5);
    rated(&at("site.sqlite"), of_site, "R2", 52);
    let mut store = Store::open_as(&first, installation()).unwrap();
    let report = store.merge(&at("site.sqlite")).unwrap();
    assert_eq!((report.added, report.already_here), (52, 0));
    let report = store.merge(&at("site.sqlite")).unwrap();
    assert_eq!((report.added, report.already_here), (0, 52));
    store.close_queue(&rater("R2")).unwrap();
    store.verify().unwrap();
    let found = results(&store.snapshot().unwrap(), Included::ClosedQueues).unwrap();
    assert_eq!(found.report.items[0].raters[0].all.n, 50);
    assert!(found.is_of_pairs());
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
        .replace("take: count(40)", "take: count(24)")
        .replace("training: 3", "training: 1")
        .replace("share: 0.05", "share: 0.1")
        .replace("seed: None", "seed: Some(5)");
    let seen = protocol.replace("folds: [10]", "folds: [8, 10]");
    assert_ne!(seen, protocol);
    fs::write(&ron, seen).unwrap();
    let new = ["new", "--protocol", &ron, "--out", &path];
    let with_data = [&new[..], &["--data", &data]].concat();
    let error = refused(&home, &with_data);
    assert!(error.contains("pairs.folds has 8"), "{error}");
    fs::write(&ron, protocol.replace("count(24)", "count(300)")).unwrap();
    let error = refused(&home, &with_data);
    let said = "pairs.take and training ask for 301 pairs, and the model names a prototype for ";
    assert!(
        error.contains(said) && error.contains("pairs.ron"),
        "{error}"
    );
    fs::write(&ron, &protocol).unwrap();
    let error = refused(&home, &new);
    assert!(error.contains("needs --data"), "{error}");
    let made = told(&home, &with_data);
    assert!(made.contains("24 pairs, 1 for practice, seed 5"), "{made}");

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
            let slip = code == "R2" && place == 23;
            let rating = if slip { 1 } else { (1 + place * 5 / 24) as u8 };
            // She has changed her mind when she sees one again.
            let rating = match slot.phase {
                Phase::Repeat => 6 - rating,
                _ => rating,
            };
            if slot.phase == Phase::Main && place == 0 {
                let marked = Answer {
                    mark: Some(Mark::Bad),
                    ..says(*slot, rating)
                };
                let error = store.record(&me, &marked).unwrap_err();
                assert!(matches!(error, ReviewError::MarkOnPair { .. }), "{error}");
                let error = store.record(&me, &says(*slot, 6)).unwrap_err();
                let pair = format!("pair {}: ", slot.prototype);
                assert!(error.to_string().starts_with(&pair), "{error}");
            }
            store.record(&me, &says(*slot, rating)).unwrap();
        }
        store.close_queue(&me).unwrap();
    }
    repeats_say_how_a_rater_agrees_with_herself(&store, &ranked);
    drop(store);
    let status = told(&home, &["status", &path]);
    assert!(status.contains("24 pairs, 1 for practice"), "{status}");
    let report = told(&home, &["report", &path]);
    assert!(
        report.contains("cosine") && report.contains("+0."),
        "{report}"
    );

    let audit = ["export", &path, "--audit", "none.json", "--out", &out];
    let error = refused(&home, &audit);
    assert!(error.contains("is of pairs"), "{error}");
    of_prototypes_only(&home, &name, &path, &data);
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
    assert_eq!(main, 48);
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
