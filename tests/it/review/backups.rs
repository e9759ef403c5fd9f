//! Backups: every fifty events and on closing, three kept, each one whole.

use std::fs;
use std::path::Path;

use protoecg::review::{Answer, EVENTS_PER_BACKUP, Store, backup_path};

use super::{create, installation, rater};

fn events_in(path: &Path) -> usize {
    // A copy, so that opening leaves no log beside the backup.
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.sqlite");
    fs::copy(path, &copy).unwrap();
    let store = Store::open_as(&copy, installation()).unwrap();
    store.snapshot().unwrap().events.len()
}

#[test]
fn a_backup_is_made_every_fifty_events_and_three_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.sqlite");
    let mut store = create(&path, 300);
    let mut made = Vec::new();
    for prototype in 0..230 {
        let answer = Answer::rated(prototype, 3, 3, 1);
        store.record(&rater("R1"), &answer).unwrap();
        if store.backup_if_due().unwrap().is_some() {
            made.push(prototype + 1);
        }
    }
    assert_eq!(EVENTS_PER_BACKUP, 50);
    assert_eq!(made, [50, 100, 150, 200]);
    let counts = [1, 2, 3].map(|n| events_in(&backup_path(&path, n)));
    assert_eq!(counts, [200, 150, 100]);
    assert_eq!(store.close().unwrap(), Some(backup_path(&path, 1)));
    assert_eq!(events_in(&backup_path(&path, 1)), 230);
    let names = fs::read_dir(folder.path().join("backups")).unwrap().count();
    assert_eq!(names, 3);
    // Nothing new, no backup.
    let store = Store::open_as(&path, installation()).unwrap();
    assert_eq!(store.close().unwrap(), None);
}

/// A backup that cannot be written leaves the older ones, and the ratings.
#[test]
fn a_backup_that_fails_is_said_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.sqlite");
    let mut store = create(&path, 4);
    store
        .record(&rater("R1"), &Answer::rated(0, 3, 3, 1))
        .unwrap();
    fs::write(folder.path().join("backups"), "a file is in the way").unwrap();
    let error = store.backup().unwrap_err().to_string();
    assert!(error.contains("backups"), "{error}");
    store
        .record(&rater("R1"), &Answer::rated(1, 3, 3, 1))
        .unwrap();
    assert_eq!(store.verify().unwrap().events(), 2);
}
