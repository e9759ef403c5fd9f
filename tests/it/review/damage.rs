//! A database that is damaged, tampered with, newer, foreign or in use is
//! refused by name, and left as it was.

use std::fs;
use std::path::Path;

use protoecg::review::{Answer, BrokenLink, ReviewError, SCHEMA_VERSION, Store};
use rusqlite::Connection;

use super::{create, installation, rated_database, rater, study};

fn open(path: &Path) -> Result<Store, ReviewError> {
    Store::open_as(path, installation())
}

/// What a person with the file and a SQLite shell could do.
fn tamper(path: &Path, sql: &str) {
    let raw = Connection::open(path).unwrap();
    raw.execute_batch(sql).unwrap();
}

fn broken_at(path: &Path) -> (i64, BrokenLink) {
    match open(path) {
        Err(ReviewError::ChainBroken { event, what, .. }) => (event.sequence, what),
        other => panic!("expected a broken chain, found {other:?}"),
    }
}

#[test]
fn a_changed_event_is_named() {
    for change in [
        "rater = 'R9'",
        "time_utc_ms = time_utc_ms + 1",
        "payload = replace(payload, '\"clarity\":5', '\"clarity\":4')",
        "kind = 'note'",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = rated_database(folder.path(), 6);
        tamper(
            &path,
            &format!(
                "DROP TRIGGER events_no_update; UPDATE events SET {change} WHERE sequence = 4;"
            ),
        );
        assert_eq!(broken_at(&path), (4, BrokenLink::Contents), "{change}");
    }
}

#[test]
fn a_removed_or_rewritten_event_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = rated_database(folder.path(), 6);
    tamper(
        &path,
        "DROP TRIGGER events_no_delete; DELETE FROM events WHERE sequence = 3;",
    );
    let gap = BrokenLink::Sequence {
        expected: 3,
        found: 4,
    };
    assert_eq!(broken_at(&path), (2, gap));

    let folder = tempfile::tempdir().unwrap();
    let path = rated_database(folder.path(), 6);
    tamper(
        &path,
        "DROP TRIGGER events_no_delete; DELETE FROM events WHERE sequence >= 5;",
    );
    assert_eq!(
        broken_at(&path),
        (4, BrokenLink::TailMissing { missing: 2 })
    );

    // A forger who makes the hash of the changed event right breaks the next.
    let folder = tempfile::tempdir().unwrap();
    let path = rated_database(folder.path(), 6);
    let mut event = open(&path).unwrap().snapshot().unwrap().events.remove(1);
    event.payload = event.payload.replace("\"clarity\":5", "\"clarity\":1");
    tamper(
        &path,
        &format!(
            "DROP TRIGGER events_no_update;
             UPDATE events SET payload = '{}', hash = '{}' WHERE sequence = 2;",
            event.payload,
            event.computed_hash()
        ),
    );
    assert_eq!(broken_at(&path), (3, BrokenLink::Previous));
}

#[test]
fn a_changed_study_or_missing_trigger_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = rated_database(folder.path(), 3);
    tamper(
        &path,
        "DROP TRIGGER study_no_update; UPDATE study SET document = replace(document, 'SR', 'ST');",
    );
    let error = open(&path).unwrap_err().to_string();
    assert!(
        error.contains("the study does not have its checksum"),
        "{error}"
    );

    let folder = tempfile::tempdir().unwrap();
    let path = rated_database(folder.path(), 3);
    tamper(&path, "DROP TRIGGER events_no_delete;");
    let error = open(&path).unwrap_err().to_string();
    assert!(error.contains("trigger events_no_delete"), "{error}");
}

#[test]
fn sql_cannot_change_delete_or_replace_an_event() {
    let folder = tempfile::tempdir().unwrap();
    let path = rated_database(folder.path(), 3);
    let raw = Connection::open(&path).unwrap();
    let columns = "installation, sequence, time_utc_ms, rater, kind, payload, previous_hash, hash";
    for sql in [
        "UPDATE events SET rater = 'X'".to_owned(),
        "DELETE FROM events".to_owned(),
        format!("INSERT OR REPLACE INTO events ({columns}) SELECT {columns} FROM events"),
        format!(
            "INSERT OR REPLACE INTO events (id, {columns}) SELECT 1, installation, sequence + 3,
             0, rater, kind, payload, previous_hash, substr(hash, 2) || '0' FROM events LIMIT 1"
        ),
        "UPDATE study SET document = '{}'".to_owned(),
        "DELETE FROM study".to_owned(),
        "INSERT OR REPLACE INTO study VALUES (1, '{}', 'x')".to_owned(),
    ] {
        assert!(raw.execute_batch(&sql).is_err(), "{sql}");
    }
    drop(raw);
    assert_eq!(open(&path).unwrap().verify().unwrap().events(), 3);
}

#[test]
fn a_newer_version_is_refused_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = rated_database(folder.path(), 3);
    tamper(
        &path,
        &format!("PRAGMA user_version = {};", SCHEMA_VERSION + 6),
    );
    let before = fs::read(&path).unwrap();
    let error = open(&path).unwrap_err().to_string();
    let expected = format!(
        "made by a newer protoecg: version {}, this one knows {SCHEMA_VERSION}; nothing was changed",
        SCHEMA_VERSION + 6
    );
    assert!(error.ends_with(&expected), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn what_is_not_a_review_database_is_refused_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.sqlite");
    tamper(
        &path,
        "CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('mine');",
    );
    let foreign = fs::read(&path).unwrap();
    for bytes in [foreign, Vec::new(), b"not a database".repeat(400)] {
        fs::write(&path, &bytes).unwrap();
        let error = open(&path).unwrap_err();
        assert!(matches!(error, ReviewError::NotAStudy { .. }), "{error}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
    assert!(matches!(
        open(&folder.path().join("none.sqlite")),
        Err(ReviewError::NotFound { .. })
    ));
    assert!(matches!(
        open(folder.path()),
        Err(ReviewError::NotAStudy { .. })
    ));
    // Nor is it overwritten by a new study.
    assert!(matches!(
        Store::create_as(&path, &study(2), installation()),
        Err(ReviewError::AlreadyExists { .. })
    ));
}

#[test]
fn a_truncated_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = rated_database(folder.path(), 30);
    let whole = fs::read(&path).unwrap();
    for length in (1..whole.len()).step_by(whole.len() / 40) {
        fs::write(&path, &whole[..length]).unwrap();
        let error = open(&path).expect_err("a truncated database");
        assert!(error.to_string().contains("study.sqlite"), "{error}");
    }
}

/// Wherever a byte flips, either the database is refused or everything in it
/// is as it was (the byte was in unused space).
#[test]
fn a_flipped_byte_never_changes_a_rating() {
    let folder = tempfile::tempdir().unwrap();
    let path = rated_database(folder.path(), 12);
    let original = open(&path).unwrap().snapshot().unwrap();
    let whole = fs::read(&path).unwrap();
    let (mut refused, mut harmless) = (0, 0);
    for position in (0..whole.len()).step_by(71) {
        let mut bytes = whole.clone();
        bytes[position] ^= 0x11;
        for leftover in ["study.sqlite-wal", "study.sqlite-shm"] {
            let _ = fs::remove_file(folder.path().join(leftover));
        }
        fs::write(&path, bytes).unwrap();
        match open(&path).and_then(|store| store.snapshot()) {
            Ok(snapshot) => {
                assert_eq!(snapshot, original, "byte {position}");
                harmless += 1;
            }
            Err(error) => {
                assert!(error.to_string().contains("study.sqlite"), "{error}");
                refused += 1;
            }
        }
    }
    assert!(refused > 50 && harmless > 50, "{refused} {harmless}");
}

#[test]
fn another_program_that_holds_the_database_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.sqlite");
    let mut store = create(&path, 2);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answer = Answer::rated(0, 3, 3, 1);
    let error = store.record(&rater("R1"), &answer).unwrap_err();
    assert!(matches!(error, ReviewError::Busy { .. }), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    store.record(&rater("R1"), &answer).unwrap();
    assert_eq!(store.verify().unwrap().events(), 1);
}

/// Two windows on one study do not tear the chain.
#[test]
fn two_writers_take_turns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.sqlite");
    drop(create(&path, 20));
    std::thread::scope(|scope| {
        for code in ["R1", "R2"] {
            let path = &path;
            scope.spawn(move || {
                let mut store = open(path).unwrap();
                for prototype in 0..20 {
                    let answer = Answer::rated(prototype, 2, 3, 1);
                    store.record(&rater(code), &answer).unwrap();
                }
            });
        }
    });
    let mut store = open(&path).unwrap();
    assert_eq!(store.verify().unwrap().events(), 40);
    assert!(store.progress(&rater("R1")).unwrap().is_complete());
}
