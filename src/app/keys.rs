//! The keyboard. While a text field has it, only Escape and the shortcuts with
//! Ctrl are taken.

use eframe::egui::{Context, Event, Key, Modifiers};

use super::command::{
    Command, Commands, Overlay, ReadingCommand, ReviewCommand, Screen, Scroll, TrainCommand,
    WorklistCommand, ZoomStep,
};
use super::state::{Fields, State};
use super::widgets::{CaliperMode, CaliperStep};
use super::worker::Purpose;
use crate::bundle::SignalView;
use crate::explain::Order;
use crate::review::{Exclusion, Mark};
use crate::sheet::{Columns, DisplayFilter, Gain, LeadOrder, PAGE_S, PageLayout, PaperSpeed};
use crate::training::RunState;

/// A key that went down in this frame.
#[derive(Clone, Copy, Debug)]
struct Press {
    key: Key,
    /// Where it is on the keyboard, whatever is printed on it.
    physical: Option<Key>,
    modifiers: Modifiers,
    repeat: bool,
}

/// Turns the keys of this frame into commands.
pub fn handle(ctx: &Context, state: &State, fields: &mut Fields, commands: &mut Commands) {
    let typing = ctx.text_edit_focused();
    let focused = ctx.memory(|memory| memory.focused().is_some());
    for press in presses(ctx) {
        if shortcuts(press, typing, state, commands) || typing {
            continue;
        }
        if press.key == Key::Questionmark {
            commands.send(Command::Toggle(Overlay::Help));
        } else if state.overlay.is_none()
            && state.screen == Screen::Read
            && caliper(press, state, fields, commands)
        {
            // The keys of a caliper that is on go before.
        } else if state.overlay.is_none()
            && press.modifiers.is_none() | press.modifiers.shift_only()
        {
            // Where + is printed on a digit key, the digit goes before.
            let session = state.review.session.as_ref();
            let asked = match &state.review.reader {
                Some(_) => 1,
                None => session.map_or(0, |session| session.protocol.questions.len()),
            };
            let rates = state.screen == Screen::Review
                && rating(press).is_some_and(|(question, _)| question < asked);
            let has_sheets = matches!(state.screen, Screen::Read | Screen::Review);
            let taken = !rates && has_sheets && zoom(press, commands);
            match state.screen {
                Screen::Read if !taken => read(press, state, commands),
                Screen::Review if !taken && state.review.reader.is_some() => {
                    reading_study(press, focused, fields, commands);
                }
                Screen::Review if !taken => review(press, focused, state, fields, commands),
                Screen::Train => train(press, focused, state, commands),
                _ => {}
            }
        } else if state.overlay == Some(Overlay::Source) {
            step_source(press, state, commands);
        } else if state.overlay == Some(Overlay::MedianBeat) && press.key == Key::B {
            commands.send(Command::CloseOverlay);
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
fn shortcuts(press: Press, typing: bool, state: &State, commands: &mut Commands) -> bool {
    if !press.modifiers.command_only() {
        return false;
    }
    let command = match press.key {
        Key::O => Command::Ask(Purpose::OpenRecording),
        Key::Num1 => Command::Show(Screen::Read),
        Key::Num2 => Command::Show(Screen::Review),
        Key::Num3 => Command::Show(Screen::Statistics),
        Key::Num4 => Command::Show(Screen::Train),
        Key::Q => Command::Quit,
        Key::Comma => Command::Toggle(Overlay::Settings),
        Key::L => Command::Toggle(Overlay::Worklist),
        // In a field they go from word to word.
        Key::ArrowRight if !typing => Command::Worklist(WorklistCommand::Step(true)),
        Key::ArrowLeft if !typing => Command::Worklist(WorklistCommand::Step(false)),
        Key::P if state.reading.opened.is_some() => Command::Toggle(Overlay::Print),
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
        Key::O if !press.repeat => commands.send(Command::SetOrder(match reading.order {
            Order::Similarity => Order::Contribution,
            Order::Contribution => Order::Similarity,
        })),
        Key::C if !press.repeat => commands.send(Command::ShowCounterCase(!reading.against)),
        Key::W if !press.repeat => {
            let prototypes = reading.explanation().is_some_and(|e| e.ledger.is_some());
            commands.send(Command::ShowPane(reading.pane.next(prototypes)));
        }
        Key::Num1 if !press.modifiers.shift => {
            commands.send(Command::Zoom(ZoomStep::TrueScale));
        }
        Key::V if !press.repeat => commands.send(Command::SetPairView(reading.pair_view.next())),
        Key::PageDown => commands.send(Command::Scroll(Scroll::By(PAGE_S))),
        Key::PageUp => commands.send(Command::Scroll(Scroll::By(-PAGE_S))),
        Key::Home => commands.send(Command::Scroll(Scroll::Start)),
        Key::End => commands.send(Command::Scroll(Scroll::End)),
        _ if reading.opened.is_some() && !press.repeat => looks(press, state, commands),
        _ => {}
    }
}

/// How the ECG is looked at: each key steps through one choice.
fn looks(press: Press, state: &State, commands: &mut Commands) {
    let back = press.modifiers.shift;
    let mut display = state.saved.display;
    match press.key {
        Key::L => display.layout = after(&PageLayout::ALL, display.layout, back),
        Key::D => display.speed = after(&PaperSpeed::ALL, display.speed, back),
        Key::G => display.gain = after(&Gain::ALL, display.gain, back),
        Key::F => display.filter = after(&DisplayFilter::ALL, display.filter, back),
        Key::H => display.half_gain_chest = !display.half_gain_chest,
        Key::K => {
            display.order = after(
                &[LeadOrder::Standard, LeadOrder::Cabrera],
                display.order,
                back,
            );
        }
        Key::S => {
            display.columns = after(
                &[Columns::Sequential, Columns::Simultaneous],
                display.columns,
                back,
            );
        }
        Key::Y if state.model.bundle().is_some() => {
            let signal = after(&SignalView::ALL, state.look().signal, back);
            commands.send(Command::SetSignal(signal));
        }
        Key::I => commands.send(Command::ShowFiducials(!state.saved.fiducials)),
        Key::B => commands.send(Command::Toggle(Overlay::MedianBeat)),
        _ => {}
    }
    if display != state.saved.display {
        commands.send(Command::SetDisplay(display));
    }
}

/// The next of all choices after a value, or the one before it, round and round.
fn after<T: Copy + PartialEq>(all: &[T], value: T, back: bool) -> T {
    let place = all.iter().position(|&v| v == value).unwrap_or_default();
    let step = if back { all.len() - 1 } else { 1 };
    all.get((place + step) % all.len().max(1))
        .copied()
        .unwrap_or(value)
}

/// True if the key was the caliper's.
fn caliper(press: Press, state: &State, fields: &Fields, commands: &mut Commands) -> bool {
    if state.reading.opened.is_none() {
        return false;
    }
    let mode = fields.read_zoom.caliper.mode;
    let Modifiers { alt, shift, .. } = press.modifiers;
    if press.key == Key::T && !press.repeat && !alt {
        commands.send(Command::SetCaliper(after(&CaliperMode::ALL, mode, shift)));
        return true;
    }
    if mode == CaliperMode::Off {
        return false;
    }
    let by = |steps: i8| {
        Some(if alt {
            CaliperStep::MoveFine(steps)
        } else {
            CaliperStep::Move(steps)
        })
    };
    let upright = mode == CaliperMode::Amplitude;
    let step = match press.key {
        Key::ArrowLeft if !shift && !upright => by(-1),
        Key::ArrowRight if !shift && !upright => by(1),
        Key::ArrowDown if !shift && upright => by(-1),
        Key::ArrowUp if !shift && upright => by(1),
        Key::N if !upright => Some(CaliperStep::Peak(!shift)),
        Key::X => Some(CaliperStep::NextGrip),
        _ => None,
    };
    if let Some(step) = step {
        commands.send(Command::MoveCaliper(step));
    }
    step.is_some()
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
        Key::C => fields.focus_comment = session.prototype().is_some(),
        // With the focus on a control, Enter belongs to it.
        Key::Enter if !focused => commands.review(ReviewCommand::Next),
        Key::Backspace if !focused => commands.review(ReviewCommand::Back),
        Key::ArrowLeft | Key::PageUp => commands.review(ReviewCommand::TurnPage(false)),
        Key::ArrowRight | Key::PageDown => commands.review(ReviewCommand::TurnPage(true)),
        _ => {}
    }
}

fn train(press: Press, focused: bool, state: &State, commands: &mut Commands) {
    let training = &state.training;
    let Some(run) = training.run.as_ref().filter(|_| !training.opening) else {
        return;
    };
    match press.key {
        Key::ArrowUp | Key::ArrowDown => {
            choose_source(press.key == Key::ArrowDown, state, commands)
        }
        // With the focus on a control, Enter belongs to it.
        Key::Enter if !focused && !press.repeat => commands.train(TrainCommand::ShowSource),
        Key::P if !press.repeat => match run.state {
            RunState::Running { pausing } => commands.train(TrainCommand::Pause(!pausing)),
            RunState::Elsewhere { .. } => commands.train(TrainCommand::Pause(true)),
            _ => {}
        },
        Key::R if !press.repeat && run.can_go_on() => commands.train(TrainCommand::Resume),
        _ => {}
    }
}

/// Reading a test ECG; statements are chosen in their field.
fn reading_study(press: Press, focused: bool, fields: &mut Fields, commands: &mut Commands) {
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

/// Over the sheet of a training ECG.
fn step_source(press: Press, state: &State, commands: &mut Commands) {
    match press.key {
        Key::ArrowLeft => choose_source(false, state, commands),
        Key::ArrowRight => choose_source(true, state, commands),
        _ => {}
    }
}

fn choose_source(next: bool, state: &State, commands: &mut Commands) {
    let chosen = state.training.chosen;
    let place = match next {
        true => Some(chosen + 1),
        false => chosen.checked_sub(1),
    };
    if let Some(place) = place {
        commands.train(TrainCommand::ChooseSource(place));
    }
}

/// Which question gets which rating. Digits by their place on the keyboard,
/// since a shifted digit arrives as a sign and some layouts have signs where
/// others have digits. The letters A to G by what is printed, then by their
/// place where what is printed has no meaning of its own.
fn rating(press: Press) -> Option<(usize, u8)> {
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
