//! The keyboard. While a text field has it, only Escape and the shortcuts with
//! Ctrl are taken.

mod read;
mod review;

use eframe::egui::{Context, Event, Key, Modifiers, Popup};

use super::command::{Command, Commands, Overlay, Screen, TrainCommand, WorklistCommand, ZoomStep};
use super::state::{Fields, State};
use super::worker::Purpose;
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
    // They close a menu, or end a drag, and nothing else.
    let is_taken = Popup::is_any_open(ctx) || ctx.dragged_id().is_some();
    for press in presses(ctx) {
        if press.key == Key::Escape && is_taken {
            continue;
        }
        if shortcuts(press, typing, state, commands) || typing {
            continue;
        }
        if press.key == Key::Questionmark {
            commands.send(Command::Toggle(Overlay::Help));
        } else if state.overlay.is_none()
            && state.screen == Screen::Read
            && read::caliper(press, state, fields, commands)
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
                && review::rating(press).is_some_and(|(question, _)| question < asked);
            let has_sheets = matches!(state.screen, Screen::Read | Screen::Review);
            let taken = !rates && has_sheets && zoom(press, commands);
            match state.screen {
                Screen::Read if !taken => read::read(press, focused, state, commands),
                Screen::Review if !taken && state.review.reader.is_some() => {
                    review::reading_study(press, focused, fields, commands);
                }
                Screen::Review if !taken => {
                    review::review(press, focused, state, fields, commands);
                }
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
        // In the form; where it cannot be started, nothing happens.
        Key::Enter
            if state.screen == Screen::Train
                && state.training.run.is_none()
                && !state.training.opening
                && state.overlay.is_none()
                && !press.repeat =>
        {
            Command::Train(TrainCommand::Start)
        }
        // In a field they go from word to word.
        Key::ArrowRight if !typing => Command::Worklist(WorklistCommand::Step(true)),
        Key::ArrowLeft if !typing => Command::Worklist(WorklistCommand::Step(false)),
        Key::P if state.reading.opened.is_some() && !state.comparison.shown => {
            Command::Toggle(Overlay::Print)
        }
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
