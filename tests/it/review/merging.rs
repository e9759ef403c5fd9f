//! Files of several sites become one: nothing twice, nothing dropped, and what
//! contradicts is listed.

use std::fs;
use std::path::{Path, PathBuf};

use protoecg::review::{Answer, Included, Installation, ReviewError, Store, conflicts, results};

use super::{create, installation, rater, study};

fn site(digit: char) -> Installation {
    Installation::parse(&digit.to_string().repeat(16)).unwrap()
}

/// Copies of one new study, one for each site.
fn copies(folder: &Path, names: &[&str]) -> Vec<PathBuf> {
    let first = folder.join("new.sqlite");
    drop(create(&first, 6));
    let copy = |name: &&str| {
        let path = folder.join(format!("{name}.sqlite"));
        fs::copy(&first, &path).unwrap();
        path
    };
    names.iter().map(copy).collect()
}

fn record(path: &Path, site: Installation, code: &str, prototypes: &[usize], rating: u8) {
    let mut store = Store::open_as(path, site).unwrap();
    for &prototype in prototypes {
        let answer = Answer::rated(prototype, rating, rating, 1).because("merged before");
        store.record(&rater(code), &answer).unwrap();
    }
}

#[test]
fn two_sites_are_merged_offline() {
    let folder = tempfile::tempdir().unwrap();
    let paths = copies(folder.path(), &["main", "a", "b"]);
    record(&paths[1], site('a'), "R1", &[0, 1, 2], 4);
    record(&paths[2], site('b'), "R2", &[0, 1], 2);
    // R1 was at site b, too, for two that she had rated at site a.
    record(&paths[2], site('b'), "R1", &[1], 5);
    record(&paths[2], site('b'), "R1", &[2], 4);
    let before = fs::read(&paths[1]).unwrap();

    let mut store = Store::open_as(&paths[0], installation()).unwrap();
    let report = store.merge(&paths[1]).unwrap();
    assert_eq!((report.added, report.already_here), (3, 0));
    let report = store.merge(&paths[2]).unwrap();
    assert_eq!((report.added, report.already_here), (4, 0));
    // Again: nothing twice.
    let report = store.merge(&paths[1]).unwrap();
    assert_eq!((report.added, report.already_here), (0, 3));
    assert_eq!(fs::read(&paths[1]).unwrap(), before);

    // A site that went on is merged again.
    record(&paths[1], site('a'), "R1", &[3], 3);
    let report = store.merge(&paths[1]).unwrap();
    assert_eq!((report.added, report.already_here), (1, 3));

    let snapshot = store.snapshot().unwrap();
    let chains: Vec<_> = snapshot.chains.chains.iter().map(|c| c.events).collect();
    assert_eq!((snapshot.events.len(), chains), (8, vec![4, 4]));
    let found = conflicts(&snapshot, Included::Everyone);
    let listed: Vec<_> = found
        .iter()
        .map(|c| (c.rater.as_str(), c.prototype, c.agrees))
        .collect();
    assert_eq!(listed, [("R1", 1, false), ("R1", 2, true)]);
    let said: Vec<u8> = found[0]
        .answers
        .iter()
        .map(|a| a.ratings["clarity"])
        .collect();
    assert_eq!(said, [4, 5]);
    // Of open queues it is said that there are conflicts, not what was answered.
    let open = conflicts(&snapshot, Included::ClosedQueues);
    assert_eq!(open.len(), 2);
    assert_eq!((open[0].agrees, open[1].agrees), (false, true));
    let mut answers = open.iter().flat_map(|c| &c.answers);
    assert!(answers.all(|a| a.ratings.is_empty() && a.excluded.is_none()));
    // The last to arrive counts.
    let answers = store.answers(&rater("R1")).unwrap();
    assert_eq!(answers[1].answer.rating("clarity"), Some(5));
    // Merging leaves only the backups behind.
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm"))
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "a.sqlite",
            "b.sqlite",
            "backups",
            "main.sqlite",
            "new.sqlite"
        ]
    );
}

#[test]
fn other_studies_forks_and_torn_files_are_not_merged() {
    let folder = tempfile::tempdir().unwrap();
    let paths = copies(folder.path(), &["main", "a", "b"]);
    let mut store = Store::open_as(&paths[0], installation()).unwrap();
    assert!(matches!(
        store.merge(&paths[0]),
        Err(ReviewError::SameFile { .. })
    ));

    let mut other = study(6);
    other.study_id = "f".repeat(32);
    let path = folder.path().join("other.sqlite");
    drop(Store::create_as(&path, &other, installation()).unwrap());
    let error = store.merge(&path).unwrap_err();
    assert!(matches!(error, ReviewError::OtherStudy { .. }), "{error}");

    // Both in the name of one machine, and different.
    record(&paths[1], site('a'), "R1", &[0, 1], 4);
    record(&paths[2], site('a'), "R1", &[0, 1], 2);
    store.merge(&paths[1]).unwrap();
    let error = store.merge(&paths[2]).unwrap_err();
    let ReviewError::Forked { event, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(event.sequence, 1);
    assert_eq!(store.verify().unwrap().events(), 2);

    let torn = folder.path().join("torn.sqlite");
    let whole = fs::read(&paths[1]).unwrap();
    fs::write(&torn, &whole[..whole.len() / 2]).unwrap();
    assert!(store.merge(&torn).is_err());
    assert_eq!(store.verify().unwrap().events(), 2);
}

#[test]
fn answers_that_come_after_the_closing_are_said() {
    let folder = tempfile::tempdir().unwrap();
    let paths = copies(folder.path(), &["main", "a"]);
    record(&paths[0], installation(), "R1", &[0], 4);
    record(&paths[1], site('a'), "R1", &[1, 2], 3);
    let mut store = Store::open_as(&paths[0], installation()).unwrap();
    let after = |store: &Store| {
        let snapshot = store.snapshot().unwrap();
        let results = results(&snapshot, Included::ClosedQueues).unwrap();
        (results.raters[0].answered, results.raters[0].after_closing)
    };
    store.close_queue(&rater("R1")).unwrap();
    assert_eq!(after(&store), (1, 0));
    store.merge(&paths[1]).unwrap();
    assert_eq!(after(&store), (3, 2));
}
