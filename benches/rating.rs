//! Saving a rating: from the call until COMMIT is on the disk.
//!
//! The database is in the build folder and not in /tmp, which is memory on many
//! machines: what is measured is the disk that ratings go to.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use protoecg::review::{Answer, Installation, Item, Rater, Store, Study};

const PROTOTYPES: usize = 1037;

fn study() -> Study {
    let items = (0..PROTOTYPES).map(|prototype| Item {
        prototype,
        class_code: "AFIB".to_owned(),
        ..Item::default()
    });
    Study::new("bench", &"ab".repeat(32), items.collect()).expect("a valid study")
}

fn saving_a_rating(criterion: &mut Criterion) {
    let build_folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = tempfile::tempdir_in(build_folder).expect("a folder for the database");
    let path = folder.path().join("bench.sqlite");
    let installation = Installation::random().expect("random numbers");
    let mut store = Store::create_as(&path, &study(), installation.clone()).expect("a database");
    let rater = Rater::new("R1").expect("a valid code");
    let mut prototypes = (0..PROTOTYPES).cycle();
    criterion.bench_function("save a rating", |bencher| {
        bencher.iter(|| {
            let prototype = prototypes.next().unwrap_or_default();
            let answer = Answer::rated(prototype, 4, 5, 9000).because("again");
            store.record(&rater, black_box(&answer)).expect("saved")
        });
    });
    drop(store);

    // A whole study: every prototype twice.
    let path = folder.path().join("whole.sqlite");
    let mut store = Store::create_as(&path, &study(), installation.clone()).expect("a database");
    for prototype in (0..PROTOTYPES).chain(0..PROTOTYPES) {
        let answer = Answer::rated(prototype, 4, 5, 9000).because("again");
        store.record(&rater, &answer).expect("saved");
    }
    criterion.bench_function("next unanswered of 1037", |bencher| {
        bencher.iter(|| store.next_unanswered(black_box(&rater)).expect("read"));
    });
    drop(store);
    criterion.bench_function("open and verify 2074 events", |bencher| {
        bencher.iter(|| {
            Store::open_as(black_box(&path), installation.clone()).expect("a whole database")
        });
    });
}

criterion_group!(benches, saving_a_rating);
criterion_main!(benches);
