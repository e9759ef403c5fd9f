//! Rating studies: nothing that was acknowledged is lost, nothing that was
//! changed goes unseen, and what leaves the program is what is in it.

mod access;
mod answers;
mod backups;
mod bundles;
mod commands;
mod copies;
mod damage;
mod exports;
mod faults;
mod killed;
mod merging;
mod metrics;
mod old_files;
mod pairs;
mod protocols;
mod recomputed;
mod stopping;
mod summaries;

use std::path::{Path, PathBuf};

use protoecg::review::{Answer, BundleRef, Installation, Item, Protocol, Rater, Store, Study};

/// Every chain of these tests belongs to this installation, so that no test
/// writes to the home folder.
fn installation() -> Installation {
    Installation::parse("00112233445566ff").unwrap()
}

fn rater(code: &str) -> Rater {
    Rater::new(code).unwrap()
}

fn items(count: usize) -> Vec<Item> {
    let codes = ["AFIB", "SR", "PACE"];
    (0..count)
        .map(|prototype| Item {
            prototype,
            class_code: codes[prototype % codes.len()].to_owned(),
            ..Item::default()
        })
        .collect()
}

/// A study of a made-up bundle; its identity and seed are fixed.
fn study(prototypes: usize) -> Study {
    Study {
        study_id: "0123456789abcdef0123456789abcdef".to_owned(),
        bundle_name: "demo-rhythm".to_owned(),
        bundle_sha256: "ab".repeat(32),
        items: items(prototypes),
        seed: 7,
        created: "2026-11-21T00:00:00.000Z".to_owned(),
        protocol: Protocol::quick(BundleRef::default()),
        training: Vec::new(),
        data: String::new(),
    }
}

fn create(path: &Path, prototypes: usize) -> Store {
    Store::create_as(path, &study(prototypes), installation()).unwrap()
}

/// A closed database with one answer to each prototype by `R1`.
fn rated_database(folder: &Path, prototypes: usize) -> PathBuf {
    let path = folder.join("study.sqlite");
    let mut store = create(&path, prototypes);
    for prototype in 0..prototypes {
        let rating = (prototype % 5 + 1) as u8;
        let answer = Answer::rated(prototype, rating, 5, 1000 + prototype as u64);
        store.record(&rater("R1"), &answer).unwrap();
    }
    path
}
