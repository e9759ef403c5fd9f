//! Copies of one file on one machine, and backups that were put back: each gets
//! a chain of its own, so that all of them can be merged.

use std::fs;
use std::path::{Path, PathBuf};

use protoecg::review::{Answer, Author, ReviewError, Store, backup_path, restore};

use super::{create, installation, rater};

fn rate(
    path: &Path,
    account: &Author,
    prototype: usize,
    rating: u8,
) -> Result<String, ReviewError> {
    let mut store = Store::open_by(path, account.clone())?;
    let answer = Answer::rated(prototype, rating, rating, 1);
    let event = store.record(&rater("R1"), &answer)?;
    Ok(event.installation.to_string())
}

/// An account, and the names of two files that it rates in.
fn account_and_files(folder: &Path) -> (Author, [PathBuf; 2]) {
    let account = Author::account(&folder.join("chains")).unwrap();
    (
        account,
        ["a.sqlite", "b.sqlite"].map(|name| folder.join(name)),
    )
}

fn events_of(path: &Path) -> usize {
    let store = Store::open_as(path, installation()).unwrap();
    store.snapshot().unwrap().events.len()
}

#[test]
fn copies_that_one_account_goes_on_with_are_merged() {
    let folder = tempfile::tempdir().unwrap();
    let (account, [first, second]) = account_and_files(folder.path());
    drop(create(&first, 9));
    let chain = rate(&first, &account, 0, 3).unwrap();
    // One file, opened again and again: one chain.
    assert_eq!(rate(&first, &account, 1, 3).unwrap(), chain);
    fs::copy(&first, &second).unwrap();

    // Whichever goes on first keeps the chain, the other begins one.
    assert_eq!(rate(&second, &account, 2, 4).unwrap(), chain);
    let other = rate(&first, &account, 3, 5).unwrap();
    assert_ne!(other, chain);
    assert_eq!(rate(&second, &account, 4, 4).unwrap(), chain);
    assert_eq!(rate(&first, &account, 5, 4).unwrap(), other);

    let mut store = Store::open_by(&first, account.clone()).unwrap();
    let report = store.merge(&second).unwrap();
    assert_eq!((report.added, report.already_here), (2, 2));
    drop(store);
    assert_eq!(events_of(&first), 6);
    // What was merged in is not forked by going on.
    rate(&first, &account, 6, 2).unwrap();
    rate(&second, &account, 7, 2).unwrap();
    let mut store = Store::open_by(&first, account).unwrap();
    store.merge(&second).unwrap();
    assert_eq!(store.verify().unwrap().events(), 8);
}

#[test]
fn two_copies_that_are_open_at_once_do_not_fork() {
    let folder = tempfile::tempdir().unwrap();
    let (account, [first, second]) = account_and_files(folder.path());
    drop(create(&first, 9));
    rate(&first, &account, 0, 3).unwrap();
    fs::copy(&first, &second).unwrap();
    let mut a = Store::open_by(&first, account.clone()).unwrap();
    let mut b = Store::open_by(&second, account.clone()).unwrap();
    for prototype in [1, 3, 5] {
        a.record(&rater("R1"), &Answer::rated(prototype, 3, 3, 1))
            .unwrap();
        b.record(&rater("R1"), &Answer::rated(prototype + 1, 4, 4, 1))
            .unwrap();
    }
    drop(b);
    assert_eq!(a.merge(&second).unwrap().added, 3);
    assert_eq!(a.verify().unwrap().events(), 7);
}

#[test]
fn a_backup_is_put_back_and_what_was_there_can_be_merged() {
    let folder = tempfile::tempdir().unwrap();
    let account = Author::account(&folder.path().join("chains")).unwrap();
    let path = folder.path().join("s.sqlite");
    drop(create(&path, 9));
    let chain = rate(&path, &account, 0, 3).unwrap();
    let store = Store::open_by(&path, account.clone()).unwrap();
    store.close().unwrap();
    assert!(backup_path(&path, 1).exists());
    rate(&path, &account, 1, 4).unwrap();

    assert!(matches!(
        restore(&path, 2),
        Err(ReviewError::NotFound { .. })
    ));
    // Not while it is in use.
    let open = Store::open_by(&path, account.clone()).unwrap();
    assert!(matches!(restore(&path, 1), Err(ReviewError::Busy { .. })));
    drop(open);
    assert_eq!(events_of(&path), 2);

    let done = restore(&path, 1).unwrap();
    assert_eq!(done.events, 1);
    assert_eq!(events_of(&path), 1);
    assert_ne!(rate(&path, &account, 2, 5).unwrap(), chain);
    let replaced = done.replaced.unwrap();
    let mut store = Store::open_by(&path, account.clone()).unwrap();
    let report = store.merge(&replaced).unwrap();
    assert_eq!((report.added, report.already_here), (1, 1));
    assert_eq!(store.verify().unwrap().events(), 3);
    drop(store);

    // A damaged database is what it is for; a file of somebody else's is not.
    fs::write(&path, vec![7; 4096]).unwrap();
    // Its newest backup is that of the merge, which had not added anything yet.
    assert_eq!(restore(&path, 1).unwrap().events, 2);
    assert_eq!(events_of(&path), 2);
    fs::remove_file(&path).unwrap();
    let foreign = rusqlite::Connection::open(&path).unwrap();
    foreign.execute_batch("CREATE TABLE t (x)").unwrap();
    drop(foreign);
    assert!(matches!(
        restore(&path, 1),
        Err(ReviewError::NotAStudy { .. })
    ));
}

/// A folder that cannot be used costs a chain, and no answer.
#[test]
fn without_a_folder_a_run_has_its_own_chain() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.sqlite");
    drop(create(&path, 9));
    let in_the_way = folder.path().join("file");
    fs::write(&in_the_way, "").unwrap();
    let run = Author::account(&in_the_way).unwrap();
    let chain = rate(&path, &run, 0, 3).unwrap();
    assert_eq!(rate(&path, &run, 1, 3).unwrap(), chain);
    let later = Author::account(&in_the_way).unwrap();
    assert_ne!(rate(&path, &later, 2, 3).unwrap(), chain);
}
