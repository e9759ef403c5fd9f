//! A file of an older version goes on: migrated once, after a backup.

use std::fs;
use std::path::{Path, PathBuf};

use protoecg::review::{Answer, Phase, ReviewError, SCHEMA_VERSION, Store};

use super::{installation, rater};

/// A version 1 database that `tests/truth/review_version_1.py` made, from the
/// documentation and not with this program.
fn version_1(folder: &Path) -> PathBuf {
    let path = folder.join("old.sqlite");
    let fixture =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/review/version_1.sqlite");
    fs::copy(fixture, &path).unwrap();
    path
}

fn user_version(path: &Path) -> i64 {
    let raw = rusqlite::Connection::open(path).unwrap();
    raw.query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn a_version_1_file_is_migrated_after_a_backup_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = version_1(folder.path());
    let original = fs::read(&path).unwrap();
    let mut store = Store::open_as(&path, installation()).unwrap();
    let me = rater("R1");
    let saved: Vec<_> = store
        .answers(&me)
        .unwrap()
        .into_iter()
        .map(|a| {
            (
                a.answer.prototype,
                a.answer.rating("clarity"),
                a.answer.exclusion.is_some(),
            )
        })
        .collect();
    assert_eq!(
        saved,
        [(0, Some(2), false), (1, None, true), (2, Some(5), false)]
    );
    // The queue is that of version 1.
    let order: Vec<usize> = store.queue(&me).iter().map(|slot| slot.prototype).collect();
    assert_eq!(order, [3, 0, 2, 1]);
    store.record(&me, &Answer::rated(3, 1, 1, 5)).unwrap();
    assert_eq!(store.verify().unwrap().events(), 5);
    drop(store);
    assert_eq!(user_version(&path), SCHEMA_VERSION);

    // The backup is the old file, which an old program still opens.
    let backup = folder.path().join("backups/old.version-1.sqlite");
    assert_eq!(user_version(&backup), 1);
    drop(Store::open_as(&path, installation()).unwrap());
    assert!(
        !folder
            .path()
            .join("backups/old.version-1-2.sqlite")
            .exists()
    );
    // An old file beside an old backup.
    fs::write(&path, &original).unwrap();
    drop(Store::open_as(&path, installation()).unwrap());
    assert!(
        folder
            .path()
            .join("backups/old.version-1-2.sqlite")
            .exists()
    );
}

/// A study of a protocol by version 2, from `tests/truth/review_version_2.py`.
#[test]
fn a_version_2_file_is_migrated_after_a_backup_and_keeps_its_answers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.sqlite");
    let fixture =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/review/version_2.sqlite");
    fs::copy(fixture, &path).unwrap();
    assert_eq!(user_version(&path), 2);
    let mut store = Store::open_as(&path, installation()).unwrap();
    let me = rater("R1");
    let saved: Vec<_> = store
        .answers(&me)
        .unwrap()
        .into_iter()
        .map(|a| {
            (
                a.answer.prototype,
                a.answer.phase,
                a.answer.rating("clarity"),
            )
        })
        .collect();
    assert_eq!(
        saved,
        [
            (0, Phase::Main, Some(5)),
            (2, Phase::Training, Some(3)),
            (3, Phase::Main, None)
        ]
    );
    assert_eq!(store.study().protocol.title, "Pilot");
    assert!(store.closed().unwrap().contains_key(&me));
    let error = store.close_queue(&me).unwrap_err();
    assert!(matches!(error, ReviewError::QueueClosed { .. }), "{error}");
    assert_eq!(store.verify().unwrap().events(), 4);
    drop(store);
    assert_eq!(user_version(&path), SCHEMA_VERSION);
    let backup = folder.path().join("backups/old.version-2.sqlite");
    assert_eq!(user_version(&backup), 2);
}

#[test]
fn a_damaged_old_file_is_not_migrated() {
    let folder = tempfile::tempdir().unwrap();
    let path = version_1(folder.path());
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute_batch(
        "DROP TRIGGER events_no_update;
         UPDATE events SET payload = replace(payload, '\"clarity\":5', '\"clarity\":4');",
    )
    .unwrap();
    drop(raw);
    let error = Store::open_as(&path, installation()).unwrap_err();
    assert!(matches!(error, ReviewError::ChainBroken { .. }), "{error}");
    assert_eq!(user_version(&path), 1);
    assert!(!folder.path().join("backups/old.version-1.sqlite").exists());
}
