//! The keyboard. While a text field has it, only Escape and the shortcuts with
//! Ctrl are taken.

use eframe::egui::{Context, Event, Key, Modifiers};

use super::command::{Command, Commands, Overlay, ReviewCommand, Screen, ZoomStep};
use super::state::{Fields, State};
use super::worker::Purpose;
use crate::review::{Criterion, Exclusion};

/// A key that went down in this frame.
#[derive(Clone, Copy, Debug)]
struct Press {
    key: Key,
    /// Where it is on the keyboard, whatever is printed on it.
    physical: Option<Key>,
    modifiers: Modifiers,
    repeat: bool,
}

/// What the help shows: group, keys, what they do.
pub const HELP: &[(&str, &[(&str, &str)])] = &[
    (
        "Everywhere",
        &[
            ("Ctrl+O", "Open an ECG"),
            ("Ctrl+1  Ctrl+2  Ctrl+3", "Read, Review, Statistics"),
            ("Ctrl+,", "Settings"),
            ("Ctrl+Q", "Close the window"),
            ("?", "This help"),
            ("Esc", "Close what lies on top"),
            ("Tab  Shift+Tab", "Next or previous control"),
            ("Space", "Press the focused control"),
        ],
    ),
    (
        "Sheets",
        &[
            ("+  −", "Zoom in, zoom out"),
            ("0", "Fit the page"),
            ("Shift+arrows", "Move the page"),
            ("Wheel, drag, double click", "Zoom, move, fit"),
        ],
    ),
    (
        "Read",
        &[
            ("↑  ↓", "Previous or next statement"),
            ("←  →", "More or less similar prototype"),
            ("V", "This ECG, side by side, rhythm strips"),
        ],
    ),
    (
        "Review",
        &[
            ("1 … 5", "Representativeness"),
            ("Shift+1 … 5, or Q W E R T", "Clarity"),
            ("L", "Label error"),
            ("J", "Cannot judge"),
            ("C", "Comment; Enter leaves it"),
            ("Enter", "Save and go on"),
            ("←  Backspace", "Back"),
            ("→", "Forward, over what is answered"),
        ],
    ),
];

/// Turns the keys of this frame into commands.
pub fn handle(ctx: &Context, state: &State, fields: &mut Fields, commands: &mut Commands) {
    let typing = ctx.text_edit_focused();
    let focused = ctx.memory(|memory| memory.focused().is_some());
    for press in presses(ctx) {
        if shortcuts(press, commands) || typing {
            continue;
        }
        if press.key == Key::Questionmark {
            commands.send(Command::Toggle(Overlay::Help));
        } else if state.overlay.is_none()
            && press.modifiers.is_none() | press.modifiers.shift_only()
        {
            // Where + is printed on a digit key, the digit goes before.
            let rates = state.screen == Screen::Review
                && state.review.session.is_some()
                && rating(press).is_some();
            let taken = !rates && state.screen != Screen::Statistics && zoom(press, commands);
            match state.screen {
                Screen::Read if !taken => read(press, state, commands),
                Screen::Review if !taken => review(press, focused, state, fields, commands),
                _ => {}
            }
        }
    }
}

fn presses(ctx: &Context) -> Vec<Press> {
    ctx.input(|input| {
        input
            .events
            .iter()
            .filter_map(|event| match *event {
                Event::Key {
                    key,
                    physical_key,
                    pressed: true,
                    repeat,
                    modifiers,
                } => Some(Press {
                    key,
                    physical: physical_key,
                    modifiers,
                    repeat,
                }),
                _ => None,
            })
            .collect()
    })
}

/// Shortcuts with Ctrl, which work everywhere.
fn shortcuts(press: Press, commands: &mut Commands) -> bool {
    if !press.modifiers.command_only() {
        return false;
    }
    let command = match press.key {
        Key::O => Command::Ask(Purpose::OpenRecording),
        Key::Num1 => Command::Show(Screen::Read),
        Key::Num2 => Command::Show(Screen::Review),
        Key::Num3 => Command::Show(Screen::Statistics),
        Key::Q => Command::Quit,
        Key::Comma => Command::Toggle(Overlay::Settings),
        _ => return false,
    };
    commands.send(command);
    true
}

fn zoom(press: Press, commands: &mut Commands) -> bool {
    const PAN: f32 = 60.0;
    let step = match (press.key, press.modifiers.shift) {
        (Key::Plus, _) | (Key::Equals, _) => ZoomStep::In,
        (Key::Minus, _) => ZoomStep::Out,
        (Key::Num0, false) => ZoomStep::Fit,
        (Key::ArrowLeft, true) => ZoomStep::Pan(PAN, 0.0),
        (Key::ArrowRight, true) => ZoomStep::Pan(-PAN, 0.0),
        (Key::ArrowUp, true) => ZoomStep::Pan(0.0, PAN),
        (Key::ArrowDown, true) => ZoomStep::Pan(0.0, -PAN),
        _ => return false,
    };
    commands.send(Command::Zoom(step));
    true
}

fn read(press: Press, state: &State, commands: &mut Commands) {
    let reading = &state.reading;
    match press.key {
        Key::ArrowUp | Key::ArrowDown => {
            let order = super::read::order(state);
            let current = reading
                .class
                .and_then(|class| order.iter().position(|&c| c == class));
            let next = match (current, press.key) {
                (None, _) => 0,
                (Some(place), Key::ArrowUp) => place.saturating_sub(1),
                (Some(place), _) => place + 1,
            };
            if let Some(&class) = order.get(next) {
                commands.send(Command::ChooseClass(class));
            }
        }
        Key::ArrowLeft => commands.send(Command::ChoosePrototype(reading.rank.saturating_sub(1))),
        Key::ArrowRight => commands.send(Command::ChoosePrototype(reading.rank + 1)),
        Key::V if !press.repeat => commands.send(Command::SetPairView(reading.pair_view.next())),
        _ => {}
    }
}

fn review(
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
    if let Some((criterion, rating)) = rating(press) {
        commands.review(ReviewCommand::Rate(criterion, rating));
        return;
    }
    let toggled =
        |exclusion: Exclusion| (session.draft.exclusion != Some(exclusion)).then_some(exclusion);
    match press.key {
        Key::L => commands.review(ReviewCommand::Exclude(toggled(Exclusion::LabelError))),
        Key::J => commands.review(ReviewCommand::Exclude(toggled(Exclusion::CannotJudge))),
        Key::C => fields.focus_comment = session.prototype().is_some(),
        // With the focus on a control, Enter belongs to it.
        Key::Enter if !focused => commands.review(ReviewCommand::Next),
        Key::ArrowLeft | Key::Backspace if !focused => commands.review(ReviewCommand::Back),
        Key::ArrowRight
            if !focused
                && session
                    .prototype()
                    .is_some_and(|p| session.answers.contains_key(&p)) =>
        {
            commands.review(ReviewCommand::GoTo(session.position + 1));
        }
        _ => {}
    }
}

/// Digits by their place on the keyboard, since a shifted digit arrives as a
/// sign and some layouts have signs where others have digits. The letters
/// Q to T by what is printed, then by their place.
fn rating(press: Press) -> Option<(Criterion, u8)> {
    if let Some(digit) = press.physical.and_then(digit).or_else(|| digit(press.key)) {
        let criterion = if press.modifiers.shift {
            Criterion::Clarity
        } else {
            Criterion::Representativeness
        };
        return Some((criterion, digit));
    }
    let letter = letter(press.key).or_else(|| press.physical.and_then(letter))?;
    (!press.modifiers.shift).then_some((Criterion::Clarity, letter))
}

fn digit(key: Key) -> Option<u8> {
    let digits = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5];
    (1..)
        .zip(digits)
        .find(|(_, digit)| *digit == key)
        .map(|(number, _)| number)
}

fn letter(key: Key) -> Option<u8> {
    let letters = [Key::Q, Key::W, Key::E, Key::R, Key::T];
    (1..)
        .zip(letters)
        .find(|(_, letter)| *letter == key)
        .map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
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
        let representativeness = |rating| Some((Criterion::Representativeness, rating));
        let clarity = |rating| Some((Criterion::Clarity, rating));
        // US: Shift+1 is an exclamation mark.
        assert_eq!(
            rating(press(Key::Num1, Key::Num1, false)),
            representativeness(1)
        );
        assert_eq!(
            rating(press(Key::Exclamationmark, Key::Num1, true)),
            clarity(1)
        );
        // French: the row has signs without Shift and digits with it.
        assert_eq!(
            rating(press(Key::Quote, Key::Num3, false)),
            representativeness(3)
        );
        assert_eq!(rating(press(Key::Num3, Key::Num3, true)), clarity(3));
        // A desktop that does not say where the key is.
        let no_place = Press {
            physical: None,
            ..press(Key::Num5, Key::Num5, false)
        };
        assert_eq!(rating(no_place), representativeness(5));
    }

    #[test]
    fn the_letter_row_rates_clarity_on_any_keyboard_layout() {
        let clarity = |rating| Some((Criterion::Clarity, rating));
        assert_eq!(rating(press(Key::Q, Key::Q, false)), clarity(1));
        // French: A is where Q is in America; Q, as printed, counts too.
        assert_eq!(rating(press(Key::A, Key::Q, false)), clarity(1));
        assert_eq!(rating(press(Key::Q, Key::A, false)), clarity(1));
        assert_eq!(rating(press(Key::T, Key::T, false)), clarity(5));
        assert_eq!(rating(press(Key::K, Key::K, false)), None);
        assert_eq!(rating(press(Key::Num6, Key::Num6, false)), None);
    }
}
