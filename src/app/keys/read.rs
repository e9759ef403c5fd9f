//! The keys of the Read screen.

use eframe::egui::{Key, Modifiers};

use super::Press;
use crate::app::command::{Command, Commands, CompareCommand, Overlay, Scroll, ZoomStep};
use crate::app::state::{Fields, State};
use crate::app::widgets::{CaliperMode, CaliperStep};
use crate::bundle::SignalView;
use crate::explain::Order;
use crate::sheet::{Columns, DisplayFilter, Gain, LeadOrder, PAGE_S, PageLayout, PaperSpeed};

pub(super) fn read(press: Press, focused: bool, state: &State, commands: &mut Commands) {
    if along(press, commands) {
        return;
    }
    if state.comparison.shown {
        compared(press, focused, state, commands);
        return;
    }
    let reading = &state.reading;
    match press.key {
        Key::A if reading.opened.is_some() && !press.repeat => {
            commands.send(Command::Compare(CompareCommand::AddOpen));
        }
        Key::M if !state.comparison.ecgs.is_empty() && !press.repeat => {
            commands.send(Command::Compare(CompareCommand::Show(true)));
        }
        Key::ArrowUp | Key::ArrowDown => {
            let order = crate::app::read::order(state);
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
        Key::V if !press.repeat => commands.send(Command::SetPairView(reading.pair_view.next())),
        Key::E if reading.opened.is_some() && !press.repeat => {
            commands.send(Command::Enlarge(!reading.enlarged));
        }
        Key::Escape if reading.enlarged && !press.repeat => commands.send(Command::Enlarge(false)),
        Key::B if !press.repeat => commands.send(Command::Toggle(Overlay::MedianBeat)),
        _ if reading.opened.is_some() && !press.repeat => looks(press, state, commands),
        _ => {}
    }
}

/// Along the recordings, and to true scale; true if the key was one of these.
fn along(press: Press, commands: &mut Commands) -> bool {
    let command = match press.key {
        Key::PageDown => Command::Scroll(Scroll::By(PAGE_S)),
        Key::PageUp => Command::Scroll(Scroll::By(-PAGE_S)),
        Key::Home => Command::Scroll(Scroll::Start),
        Key::End => Command::Scroll(Scroll::End),
        Key::Num1 if !press.modifiers.shift => Command::Zoom(ZoomStep::TrueScale),
        _ => return false,
    };
    commands.send(command);
    true
}

/// ECGs side by side.
fn compared(press: Press, focused: bool, state: &State, commands: &mut Commands) {
    let (chosen, count) = (state.comparison.chosen, state.comparison.ecgs.len());
    let command = match press.key {
        Key::M | Key::Escape if !press.repeat => CompareCommand::Show(false),
        Key::ArrowLeft => CompareCommand::Choose(chosen.saturating_sub(1)),
        Key::ArrowRight => CompareCommand::Choose((chosen + 1).min(count.saturating_sub(1))),
        // With the focus on a control, Enter belongs to it.
        Key::Enter if !focused && !press.repeat => CompareCommand::Open(chosen),
        Key::Delete if !press.repeat => CompareCommand::Remove(chosen),
        _ if !press.repeat => return looks(press, state, commands),
        _ => return,
    };
    commands.send(Command::Compare(command));
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
pub(super) fn caliper(
    press: Press,
    state: &State,
    fields: &Fields,
    commands: &mut Commands,
) -> bool {
    if state.reading.opened.is_none() && !state.comparison.shown {
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
