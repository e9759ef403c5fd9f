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
use crate::window::Display;

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

    /// Tries again, as a person would, until the file is there.
    fn until(&mut self, file: &Path, attempt: impl Fn(&Self)) {
        let started = Instant::now();
        while !file.is_file() {
            assert!(
                started.elapsed() < PATIENCE,
                "{} did not come",
                file.display()
            );
            let ended = self.program.try_wait().unwrap();
            assert!(ended.is_none(), "the program ended: {ended:?}");
            attempt(self);
            std::thread::sleep(Duration::from_secs(3));
        }
    }
}

impl Drop for Walk {
    fn drop(&mut self) {
        self.program.kill().ok();
        self.program.wait().ok();
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
    let Some(display) = Display::start().filter(|_| there) else {
        eprintln!("SKIPPED: Xvfb or xdotool is not installed (make setup-test installs them)");
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

    // A clinician prints the ECG. The field has the keyboard when the dialog opens.
    let print = home.join("ecg.pdf");
    walk.until(&print, |walk| {
        walk.keys(&["Escape", "ctrl+p", "ctrl+a"]);
        walk.text(print.to_str().unwrap());
        walk.keys(&["Return"]);
    });
    // And why, once it is worked out: back from the field over three resolutions and two papers.
    let why = home.join("why.pdf");
    walk.keys(&["Escape", "ctrl+p"]);
    walk.keys(&["shift+Tab"; 6]);
    walk.keys(&["space", "Escape"]);
    walk.until(&why, |walk| {
        walk.keys(&["Escape", "ctrl+p", "ctrl+a"]);
        walk.text(why.to_str().unwrap());
        walk.keys(&["Return"]);
    });
    walk.keys(&["Escape"]);
    let pages = |file: &Path| {
        let pdf = std::fs::read(file).unwrap();
        assert!(pdf.starts_with(b"%PDF"));
        let is_page = |part: &&[u8]| part.starts_with(b"/Type /Page") && part[11] != b's';
        pdf.windows(12).filter(is_page).count()
    };
    assert_eq!(pages(&print), 1);
    assert!(pages(&why) > 2);

    // A cardiologist rates two prototypes.
    walk.keys(&["ctrl+2"]);
    std::thread::sleep(Duration::from_secs(2));
    walk.text("R1");
    walk.keys(&["Return"]);
    std::thread::sleep(Duration::from_secs(3));
    walk.keys(&["4", "f", "Return"]);
    std::thread::sleep(Duration::from_secs(2));
    walk.keys(&["5", "g", "Return"]);
    std::thread::sleep(Duration::from_secs(2));
    let files = std::fs::read_dir(&reviews).unwrap();
    let mut files = files.map(|entry| entry.unwrap().path());
    let database = files.find(|path| path.extension().is_some_and(|e| e == "sqlite"));

    // A researcher trains a model; the form says what it said last.
    walk.keys(&["ctrl+4"]);
    let model = home.join("model");
    walk.until(&model.join("manifest.ron"), |walk| {
        walk.keys(&["ctrl+Return"]);
    });
    walk.keys(&["ctrl+q"]);
    let status = walk.program.wait().unwrap();
    assert!(status.success(), "{status}");

    let store = Store::open(&database.unwrap()).unwrap();
    let answers = store.answers(&Rater::new("R1").unwrap()).unwrap();
    assert_eq!(answers.len(), 2);
    let bundle = Bundle::open(&model).unwrap();
    assert_eq!(bundle.manifest.name, "small-rhythm");
}
