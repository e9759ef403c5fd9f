//! The Read screen.

use eframe::egui::{self, Key, Modifiers, OutputCommand};

use crate::driver::{Window, excerpt, simulated};

#[test]
fn an_ecg_is_opened_by_its_path_and_explained_by_a_training_ecg() {
    let folder = tempfile::tempdir().unwrap();
    let path = simulated(folder.path(), 0);
    let mut window = Window::start(Window::options(folder.path()));
    assert!(window.has("Open file…"));
    window.type_into("Path of an ECG", path.to_str().unwrap());
    window.click("Open");

    let id = protoecg::formats::open(&path).unwrap().short_id();
    window.assert_shows(&format!("ECG {id}"));
    // The prediction, its leading class explained, and the training ECG beside it.
    assert!(window.has("Columns: Code, Statement, Prob., Threshold"));
    window.assert_shows("Prototypes of ");
    window.assert_shows("Training ECG");
    window.assert_shows("How the logit adds up");
    window.assert_shows("no time axis: the whole strip and all 12 leads were used");
    window.assert_shows("Demonstration, simulated signals");
    window.assert_shows("Not a medical device");
    // The file's name is nowhere but in the recent files.
    window.assert_shows_not("ecg0");
}

#[test]
fn choosing_a_class_changes_the_evidence_and_the_heading_says_what_it_is_worth() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::reading(folder.path(), 1);
    let below = window
        .name_with(": below threshold, probability")
        .expect("some class is below its threshold");
    window.click(&below);
    assert!(
        window.has("Most similar, but below threshold"),
        "{:#?}",
        window.names()
    );
    let code = below.split(',').next().unwrap();
    assert!(window.has(&format!("Prototypes of {code}")));

    // Keys: the list of prototypes, and the statements.
    window.assert_shows("1 of 5");
    window.press(Key::ArrowRight);
    window.assert_shows("2 of 5");
    window.press(Key::ArrowLeft);
    window.assert_shows("1 of 5");
    window.press(Key::ArrowUp);
    window.assert_shows_not(&format!("Prototypes of {code}"));
}

#[test]
fn what_is_not_assessed_has_no_probability_and_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let options = protoecg::app::AppOptions {
        bundle: Some(excerpt()),
        open: Some(simulated(folder.path(), 2)),
        ..Window::options(folder.path())
    };
    let window = Window::start(options);
    let unseen: Vec<String> = window
        .names()
        .into_iter()
        .filter(|name| name.ends_with(": not assessed"))
        .collect();
    assert_eq!(unseen.len(), 9, "{unseen:#?}");
    assert!(unseen.iter().all(|name| !name.contains("probability")));
    window.assert_shows("this model cannot see these 9 statements");
    window.assert_shows_not("Demonstration, simulated signals");
}

#[test]
fn the_ledger_on_the_screen_adds_up_to_the_logit() {
    let folder = tempfile::tempdir().unwrap();
    let options = protoecg::app::AppOptions {
        open: Some(simulated(folder.path(), 3)),
        ..Window::options(folder.path())
    };
    let window = Window::start(options);
    let names = window.names();
    let last = |name: &str| -> f64 { name.rsplit(' ').next().unwrap().parse().unwrap() };
    let entries: Vec<f64> = names
        .iter()
        .filter(|n| n.contains(" times weight ") && n.contains(" adds "))
        .map(|n| last(n))
        .collect();
    let rest = names
        .iter()
        .find(|n| n.starts_with("All others"))
        .map(|n| last(n))
        .unwrap();
    let logit = names
        .iter()
        .find(|n| n.starts_with("Logit, so probability"))
        .map(|n| last(n))
        .unwrap();
    assert!(entries.len() >= 5);
    // Every line is rounded to a thousandth.
    let tolerance = 0.0006 * (entries.len() + 2) as f64;
    assert!(
        (entries.iter().sum::<f64>() + rest - logit).abs() < tolerance,
        "{entries:?} {rest} {logit}"
    );
}

#[test]
fn a_file_that_cannot_be_read_is_refused_with_the_reason_and_the_ecg_on_the_screen_stays() {
    let folder = tempfile::tempdir().unwrap();
    let good = simulated(folder.path(), 4);
    let broken = simulated(folder.path(), 5);
    std::fs::write(broken.with_extension("dat"), [0; 100]).unwrap();
    let mut window = Window::start(protoecg::app::AppOptions {
        open: Some(good.clone()),
        ..Window::options(folder.path())
    });
    let id = protoecg::formats::open(&good).unwrap().short_id();
    drop_file(&mut window, broken);
    assert!(window.has("This file could not be opened"));
    window.assert_shows(&format!("ECG {id}"));
    let copy = "Copy: This file could not be opened";
    window.harness.get_by_label(copy).click();
    let copied: Vec<OutputCommand> = (0..3)
        .flat_map(|_| {
            window.harness.step();
            let output = &window.harness.output().platform_output;
            output.commands.clone()
        })
        .collect();
    let is_reason = |command: &OutputCommand| {
        matches!(command, OutputCommand::CopyText(text)
            if text.starts_with("This file could not be opened\n") && text.contains("ecg5"))
    };
    assert!(copied.iter().any(is_reason), "{copied:?}");
    window.click("Dismiss: This file could not be opened");
    assert!(!window.has("This file could not be opened"));
}

/// The gate: a warning stands over the predictions, a refusal in their place,
/// and what passed can be unfolded.
#[test]
fn what_the_gate_finds_is_on_the_screen() {
    let folder = tempfile::tempdir().unwrap();
    let changed = |name: &str, change: &dyn Fn(usize, &mut f64)| {
        let mut ecg = protoecg::formats::open(&simulated(folder.path(), 7)).unwrap();
        for (lead, channel) in ecg.channels.iter_mut().enumerate() {
            channel.samples_mv.iter_mut().for_each(|v| change(lead, v));
        }
        protoecg::formats::wfdb::write(folder.path(), name, &ecg, 10.0).unwrap();
        folder.path().join(format!("{name}.hea"))
    };
    let flat = changed("flat", &|lead, v| *v *= f64::from(u8::from(lead != 8)));
    let wrong = changed("wrong", &|_, v| *v *= 1000.0);
    let mut window = Window::start(Window::options(folder.path()));
    drop_file(&mut window, flat);
    assert!(window.has("Look at the trace first"));
    window.assert_shows("Lead V3 is flat");
    window.assert_shows_not("The model gives no score");
    window.assert_shows_not("Every sample has a value");
    window.click_part("checks of plausibility passed");
    window.assert_shows("Every sample has a value");
    drop_file(&mut window, wrong);
    assert!(window.has("The model gives no score"));
    window.assert_shows("1,000 times too large");
    window.assert_shows("No prediction for this ECG, see above.");
    // Nor are they overlooked where the sheets have the whole screen.
    window.press(Key::E);
    window.assert_shows_not("No prediction for this ECG, see above.");
    assert!(window.has("The model gives no score"));
    window.assert_shows("1,000 times too large");
}

#[test]
fn a_dropped_file_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::start(Window::options(folder.path()));
    let path = simulated(folder.path(), 6);
    drop_file(&mut window, path.clone());
    let id = protoecg::formats::open(&path).unwrap().short_id();
    window.assert_shows(&format!("ECG {id}"));
}

#[test]
fn a_desktop_without_dialogs_says_so_and_offers_the_field() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::start(Window::options(folder.path()));
    window.click("Open file…");
    assert!(
        window.has("No file dialog could be shown"),
        "{:#?}",
        window.names()
    );
    assert!(window.harness.get_by_label("Path of an ECG").is_focused());
}

#[test]
fn recent_files_are_listed_and_can_be_cleared() {
    let folder = tempfile::tempdir().unwrap();
    let path = simulated(folder.path(), 7);
    let mut window = Window::start(protoecg::app::AppOptions {
        open: Some(path),
        ..Window::options(folder.path())
    });
    window.click("Close this ECG");
    assert!(window.has("ecg7.hea"));
    window.click("ecg7.hea");
    window.assert_shows("Prototypes of ");
    window.click("Close this ECG");
    window.click("Clear list");
    assert!(!window.has("ecg7.hea"));
}

#[test]
fn sheets_zoom_by_keyboard_and_fit_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::reading(folder.path(), 8);
    for view in ["This ECG", "Rhythm strips", "Side by side"] {
        window
            .harness
            .get_by_role_and_label(egui::accesskit::Role::RadioButton, view)
            .click();
        window.settle();
        window.press(Key::Plus);
        window.press_with(egui::Modifiers::SHIFT, Key::ArrowRight);
        window.press(Key::Num0);
    }
    window.assert_shows("rhythm strip is highlighted");
}

/// Without work in the background and without input, nothing is drawn again.
#[test]
fn a_window_that_nobody_touches_asks_for_no_frame() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::reading(folder.path(), 1);
    for screen in ["Read", "Statistics", "Train"] {
        window.click(screen);
        assert_idle(&mut window, screen);
    }
    window.press_with(Modifiers::COMMAND, Key::Num2);
    window.type_into("Rater code", "R1");
    window.click("Start or resume");
    window.assert_shows("Representativeness 5: ");
    assert_idle(&mut window, "Review, signed in");
    window.press_with(Modifiers::COMMAND, Key::Num1);
    window.press_with(Modifiers::COMMAND, Key::P);
    let field = window.harness.get_by_label("Path of the print");
    assert!(field.is_focused());
    assert_idle(&mut window, "Print, its field focused");
    window.press(Key::Escape);
    window.press(Key::A);
    window.press(Key::M);
    window.assert_shows("Back from the comparison");
    assert_idle(&mut window, "Comparison");
}

#[track_caller]
fn assert_idle(window: &mut Window, where_it_is: &str) {
    window.harness.remove_cursor();
    window.settle();
    let mut delays = Vec::new();
    for _ in 0..20 {
        window.harness.step();
        let output = window.harness.output();
        let root = &output.viewport_output[&egui::ViewportId::ROOT];
        delays.push(root.repaint_delay);
    }
    let never = std::time::Duration::MAX;
    assert!(
        delays[10..].iter().all(|delay| *delay == never),
        "{where_it_is}: {delays:?}"
    );
}

use egui_kittest::kittest::Queryable as _;

#[derive(Debug)]
struct Dropped(std::path::PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &std::path::Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

fn drop_file(window: &mut Window, path: std::path::PathBuf) {
    window
        .harness
        .input_mut()
        .dropped_files
        .push(std::sync::Arc::new(Dropped(path)));
    window.settle();
}
