//! The window is usable before a model is loaded and when none can be.

use eframe::egui::{Key, Modifiers};
use protoecg::app::AppOptions;

use crate::driver::{Window, demonstration, simulated};

#[test]
fn an_ecg_is_shown_without_a_model_and_the_message_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let options = AppOptions {
        bundle: Some(folder.path().join("no-such-bundle")),
        open: Some(simulated(folder.path(), 0)),
        ..Window::options(folder.path())
    };
    let mut window = Window::start(options);
    assert!(window.has("The model could not be loaded"));
    window.assert_shows("12-lead ECG");
    window.assert_shows("No model is loaded, so there is no prediction");

    // The other screens say so too, and the settings mend it.
    window.press_with(Modifiers::COMMAND, Key::Num2);
    window.assert_shows("Choose another in the settings");
    window.press_with(Modifiers::COMMAND, Key::Num3);
    window.assert_shows("Ratings belong to a model");
    window.press_with(Modifiers::COMMAND, Key::Comma);
    window.type_into(
        "Folder of a model bundle",
        demonstration().to_str().unwrap(),
    );
    window.click("Load");
    window.press(Key::Escape);
    window.press_with(Modifiers::COMMAND, Key::Num1);
    window.assert_shows("Prototypes of ");
}

#[test]
fn a_bundle_with_one_changed_byte_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("changed");
    copy_folder(&demonstration(), &copy);
    let weights = copy.join("weights.safetensors");
    let mut bytes = std::fs::read(&weights).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&weights, bytes).unwrap();
    let window = Window::start(AppOptions {
        bundle: Some(copy),
        ..Window::options(folder.path())
    });
    assert!(window.has("The model could not be loaded"));
    window.assert_shows("was changed after the bundle was written");
}

#[test]
fn a_training_ecg_that_is_not_there_is_said_to_be_missing_and_the_folder_can_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("references-only");
    copy_folder(&demonstration(), &copy);
    // As a bundle that was trained on PTB-XL: references and no exemplars.
    std::fs::remove_dir_all(copy.join("exemplars")).unwrap();
    let manifest = std::fs::read_to_string(copy.join("manifest.ron")).unwrap();
    let without: Vec<&str> = manifest
        .lines()
        .filter(|line| !line.contains("\"exemplars/"))
        .collect();
    std::fs::write(copy.join("manifest.ron"), without.join("\n")).unwrap();
    let ecg = simulated(folder.path(), 0);
    let mut window = Window::start(AppOptions {
        bundle: Some(copy),
        open: Some(ecg),
        ..Window::options(folder.path())
    });
    assert!(
        window.has("The training ECG is not here"),
        "{:#?}",
        window.names()
    );
    window.assert_shows_not("Training ECG 0");
    window.click("Name the folder in the settings…");
    window.type_into("Path of the PTB-XL folder", "/no/such/folder");
    window.click("Use");
    assert!(window.has("The PTB-XL folder was not found"));
}

#[test]
fn help_is_on_a_key_and_the_model_card_on_the_model() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::start(Window::options(folder.path()));
    window.press(Key::Questionmark);
    window.assert_shows("Second question");
    window.press(Key::Escape);
    window.assert_shows_not("Second question");
    window.click_part("Model: ");
    window.assert_shows("Macro AUROC");
    window.assert_shows("Trained on simulated ECGs");
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().filter_map(Result::ok) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
