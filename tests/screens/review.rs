//! The Review screen: keyboard, back, resume, nothing by default.

use eframe::egui::{Key, Modifiers};
use protoecg::bundle::Bundle;
use protoecg::review::{
    Answer, Blinding, BundleRef, Mark, Protocol, Question, Rater, RaterEntry, Selection, Stop,
    Store, Study, items_of,
};

use crate::driver::{Window, demonstration};

fn start(folder: &std::path::Path, rater: &str) -> Window {
    let mut window = Window::start(Window::options(folder));
    window.press_with(Modifiers::COMMAND, Key::Num2);
    window.type_into("Rater code", rater);
    window.click("Start or resume");
    window
}

/// The answers on the disk, read through another connection.
fn saved(folder: &std::path::Path, rater: &str) -> Vec<Answer> {
    let mut answers = store(folder).answers(&Rater::new(rater).unwrap()).unwrap();
    answers.sort_by_key(|answer| answer.event_id.sequence);
    answers.into_iter().map(|answer| answer.answer).collect()
}

fn store(folder: &std::path::Path) -> Store {
    let database = std::fs::read_dir(folder.join("reviews"))
        .unwrap()
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| {
            path.extension()
                .is_some_and(|extension| extension == "sqlite")
        })
        .expect("a review database");
    Store::open(&database).unwrap()
}

#[test]
fn prototypes_are_rated_by_keyboard_and_saved_before_the_next_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = start(folder.path(), "R1");
    window.assert_shows("0 of ");
    // Nothing is chosen, and Enter saves nothing.
    window.assert_shows("Rate it, or say why you cannot.");
    window.press(Key::Enter);
    window.assert_shows("0 of ");

    window.press(Key::Num4);
    window.assert_shows("Clarity is missing.");
    window.press_with(Modifiers::SHIFT, Key::Num2);
    window.press(Key::Enter);
    window.assert_shows("1 of ");
    window.assert_shows("Rate it, or say why you cannot.");
    // The letters do as well.
    window.press(Key::Num5);
    window.press(Key::G);
    window.press(Key::Enter);

    let answers = saved(folder.path(), "R1");
    let ratings: Vec<_> = answers
        .iter()
        .map(|a| (a.rating("representativeness"), a.rating("clarity")))
        .collect();
    assert_eq!(ratings, [(Some(4), Some(2)), (Some(5), Some(5))]);
}

#[test]
fn mouse_comment_and_exclusions_are_saved_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = start(folder.path(), "R2");
    window.click("Representativeness 1: disagree fully");
    window.click("Clarity 5: very clear");
    window.press(Key::C);
    window.type_into("Comment on this prototype", "3 beats only");
    window.click("Save and next");
    window.click("Label error");
    window.press(Key::Enter);
    window.press(Key::J);
    window.click("Save and next");

    let answers = saved(folder.path(), "R2");
    assert_eq!(answers.len(), 3);
    // Digits in a comment rate nothing.
    assert_eq!(
        (
            answers[0].rating("representativeness"),
            answers[0].rating("clarity"),
        ),
        (Some(1), Some(5))
    );
    assert_eq!(answers[0].comment.as_deref(), Some("3 beats only"));
    assert_eq!(answers[1].exclusion.map(|e| e.name()), Some("label_error"));
    assert_eq!(answers[2].exclusion.map(|e| e.name()), Some("cannot_judge"));
}

#[test]
fn going_back_shows_the_answer_and_a_change_is_a_new_event() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = start(folder.path(), "R3");
    window.press(Key::Num3);
    window.press(Key::D);
    window.press(Key::Enter);
    window.press(Key::Backspace);
    window.assert_shows("Answered before");
    // Unchanged: Enter goes on and writes nothing.
    window.press(Key::Enter);
    window.press(Key::Backspace);
    window.press(Key::Num1);
    // A change has a reason: Enter leads to the field for it and saves nothing.
    window.assert_shows("Say why the answer is changed.");
    window.press(Key::Enter);
    window.type_into("Reason for the change", "looked again");
    window.click("Save and next");
    let answers = saved(folder.path(), "R3");
    assert_eq!(answers.len(), 1);
    assert_eq!(
        (
            answers[0].rating("representativeness"),
            answers[0].rating("clarity"),
        ),
        (Some(1), Some(3))
    );
    let events = store(folder.path()).snapshot().unwrap().events;
    assert_eq!(events.len(), 2);
    assert_eq!(answers[0].change_reason.as_deref(), Some("looked again"));
}

#[test]
fn a_rater_resumes_where_she_stopped_and_sees_only_the_class() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = start(folder.path(), "R4");
    for _ in 0..3 {
        window.press(Key::Num2);
        window.press(Key::S);
        window.press(Key::Enter);
    }
    window.assert_shows("3 of ");
    window.assert_shows_not("record ");
    window.assert_shows_not("osine");
    drop(window);

    let mut window = start(folder.path(), "R4");
    window.assert_shows("3 of ");
    window.assert_shows("4 of ");
    // Another rater starts at the beginning.
    window.click("Change rater");
    window.type_into("Rater code", "x");
    window.click("Start or resume");
    window.assert_shows("0 of ");
}

/// A study with a protocol: its questions, raters, training and repeats.
fn protocol_study(folder: &std::path::Path) -> std::path::PathBuf {
    let bundle = Bundle::open(&demonstration()).unwrap();
    let mut protocol = Protocol::quick(BundleRef {
        name: bundle.manifest.name.clone(),
        sha256: bundle.sha256.clone(),
    });
    protocol.title = "Pilot".to_owned();
    protocol.prototypes = Selection::PerClass(2);
    protocol.training = 1;
    protocol.blinding = Blinding::WithPrediction;
    protocol.raters = ["R7", "R8"]
        .map(|code| RaterEntry {
            code: Rater::new(code).unwrap(),
            specialty: "cardiology".to_owned(),
        })
        .into();
    protocol.questions.push(Question {
        id: "usefulness".to_owned(),
        title: "Usefulness".to_owned(),
        optional: true,
        ..Question::clarity()
    });
    let study = Study::by_protocol(protocol, items_of(&bundle.manifest)).unwrap();
    let reviews = folder.join("reviews");
    std::fs::create_dir_all(&reviews).unwrap();
    let database = reviews.join("pilot.sqlite");
    drop(Store::create(&database, &study).unwrap());
    database
}

#[test]
fn a_protocol_study_is_found_rated_undone_and_closed() {
    let folder = tempfile::tempdir().unwrap();
    let database = protocol_study(folder.path());
    // Small, as a laptop is.
    let mut window = Window::start_sized(Window::options(folder.path()), (1280.0, 720.0));
    window.press_with(Modifiers::COMMAND, Key::Num2);
    window.assert_shows("Pilot (");
    window.type_into("Rater code", "R9");
    window.click("Start or resume");
    window.assert_shows("rater code R9 is not in the protocol, which has R7, R8");
    window.click("Rater R7");
    window.click("Start or resume");
    window.assert_shows("Training, not counted");
    window.assert_shows("The model says: ");
    window.assert_shows("Usefulness 5: very clear");
    // Pages by arrow; a prototype without a window has two.
    window.press(Key::ArrowRight);
    window.assert_shows("Rhythm strip, second half");
    window.press(Key::ArrowLeft);
    window.assert_shows("Training ECG, rhythm strip enlarged");

    window.press(Key::Num4);
    window.press(Key::U);
    window.assert_shows("Rate it, or say why you cannot.");
    let answer = |window: &mut Window| {
        window.press(Key::Num4);
        window.press(Key::A);
        window.press(Key::Enter);
    };
    answer(&mut window);
    window.assert_shows_not("Training, not counted");
    window.press(Key::X);
    window.press(Key::N);
    window.press(Key::Enter);
    // Undo opens the last answer; the change has its reason.
    window.press(Key::U);
    window.press(Key::Num2);
    window.press(Key::F);
    window.press(Key::Num9);
    window.press(Key::Enter);
    for _ in 0..2 * 16 {
        answer(&mut window);
    }
    window.assert_shows("All prototypes are answered");
    window.press_with(Modifiers::COMMAND, Key::Num3);
    window.assert_shows("No results yet");
    window.press_with(Modifiers::COMMAND, Key::Num2);
    window.click("Close my queue");
    window.click("Really close it for good");
    window.assert_shows("This queue is closed");
    window.press_with(Modifiers::COMMAND, Key::Num3);
    window.assert_shows("Rater R7, Usefulness: n 1, mean 4.00");
    drop(window);

    let store = Store::open(&database).unwrap();
    let mut answers = store.answers(&Rater::new("R7").unwrap()).unwrap();
    answers.sort_by_key(|a| a.arrival);
    let undone = answers.iter().find(|a| a.earlier_answers == 1).unwrap();
    assert_eq!(undone.answer.rating("usefulness"), Some(4));
    assert_eq!(undone.answer.mark, Some(Mark::Bad));
    assert_eq!(
        undone.answer.change_reason.as_deref(),
        Some("undone at once")
    );
    // Closing the window made a backup.
    assert!(protoecg::review::backup_path(&database, 1).exists());
}

/// The rule of the protocol is met with the twentieth answer.
#[test]
fn who_has_rated_enough_may_stop_and_sees_no_number() {
    const ENOUGH: &str = "Enough is rated: you may stop here";
    let folder = tempfile::tempdir().unwrap();
    let bundle = Bundle::open(&demonstration()).unwrap();
    let mut protocol = Protocol::quick(BundleRef {
        name: bundle.manifest.name.clone(),
        sha256: bundle.sha256.clone(),
    });
    protocol.title = "Sequential".to_owned();
    protocol.stop = Stop::Width {
        half_width: 2.0,
        at_least: 20,
    };
    let study = Study::by_protocol(protocol, items_of(&bundle.manifest)).unwrap();
    let reviews = folder.path().join("reviews");
    std::fs::create_dir_all(&reviews).unwrap();
    let mut store = Store::create(&reviews.join("sequential.sqlite"), &study).unwrap();
    let rater = Rater::new("R1").unwrap();
    for slot in store.queue(&rater).iter().take(19) {
        let rating = (slot.prototype % 5 + 1) as u8;
        let answer = Answer::rated(slot.prototype, rating, 6 - rating, 700);
        store.record(&rater, &answer).unwrap();
    }
    store.close().unwrap();

    let mut window = start(folder.path(), "R1");
    window.assert_shows("19 of ");
    window.press(Key::Num2);
    window.press(Key::S);
    window.assert_shows_not(ENOUGH);
    window.press(Key::Enter);
    window.wait_for(ENOUGH);
    window.assert_shows("20 of ");
    window.assert_shows_not("mean");
    window.assert_shows_not("interval");
    // She may go on as well, and it is still said.
    window.press(Key::Num4);
    window.press(Key::D);
    window.press(Key::Enter);
    window.wait_for(ENOUGH);
    window.click("Close my queue");
    window.click("Really close it for good");
    window.assert_shows("This queue is closed");
    window.assert_shows_not(ENOUGH);
}
