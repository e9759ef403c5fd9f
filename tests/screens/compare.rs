//! ECGs side by side: added from the worklist, the screen and the recent files,
//! moved together, removed and opened alone.

use std::path::{Path, PathBuf};

use eframe::egui::{
    Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, TouchPhase, Vec2,
    accesskit::{Role, Toggled},
    vec2,
};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use protoecg::ecg::{Channel, Recording};
use protoecg::formats::{self, wfdb};
use protoecg::simulator;

use crate::driver::{Window, simulated};

/// The sheets on the screen, in words.
fn sheets(window: &Window) -> Vec<String> {
    let names = window.names().into_iter();
    names
        .filter(|name| name.contains(" mm/s, ") && name.contains("leads I"))
        .collect()
}

/// What all sheets on the screen say from `before` to `after`: one thing.
#[track_caller]
fn all_say(window: &Window, (before, after): (&str, &str)) -> String {
    let sheets = sheets(window);
    let part = |sheet: &String| {
        let from = sheet.find(before).expect("every sheet says it") + before.len();
        let to = sheet[from..].find(after).expect("every sheet ends it");
        sheet[from..from + to].to_owned()
    };
    let parts: Vec<String> = sheets.iter().map(part).collect();
    assert!(parts.windows(2).all(|pair| pair[0] == pair[1]), "{parts:?}");
    parts.first().expect("a sheet").clone()
}

const START: (&str, &str) = (" s from ", " s, ");
const SCALE: (&str, &str) = ("Not to scale: ", ".");

fn repeated(recording: &Recording, times: usize) -> Recording {
    let channels = recording.channels.iter().map(|channel| Channel {
        samples_mv: channel.samples_mv.repeat(times),
        ..channel.clone()
    });
    Recording {
        channels: channels.collect(),
        ..recording.clone()
    }
}

/// Of different lengths and rates: 30 s at 100 Hz, 10 s at 500 Hz, 20 s at
/// 100 Hz; the checksums, in the order of the worklist.
pub fn folder_of_three(folder: &Path) -> Vec<String> {
    let ecgs: Vec<_> = simulator::simulate(3, 2026).collect();
    [
        repeated(&ecgs[0].recording, 3),
        ecgs[1].recording_500_hz.clone(),
        repeated(&ecgs[2].recording, 2),
    ]
    .iter()
    .enumerate()
    .map(|(i, recording)| {
        let name = format!("mueller{i}");
        wfdb::write(folder, &name, recording, 1000.0).unwrap();
        let written = formats::open(&folder.join(format!("{name}.hea"))).unwrap();
        written.short_id()
    })
    .collect()
}

fn rows(window: &Window) -> Vec<String> {
    let names = window.names().into_iter();
    names.filter(|name| name.contains(", ECG ")).collect()
}

/// A window in which the three of the folder are side by side.
pub fn compared(folder: &Path, ids: &[String]) -> Window {
    let elsewhere = folder.join("elsewhere");
    let mut window = Window::start(Window::options(&elsewhere));
    window.press_with(Modifiers::COMMAND, Key::L);
    window.type_into("Path of a folder of ECGs", folder.to_str().unwrap());
    window.click("List");
    assert!(window.has("3 of 3 read"), "{:#?}", window.names());
    window.click(&format!("Compare {}, number 1", ids[0]));
    window.click(&format!("Compare {}, number 2", ids[1]));
    // By keyboard: a row has the focus.
    let third = rows(&window)[2].clone();
    window.harness.get_by_label(&third).focus();
    window.harness.step();
    window.press(Key::A);
    window.click("Show the comparison, 3 of 4");
    window
}

fn scroll(unit: MouseWheelUnit, delta: Vec2) -> Event {
    Event::MouseWheel {
        unit,
        delta,
        phase: TouchPhase::Move,
        source: MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    }
}

/// Sends an event over one of the sheets.
fn over_sheet(window: &mut Window, place: usize, event: Event) {
    let mut documents = window.harness.query_all_by_role(Role::GraphicsDocument);
    let at = documents.nth(place).unwrap().rect().center();
    drop(documents);
    window.harness.hover_at(at);
    window.harness.step();
    window.harness.event(event);
    // A wheel is smoothed over some frames.
    window.harness.run_steps(40);
    window.settle();
}

#[test]
fn three_ecgs_of_the_worklist_stand_side_by_side_move_together_and_leave_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let ids = folder_of_three(folder.path());
    let mut window = compared(folder.path(), &ids);
    let shown = sheets(&window);
    assert_eq!(shown.len(), 3, "{shown:#?}");
    for (sheet, id) in shown.iter().zip(&ids) {
        assert!(sheet.starts_with(&format!("ECG {id}. ")), "{sheet}");
        assert!(
            sheet.contains("10 s from 0 s, 25 mm/s, 10 mm/mV"),
            "{sheet}"
        );
    }
    assert!(window.has("3 ECGs side by side"));
    // A file's name counts as identity.
    window.assert_shows_not("mueller");

    // One look for all.
    window.press(Key::D);
    assert!(sheets(&window).iter().all(|s| s.contains("50 mm/s")));
    window.press_with(Modifiers::SHIFT, Key::D);
    window.press(Key::L);
    assert!(
        sheets(&window)
            .iter()
            .all(|s| s.contains("three rhythm strips"))
    );

    // One time for all, in seconds, whatever their rates and lengths are.
    window.press(Key::PageDown);
    assert_eq!(all_say(&window, START), "10");
    window.assert_shows("ends at 10.0 s");
    window.press(Key::PageDown);
    window.press(Key::PageDown);
    // The longest ends at 30 s.
    assert!(sheets(&window)[0].contains("10 s from 20 s"));
    window.press(Key::Home);
    assert_eq!(all_say(&window, START), "0");
    window.assert_shows_not("ends at");
    // Sideways over the second one, all go along.
    over_sheet(
        &mut window,
        1,
        scroll(MouseWheelUnit::Line, vec2(-3.0, 0.0)),
    );
    let along: f64 = all_say(&window, START).parse().unwrap();
    assert!(along > 0.5, "{along}");
    window.press(Key::Home);

    // One caliper for all.
    window.press(Key::T);
    let readings: Vec<String> = window
        .names()
        .into_iter()
        .filter(|name| name.starts_with("Time caliper: "))
        .collect();
    assert_eq!(readings.len(), 3);
    assert!(readings.windows(2).all(|pair| pair[0] == pair[1]));
    window.press_with(Modifiers::SHIFT, Key::T);

    window.click(&format!("Remove ECG {} (Delete)", ids[1]));
    let left = sheets(&window);
    assert_eq!(left.len(), 2, "{left:#?}");
    assert!(left[0].contains(&ids[0]) && left[1].contains(&ids[2]));
    window.press(Key::Delete);
    assert_eq!(sheets(&window).len(), 1);
    window.press(Key::Delete);
    // Nothing is left to be compared.
    assert!(window.has("Open file…"), "{:#?}", window.names());
}

#[test]
fn one_zoom_is_for_all_by_wheel_by_pinch_and_by_key() {
    let folder = tempfile::tempdir().unwrap();
    let ids = folder_of_three(folder.path());
    let mut window = compared(folder.path(), &ids);
    window.press_with(Modifiers::COMMAND, Key::Comma);
    window.click("Calibrate this screen…");
    window.click("Use this size");
    let percent = |window: &Window| -> f64 {
        let text = all_say(window, SCALE);
        text.trim_end_matches(" %").parse().unwrap()
    };
    let fitted = percent(&window);
    over_sheet(&mut window, 2, Event::Zoom(2.0));
    let pinched = percent(&window);
    assert!((pinched - 2.0 * fitted).abs() <= 2.0, "{fitted} {pinched}");
    over_sheet(&mut window, 0, scroll(MouseWheelUnit::Line, vec2(0.0, 2.0)));
    let wheeled = percent(&window);
    assert!(wheeled > pinched + 3.0, "{pinched} {wheeled}");
    // Two fingers push the page and do not zoom.
    over_sheet(
        &mut window,
        1,
        scroll(MouseWheelUnit::Point, vec2(0.0, -6.0)),
    );
    assert_eq!(percent(&window), wheeled);
    window.press(Key::Num0);
    assert_eq!(percent(&window), fitted);
}

#[test]
fn headings_say_what_the_worklist_says_and_one_is_opened_alone_by_key() {
    let folder = tempfile::tempdir().unwrap();
    let ids = folder_of_three(folder.path());
    let mut window = compared(folder.path(), &ids);
    let listed = {
        window.press_with(Modifiers::COMMAND, Key::L);
        let rows = rows(&window);
        window.press(Key::Escape);
        rows
    };
    for row in &listed {
        let said = row.rsplit(": ").next().unwrap();
        let age = "years · ";
        let heading = window
            .names()
            .into_iter()
            .find(|name| name.contains(age) && name.ends_with(said) && !name.contains(", ECG "));
        assert!(heading.is_some(), "{said:?} in {:#?}", window.names());
    }
    // The one added last is chosen; the keys choose another.
    let chosen = |window: &Window| -> Vec<String> {
        let names = ids.iter().map(|id| format!("ECG {id}"));
        names
            .filter(|name| {
                let nodes = window.harness.query_all_by_label(name);
                let mut toggled = nodes.filter_map(|node| node.accesskit_node().toggled());
                toggled.next() == Some(Toggled::True)
            })
            .collect()
    };
    assert_eq!(chosen(&window), [format!("ECG {}", ids[2])]);
    window.press(Key::ArrowLeft);
    assert_eq!(chosen(&window), [format!("ECG {}", ids[1])]);
    window.press(Key::Enter);
    // Alone, with its evidence, and with its place in the list.
    window.assert_shows("Prototypes of ");
    assert!(window.has("2 of 3"), "{:#?}", window.names());
    let first = sheets(&window)[0].clone();
    assert!(first.starts_with(&format!("ECG {}. ", ids[1])), "{first}");
    window.press(Key::M);
    assert_eq!(sheets(&window).len(), 3);
    window.press(Key::Escape);
    window.assert_shows("Prototypes of ");
}

#[test]
fn the_open_ecg_and_recent_files_are_added_and_there_is_room_for_four() {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = (0..5).map(|i| simulated(folder.path(), i)).collect();
    let id = |i: usize| formats::open(&paths[i]).unwrap().short_id();
    let mut window = Window::start(protoecg::app::AppOptions {
        open: Some(paths[0].clone()),
        ..Window::options(folder.path())
    });
    window.press(Key::A);
    // It is there once, however often it is added.
    window.press(Key::A);
    assert!(window.has("Show the comparison, 1 of 4"));
    for path in &paths[1..] {
        window.click("Close this ECG");
        window.harness.get_by_label("Path of an ECG").focus();
        window.press_with(Modifiers::COMMAND, Key::A);
        window.type_into("Path of an ECG", path.to_str().unwrap());
        window.click("Open");
    }
    window.click("Close this ECG");
    for i in 1..4 {
        window.click(&format!("Compare ecg{i}.hea"));
    }
    // The fifth has no room, and the list over the screen says so itself.
    window.press_with(Modifiers::COMMAND, Key::L);
    window.type_into("Path of a folder of ECGs", folder.path().to_str().unwrap());
    window.click("List");
    let row = window.name_with(&format!(", ECG {}", id(4))).unwrap();
    window.harness.get_by_label(&row).focus();
    window.harness.step();
    window.press(Key::A);
    assert!(window.has("4 ECGs are compared already"));
    window.press(Key::Escape);
    assert!(!window.has("4 ECGs are compared already"));
    // Its button is off.
    window.click("ecg4.hea");
    window.press(Key::A);
    assert!(window.has("4 ECGs are compared already"));
    window.click("Dismiss: 4 ECGs are compared already");
    window.press(Key::M);
    let shown = sheets(&window);
    assert_eq!(shown.len(), 4, "{shown:#?}");
    for (i, sheet) in shown.iter().enumerate() {
        assert!(sheet.starts_with(&format!("ECG {}. ", id(i))), "{sheet}");
    }
    // The model has read them in the background.
    window.assert_shows_not("not read by a model");
    window.assert_shows_not(".hea");

    // Where the list said so, the next one that is added says that there is room again.
    let add_the_fifth = |window: &mut Window| {
        window.press_with(Modifiers::COMMAND, Key::L);
        let row = window.name_with(&format!(", ECG {}", id(4))).unwrap();
        window.harness.get_by_label(&row).focus();
        window.harness.step();
        window.press(Key::A);
    };
    add_the_fifth(&mut window);
    assert!(window.has("4 ECGs are compared already"));
    window.press(Key::Escape);
    window.press(Key::Delete);
    assert_eq!(sheets(&window).len(), 3);
    add_the_fifth(&mut window);
    assert!(!window.has("4 ECGs are compared already"));
    assert!(window.has("Show the comparison, 4 of 4"));
}

/// What was opened at 100 Hz is shown at 500 Hz, and the model is none the
/// wiser.
#[test]
fn the_500_hz_record_is_on_the_sheet_and_not_in_the_model() {
    let folder = tempfile::tempdir().unwrap();
    let ecg = simulator::simulate(1, 2026).next().unwrap();
    let shelf = |rate: &str| {
        let shelf = folder.path().join(rate).join("00000");
        std::fs::create_dir_all(&shelf).unwrap();
        shelf
    };
    wfdb::write(&shelf("records100"), "00001_lr", &ecg.recording, 1000.0).unwrap();
    wfdb::write(
        &shelf("records500"),
        "00001_hr",
        &ecg.recording_500_hz,
        1000.0,
    )
    .unwrap();
    let open = || {
        Window::start(protoecg::app::AppOptions {
            open: Some(shelf("records100").join("00001_lr.hea")),
            ..Window::options(folder.path())
        })
    };
    let readings = |window: &Window| -> Vec<String> {
        let names = window.names().into_iter();
        names.filter(|n| n.contains("probability")).collect()
    };
    let note = "500 Hz recording shown; the model reads the 100 Hz one";
    let mut window = open();
    assert!(sheets(&window)[0].contains(note), "{:#?}", sheets(&window));
    assert!(!sheets(&window)[1].contains(note), "the training ECG");
    window.assert_shows("100 Hz (500 Hz shown)");
    let with = readings(&window);
    assert!(!with.is_empty());
    // The model view is what the model got.
    window.press(Key::Y);
    assert!(!sheets(&window)[0].contains(note));
    drop(window);
    std::fs::remove_dir_all(folder.path().join("records500")).unwrap();
    let window = open();
    assert!(!sheets(&window)[0].contains(note));
    window.assert_shows_not("500 Hz");
    assert_eq!(readings(&window), with);
}
