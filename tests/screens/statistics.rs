//! The Statistics screen: numbers, charts, export.

use eframe::egui::{Key, Modifiers};

use egui_kittest::kittest::Queryable as _;
use protoecg::bundle::Bundle;
use protoecg::explain::AuditDocument;
use protoecg::review::{Rater, Store};

use crate::driver::{Window, demonstration};

/// As `protoecg review close` does beside the open window.
fn close_queue(folder: &std::path::Path) {
    let files = std::fs::read_dir(folder.join("reviews")).unwrap();
    let mut paths = files.map(|entry| entry.unwrap().path());
    let database = paths.find(|p| p.extension().is_some_and(|e| e == "sqlite"));
    let mut store = Store::open(&database.unwrap()).unwrap();
    store.close_queue(&Rater::new("R1").unwrap()).unwrap();
}

#[test]
fn ratings_become_means_charts_and_a_table_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::start(Window::options(folder.path()));
    window.press_with(Modifiers::COMMAND, Key::Num3);
    window.assert_shows("No ratings yet");
    assert!(
        !folder.path().join("reviews").exists(),
        "looking at the numbers makes no database"
    );

    window.press_with(Modifiers::COMMAND, Key::Num2);
    window.type_into("Rater code", "R1");
    window.click("Start or resume");
    for (representativeness, clarity) in [
        (Key::Num2, Key::A),
        (Key::Num4, Key::S),
        (Key::Num5, Key::S),
    ] {
        window.press(representativeness);
        window.press(clarity);
        window.press(Key::Enter);
    }
    window.press_with(Modifiers::COMMAND, Key::Num3);
    // No running results.
    window.assert_shows("No results yet");
    window.assert_shows_not("mean 3.67");
    close_queue(folder.path());
    window.click("Read again");
    // 2, 4, 5: mean 11/3, SD 1.5275, t(2) = 4.3027: interval -0.13 to 7.46.
    window.assert_shows("Rater R1, Representativeness: n 3, mean 3.67, 95 % interval by clusters");
    window.assert_shows("naive -0.13 to 7.46");
    // 1, 2, 2: mean 5/3, SD 0.5774, interval 0.23 to 3.10.
    window.assert_shows("Rater R1, Clarity: n 3, mean 1.67");
    window.assert_shows("naive 0.23 to 3.10");
    window.assert_shows("Bar chart of Representativeness: rater R1 chose 1 0 times, 2 1 times, 3 0 times, 4 1 times, 5 1 times");
    window.assert_shows("Forest plot of Clarity: R1 1.67 (");
    window.assert_shows("Worst prototypes");

    let out = folder.path().join("tables");
    window.type_into("Folder for the tables", out.to_str().unwrap());
    window.click("Export the study");
    window.assert_shows("Exported ");
    let table = std::fs::read_to_string(out.join("ratings.csv")).unwrap();
    assert!(table.lines().count() >= 4, "{table}");
    assert!(table.contains("R1"));
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::start(Window::options(folder.path()));
    window.press_with(Modifiers::COMMAND, Key::Num2);
    window.type_into("Rater code", "R1");
    window.click("Start or resume");
    window.press(Key::Num2);
    window.press(Key::A);
    window.press(Key::Enter);
    window.press_with(Modifiers::COMMAND, Key::Num3);
    // Nor are the ratings of an open queue exported by the window.
    window.assert_shows_not("Export the study");
    close_queue(folder.path());
    window.click("Read again");
    // A file is where the folder should be.
    let taken = folder.path().join("taken");
    std::fs::write(&taken, "").unwrap();
    window.type_into("Folder for the tables", taken.to_str().unwrap());
    window.click("Export the study");
    assert!(window.has("The tables could not be exported"));
    window.assert_shows("taken");
}

/// Six prototypes rated by R1, the Statistics screen open.
fn six_rated(window: &mut Window) {
    window.press_with(Modifiers::COMMAND, Key::Num2);
    window.type_into("Rater code", "R1");
    window.click("Start or resume");
    for (representativeness, clarity) in [
        (Key::Num1, Key::A),
        (Key::Num2, Key::S),
        (Key::Num5, Key::D),
        (Key::Num3, Key::S),
        (Key::Num4, Key::G),
        (Key::Num1, Key::F),
    ] {
        window.press(representativeness);
        window.press(clarity);
        window.press(Key::Enter);
    }
    window.press_with(Modifiers::COMMAND, Key::Num3);
}

#[test]
fn prototypes_are_measured_once_and_stand_beside_the_ratings() {
    const CARD: &str = "Metrics without people, beside the ratings";
    let folder = tempfile::tempdir().unwrap();
    let sha256 = Bundle::open(&demonstration()).unwrap().sha256;
    let kept = folder.path().join(format!("reviews/audit-{sha256}.json"));
    let mut window = Window::start(Window::options(folder.path()));
    six_rated(&mut window);
    // Who still rates sees none of it, and cannot ask for it either.
    window.assert_shows("No results yet");
    window.assert_shows_not(CARD);
    window.assert_shows_not("Measure the prototypes");
    close_queue(folder.path());
    window.click("Read again");
    window.assert_shows(CARD);

    // Begun and stopped: nothing is kept. The window goes on meanwhile.
    window
        .harness
        .get_by_label("Measure the prototypes")
        .click();
    window.harness.step();
    window.harness.step();
    window.assert_shows("Measuring: ");
    window.click("Stop measuring");
    window.assert_shows("Measure the prototypes");
    assert!(!kept.exists());

    // Eighty prototypes take a while on a busy machine.
    window
        .harness
        .get_by_label("Measure the prototypes")
        .click();
    window.wait_for("Representativeness, Label purity: ");
    let audit = AuditDocument::read_for(&kept, &sha256).unwrap().audit;
    window.assert_shows("Clarity, Similarity under noise: rho ");
    // The demonstration's prototypes are whole recordings.
    window.assert_shows("Clarity, Faithfulness drop: no rho, ");
    window.assert_shows("the folder of the data set was not named");
    let files = std::fs::read_dir(folder.path().join("reviews")).unwrap();
    let mut paths = files.map(|entry| entry.unwrap().path());
    let database = paths.find(|p| p.extension().is_some_and(|e| e == "sqlite"));
    let store = Store::open(&database.unwrap()).unwrap();
    for answer in store.answers(&Rater::new("R1").unwrap()).unwrap() {
        let measured = &audit.prototypes[answer.answer.prototype];
        let purity = measured.label_purity.unwrap();
        let noise = measured.noise.unwrap().least_kept();
        window.assert_shows(&format!("purity {purity:.2} · noise {noise:.2}"));
    }
    drop(store);

    // The export has them, too.
    let out = folder.path().join("tables");
    window.type_into("Folder for the tables", out.to_str().unwrap());
    window.click("Export the study");
    window.assert_shows("audit.csv");
    assert!(out.join("audit.csv").exists());

    // They are there the next time; a file of another model is not used.
    drop(window);
    let mut window = Window::start(Window::options(folder.path()));
    window.press_with(Modifiers::COMMAND, Key::Num3);
    window.assert_shows("Clarity, Similarity under noise: rho ");
    window.assert_shows("Measure again");
    let text = std::fs::read_to_string(&kept).unwrap();
    let other = "0".repeat(64);
    std::fs::write(&kept, text.replace(&sha256, &other)).unwrap();
    window.click("Read again");
    window.assert_shows(&format!("bundle.sha256 is {other}, expected {sha256}"));
    window.assert_shows_not("Clarity, Similarity under noise: rho ");
    window.assert_shows("Measure the prototypes");
}
