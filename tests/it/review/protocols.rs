//! What a protocol says is what a rater gets.

use std::collections::{BTreeMap, BTreeSet};

use protoecg::review::{
    Answer, Blinding, BundleRef, Item, MetricsShown, Order, Phase, Protocol, Question, RaterEntry,
    Repeats, ReviewError, Selection, Slot, Stop, Store, Study,
};

use super::{installation, items, rater};

fn protocol() -> Protocol {
    Protocol {
        seed: Some(7),
        ..Protocol::quick(BundleRef {
            name: "demo-rhythm".to_owned(),
            sha256: "ab".repeat(32),
        })
    }
}

fn made(change: impl Fn(&mut Protocol), prototypes: usize) -> Study {
    let mut protocol = protocol();
    change(&mut protocol);
    Study::by_protocol(protocol, items(prototypes)).unwrap()
}

fn places(study: &Study, code: &str, phase: Phase) -> Vec<(usize, usize)> {
    let queue = study.queue(&rater(code));
    let slots = queue.into_iter().enumerate();
    slots
        .filter(|(_, slot)| slot.phase == phase)
        .map(|(place, slot)| (place, slot.prototype))
        .collect()
}

#[test]
fn hidden_repeats_come_twenty_places_later_and_differ_by_rater() {
    let repeats = Repeats {
        share: 0.1,
        apart: 20,
    };
    let study = made(|p| p.repeats = repeats, 120);
    let mut drawn = BTreeSet::new();
    for code in ["R1", "R2", "R3", "R4", "R5"] {
        let first: BTreeMap<usize, usize> = places(&study, code, Phase::Main)
            .into_iter()
            .map(|(place, prototype)| (prototype, place))
            .collect();
        assert_eq!(first.len(), 120);
        let again = places(&study, code, Phase::Repeat);
        assert_eq!(again.len(), 12);
        let repeated: BTreeSet<usize> = again.iter().map(|(_, p)| *p).collect();
        assert_eq!(repeated.len(), 12);
        for (place, prototype) in again {
            assert!(place >= first[&prototype] + 20, "{prototype} at {place}");
        }
        drawn.insert(repeated);
    }
    assert_eq!(drawn.len(), 5);
    // The same at every call.
    assert_eq!(study.queue(&rater("R1")), study.queue(&rater("R1")));
}

#[test]
fn a_study_too_short_for_its_repeats_is_refused() {
    let mut protocol = protocol();
    protocol.repeats = Repeats {
        share: 0.1,
        apart: 20,
    };
    let error = Study::by_protocol(protocol, items(20)).unwrap_err();
    assert!(
        error.to_string().contains("protocol: repeats is"),
        "{error}"
    );
}

#[test]
fn orders_are_by_class_or_balanced() {
    let class_of = |study: &Study, p: usize| study.item(p).unwrap().class_code.clone();
    let by_class = made(|p| p.order = Order::ByClass, 30);
    let classes: Vec<String> = by_class
        .order(&rater("R1"))
        .into_iter()
        .map(|p| class_of(&by_class, p))
        .collect();
    let mut runs = classes.clone();
    runs.dedup();
    assert_eq!(runs.len(), 3, "{classes:?}");

    let balanced = made(|p| p.order = Order::Balanced, 30);
    let order = balanced.order(&rater("R1"));
    for round in order.chunks(3) {
        let classes: BTreeSet<String> = round.iter().map(|p| class_of(&balanced, *p)).collect();
        assert_eq!(classes.len(), 3);
    }
    assert_eq!(order.iter().collect::<BTreeSet<_>>().len(), 30);
    assert_ne!(order, balanced.order(&rater("R2")));
}

#[test]
fn training_comes_first_and_is_apart_from_the_rest() {
    let study = made(
        |p| {
            p.training = 4;
            p.stop = Stop::After(10);
        },
        30,
    );
    assert_eq!((study.training.len(), study.items.len()), (4, 26));
    let queue = study.queue(&rater("R1"));
    assert_eq!(queue.len(), 14);
    assert!(queue[..4].iter().all(|slot| slot.phase == Phase::Training));
    let prototypes: BTreeSet<usize> = queue.iter().map(|slot| slot.prototype).collect();
    assert_eq!(prototypes.len(), 14);

    // Where the sample leaves some over, these are practised on.
    let study = made(
        |p| {
            p.training = 4;
            p.prototypes = Selection::PerClass(2);
        },
        30,
    );
    assert_eq!((study.training.len(), study.items.len()), (4, 6));
    let mut of_class: BTreeMap<&str, usize> = BTreeMap::new();
    for item in &study.items {
        *of_class.entry(&item.class_code).or_default() += 1;
    }
    assert!(of_class.len() == 3 && of_class.values().all(|n| *n == 2));

    let study = made(
        |p| p.prototypes = Selection::Classes(vec!["SR".to_owned()]),
        30,
    );
    assert!(study.items.iter().all(|item| item.class_code == "SR"));
}

#[test]
fn what_cannot_be_is_named() {
    type Spoil = fn(&mut Protocol);
    let cases: [(Spoil, &str); 9] = [
        (|p| p.repeats.share = 0.2, "repeats.share is 0.2"),
        (
            |p| {
                p.repeats = Repeats {
                    share: 0.05,
                    apart: 5,
                }
            },
            "repeats.apart is 5",
        ),
        (|p| p.questions.clear(), "questions is none"),
        (|p| p.questions.push(Question::clarity()), "twice"),
        (
            |p| p.questions[0].id = "Good?".to_owned(),
            "questions.id is",
        ),
        (
            |p| p.prototypes = Selection::Classes(vec!["XYZ".to_owned()]),
            "class \"XYZ\"",
        ),
        (|p| p.training = 30, "training is 30"),
        (
            |p| {
                p.metrics = MetricsShown::AfterEachRating;
                p.repeats.share = 0.1;
            },
            "metrics is AfterEachRating with hidden repeats",
        ),
        (|p| p.version = 2, "version is 2"),
    ];
    for (change, told) in cases {
        let mut protocol = protocol();
        change(&mut protocol);
        let error = Study::by_protocol(protocol, items(30))
            .unwrap_err()
            .to_string();
        assert!(error.contains(told), "{error}");
    }
}

/// What a study has beside the usual is kept; the usual is written as before
/// there was a choice, so that earlier programs read it and its hash is the same.
#[test]
fn when_metrics_are_shown_is_kept_and_the_usual_is_not_written() {
    let text = |study: &Study| serde_json::to_string(study).unwrap();
    let usual = made(|_| {}, 3);
    assert!(!text(&usual).contains("metrics"));
    assert_eq!(serde_json::from_str::<Study>(&text(&usual)).unwrap(), usual);
    let other = made(|p| p.metrics = MetricsShown::BeforeRating, 3);
    let read: Study = serde_json::from_str(&text(&other)).unwrap();
    assert_eq!(read.protocol.metrics, MetricsShown::BeforeRating);
}

/// The commented template is a protocol, and its file is read back.
#[test]
fn the_template_is_a_protocol() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.ron");
    let bundle = protocol().bundle;
    std::fs::write(&path, Protocol::template(&bundle)).unwrap();
    let read = Protocol::read(&path).unwrap();
    assert_eq!((&read.bundle, read.training), (&bundle, 3));
    let asked: Vec<Question> = vec![Question::representativeness(), Question::clarity()];
    assert_eq!(read.questions, asked);
    assert_eq!(
        (read.order, read.blinding),
        (Order::Balanced, Blinding::ClassOnly)
    );

    std::fs::write(
        &path,
        Protocol::template(&bundle).replace("training", "practice"),
    )
    .unwrap();
    let error = Protocol::read(&path).unwrap_err().to_string();
    assert!(
        error.contains("study.ron") && error.contains("practice"),
        "{error}"
    );
}

#[test]
fn only_raters_of_the_protocol_rate_its_questions() {
    let third = Question {
        id: "usefulness".to_owned(),
        title: "Usefulness".to_owned(),
        optional: true,
        ..Question::clarity()
    };
    let study = made(
        |p| {
            p.questions.push(third.clone());
            p.raters = vec![RaterEntry {
                code: rater("R1"),
                specialty: "cardiology".to_owned(),
            }];
        },
        3,
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.sqlite");
    let mut store = Store::create_as(&path, &study, installation()).unwrap();
    let answer = Answer::rated(0, 3, 4, 1);
    let error = store.record(&rater("R2"), &answer).unwrap_err();
    assert!(matches!(error, ReviewError::UnknownRater { .. }), "{error}");
    store.record(&rater("R1"), &answer).unwrap();
    let mut with_third = Answer::rated(1, 3, 4, 1);
    with_third.ratings.insert("usefulness".to_owned(), 5);
    store.record(&rater("R1"), &with_third).unwrap();
    drop(store);
    let mut store = Store::open_as(&path, installation()).unwrap();
    assert_eq!(*store.study(), study);
    assert_eq!(store.answers(&rater("R1")).unwrap()[1].answer, with_third);
    let left = Slot {
        phase: Phase::Main,
        prototype: 2,
    };
    assert_eq!(store.next_unanswered(&rater("R1")).unwrap(), Some(left));
}

/// Of the bundle that comes with the program: every prototype is an item or
/// linked to one, and none twice.
#[test]
fn prototypes_with_one_source_window_are_one_item() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models/ptbxl-excerpt");
    let mut manifest = protoecg::bundle::Bundle::open(&folder).unwrap().manifest;
    // Of one class the second prototype is cut from the window of the first, as it happens.
    let class = manifest.prototypes_of(2);
    manifest.prototypes[class[1]] = manifest.prototypes[class[0]].clone();
    let items: Vec<Item> = protoecg::review::items_of(&manifest);
    let mut seen = BTreeSet::new();
    for item in &items {
        let of = |p: usize| {
            let source = &manifest.prototypes[p];
            (
                source.class,
                &source.recording_sha256,
                source.window_samples,
            )
        };
        assert!(seen.insert(item.prototype));
        for &linked in &item.linked {
            assert!(seen.insert(linked));
            assert_eq!(of(linked), of(item.prototype));
        }
        assert_eq!(item.source_ecg, manifest.prototypes[item.prototype].ecg_id);
    }
    assert_eq!(seen.len(), manifest.prototypes.len());
    let windows: BTreeSet<_> = manifest
        .prototypes
        .iter()
        .map(|p| (p.class, &p.recording_sha256, p.window_samples))
        .collect();
    assert_eq!(windows.len(), items.len());
    assert!(items.len() < seen.len());

    // Of an imported model nothing is known; two unknown sources are not one.
    for prototype in &mut manifest.prototypes {
        (prototype.recording_sha256, prototype.ecg_id) = (None, None);
    }
    let items = protoecg::review::items_of(&manifest);
    assert_eq!(items.len(), manifest.prototypes.len());
}
