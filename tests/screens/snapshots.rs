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
            window.harness.remove_cursor();
            window.settle();
            let image = window.harness.render().expect("a software Vulkan driver");
            let (width, height) = (image.width() / 2, image.height() / 2);
            let small = image::imageops::resize(
                &image,
                width,
                height,
                image::imageops::FilterType::Triangle,
            );
            let name = format!("screen_{screen}_{}", suffix(theme));
            results.add(egui_kittest::try_image_snapshot(&small, name));
        }
    }
    results.unwrap();
}
