//! The Review screen: keyboard, back, resume, nothing by default.

use eframe::egui::{Key, Modifiers};
use protoecg::review::{Answer, Rater, Store};

use crate::driver::Window;

fn start(folder: &std::path::Path, rater: &str) -> Window {
    let mut window = Window::start(Window::options(folder));
    window.press_with(Modifiers::COMMAND, Key::Num2);
    window.type_into("Rater code", rater);
    window.click("Start or resume");
    window
}

/// The answers on the disk, read through another connection.
fn saved(folder: &std::path::Path, rater: &str) -> Vec<Answer> {
    let database = std::fs::read_dir(folder.join("reviews"))
        .unwrap()
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| {
            path.extension()
                .is_some_and(|extension| extension == "sqlite")
        })
        .expect("a review database");
    let store = Store::open(&database).unwrap();
    let mut answers = store.answers(&Rater::new(rater).unwrap()).unwrap();
    answers.sort_by_key(|answer| answer.event_id.sequence);
    answers.into_iter().map(|answer| answer.answer).collect()
}

#[test]
fn prototypes_are_rated_by_keyboard_and_saved_before_the_next_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = start(folder.path(), "R1");
    window.assert_shows("0 of ");
    // Nothing is chosen, and Enter saves nothing.
    window.assert_shows("Rate both, or say why you cannot.");
    window.press(Key::Enter);
    window.assert_shows("0 of ");

    window.press(Key::Num4);
    window.assert_shows("Clarity is missing.");
    window.press_with(Modifiers::SHIFT, Key::Num2);
    window.press(Key::Enter);
    window.assert_shows("1 of ");
    window.assert_shows("Rate both, or say why you cannot.");
    // The letters do as well.
    window.press(Key::Num5);
    window.press(Key::T);
    window.press(Key::Enter);

    let answers = saved(folder.path(), "R1");
    let ratings: Vec<_> = answers
        .iter()
        .map(|a| (a.representativeness, a.clarity))
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
        (answers[0].representativeness, answers[0].clarity),
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
    window.press(Key::E);
    window.press(Key::Enter);
    window.press(Key::Backspace);
    window.assert_shows("Answered before");
    // Unchanged: Enter goes on and writes nothing.
    window.press(Key::Enter);
    window.press(Key::ArrowLeft);
    window.press(Key::Num1);
    window.press(Key::Enter);
    let answers = saved(folder.path(), "R3");
    assert_eq!(answers.len(), 1);
    assert_eq!(
        (answers[0].representativeness, answers[0].clarity),
        (Some(1), Some(3))
    );
    let database = std::fs::read_dir(folder.path().join("reviews"))
        .unwrap()
        .filter_map(Result::ok)
        .map(|e| e.path());
    let database = database
        .into_iter()
        .find(|p| p.extension().is_some_and(|e| e == "sqlite"))
        .unwrap();
    assert_eq!(
        Store::open(&database)
            .unwrap()
            .snapshot()
            .unwrap()
            .events
            .len(),
        2
    );
}

#[test]
fn a_rater_resumes_where_she_stopped_and_sees_only_the_class() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = start(folder.path(), "R4");
    for _ in 0..3 {
        window.press(Key::Num2);
        window.press(Key::W);
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
