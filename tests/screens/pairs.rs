//! A study of pairs on the Review screen: both ECGs side by side, the cosine
//! hidden until the queue is closed.

use std::ops::ControlFlow;
use std::path::Path;

use eframe::egui::{Key, Modifiers};
use protoecg::app::AppOptions;
use protoecg::bundle::Bundle;
use protoecg::dataset::DataSet;
use protoecg::review::reading::Take;
use protoecg::review::{
    BundleRef, Named, Pair, PairCandidate, PairDraw, Pairs, Protocol, Question, Rater, Store,
};
use protoecg::simulator;

use crate::driver::{Window, demonstration};

const COSINE: &str = "Cosine of the two: 0.87";

/// Two pairs of simulated ECGs; both are named the same prototype.
fn study(folder: &Path, show_cosine: bool) {
    let data = folder.join("data");
    simulator::write_ptbxl(40, 3, &data, &mut |_| ControlFlow::Continue(())).unwrap();
    let set = DataSet::open(&data).unwrap();
    let bundle = Bundle::open(&demonstration()).unwrap();
    let manifest = &bundle.manifest;
    let class = manifest.output_of("PACE").unwrap();
    let prototype = manifest.prototypes_of(class)[0];
    let protocol = Protocol {
        title: "Pairs".to_owned(),
        questions: vec![Question::match_quality()],
        pairs: Some(Pairs {
            folds: vec![10],
            take: Take::Count(2),
            show_cosine,
        }),
        ..Protocol::quick(BundleRef {
            name: manifest.name.clone(),
            sha256: bundle.sha256.clone(),
        })
    };
    let candidates: Vec<PairCandidate> = set
        .entries()
        .iter()
        .map(|entry| PairCandidate {
            ecg_id: entry.ecg_id,
            patient_id: entry.patient_id,
        })
        .collect();
    let mut draw = PairDraw::begin(protocol, &candidates).unwrap();
    for ecg_id in draw.order().to_vec() {
        draw.offer(Named {
            pair: Pair {
                ecg_id,
                recording_sha256: set.signal(set.entry(ecg_id).unwrap()).unwrap().sha256(),
                prototype,
                cosine: 0.8718,
            },
            class_code: "PACE".to_owned(),
            branch: "rhythm".to_owned(),
            source_ecg: manifest.prototypes[prototype].ecg_id,
        });
    }
    let study = draw.study(&set.name()).unwrap();
    let reviews = folder.join("reviews");
    std::fs::create_dir_all(&reviews).unwrap();
    drop(Store::create(&reviews.join("pairs.sqlite"), &study).unwrap());
}

fn start(folder: &Path, data: &str) -> Window {
    let options = AppOptions {
        ptbxl_dir: Some(folder.join(data)),
        ..Window::options(folder)
    };
    let mut window = Window::start_sized(options, (1280.0, 720.0));
    window.press_with(Modifiers::COMMAND, Key::Num2);
    window.assert_shows("Pairs (2 pairs)");
    window.type_into("Rater code", "R1");
    window.click("Start or resume");
    window
}

#[test]
fn a_pair_is_rated_side_by_side_and_its_cosine_is_hidden_till_the_end() {
    let folder = tempfile::tempdir().unwrap();
    study(folder.path(), false);
    let mut window = start(folder.path(), "data");
    window.assert_shows("PACE");
    window.assert_shows("How well do the two ECGs match in what makes PACE?");
    window.assert_shows("ECG, 12 leads");
    window.assert_shows("Training ECG of the most similar prototype, 12 leads");
    window.assert_shows_not("osine");
    // Nothing else of the model or the record, and no marks: they are of prototypes.
    window.assert_shows_not("Probability");
    window.assert_shows_not("Bad prototype");
    // Pages by arrow.
    window.press(Key::ArrowRight);
    window.assert_shows("ECG, rhythm strip enlarged");
    window.assert_shows_not("Training ECG of the most similar prototype, 12 leads");
    window.press(Key::ArrowRight);
    window.assert_shows("Training ECG of the most similar prototype, 12 leads");
    window.press(Key::Num4);
    window.press(Key::N);
    window.press(Key::Enter);
    window.assert_shows("1 of 2 answered");
    // The next pair begins side by side.
    window.assert_shows("Training ECG of the most similar prototype, 12 leads");
    window.assert_shows("ECG, 12 leads");
    window.press(Key::Num2);
    window.press(Key::Enter);
    window.assert_shows("All pairs are answered");
    window.click("Close my queue");
    window.click("Really close it for good");
    window.click("Look through my answers");
    window.assert_shows(COSINE);

    window.press_with(Modifiers::COMMAND, Key::Num3);
    window.assert_shows("Rater R1, Match: n 2, mean 3.00");
    window.assert_shows("The model's cosine, beside the ratings");
    window.assert_shows("Worst pairs");
    window.assert_shows("with prototype");
    window.assert_shows_not("Measure the prototypes");
    drop(window);

    let store = Store::open(&folder.path().join("reviews/pairs.sqlite")).unwrap();
    let answers = store.answers(&Rater::new("R1").unwrap()).unwrap();
    let mut ratings: Vec<_> = answers
        .iter()
        .map(|a| a.answer.rating("match_quality"))
        .collect();
    ratings.sort();
    assert_eq!(ratings, [Some(2), Some(4)]);
    assert!(answers.iter().all(|a| a.answer.mark.is_none()));
}

#[test]
fn the_cosine_is_shown_where_the_protocol_says_so() {
    let folder = tempfile::tempdir().unwrap();
    study(folder.path(), true);
    let window = start(folder.path(), "data");
    window.assert_shows(COSINE);
}

/// One that cannot be seen cannot be rated.
#[test]
fn without_the_test_ecg_nothing_is_rated() {
    let folder = tempfile::tempdir().unwrap();
    study(folder.path(), false);
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    let mut window = start(folder.path(), "empty");
    window.assert_shows("The ECG is not here");
    window.press(Key::Num4);
    window.assert_shows("Rate it, or say why you cannot.");
}
