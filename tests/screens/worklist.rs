//! The worklist: a folder of ECGs, predicted in the background.

use eframe::egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::driver::{Window, simulated};

fn options(folder: &std::path::Path) -> protoecg::app::AppOptions {
    protoecg::app::AppOptions {
        notes_file: Some(folder.join("settings/notes.ron")),
        ..Window::options(&folder.join("elsewhere"))
    }
}

fn rows(window: &Window) -> Vec<String> {
    let names = window.names().into_iter();
    names.filter(|name| name.contains(", ECG ")).collect()
}

#[test]
fn a_folder_is_listed_read_filtered_and_walked_through() {
    let folder = tempfile::tempdir().unwrap();
    let ids: Vec<String> = (0..3)
        .map(|i| {
            protoecg::formats::open(&simulated(folder.path(), i))
                .unwrap()
                .short_id()
        })
        .collect();
    std::fs::write(folder.path().join("broken.hea"), "nonsense").unwrap();
    let mut window = Window::start(protoecg::app::AppOptions {
        open: Some(simulated(folder.path(), 0)),
        ..options(folder.path())
    });
    window.press_with(Modifiers::COMMAND, Key::L);
    let field = window.harness.get_by_label("Path of a folder of ECGs");
    assert!(field.is_focused());
    window.type_into("Path of a folder of ECGs", folder.path().to_str().unwrap());
    window.click("List");
    assert!(window.has("4 of 4 read"), "{:#?}", window.names());
    let listed = rows(&window);
    assert_eq!(listed.len(), 4, "{listed:#?}");
    assert!(listed[0].contains("could not be read: "), "{}", listed[0]);
    for (row, id) in listed[1..].iter().zip(&ids) {
        assert!(row.contains(id), "{row}");
    }
    // A file's name counts as identity.
    window.assert_shows_not("broken");
    window.assert_shows_not("ecg0");

    // One that was on the screen before has its place: the list begins after it.
    window.press(Key::Escape);
    assert!(window.has("2 of 4"), "{:#?}", window.names());
    window.press_with(Modifiers::COMMAND, Key::L);
    // Open one, go on and back.
    window.click(&listed[1]);
    window.assert_shows(&format!("ECG {}. ", ids[0]));
    window.press_with(Modifiers::COMMAND, Key::ArrowRight);
    window.assert_shows(&format!("ECG {}. ", ids[1]));
    assert!(window.has("3 of 4"));
    window.press_with(Modifiers::COMMAND, Key::ArrowLeft);
    window.assert_shows(&format!("ECG {}. ", ids[0]));

    // A flag and a note, kept by checksum alone.
    window.click("Flag");
    window.type_into("Note", "look again");
    window.press(Key::Tab);
    let saved = std::fs::read_to_string(folder.path().join("settings/notes.ron")).unwrap();
    assert!(
        saved.contains(&ids[0]) && saved.contains("look again"),
        "{saved}"
    );
    assert!(!saved.contains("ecg0") && !saved.contains(".hea"));
    window.press_with(Modifiers::COMMAND, Key::L);
    window.click("Flagged only");
    let flagged = rows(&window);
    assert_eq!(flagged.len(), 1, "{flagged:#?}");
    assert!(flagged[0].contains(&format!("ECG {}, flagged", ids[0])));
    window.click("Flagged only");
    assert_eq!(rows(&window).len(), 4);

    // By statement: what one row names.
    let code = listed[1]
        .rsplit(": ")
        .next()
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .to_owned();
    window.click("Statement: All statements");
    window
        .harness
        .get_all_by_label(&code)
        .last()
        .unwrap()
        .click();
    window.settle();
    let with_code = rows(&window);
    assert!(
        !with_code.is_empty() && with_code.len() < 4,
        "{with_code:#?}"
    );
    assert!(
        with_code
            .iter()
            .all(|row| row.contains(&format!("{code} ")))
    );

    // The next start knows the note.
    drop(window);
    let mut window = Window::start(protoecg::app::AppOptions {
        open: Some(simulated(folder.path(), 0)),
        ..options(folder.path())
    });
    let flag = window.harness.get_by_role_and_label(Role::CheckBox, "Flag");
    assert_eq!(
        flag.accesskit_node().toggled(),
        Some(eframe::egui::accesskit::Toggled::True)
    );
    assert!(window.names().contains(&"look again".to_owned()) || window.has("Note"));
    window.settle();
}

#[test]
fn a_damaged_file_of_notes_is_said_and_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let notes = folder.path().join("settings/notes.ron");
    std::fs::create_dir_all(notes.parent().unwrap()).unwrap();
    std::fs::write(&notes, "damaged").unwrap();
    let window = Window::start(protoecg::app::AppOptions {
        open: Some(simulated(folder.path(), 0)),
        ..options(folder.path())
    });
    window.assert_shows("The notes could not be read");
    assert!(!window.has("Flag"));
    drop(window);
    assert_eq!(std::fs::read_to_string(&notes).unwrap(), "damaged");
}
