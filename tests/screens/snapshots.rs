//! Small pictures of panels and of whole screens in all themes, of simulated
//! ECGs only.
//!
//! What depends on the shipped model (its numbers, the order of its prototypes)
//! is not in the panels. The screens have it, at half their size: with another
//! demonstration bundle they are made anew.

use eframe::egui::{self, Key, Modifiers, Rect, accesskit::Role, pos2};
use egui_kittest::SnapshotResults;
use egui_kittest::kittest::Queryable as _;

use crate::driver::{Window, simulated};
use crate::{compare, reading};

fn choose_theme(window: &mut Window, name: &str) {
    window.press_with(Modifiers::COMMAND, Key::Comma);
    window
        .harness
        .get_by_role_and_label(Role::RadioButton, name)
        .click();
    window.settle();
    window.press(Key::Escape);
    window.harness.remove_cursor();
    window.settle();
}

/// As the settings call them.
const THEMES: [&str; 3] = ["Light", "Dark", "High contrast"];

fn suffix(theme: &str) -> String {
    theme.to_lowercase().replace(' ', "_")
}

/// A part of the window; one point is one pixel.
fn snapshot(window: &mut Window, part: Rect, name: &str, results: &mut SnapshotResults) {
    let image = window
        .harness
        .render()
        .expect("a software Vulkan driver (mesa-vulkan-drivers) draws the pictures");
    let part = part.round();
    let (x, y) = (part.left().max(0.0) as u32, part.top().max(0.0) as u32);
    let (width, height) = (part.width() as u32, part.height() as u32);
    let panel = image::imageops::crop_imm(&image, x, y, width, height).to_image();
    results.add(egui_kittest::try_image_snapshot(&panel, name));
}

/// The whole window at half its size.
fn half_size(window: &mut Window, name: &str, results: &mut SnapshotResults) {
    window.harness.remove_cursor();
    window.settle();
    let image = window.harness.render().expect("a software Vulkan driver");
    let (width, height) = (image.width() / 2, image.height() / 2);
    let filter = image::imageops::FilterType::Triangle;
    let small = image::imageops::resize(&image, width, height, filter);
    results.add(egui_kittest::try_image_snapshot(&small, name));
}

fn rect_of(window: &Window, part_of_label: &str) -> Rect {
    window
        .harness
        .query_all_by_label_contains(part_of_label)
        .next()
        .expect(part_of_label)
        .rect()
}

#[test]
fn panels_look_as_they_did() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::reading(folder.path(), 0);
    window.click("Understood");
    let mut results = SnapshotResults::new();
    for theme in THEMES {
        choose_theme(&mut window, theme);
        let suffix = suffix(theme);
        window.press_with(Modifiers::COMMAND, Key::Num1);

        let bar = Rect::from_min_max(pos2(0.0, 0.0), pos2(400.0, 46.0));
        snapshot(&mut window, bar, &format!("tabs_{suffix}"), &mut results);

        // The beginning of the sheet: pulse, lead names, paper, a few beats.
        window
            .harness
            .get_by_role_and_label(Role::RadioButton, "This ECG")
            .click();
        window.settle();
        window.harness.remove_cursor();
        window.settle();
        let id = protoecg::formats::open(&simulated(folder.path(), 0))
            .unwrap()
            .short_id();
        let sheet = rect_of(&window, &format!("ECG {id}. "));
        let corner = Rect::from_min_size(sheet.min, egui::vec2(300.0, 200.0));
        snapshot(
            &mut window,
            corner,
            &format!("sheet_{suffix}"),
            &mut results,
        );

        window.press(Key::Questionmark);
        window.harness.remove_cursor();
        window.settle();
        let title = rect_of(&window, "Close Keys");
        let keys = Rect::from_min_max(
            pos2(title.right() - 640.0, title.top() - 8.0),
            pos2(title.right(), title.top() + 250.0),
        );
        snapshot(&mut window, keys, &format!("keys_{suffix}"), &mut results);
        window.press(Key::Escape);

        window.press_with(Modifiers::COMMAND, Key::Num2);
        if window.has("Rater code") {
            window.type_into("Rater code", "R1");
            window.click("Start or resume");
        }
        window.press(Key::Num4);
        window.harness.remove_cursor();
        window.settle();
        let first = rect_of(&window, "Representativeness 1: ");
        let last = rect_of(&window, "Representativeness 5: ");
        snapshot(
            &mut window,
            first.union(last).expand(3.0),
            &format!("scale_{suffix}"),
            &mut results,
        );
    }
    results.unwrap();
}

#[test]
fn screens_look_as_they_did() {
    // The footer says how many threads the model uses: elsewhere as many as the machine has.
    protoecg::inference::set_threads(1);
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::reading(folder.path(), 0);
    window.click("Understood");
    let mut results = SnapshotResults::new();
    for theme in THEMES {
        choose_theme(&mut window, theme);
        let screens = [
            (Key::Num1, "read"),
            (Key::Num2, "review"),
            (Key::Num3, "statistics"),
            (Key::Num4, "train"),
        ];
        for (key, screen) in screens {
            window.press_with(Modifiers::COMMAND, key);
            let name = format!("screen_{screen}_{}", suffix(theme));
            half_size(&mut window, &name, &mut results);
        }
    }
    results.unwrap();
}

/// Three ECGs of a folder: side by side, as a worklist, and one of them printed.
#[test]
fn what_is_done_with_a_folder_of_ecgs_looks_as_it_did() {
    protoecg::inference::set_threads(1);
    let folder = tempfile::tempdir().unwrap();
    let ids = compare::folder_of_three(folder.path());
    let mut window = compare::compared(folder.path(), &ids);
    window.click("Understood");
    // The folder of a test has another name each time.
    window.press_with(Modifiers::COMMAND, Key::L);
    let field = "Path of a folder of ECGs";
    window.harness.get_by_label(field).focus();
    window.press_with(Modifiers::COMMAND, Key::A);
    window.type_into(field, "/data/ecgs");
    window.press(Key::Escape);
    let mut results = SnapshotResults::new();
    for theme in THEMES {
        choose_theme(&mut window, theme);
        let mut picture = |window: &mut Window, name: &str| {
            half_size(window, &format!("{name}_{}", suffix(theme)), &mut results);
        };
        picture(&mut window, "compare");
        window.press_with(Modifiers::COMMAND, Key::L);
        picture(&mut window, "worklist");
        window.press(Key::Escape);
        // Alone, and how it is printed.
        window.press(Key::Enter);
        window.press_with(Modifiers::COMMAND, Key::P);
        window.click("Explanation");
        picture(&mut window, "print");
        window.press(Key::Escape);
        window.press(Key::M);
    }
    results.unwrap();
}

/// An ECG of a reading study with its questions, and with the training ECG
/// beside it.
#[test]
fn a_reading_study_looks_as_it_did() {
    protoecg::inference::set_threads(1);
    let study = reading::Study::new(false);
    let mut window = study.open("R1", &study.data());
    window.click("Understood");
    let mut results = SnapshotResults::new();
    let pictures = |window: &mut Window, name: &str, results: &mut SnapshotResults| {
        for theme in THEMES {
            choose_theme(window, theme);
            half_size(window, &format!("{name}_{}", suffix(theme)), results);
        }
    };
    reading::find(&mut window, "fibrill");
    pictures(&mut window, "reading_ecg", &mut results);
    window.press(Key::Num2);
    window.press(Key::Enter);
    window.press(Key::S);
    window.press(Key::Num3);
    window.press(Key::Enter);
    window.assert_shows("Part 3 of 3");
    pictures(&mut window, "reading_prototype", &mut results);
    results.unwrap();
}
