//! The Train screen: a real training of a small network on simulated ECGs, in a
//! process of its own.

use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use eframe::egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::Queryable as _;
use protoecg::app::AppOptions;
use protoecg::bundle::Bundle;
use protoecg::simulator;
use protoecg::training::{Folders, Life, RunFile, Stage, TrainingConfig};

use crate::driver::{Window, demonstration};
use crate::small_model;

/// 60 simulated ECGs and a configuration with enough epochs to be stopped in.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new(epochs: usize) -> Self {
        let place = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        simulator::write_ptbxl(60, 7, &place.data(), &mut |_| ControlFlow::Continue(())).unwrap();
        let mut config: TrainingConfig = small_model::config();
        for stage in &mut config.stages {
            if let Stage::Joint(joint) = stage {
                joint.learning.epochs = epochs;
            }
        }
        let text = ron::ser::to_string_pretty(&config, ron::ser::PrettyConfig::new()).unwrap();
        std::fs::write(place.config(), text).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn data(&self) -> PathBuf {
        self.path("data")
    }

    fn config(&self) -> PathBuf {
        self.path("small.ron")
    }

    fn out(&self) -> PathBuf {
        self.path("model")
    }

    fn state(&self) -> PathBuf {
        Folders::beside(&self.out()).state
    }

    fn window(&self) -> Window {
        let options = AppOptions {
            program: self.program(),
            ..Window::options(self.folder.path())
        };
        let mut window = Window::start(options);
        window.press_with(Modifiers::COMMAND, Key::Num4);
        window
    }

    /// The program, with a signal cache in the folder of the test.
    fn program(&self) -> PathBuf {
        let path = self.path("protoecg");
        let text = format!(
            "#!/bin/sh\necho \"$@\" >> {0}/started\nPROTOECG_CACHE={0}/cache OMP_NUM_THREADS=1 exec {1} \"$@\"\n",
            self.folder.path().display(),
            env!("CARGO_BIN_EXE_protoecg")
        );
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// Fills in the form.
    fn fill(&self, window: &mut Window) {
        window.type_into("Configuration file", self.config().to_str().unwrap());
        window.click("Use the configuration file");
        window.type_into("Folder of the data set", self.data().to_str().unwrap());
        type_into_field(
            window,
            "Folder for the bundle",
            self.out().to_str().unwrap(),
        );
        window
            .harness
            .get_by_role_and_label(Role::RadioButton, "CPU")
            .click();
        window.settle();
    }

    fn process(&self) -> protoecg::training::ProcessId {
        RunFile::read(&self.state()).expect("a run").process
    }

    fn kill(&self) {
        let pid = self.process().pid.to_string();
        let killed = std::process::Command::new("kill")
            .args(["-KILL", &pid])
            .status();
        assert!(killed.unwrap().success());
    }

    /// Epochs that the log has, as (stage, epoch).
    fn told(&self, folder: &Path) -> Vec<(u64, u64)> {
        let log = std::fs::read_to_string(folder.join("training_log.jsonl")).unwrap();
        let epoch = |line: &str| {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            let epoch = event.get("epoch").filter(|e| e["name"] == "joint")?;
            Some((epoch["stage"].as_u64()?, epoch["epoch"].as_u64()?))
        };
        log.lines().filter_map(epoch).collect()
    }
}

/// Of fields whose heading has the same words.
fn type_into_field(window: &mut Window, label: &str, text: &str) {
    let by_name = |window: &Window, act: &dyn Fn(&egui_kittest::Node<'_>)| {
        let harness = &window.harness;
        act(&harness.get_by_role_and_label(Role::TextInput, label));
    };
    by_name(window, &|field| field.focus());
    window.harness.step();
    by_name(window, &|field| field.type_text(text));
    window.settle();
}

impl Drop for Place {
    /// A test that failed leaves no process behind.
    fn drop(&mut self) {
        if RunFile::read(&self.state()).is_some_and(|file| file.process.life() == Life::Alive) {
            self.kill();
        }
    }
}

#[test]
fn a_model_is_trained_cancelled_resumed_and_opened() {
    let place = Place::new(4);
    let mut window = place.window();
    window.assert_shows("Name the folder of the data set.");
    place.fill(&mut window);
    window.assert_shows(
        "Small model for tests: ProtoECGNet, rhythm branch, 5 stages, at most 8 epochs, seed 3.",
    );
    window.assert_shows("60 simulated records: ");
    type_into_field(&mut window, "Seed", "x");
    window.assert_shows("A seed is a whole number");
    window.press(Key::Backspace);
    window.click("Start training");

    window.wait_for("Stage 1 joint, rhythm: training ");
    window.assert_shows("running");
    window.assert_shows("of at most 4 epochs");
    // Ctrl-C in the terminal of the window goes to the window's process group.
    let pid = place.process().pid;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields = stat.rsplit_once(')').unwrap().1;
    let group = fields.split_whitespace().nth(2).unwrap();
    assert_eq!(group, pid.to_string(), "a group of its own");
    window.click("Cancel");
    window.wait_for("Nobody is training here now.");
    assert!(window.has("Resume"), "{:#?}", window.names());
    assert_eq!(place.process().life(), Life::Gone);
    assert!(!place.out().exists());
    window.click("Resume");

    window.wait_for("The bundle is complete.");
    window.assert_shows("finished");
    window.assert_shows("Stage 1 joint, rhythm: training ");
    window.assert_shows("Macro AUROC by epoch: ");
    window.assert_shows("Progress of stage 5 classifier: done");
    let whole: Vec<(u64, u64)> = [0, 2]
        .into_iter()
        .flat_map(|s| (1..=4).map(move |e| (s, e)))
        .collect();
    assert_eq!(place.told(&place.out()), whole, "every epoch is told once");
    let bundle = Bundle::open(&place.out()).unwrap();
    // Sinus rhythm is the commonest: its counts and some AUROC are shown.
    let statement = &bundle.manifest.statements[0];
    let positives = statement.training_positives.unwrap();
    window.assert_shows(&format!("{}: {positives} training and ", statement.code));

    // The prototypes, and the ECG of the first.
    let first = &bundle.manifest.prototypes[0];
    let ecg_id = first.ecg_id.unwrap();
    let code = &bundle.manifest.statements[first.class].code;
    window.assert_shows(&format!(
        "Prototype 1 of rhythm, {code}: training ECG {ecg_id}, whole strip"
    ));
    window.press(Key::ArrowDown);
    window.press(Key::ArrowUp);
    window.press(Key::Enter);
    window.assert_shows(&format!("Training ECG {ecg_id}. "));
    window.assert_shows("The rhythm strip is highlighted.");
    window.press(Key::ArrowRight);
    window.assert_shows("Prototype 2 of ");
    window.press(Key::Escape);

    window.click("Open in Read");
    window.assert_shows("Model: Small model for tests");
    window.press_with(Modifiers::COMMAND, Key::Num4);
    window.click("Review its prototypes");
    window.assert_shows(&format!(
        "Small model for tests: {} prototypes.",
        bundle.manifest.prototypes.len()
    ));
}

#[test]
fn a_training_outlives_its_window_and_a_killed_one_can_be_resumed_and_paused() {
    let place = Place::new(12);
    let mut window = place.window();
    place.fill(&mut window);
    // The key presses the button that has the focus, too: one training all the same.
    window.harness.get_by_label("Start training").focus();
    window.harness.step();
    window.press_with(Modifiers::COMMAND, Key::Enter);
    window.wait_for("Stage 1 joint, rhythm: training ");
    assert!(!window.has("The training could not begin"));
    let started = std::fs::read_to_string(place.path("started")).unwrap();
    assert_eq!(started.lines().count(), 1, "{started}");
    drop(window);
    assert_eq!(place.process().life(), Life::Alive);

    // A window that is opened later sees all of it.
    let mut window = place.window();
    window.type_into("Folder of a run", place.state().to_str().unwrap());
    window.click("Watch");
    window.wait_for("Stage 1 joint, rhythm: training ");
    window.assert_shows("running");
    place.kill();
    window.wait_for("ended without finishing");
    window.assert_shows("it was killed, ran out of memory");
    assert!(window.has("Resume"));

    window.press(Key::R);
    window.wait_for("Pause after this epoch");
    window.click("Pause after this epoch");
    window.wait_for("Nobody is training here now.");
    let told = place.told(&place.state());
    let epochs: Vec<(u64, u64)> = (1..=told.len() as u64).map(|epoch| (0, epoch)).collect();
    assert_eq!(told, epochs, "whole epochs, none twice");
    assert!((1..12).contains(&told.len()), "{told:?}");
    assert!(window.has("Resume"));
    // The run is in the list, under the name of its bundle.
    window.click("Another run");
    window.click("model");
    window.assert_shows("stopped");
}

#[test]
fn what_cannot_be_trained_is_said_before_and_after_the_start() {
    let place = Place::new(1);
    let mut window = place.window();
    window.type_into("Folder of the data set", "/no/such/folder");
    window.assert_shows("has neither ptbxl_database.csv nor records.csv");
    window.type_into("Folder of a run", place.out().to_str().unwrap());
    window.click("Watch");
    assert!(window.has("The run could not be opened"));
    drop(window);

    let mut window = place.window();
    std::fs::create_dir(place.out()).unwrap();
    place.fill(&mut window);
    window.assert_shows("Choose another folder for the bundle.");
    std::fs::remove_dir(place.out()).unwrap();
    // A record that cannot be read is found by the training.
    let set = protoecg::dataset::DataSet::open(&place.data()).unwrap();
    let record = place.data().join(&set.folds(&[1])[0].path_lr);
    std::fs::write(record.with_extension("dat"), [0; 100]).unwrap();
    window.press_with(Modifiers::COMMAND, Key::Num1);
    window.press_with(Modifiers::COMMAND, Key::Num4);
    window.click("Start training");
    window.wait_for("failed");
    window.assert_shows(".dat");
    // What it printed is there to be copied, and there is nothing to go on from.
    assert!(window.has("Copy what it printed"));
    assert!(window.has("Start again"));
    window.click("Copy what it printed");
}

#[test]
fn a_finished_bundle_of_an_older_program_is_shown_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::start(Window::options(folder.path()));
    window.press_with(Modifiers::COMMAND, Key::Num4);
    window.type_into("Folder of a run", demonstration().to_str().unwrap());
    window.click("Watch");
    window.assert_shows("finished");
    window.assert_shows("Loss by epoch: ");
    window.assert_shows("The log of this run has no numbers for single statements.");
}
