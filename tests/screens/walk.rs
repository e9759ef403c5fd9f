//! A walk through the three jobs with the real program under Xvfb, by keyboard
//! alone: a clinician prints an ECG and why the model says what it says, a
//! cardiologist rates prototypes, a researcher trains a model. It ends with the
//! files that these should have made.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use protoecg::bundle::Bundle;
use protoecg::review::{Rater, Store};
use protoecg::simulator;

use crate::driver::{demonstration, simulated};
use crate::small_model;
use crate::xvfb::Display;

/// Longest wait for a file; a training is the longest.
const PATIENCE: Duration = Duration::from_secs(600);

/// The program with its window, and a keyboard.
struct Walk {
    display: Display,
    program: Child,
}

impl Walk {
    /// Presses keys as xdotool calls them, one after the other.
    fn keys(&self, keys: &[&str]) {
        for key in keys {
            self.xdotool(&["key", key]);
            std::thread::sleep(Duration::from_millis(400));
        }
    }

    fn text(&self, text: &str) {
        self.xdotool(&["type", "--delay", "20", text]);
        std::thread::sleep(Duration::from_millis(400));
    }

    fn xdotool(&self, arguments: &[&str]) {
        let status = self.command("xdotool").args(arguments).status();
        assert!(status.unwrap().success(), "xdotool {arguments:?}");
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("DISPLAY", &self.display.name);
        command
    }

    /// Tries again, as a person would, until it is done; the attempt gets its
    /// number, from 0.
    fn until(&mut self, what: &str, is_done: impl Fn() -> bool, attempt: impl Fn(&Self, usize)) {
        let started = Instant::now();
        for number in 0.. {
            attempt(self, number);
            // A busy machine answers late; a second attempt has to be harmless all the same.
            for _ in 0..15 {
                if is_done() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(200));
            }
            assert!(started.elapsed() < PATIENCE, "no {what}");
            let ended = self.program.try_wait().unwrap();
            assert!(ended.is_none(), "the program ended: {ended:?}");
        }
    }
}

impl Drop for Walk {
    fn drop(&mut self) {
        self.program.kill().ok();
        self.program.wait().ok();
    }
}

/// Pages of a PDF; none where it is not written yet.
fn pages(file: &Path) -> usize {
    let pdf = std::fs::read(file).unwrap_or_default();
    let is_page = |part: &&[u8]| part.starts_with(b"/Type /Page") && part[11] != b's';
    match pdf.starts_with(b"%PDF") {
        true => pdf.windows(12).filter(is_page).count(),
        false => 0,
    }
}

/// What the form of a training said last, as a window left it.
fn settings(home: &Path) {
    let text = |name: &str| home.join(name).display().to_string();
    let saved = format!(
        "(training: (config: File({:?}), data: {:?}, out: {:?}, device: Cpu))",
        text("small.ron"),
        text("data"),
        text("model")
    );
    let kept = BTreeMap::from([("protoecg", saved)]);
    std::fs::create_dir_all(home.join("protoecg")).unwrap();
    std::fs::write(
        home.join("protoecg/app.ron"),
        ron::to_string(&kept).unwrap(),
    )
    .unwrap();
}

#[test]
fn three_jobs_are_done_by_keyboard_and_leave_their_files() {
    let there = Command::new("xdotool").arg("version").output().is_ok();
    if !there {
        eprintln!("SKIPPED: xdotool is not installed (make setup-test installs it)");
        return;
    }
    let Some(display) = Display::start(1280, 800) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    simulator::write_ptbxl(
        60,
        7,
        &home.join("data"),
        &mut |_| ControlFlow::Continue(()),
    )
    .unwrap();
    let config = ron::to_string(&small_model::config()).unwrap();
    std::fs::write(home.join("small.ron"), config).unwrap();
    settings(home);
    let reviews = home.join("reviews");
    let program = Command::new(env!("CARGO_BIN_EXE_protoecg"))
        .arg("open")
        .arg(simulated(home, 0))
        .arg("--bundle")
        .arg(demonstration())
        .arg("--reviews")
        .arg(&reviews)
        .env("DISPLAY", &display.name)
        .envs(["HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"].map(|name| (name, home)))
        .env("PROTOECG_CACHE", home.join("cache"))
        .env("OMP_NUM_THREADS", "1")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .current_dir(home)
        .spawn()
        .unwrap();
    let mut walk = Walk { display, program };
    walk.xdotool(&[
        "search",
        "--sync",
        "--onlyvisible",
        "--name",
        "protoecg",
        "windowfocus",
    ]);

    // What was opened is remembered while the program runs, though nothing is pressed any more.
    let kept = || std::fs::read_to_string(home.join("protoecg/app.ron")).unwrap_or_default();
    let opened = simulated(home, 0).display().to_string();
    walk.until("settings", || kept().contains(&opened), |_, _| ());

    // A clinician prints the ECG. The field has the keyboard when the dialog opens.
    let print = home.join("ecg.pdf");
    let save = |walk: &Walk, path: &Path| {
        walk.keys(&["Escape", "ctrl+p", "ctrl+a"]);
        walk.text(path.to_str().unwrap());
        walk.keys(&["Return"]);
    };
    walk.until("print", || pages(&print) > 0, |walk, _| save(walk, &print));
    assert_eq!(pages(&print), 1);
    // And why, once it is worked out. What is printed is chosen some places before the field, over
    // resolutions and papers: further and further back until more than an ECG comes out.
    let why = home.join("why.pdf");
    walk.until(
        "explanation",
        || pages(&why) > 2,
        |walk, number| {
            walk.keys(&["Escape", "ctrl+p"]);
            walk.keys(&vec!["shift+Tab"; 6 + number % 3]);
            walk.keys(&["space"]);
            save(walk, &why);
        },
    );
    walk.keys(&["Escape"]);

    // A cardiologist rates two prototypes; each is done once it is in the database.
    let database = || {
        let files = std::fs::read_dir(&reviews).ok()?;
        let mut files = files.map(|entry| entry.unwrap().path());
        files.find(|path| path.extension().is_some_and(|e| e == "sqlite"))
    };
    let rated = || {
        let store = database().and_then(|path| Store::open(&path).ok());
        let answers = store.map(|store| store.answers(&Rater::new("R1").unwrap()));
        answers
            .and_then(Result::ok)
            .map_or(0, |answers| answers.len())
    };
    walk.until(
        "review",
        || database().is_some(),
        |walk, _| {
            walk.keys(&["Escape", "ctrl+1", "ctrl+2"]);
            walk.text("R1");
            walk.keys(&["Return"]);
        },
    );
    for (done, keys) in [["4", "f", "Return"], ["5", "g", "Return"]]
        .iter()
        .enumerate()
    {
        walk.until("rating", || rated() > done, |walk, _| walk.keys(keys));
    }

    // A researcher trains a model; the form says what it said last.
    walk.keys(&["ctrl+4"]);
    let model = home.join("model");
    let manifest = model.join("manifest.ron");
    walk.until(
        "model",
        || manifest.is_file(),
        |walk, _| walk.keys(&["ctrl+Return"]),
    );
    walk.keys(&["ctrl+q"]);
    let status = walk.program.wait().unwrap();
    assert!(status.success(), "{status}");

    assert!(rated() >= 2);
    let bundle = Bundle::open(&model).unwrap();
    assert_eq!(bundle.manifest.name, "small-rhythm");
}
