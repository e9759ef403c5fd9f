//! A disk that fills up, a copy that is torn, a clock that goes back: nothing
//! that was acknowledged is lost, nothing is there twice, and the message says
//! what to do.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use protoecg::review::{Answer, Included, ReviewError, Store, results};

use super::{create, installation, rated_database, rater};

const FOLDER: &str = "PROTOECG_TEST_SMALL_DISK";
const STARTED: &str = "small disk child started";

fn long_answer(prototype: usize) -> Answer {
    Answer::rated(prototype, 3, 4, 1)
        .with_comment(&"disk ".repeat(700))
        .because("once more")
}

/// Rates until the disk is full; started by the test below only.
#[test]
#[ignore = "started by a_full_disk_loses_nothing"]
fn rates_on_a_small_disk() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    println!("\n{STARTED}");
    let folder = Path::new(&folder);
    let path = folder.join("s.sqlite");
    let mut store = create(&path, 40);
    let mut acknowledged = Vec::new();
    let error = (0..10_000)
        .find_map(
            |round| match store.record(&rater("R1"), &long_answer(round % 40)) {
                Ok(id) => {
                    acknowledged.push(id);
                    None
                }
                Err(error) => Some(error),
            },
        )
        .expect("the disk is small");
    assert!(matches!(error, ReviewError::DiskFull { .. }), "{error:?}");
    let told = error.to_string();
    assert!(
        told.contains("the disk is full; nothing was saved. Make room"),
        "{told}"
    );
    assert!(acknowledged.len() > 5, "{}", acknowledged.len());
    // Neither a second try nor a backup harms what is there.
    let again = store.record(&rater("R1"), &long_answer(0)).unwrap_err();
    assert!(matches!(again, ReviewError::DiskFull { .. }), "{again:?}");
    assert!(store.backup().is_err());
    let saved = |store: &Store| -> Vec<_> {
        let events = store.snapshot().unwrap().events;
        events.into_iter().map(|event| event.id).collect()
    };
    assert_eq!(saved(&store), acknowledged);
    drop(store);
    // Room is made, and it goes on.
    fs::remove_file(folder.join("ballast")).unwrap();
    let mut store = Store::open_as(&path, installation()).unwrap();
    assert_eq!(saved(&store), acknowledged);
    store.record(&rater("R1"), &long_answer(0)).unwrap();
    assert_eq!(
        store.verify().unwrap().events(),
        acknowledged.len() as i64 + 1
    );
}

/// On a tmpfs of one megabyte with half of it ballast, in a mount namespace of
/// its own.
#[test]
fn a_full_disk_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("unshare")
        .args(["--mount", "--map-root-user", "sh", "-c"])
        .arg(
            "mount -t tmpfs -o size=1m none \"$0\" && \
             head -c 500000 /dev/zero > \"$0/ballast\" && exec \"$@\"",
        )
        .arg(folder.path())
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "review::faults::rates_on_a_small_disk"])
        .args(["--ignored", "--nocapture"])
        .env(FOLDER, folder.path())
        .output();
    let Ok(output) = output else {
        eprintln!("SKIPPED: there is no unshare here");
        return;
    };
    let told = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    if !told.contains(STARTED) {
        eprintln!("SKIPPED: a small disk cannot be mounted here: {errors}");
        return;
    }
    assert!(output.status.success(), "{told}\n{errors}");
}

/// Copies made while a program is rating: each is refused, or holds the
/// beginning of the history and nothing else.
#[test]
fn a_copy_made_while_rating_is_refused_or_a_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.sqlite");
    let mut store = create(&path, 400);
    let rated = AtomicBool::new(false);
    let copies = std::thread::scope(|scope| {
        let copier = scope.spawn(|| {
            let mut copies = Vec::new();
            while !rated.load(Ordering::Acquire) && copies.len() < 60 {
                let copy = folder.path().join(format!("copy-{}.sqlite", copies.len()));
                let log = |path: &Path| path.with_extension("sqlite-wal");
                // The log after the file or before it, as a copying program may have it.
                if copies.len() % 2 == 0 {
                    let _ = fs::copy(log(&path), log(&copy));
                }
                fs::copy(&path, &copy).unwrap();
                if copies.len() % 4 == 1 {
                    let _ = fs::copy(log(&path), log(&copy));
                }
                copies.push(copy);
            }
            copies
        });
        for prototype in 0..400 {
            let answer = Answer::rated(prototype, 3, 3, 1).with_comment(&"w".repeat(300));
            store.record(&rater("R1"), &answer).unwrap();
        }
        rated.store(true, Ordering::Release);
        copier.join().unwrap()
    });
    let whole = store.snapshot().unwrap().events;
    assert_eq!(whole.len(), 400);
    let mut opened = 0;
    for copy in &copies {
        match Store::open_as(copy, installation()) {
            Ok(store) => {
                let events = store.snapshot().unwrap().events;
                assert!(whole.starts_with(&events), "{}", copy.display());
                opened += 1;
            }
            Err(error) => assert!(error.to_string().contains("copy-"), "{error}"),
        }
    }
    assert!(opened > 0 && !copies.is_empty());

    // Half of an old state and half of a new one.
    let mut mixed = fs::read(rated_database(&tempfile::tempdir().unwrap().keep(), 5)).unwrap();
    drop(store);
    let new = fs::read(&path).unwrap();
    let half = mixed.len() / 2 / 4096 * 4096;
    mixed.truncate(half);
    mixed.extend_from_slice(&new[half..]);
    let torn = folder.path().join("torn.sqlite");
    fs::write(&torn, mixed).unwrap();
    let error = Store::open_as(&torn, installation())
        .unwrap_err()
        .to_string();
    assert!(error.contains("torn.sqlite"), "{error}");
}

/// By the clock every answer is given before the one before it.
#[test]
fn a_clock_that_goes_back_changes_no_order() {
    fn backwards() -> i64 {
        use std::sync::atomic::AtomicI64;
        static NOW: AtomicI64 = AtomicI64::new(2_000_000_000_000);
        NOW.fetch_sub(86_400_000, Ordering::SeqCst)
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.sqlite");
    let me = rater("R1");
    let mut store = create(&path, 12).with_clock(backwards);
    for prototype in 0..12 {
        let first = Answer::rated(prototype, 1, 1, 1);
        store.record(&me, &first).unwrap();
        let rating = (prototype / 3 + 2).min(5) as u8;
        let last = Answer::rated(prototype, rating, rating, 1).because("a second look");
        store.record(&me, &last).unwrap();
    }
    drop(store);
    let mut store = Store::open_as(&path, installation()).unwrap();
    store.close_queue(&me).unwrap();
    let snapshot = store.snapshot().unwrap();
    assert!(snapshot.events[0].time_utc_ms > snapshot.events[23].time_utc_ms);
    let results = results(&snapshot, Included::ClosedQueues).unwrap();
    let own = &results.report.items[0].raters[0];
    // The last answers count, and they rise in the order in which they were given.
    assert_eq!(own.all.distribution, [0, 3, 3, 3, 3]);
    let drift = own.drift.0.as_ref().unwrap();
    assert!(drift.spearman.is_ok_and(|s| s.rho > 0.9), "{drift:?}");
}
