//! What was measured of prototypes without people, on the Review screen: never
//! before the rater has answered, unless the protocol says so.

use eframe::egui::{Key, Modifiers};
use protoecg::bundle::Bundle;
use protoecg::review::{
    BundleRef, MetricsShown, Protocol, Rater, Selection, Slot, Store, Study, items_of,
};
use serde_json::json;

use crate::driver::{Window, demonstration};

const SHOWN: &str = "Without people: ";

/// A study of one class, and what each of its raters sees in which order.
fn study(folder: &std::path::Path, metrics: MetricsShown) -> Vec<Slot> {
    let bundle = Bundle::open(&demonstration()).unwrap();
    let code = bundle.manifest.class_of(0).unwrap().code.clone();
    let protocol = Protocol {
        title: "Metrics".to_owned(),
        prototypes: Selection::Classes(vec![code]),
        metrics,
        ..Protocol::quick(BundleRef {
            name: bundle.manifest.name.clone(),
            sha256: bundle.sha256.clone(),
        })
    };
    let study = Study::by_protocol(protocol, items_of(&bundle.manifest)).unwrap();
    let reviews = folder.join("reviews");
    std::fs::create_dir_all(&reviews).unwrap();
    let mut store = Store::create(&reviews.join("metrics.sqlite"), &study).unwrap();
    store.queue(&Rater::new("R1").unwrap()).to_vec()
}

/// An audit in which every prototype has a purity of its own.
fn measure(folder: &std::path::Path) {
    let bundle = Bundle::open(&demonstration()).unwrap();
    let count = bundle.manifest.prototypes.len();
    let prototypes: Vec<_> = (0..count)
        .map(|p| json!({"prototype": p, "class_code": "", "label_purity": purity(p)}))
        .collect();
    let audit = json!({
        "schema": 1,
        "bundle": {"name": bundle.manifest.name, "sha256": bundle.sha256},
        "audit": {
            "prototypes": prototypes,
            "unique_sources": 1,
            "duplicates": 0,
            "one_source_classes": [],
            "leaking": null,
            "purity_without_patient": true,
            "sparsity": {"weights": 1, "not_zero": 1, "per_statement": null},
            "summary": {},
        },
    });
    let file = folder.join(format!("reviews/audit-{}.json", bundle.sha256));
    std::fs::write(file, audit.to_string()).unwrap();
}

fn purity(prototype: usize) -> f64 {
    prototype as f64 / 100.0
}

fn start(folder: &std::path::Path) -> Window {
    let mut window = Window::start(Window::options(folder));
    window.press_with(Modifiers::COMMAND, Key::Num2);
    window.type_into("Rater code", "R1");
    window.click("Start or resume");
    window
}

fn answer(window: &mut Window) {
    window.press(Key::Num4);
    window.press(Key::S);
    window.press(Key::Enter);
}

fn assert_measured(window: &mut Window, slot: Slot) {
    let said = format!("{SHOWN}purity {:.2}", purity(slot.prototype));
    window.wait_for(&said);
}

#[test]
fn they_are_hidden_until_the_queue_is_closed_and_nothing_is_changed_then() {
    let folder = tempfile::tempdir().unwrap();
    let queue = study(folder.path(), MetricsShown::AfterClosing);
    measure(folder.path());
    let mut window = start(folder.path());
    window.assert_shows_not(SHOWN);
    answer(&mut window);
    window.press(Key::Backspace);
    window.assert_shows("Answered before");
    window.assert_shows_not(SHOWN);
    window.press(Key::Enter);
    for _ in 1..queue.len() {
        answer(&mut window);
    }
    window.assert_shows_not(SHOWN);
    window.click("Close my queue");
    window.click("Really close it for good");
    window.click("Look through my answers");
    assert_measured(&mut window, queue[0]);
    // Keys and clicks change nothing any more; Enter goes on.
    window.press(Key::Num1);
    window.press(Key::E);
    window.press(Key::U);
    window.press(Key::Enter);
    assert_measured(&mut window, queue[1]);
    window.click("To the end");
    window.assert_shows("This queue is closed");
    drop(window);

    // The next time it begins at the end.
    let mut window = start(folder.path());
    window.click("Look through my answers");
    assert_measured(&mut window, queue[0]);
    drop(window);
    let store = Store::open(&folder.path().join("reviews/metrics.sqlite")).unwrap();
    let answers = store.answers(&Rater::new("R1").unwrap()).unwrap();
    assert_eq!(answers.len(), queue.len());
    for answer in answers {
        assert_eq!(answer.earlier_answers, 0);
        assert_eq!(answer.answer.rating("representativeness"), Some(4));
    }
}

#[test]
fn the_protocol_may_show_them_after_each_answer() {
    let folder = tempfile::tempdir().unwrap();
    let queue = study(folder.path(), MetricsShown::AfterEachRating);
    measure(folder.path());
    let mut window = start(folder.path());
    answer(&mut window);
    window.assert_shows_not(SHOWN);
    window.press(Key::Backspace);
    assert_measured(&mut window, queue[0]);
    // Whoever has seen the numbers no longer rates blindly: the answer is final.
    window.press(Key::Num1);
    window.press(Key::U);
    window.press(Key::Enter);
    window.assert_shows_not(SHOWN);
    drop(window);
    let store = Store::open(&folder.path().join("reviews/metrics.sqlite")).unwrap();
    let answers = store.answers(&Rater::new("R1").unwrap()).unwrap();
    let [only] = &answers[..] else {
        panic!("{answers:?}");
    };
    assert_eq!(only.earlier_answers, 0);
    assert_eq!(only.answer.rating("representativeness"), Some(4));
}

#[test]
fn where_the_protocol_shows_them_before_nothing_is_rated_without() {
    let folder = tempfile::tempdir().unwrap();
    let queue = study(folder.path(), MetricsShown::BeforeRating);
    let mut window = start(folder.path());
    window.wait_for("Until then nothing is rated.");
    window.press(Key::Num4);
    window.press(Key::S);
    window.assert_shows("Rate it, or say why you cannot.");
    drop(window);

    measure(folder.path());
    let mut window = start(folder.path());
    assert_measured(&mut window, queue[0]);
    answer(&mut window);
    window.assert_shows("1 of ");
}
