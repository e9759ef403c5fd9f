//! A kill at any moment loses nothing that was acknowledged.
//!
//! The parent starts this test binary again. That process forks a rater, kills
//! it with SIGKILL when the parent says so, and forks the next: a kill costs a
//! fork and no start of a program. After each kill the parent looks whether
//! every event id that a rater printed is in the database. (A kill does not
//! show that the disk has it: that is synchronous=FULL, read back here.)

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use protoecg::review::{Answer, Store};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::{create, installation, rater};

/// How often a rater is killed; `PROTOECG_KILLS=1000` for the long run.
const KILLS: &str = "PROTOECG_KILLS";
const STARTED: &str = "PROTOECG_TEST_KILLED";
const PROTOTYPES: usize = 40;
/// A database is followed from its beginning at every opening; a new one now
/// and then keeps the loop fast, and kills the making of one, too.
const KILLS_PER_DATABASE: usize = 50;

/// Forks raters and kills them; started by the test below only. A line on
/// standard input is the path of the next database, the next line the kill.
#[test]
#[ignore = "started by kills_lose_no_acknowledged_rating"]
fn forks_raters_and_kills_them() {
    if std::env::var_os(STARTED).is_none() {
        return;
    }
    let mut input = std::io::stdin().lines();
    while let Some(Ok(path)) = input.next() {
        let rater = forked::start(|| rates_until_killed(Path::new(&path)));
        let _ = input.next();
        forked::kill(rater);
        println!("\nkilled");
    }
}

fn rates_until_killed(path: &Path) {
    let mut store = if path.exists() {
        Store::open_as(path, installation()).unwrap()
    } else {
        create(path, PROTOTYPES)
    };
    let mut stdout = std::io::stdout().lock();
    for round in 0_usize.. {
        let answer = Answer::rated(round % PROTOTYPES, (round % 5 + 1) as u8, 3, 1);
        let id = store
            .record(&rater("R1"), &answer.because("again"))
            .unwrap();
        write!(stdout, "\nsaved {id}\n").unwrap();
        stdout.flush().unwrap();
    }
}

/// The only way to kill a rater a thousand times in a minute. The forking
/// process has one thread that does anything, so the child may use all of it.
#[allow(unsafe_code)]
mod forked {
    pub fn start(child: impl FnOnce()) -> libc::pid_t {
        // SAFETY: see above; no lock is held by another thread.
        match unsafe { libc::fork() } {
            0 => {
                child();
                std::process::exit(0);
            }
            pid => {
                assert!(pid > 0, "fork failed");
                pid
            }
        }
    }

    pub fn kill(pid: libc::pid_t) {
        // SAFETY: plain system calls on our own child.
        unsafe {
            assert_eq!(libc::kill(pid, libc::SIGKILL), 0);
            assert_eq!(libc::waitpid(pid, std::ptr::null_mut(), 0), pid);
        }
    }
}

struct Forker {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Forker {
    fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "review::killed::forks_raters_and_kills_them"])
            .args(["--ignored", "--nocapture", "--test-threads=1"])
            .env(STARTED, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = process.stdin.take().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        Self {
            process,
            input,
            output,
        }
    }

    /// The next line that a rater or the forker wrote.
    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(
            self.output.read_line(&mut line).unwrap() > 0,
            "the forker ended"
        );
        // A line that the kill cut off has no end of its own and is no acknowledgement.
        line.trim_end_matches('\n').to_owned()
    }

    /// Has a rater rate and killed at a random moment; what was acknowledged.
    fn rate_and_kill(&mut self, path: &Path, rng: &mut ChaCha8Rng) -> Vec<String> {
        writeln!(self.input, "{}", path.display()).unwrap();
        let mut acknowledged = Vec::new();
        // One kill in five comes while the database is being made or opened.
        let wanted = (rng.next_u32() % 5 * 4) as usize;
        while acknowledged.len() < wanted {
            if let Some(id) = self.line().strip_prefix("saved ") {
                acknowledged.push(id.to_owned());
            }
        }
        let wait_us = if wanted == 0 { 20_000 } else { 3_000 };
        std::thread::sleep(Duration::from_micros(u64::from(rng.next_u32() % wait_us)));
        writeln!(self.input, "kill").unwrap();
        loop {
            let line = self.line();
            if let Some(id) = line.strip_prefix("saved ") {
                acknowledged.push(id.to_owned());
            } else if line == "killed" {
                return acknowledged;
            }
        }
    }
}

#[test]
fn kills_lose_no_acknowledged_rating() {
    let kills = std::env::var(KILLS).map_or(50, |kills| kills.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut forker = Forker::start();
    let mut rng = ChaCha8Rng::seed_from_u64(50);
    let mut in_all = 0;
    let mut acknowledged = BTreeSet::new();
    let mut path = folder.path().to_owned();
    for kill in 0..kills {
        let kill_of_database = kill % KILLS_PER_DATABASE;
        if kill_of_database == 0 {
            path = folder.path().join(format!("study-{kill}.sqlite"));
            in_all += acknowledged.len();
            acknowledged.clear();
        }
        acknowledged.extend(forker.rate_and_kill(&path, &mut rng));
        if !path.exists() {
            assert!(acknowledged.is_empty());
            continue;
        }
        let store = Store::open_as(&path, installation())
            .unwrap_or_else(|error| panic!("after kill {kill}: {error}"));
        let events = store.snapshot().unwrap().events;
        let saved: BTreeSet<String> = events.iter().map(|event| event.id.to_string()).collect();
        assert_eq!(saved.len(), events.len(), "an event twice");
        let lost: Vec<_> = acknowledged.difference(&saved).collect();
        assert!(lost.is_empty(), "kill {kill} lost {lost:?}");
        // At most one answer per kill was saved and not yet acknowledged.
        assert!(saved.len() <= acknowledged.len() + kill_of_database + 1);
    }
    in_all += acknowledged.len();
    assert!(in_all > kills, "{in_all}");
    eprintln!("{kills} kills, {in_all} acknowledged, none lost");
    let Forker {
        mut process, input, ..
    } = forker;
    drop(input);
    process.wait().unwrap();

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
