//! A kill at any moment loses nothing that was acknowledged.
//!
//! The parent starts this test binary again as a rater, kills it, and looks
//! whether every event id that it printed is in the database. (A kill does not
//! show that the disk has it: that is synchronous=FULL, read back here.)

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use protoecg::review::{Answer, Store};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::{create, installation, rater};

const DATABASE: &str = "PROTOECG_TEST_KILLED_DATABASE";
/// How often the rater is killed; `PROTOECG_KILLS=1000` for the long run.
const KILLS: &str = "PROTOECG_KILLS";
const PROTOTYPES: usize = 40;

/// The rater that is killed; started by the test below only.
#[test]
#[ignore = "started by kills_lose_no_acknowledged_rating"]
fn rates_until_killed() {
    let Some(path) = std::env::var_os(DATABASE) else {
        return;
    };
    let path = Path::new(&path);
    let mut store = if path.exists() {
        Store::open_as(path, installation()).unwrap()
    } else {
        create(path, PROTOTYPES)
    };
    let mut stdout = std::io::stdout().lock();
    for round in 0_usize.. {
        let answer =
            Answer::rated(round % PROTOTYPES, (round % 5 + 1) as u8, 3, 1).because("again");
        let id = store.record(&rater("R1"), &answer).unwrap();
        write!(stdout, "\nsaved {id}\n").unwrap();
        stdout.flush().unwrap();
    }
}

fn start_rater(path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "review::killed::rates_until_killed"])
        .args(["--ignored", "--nocapture", "--test-threads=1"])
        .env(DATABASE, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Kills a rater at a random moment; what it had acknowledged until then.
fn rate_and_kill(path: &Path, rng: &mut ChaCha8Rng) -> Vec<String> {
    let mut child = start_rater(path);
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut acknowledged = Vec::new();
    let mut line = String::new();
    let mut next = |acknowledged: &mut Vec<String>| -> bool {
        line.clear();
        let more = output.read_line(&mut line).unwrap() > 0;
        // A line that the kill cut off is no acknowledgement.
        if let Some(id) = line
            .strip_suffix('\n')
            .and_then(|l| l.strip_prefix("saved "))
        {
            acknowledged.push(id.to_owned());
        }
        more
    };
    // One kill in five comes while the database is being made or opened.
    let wanted = (rng.next_u32() % 5 * 4) as usize;
    let wait_us = if wanted == 0 { 100_000 } else { 5_000 };
    while acknowledged.len() < wanted && next(&mut acknowledged) {}
    std::thread::sleep(Duration::from_micros(u64::from(rng.next_u32() % wait_us)));
    child.kill().unwrap();
    child.wait().unwrap();
    while next(&mut acknowledged) {}
    acknowledged
}

#[test]
fn kills_lose_no_acknowledged_rating() {
    let kills = std::env::var(KILLS).map_or(50, |kills| kills.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.sqlite");
    let mut rng = ChaCha8Rng::seed_from_u64(50);
    let mut acknowledged = BTreeSet::new();
    for kill in 1..=kills {
        acknowledged.extend(rate_and_kill(&path, &mut rng));
        if !path.exists() {
            assert!(acknowledged.is_empty());
            continue;
        }
        let store = Store::open_as(&path, installation())
            .unwrap_or_else(|error| panic!("after kill {kill}: {error}"));
        let saved: BTreeSet<String> = store
            .snapshot()
            .unwrap()
            .events
            .iter()
            .map(|event| event.id.to_string())
            .collect();
        let lost: Vec<_> = acknowledged.difference(&saved).collect();
        assert!(lost.is_empty(), "kill {kill} lost {lost:?}");
        // At most one answer per kill was saved and not yet acknowledged.
        assert!(saved.len() <= acknowledged.len() + kill);
    }
    assert!(acknowledged.len() > kills, "{}", acknowledged.len());

    eprintln!(
        "{kills} kills, {} acknowledged, none lost",
        acknowledged.len()
    );

    let store = Store::open_as(&path, installation()).unwrap();
    let settings = store.durability().unwrap();
    assert_eq!(
        (settings.journal_mode.as_str(), settings.synchronous),
        ("wal", 2)
    );
    assert!(settings.foreign_keys && settings.cell_size_check && !settings.trusted_schema);
    drop(store);
    let raw = rusqlite::Connection::open(&path).unwrap();
    let whole: String = raw
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(whole, "ok");
}
