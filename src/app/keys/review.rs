//! The keys of raters and of readers of test ECGs.

use eframe::egui::Key;

use super::Press;
use crate::app::command::{Commands, ReadingCommand, ReviewCommand};
use crate::app::state::{Fields, State};
use crate::review::{Exclusion, Mark};

pub(super) fn review(
    press: Press,
    focused: bool,
    state: &State,
    fields: &mut Fields,
    commands: &mut Commands,
) {
    let Some(session) = &state.review.session else {
        return;
    };
    // A key that is held down must not answer the next prototype as well.
    if press.repeat {
        return;
    }
    if let Some((question, rating)) = rating(press)
        && question < session.protocol.questions.len()
    {
        commands.review(ReviewCommand::Rate(question, rating));
        return;
    }
    let exclude = |exclusion: Exclusion| {
        let chosen = session.draft.exclusion == Some(exclusion);
        ReviewCommand::Exclude((!chosen).then_some(exclusion))
    };
    let mark = |mark: Mark| {
        let chosen = session.draft.mark == Some(mark);
        ReviewCommand::Mark((!chosen).then_some(mark))
    };
    match press.key {
        Key::E => commands.review(exclude(Exclusion::LabelError)),
        Key::J => commands.review(exclude(Exclusion::CannotJudge)),
        Key::X => commands.review(exclude(Exclusion::Artefact)),
        Key::B => commands.review(mark(Mark::BestOfClass)),
        Key::N => commands.review(mark(Mark::Bad)),
        Key::U => commands.review(ReviewCommand::Undo),
        Key::C => fields.focus_comment = session.prototype().is_some() && !session.closed,
        // With the focus on a control, Enter belongs to it.
        Key::Enter if !focused => commands.review(ReviewCommand::Next),
        Key::Backspace if !focused => commands.review(ReviewCommand::Back),
        Key::ArrowLeft | Key::PageUp => commands.review(ReviewCommand::TurnPage(false)),
        Key::ArrowRight | Key::PageDown => commands.review(ReviewCommand::TurnPage(true)),
        _ => {}
    }
}

/// Reading a test ECG; statements are chosen in their field.
pub(super) fn reading_study(
    press: Press,
    focused: bool,
    fields: &mut Fields,
    commands: &mut Commands,
) {
    // A key that is held down must not answer the next arm as well.
    if press.repeat {
        return;
    }
    if let Some((0, confidence)) = rating(press) {
        commands.read_study(ReadingCommand::Confide(confidence));
        return;
    }
    match press.key {
        Key::F | Key::Slash => fields.focus_statement = true,
        Key::S => commands.read_study(ReadingCommand::AsBefore),
        Key::U => commands.read_study(ReadingCommand::Clear),
        // With the focus on a control, Enter belongs to it.
        Key::Enter if !focused => commands.read_study(ReadingCommand::Next),
        Key::ArrowLeft | Key::PageUp => commands.read_study(ReadingCommand::TurnPage(false)),
        Key::ArrowRight | Key::PageDown => commands.read_study(ReadingCommand::TurnPage(true)),
        _ => {}
    }
}

/// Which question gets which rating. Digits by their place on the keyboard,
/// since a shifted digit arrives as a sign and some layouts have signs where
/// others have digits. The letters A to G by what is printed, then by their
/// place where what is printed has no meaning of its own.
pub(super) fn rating(press: Press) -> Option<(usize, u8)> {
    const FIRST: [Key; 5] = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5];
    const THIRD: [Key; 5] = [Key::Num6, Key::Num7, Key::Num8, Key::Num9, Key::Num0];
    const SECOND: [Key; 5] = [Key::A, Key::S, Key::D, Key::F, Key::G];
    const OTHERS: [Key; 8] = [
        Key::E,
        Key::J,
        Key::X,
        Key::B,
        Key::N,
        Key::U,
        Key::C,
        Key::Enter,
    ];
    let place = |keys: [Key; 5], key: Key| {
        let mut numbered = (1_u8..).zip(keys);
        numbered.find(|(_, k)| *k == key).map(|(number, _)| number)
    };
    let digit = |row| {
        let by_place = press.physical.and_then(|key| place(row, key));
        by_place.or_else(|| place(row, press.key))
    };
    let shift = press.modifiers.shift;
    if let Some(number) = digit(FIRST) {
        return Some((usize::from(shift), number));
    }
    if shift {
        return None;
    }
    if let Some(number) = digit(THIRD) {
        return Some((2, number));
    }
    let by_place = || press.physical.and_then(|key| place(SECOND, key));
    let by_print = place(SECOND, press.key);
    let number = by_print.or_else(|| by_place().filter(|_| !OTHERS.contains(&press.key)));
    number.map(|number| (1, number))
}

#[cfg(test)]
mod tests {
    use eframe::egui::Modifiers;

    use super::*;

    fn press(key: Key, physical: Key, shift: bool) -> Press {
        let modifiers = if shift {
            Modifiers::SHIFT
        } else {
            Modifiers::NONE
        };
        Press {
            key,
            physical: Some(physical),
            modifiers,
            repeat: false,
        }
    }

    #[test]
    fn digits_rate_on_any_keyboard_layout() {
        assert_eq!(rating(press(Key::Num1, Key::Num1, false)), Some((0, 1)));
        // US: Shift+1 is an exclamation mark.
        assert_eq!(
            rating(press(Key::Exclamationmark, Key::Num1, true)),
            Some((1, 1))
        );
        // French: the row has signs without Shift and digits with it.
        assert_eq!(rating(press(Key::Quote, Key::Num3, false)), Some((0, 3)));
        assert_eq!(rating(press(Key::Num3, Key::Num3, true)), Some((1, 3)));
        // A desktop that does not say where the key is.
        let no_place = Press {
            physical: None,
            ..press(Key::Num5, Key::Num5, false)
        };
        assert_eq!(rating(no_place), Some((0, 5)));
        assert_eq!(rating(press(Key::Num0, Key::Num0, false)), Some((2, 5)));
    }

    #[test]
    fn the_letter_row_rates_the_second_question_on_any_keyboard_layout() {
        assert_eq!(rating(press(Key::A, Key::A, false)), Some((1, 1)));
        // French: Q is where A is in America; A, as printed, counts too.
        assert_eq!(rating(press(Key::Q, Key::A, false)), Some((1, 1)));
        assert_eq!(rating(press(Key::A, Key::Q, false)), Some((1, 1)));
        assert_eq!(rating(press(Key::G, Key::G, false)), Some((1, 5)));
        assert_eq!(rating(press(Key::K, Key::K, false)), None);
        // Dvorak: E is where D is in America, and means a label error.
        assert_eq!(rating(press(Key::E, Key::D, false)), None);
    }
}
