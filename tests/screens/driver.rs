//! Drives the application as a person would: by the names of things.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use eframe::egui;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use protoecg::app::{AppOptions, Application, Dialogs, Purpose};
use protoecg::formats::wfdb;
use protoecg::simulator;

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Longest wait for a background thread.
const PATIENCE: Duration = Duration::from_secs(120);

/// No dialog can be shown, as on a desktop without a portal.
struct NoDialogs;

impl Dialogs for NoDialogs {
    fn ask(&self, _purpose: Purpose) -> Option<PathBuf> {
        None
    }
}

/// The bundle that comes with the program.
pub fn demonstration() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo-rhythm")
}

/// The bundle that was trained on an excerpt of PTB-XL; 9 statements are rarer
/// than ten in it.
pub fn excerpt() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/ptbxl-excerpt-rhythm")
}

/// A simulated ECG as a WFDB record in `folder`; returns its header.
pub fn simulated(folder: &Path, index: usize) -> PathBuf {
    let ecg = simulator::simulate(index + 1, 2026)
        .last()
        .expect("one ECG at least");
    let name = format!("ecg{index}");
    wfdb::write(folder, &name, &ecg.recording, 1000.0).expect("a temporary folder can be written");
    folder.join(format!("{name}.hea"))
}

/// A running application without a window.
pub struct Window {
    pub harness: Harness<'static, Application>,
    _alone: MutexGuard<'static, ()>,
}

impl Window {
    /// Starts with `options`; reviews and ECGs are in folders of the caller's.
    pub fn start(options: AppOptions) -> Self {
        Self::start_sized(options, (1280.0, 800.0))
    }

    pub fn start_sized(options: AppOptions, size: (f32, f32)) -> Self {
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let harness = Harness::builder().with_size(size).build_eframe(|cc| {
            Application::new(cc, options, Arc::new(NoDialogs)).expect("the threads start")
        });
        let mut window = Self {
            harness,
            _alone: alone,
        };
        window.settle();
        window
    }

    /// With the demonstration bundle and one of its simulated ECGs.
    pub fn reading(folder: &Path, index: usize) -> Self {
        Self::start(AppOptions {
            open: Some(simulated(folder, index)),
            ..Self::options(folder)
        })
    }

    /// Options with the demonstration bundle, reviews in `folder`, no ECG.
    pub fn options(folder: &Path) -> AppOptions {
        AppOptions {
            bundle: Some(demonstration()),
            reviews_dir: folder.join("reviews"),
            notes_file: Some(folder.join("notes.ron")),
            demonstration: false,
            // Not this test, which is no program that trains.
            program: PathBuf::from(env!("CARGO_BIN_EXE_protoecg")),
            ..AppOptions::default()
        }
    }

    /// Runs frames until everything that was asked for has come, then checks
    /// that whatever can be used has a name.
    pub fn settle(&mut self) {
        let started = Instant::now();
        let mut quiet_frames = 0;
        while quiet_frames < 3 {
            self.harness.step();
            quiet_frames = if self.harness.state().is_settled() {
                quiet_frames + 1
            } else {
                0
            };
            assert!(started.elapsed() < PATIENCE, "the window did not settle");
            if quiet_frames == 0 {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        self.harness.check_accessibility();
    }

    pub fn has(&self, label: &str) -> bool {
        self.harness.query_all_by_label(label).next().is_some()
    }

    /// The first name that contains `part`.
    pub fn name_with(&self, part: &str) -> Option<String> {
        self.names().into_iter().find(|name| name.contains(part))
    }

    #[track_caller]
    pub fn assert_shows(&self, part: &str) {
        assert!(
            self.name_with(part).is_some(),
            "nothing on the screen says {part:?}:\n{:#?}",
            self.names()
        );
    }

    #[track_caller]
    pub fn assert_shows_not(&self, part: &str) {
        let found = self.name_with(part);
        assert!(
            found.is_none(),
            "{part:?} should not be on the screen: {found:?}"
        );
    }

    /// Everything that has a name, for the messages of failing tests.
    pub fn names(&self) -> Vec<String> {
        let name = |node: egui_kittest::Node<'_>| {
            let node = node.accesskit_node();
            // A label's text is its value.
            node.label().or_else(|| node.value())
        };
        self.harness
            .root()
            .children_recursive()
            .filter_map(name)
            .collect()
    }

    /// Runs frames until something on the screen says `part`; for what another
    /// process does in its own time.
    #[track_caller]
    pub fn wait_for(&mut self, part: &str) {
        let started = Instant::now();
        while self.name_with(part).is_none() {
            assert!(
                started.elapsed() < 3 * PATIENCE,
                "{part:?} did not come:\n{:#?}",
                self.names()
            );
            std::thread::sleep(Duration::from_millis(50));
            self.harness.step();
        }
        self.settle();
    }

    #[track_caller]
    pub fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.settle();
    }

    /// Clicks what has `part` in its name, if it is the only one.
    #[track_caller]
    pub fn click_part(&mut self, part: &str) {
        self.harness.get_by_label_contains(part).click();
        self.settle();
    }

    #[track_caller]
    pub fn type_into(&mut self, label: &str, text: &str) {
        self.harness.get_by_label(label).focus();
        self.harness.step();
        self.harness.get_by_label(label).type_text(text);
        self.settle();
    }

    pub fn press(&mut self, key: egui::Key) {
        self.press_with(egui::Modifiers::NONE, key);
    }

    pub fn press_with(&mut self, modifiers: egui::Modifiers, key: egui::Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.settle();
    }
}

impl Drop for Window {
    /// As eframe does when the window is closed.
    fn drop(&mut self) {
        eframe::App::on_exit(self.harness.state_mut(), None);
    }
}
