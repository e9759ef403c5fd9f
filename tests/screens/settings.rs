//! The settings.

use eframe::egui::accesskit::{Role, Toggled};
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use protoecg::app::AppOptions;

use crate::driver::{Window, demonstration};

#[test]
fn a_bundle_of_the_list_is_chosen_there_however_its_folder_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let options = AppOptions {
        bundle: Some(demonstration().join("../demo-rhythm")),
        ..Window::options(folder.path())
    };
    let mut window = Window::start(options);
    window.press_with(Modifiers::COMMAND, Key::Comma);
    let listed = window
        .harness
        .get_by_role_and_label(Role::RadioButton, "demo-rhythm");
    assert_eq!(listed.accesskit_node().toggled(), Some(Toggled::True));
}
