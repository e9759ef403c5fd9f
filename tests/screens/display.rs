//! How an ECG is looked at on the Read screen, and its way to paper.

use eframe::egui::{Event, Key, Modifiers, PointerButton, accesskit::Role, vec2};
use egui_kittest::kittest::Queryable as _;
use protoecg::ecg::{Channel, Recording};
use protoecg::simulator;

use crate::driver::{Window, simulated};

/// The sheets on the screen, in words: the read ECG first.
fn sheets(window: &Window) -> Vec<String> {
    window
        .names()
        .into_iter()
        .filter(|name| name.contains(" mm/s, ") && name.contains("leads I"))
        .collect()
}

#[test]
fn the_look_is_chosen_by_key_for_both_sheets_of_the_pair() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::reading(folder.path(), 0);
    let both = |window: &Window, part: &str| {
        let sheets = sheets(window);
        assert_eq!(sheets.len(), 2, "{sheets:#?}");
        for sheet in &sheets {
            assert!(sheet.contains(part), "{part:?} is not in {sheet:?}");
        }
    };
    both(&window, "25 mm/s, 10 mm/mV");
    assert!(window.has("Layout: 3x4+1"));
    for (key, part) in [
        (Key::L, "three rhythm strips"),
        (Key::D, "50 mm/s"),
        (Key::G, "20 mm/mV"),
        (Key::H, "chest leads 10 mm/mV"),
        (Key::K, "Cabrera order"),
        (Key::S, "simultaneous columns of 2.5 s"),
    ] {
        window.press(key);
        both(&window, part);
    }
    assert!(window.has("Layout: 3x4+3"));
    assert!(window.has("Paper speed: 50 mm/s"));
    assert!(window.has("Gain: 20 mm/mV"));
    window.press(Key::F);
    assert!(window.has("Filter: 0.05–150 Hz"));
    // Shift goes back.
    window.press_with(Modifiers::SHIFT, Key::D);
    both(&window, "25 mm/s");
    window.press_with(Modifiers::SHIFT, Key::L);
    assert!(window.has("Layout: 3x4+1"));
}

#[test]
fn the_bar_is_worked_by_name_and_raters_keep_the_standard_sheet() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::reading(folder.path(), 0);
    window.click("Layout: 3x4+1");
    window.click("12x1");
    assert!(sheets(&window)[0].contains("12-lead ECG in one column"));
    window.click("Order, columns and half gain");
    window.click("Chest leads at half gain");
    assert!(sheets(&window)[0].contains("chest leads 5 mm/mV"));
    window.press(Key::Escape);
    window.press_with(Modifiers::COMMAND, Key::Num2);
    window.type_into("Rater code", "R1");
    window.click("Start or resume");
    let shown = sheets(&window);
    assert_eq!(shown.len(), 1, "{shown:#?}");
    assert!(shown[0].contains("12-lead ECG, 10 s from 0 s, 25 mm/s, 10 mm/mV, leads"));
    window.press_with(Modifiers::COMMAND, Key::Num1);
    assert!(sheets(&window)[1].contains("12-lead ECG in one column"));
}

#[test]
fn the_sheets_have_the_whole_screen_when_they_are_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::reading(folder.path(), 0);
    let sizes = |window: &Window| -> Vec<f32> {
        let sheets = window.harness.query_all_by_role(Role::GraphicsDocument);
        sheets.map(|sheet| sheet.rect().area()).collect()
    };
    let before = sizes(&window);
    assert_eq!(before.len(), 2);
    window.assert_shows("How the logit adds up");
    window.press(Key::E);
    let large = sizes(&window);
    assert!(large[0] > 2.0 * before[0], "{before:?} {large:?}");
    assert_eq!(large[0], large[1]);
    window.assert_shows_not("How the logit adds up");
    window.assert_shows_not("Below threshold");
    // Statements and views are chosen as ever.
    let heading = |window: &Window| {
        let names = window.names().into_iter();
        let statement = |name: &String| name.contains(", ") && !name.contains("ECG");
        names.filter(statement).collect::<Vec<String>>()
    };
    let before = heading(&window);
    window.press(Key::ArrowDown);
    assert_ne!(heading(&window), before);
    window.press(Key::V);
    window.assert_shows("rhythm strip, 10 s from 0 s");
    // Escape closes a menu first, and only that.
    window.click_part("Layout: ");
    assert!(window.has("6x2"));
    window.press(Key::Escape);
    assert!(!window.has("6x2"));
    window.assert_shows_not("How the logit adds up");
    window.press(Key::Escape);
    window.assert_shows("How the logit adds up");
    window.click_part("Enlarge: ");
    window.assert_shows_not("How the logit adds up");
    window.click_part("Back to what the model says");
    window.assert_shows("How the logit adds up");
}

#[test]
fn the_model_view_is_said_in_the_bar() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::reading(folder.path(), 1);
    assert!(window.has("Signal: Clinician view"));
    window.press(Key::Y);
    assert!(window.has("Signal: Model view"));
    window.press(Key::Y);
    assert!(window.has("Signal: Difference"));
    window.press(Key::Y);
    assert!(window.has("Signal: Clinician view"));
}

#[test]
fn a_caliper_measures_by_key_and_by_mouse_on_both_sheets() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::reading(folder.path(), 0);
    let readings = |window: &Window| -> Vec<String> {
        let names = window.names().into_iter();
        names
            .filter(|name| name.starts_with("Time caliper: "))
            .collect()
    };
    window.press(Key::T);
    let first = readings(&window);
    assert_eq!(first.len(), 2, "one on each sheet: {first:?}");
    assert_eq!(first[0], first[1]);
    let milliseconds = |reading: &str| -> f64 {
        let number = reading.split(' ').nth(2).unwrap();
        number.parse().unwrap()
    };
    let before = milliseconds(&first[0]);
    window.press(Key::ArrowRight);
    let after = readings(&window);
    assert!(
        (milliseconds(&after[0]) - before - 10.0).abs() < 1.5,
        "{after:?}"
    );
    assert_eq!(after[0], after[1]);

    // By mouse on the first sheet: a quarter of its width is 2.5 s of the strip or less.
    let sheet = window
        .harness
        .query_all_by_role(Role::GraphicsDocument)
        .next()
        .unwrap()
        .rect();
    let from = sheet.min + vec2(0.45 * sheet.width(), 0.80 * sheet.height());
    let to = from + vec2(0.20 * sheet.width(), 0.0);
    window.harness.drag_at(from);
    window.harness.step();
    window.harness.hover_at(to);
    window.harness.step();
    window.harness.drop_at(to);
    window.settle();
    let dragged = readings(&window);
    assert!(milliseconds(&dragged[0]) > 1000.0, "{dragged:?}");
    assert_eq!(dragged[0], dragged[1]);
    // A quick hand lets go within the frame in which the first line came to the second.
    window.harness.drag_at(from);
    window.harness.step();
    window
        .harness
        .hover_at(from + vec2(0.1 * sheet.width(), 0.0));
    window.harness.step();
    let let_go = [
        Event::PointerMoved(to),
        Event::PointerButton {
            pos: to,
            button: PointerButton::Primary,
            pressed: false,
            modifiers: Modifiers::NONE,
        },
    ];
    window.harness.input_mut().events.extend(let_go);
    window.settle();
    assert_eq!(milliseconds(&readings(&window)[0]), 0.0);

    window.press(Key::T);
    assert!(window.name_with("Amplitude caliper: ").is_some());
    window.press(Key::T);
    assert!(window.name_with("March-out caliper: ").is_some());
    window.press(Key::T);
    assert!(window.has("Caliper: No caliper"));
    assert_eq!(readings(&window).len(), 0);
}

#[test]
fn intervals_are_in_a_table_and_fiducials_are_shown_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::reading(folder.path(), 0);
    window.click_part("Measurements: ");
    for name in ["PR", "QRS", "QTc Fridericia", "QRS axis"] {
        assert!(window.has(name), "{name}");
    }
    window.click("Mark P, QRS and T on the sheets (I)");
    window.press(Key::I);
}

#[test]
fn the_median_beat_lies_over_the_screen_and_goes_with_its_ecg() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::reading(folder.path(), 0);
    window.click_part("Measurements: ");
    window.click("Median beat (B)");
    window.assert_shows("Median beat of ECG ");
    window.assert_shows("50 mm/s");
    window.press(Key::B);
    assert!(window.name_with("Median beat of ECG ").is_none());
    window.press(Key::B);
    window.assert_shows("Median beat of ECG ");
    window.press(Key::Escape);
    assert!(window.name_with("Median beat of ECG ").is_none());
    // The keys of the screen are back.
    window.press(Key::Questionmark);
    window.assert_shows("Close Keys");
}

#[test]
fn a_long_recording_is_scrolled_by_key_and_slider() {
    let folder = tempfile::tempdir().unwrap();
    let ten_s = simulator::simulate(1, 2026).next().unwrap().recording;
    let three = |channel: &Channel| Channel {
        samples_mv: channel.samples_mv.repeat(3),
        ..channel.clone()
    };
    let long = Recording {
        channels: ten_s.channels.iter().map(three).collect(),
        ..ten_s
    };
    protoecg::formats::wfdb::write(folder.path(), "long", &long, 1000.0).unwrap();
    let mut window = Window::start(protoecg::app::AppOptions {
        open: Some(folder.path().join("long.hea")),
        ..Window::options(folder.path())
    });
    assert!(window.has("Page from second"), "{:#?}", window.names());
    window.assert_shows("10 s from 0 s");
    window.press(Key::PageDown);
    window.assert_shows("10 s from 10 s");
    // The training ECG stays where it is.
    assert!(sheets(&window)[1].contains("10 s from 0 s"));
    window.press(Key::End);
    window.assert_shows("10 s from 20 s");
    window.press(Key::PageDown);
    window.assert_shows("10 s from 20 s");
    window.press(Key::Home);
    assert!(sheets(&window)[0].contains("10 s from 0 s"));
}

#[test]
fn the_ecg_is_printed_from_the_window() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::reading(folder.path(), 0);
    window.press(Key::D);
    window.press_with(Modifiers::COMMAND, Key::P);
    window.click("Letter");
    let path = folder.path().join("print.svg");
    window.type_into("Path of the print", path.to_str().unwrap());
    window.click("Save");
    assert!(
        window.has("The print was saved in 3 files, one for each page."),
        "{:#?}",
        window.names()
    );
    let id = protoecg::formats::open(&simulated(folder.path(), 0))
        .unwrap()
        .short_id();
    for file in ["print.svg", "print-2.svg", "print-3.svg"] {
        let svg = std::fs::read_to_string(folder.path().join(file)).unwrap();
        assert!(svg.contains("width=\"279.4mm\" height=\"215.9mm\""));
        assert!(svg.contains(&format!("ECG {id}")) && !svg.contains("ecg0"));
        assert!(svg.contains("50 mm/s") && svg.contains("Demonstration"));
    }
    // What cannot be written says why.
    window.harness.get_by_label("Path of the print").focus();
    window.press_with(Modifiers::COMMAND, Key::A);
    let nowhere = folder.path().join("none/print.pdf");
    window.type_into("Path of the print", nowhere.to_str().unwrap());
    window.click("Save");
    assert!(window.has("The print could not be saved"));
}

#[test]
fn a_calibrated_screen_says_whether_a_millimetre_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = Window::reading(folder.path(), 0);
    window.assert_shows("Not to scale: screen not calibrated.");
    window.press_with(Modifiers::COMMAND, Key::Comma);
    window.click("Calibrate this screen…");
    assert!(window.has("Frame of the size of a bank card"));
    window.click("Use this size");
    window.assert_shows("Not to scale: ");
    window.assert_shows_not("screen not calibrated");
    window.press(Key::Num1);
    assert_eq!(
        sheets(&window)
            .iter()
            .filter(|sheet| sheet.ends_with("True to scale."))
            .count(),
        2
    );
    window.press(Key::Plus);
    window.assert_shows("Not to scale: 125 %");
}
