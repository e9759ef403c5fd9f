//! A run in words: the same for the eye and for a screen reader.

use crate::app::state::State;
use crate::app::texts::train::words as texts;
use crate::app::tokens::{Tokens, Tone};
use crate::training::{EpochPoint, Event, RunState, StageView, WatchedRun, duration};

/// What a run is doing, in a few words.
pub fn state(run: &WatchedRun, cancelling: bool) -> &'static str {
    match &run.state {
        RunState::Starting => texts::STATE_STARTING,
        RunState::Running { .. } if cancelling => texts::STATE_STOPPING,
        RunState::Running { pausing: true } => texts::STATE_PAUSING,
        RunState::Running { pausing: false } => texts::STATE_RUNNING,
        RunState::Elsewhere { .. } => texts::STATE_ELSEWHERE,
        RunState::Stopped => texts::STATE_STOPPED,
        RunState::Failed(_) => texts::STATE_FAILED,
        RunState::Gone => texts::STATE_GONE,
        RunState::Unknown => texts::STATE_UNKNOWN,
        RunState::Finished => texts::STATE_FINISHED,
    }
}

/// The colours that go with it.
pub fn tone(run: &WatchedRun, tokens: &Tokens) -> Tone {
    match &run.state {
        RunState::Starting | RunState::Running { .. } => tokens.demonstration,
        RunState::Finished => tokens.good,
        RunState::Failed(_) | RunState::Gone => tokens.error,
        RunState::Stopped => tokens.caution,
        RunState::Elsewhere { .. } | RunState::Unknown => tokens.negative,
    }
}

/// Why it does not go on, and what can be done; `None` where nothing need be said.
pub fn explanation(run: &WatchedRun) -> Option<String> {
    let resume = match run.can_resume {
        true => texts::WHAT_RESUME_DOES,
        false => texts::WHAT_START_AGAIN_DOES,
    };
    match &run.state {
        RunState::Stopped => Some(format!("{} {resume}", texts::NOBODY_TRAINS)),
        RunState::Failed(message) => Some(format!("{message}\n{resume}")),
        RunState::Gone => Some(format!("{} {resume}", texts::PROCESS_GONE)),
        RunState::Elsewhere { host } => Some(texts::elsewhere(host)),
        RunState::Unknown => Some(texts::NO_SIGN.to_owned()),
        RunState::Starting | RunState::Running { .. } | RunState::Finished => None,
    }
}

/// `2 joint, rhythm`, counted from 1.
pub fn stage(number: usize, stage: &StageView) -> String {
    format!("{} {}", number + 1, stage_name(stage))
}

/// `joint, rhythm`.
fn stage_name(stage: &StageView) -> String {
    match &stage.branch {
        Some(branch) => format!("{}, {branch}", stage.name),
        None => stage.name.clone(),
    }
}

/// Where it is right now, with speed and time left.
pub fn now(run: &WatchedRun) -> String {
    let view = &run.view;
    if run.state == RunState::Starting {
        return texts::STARTING.to_owned();
    }
    if !matches!(
        run.state,
        RunState::Running { .. } | RunState::Elsewhere { .. }
    ) {
        return String::new();
    }
    if view.delivering {
        return texts::DELIVERING.to_owned();
    }
    // Until the first step after a start the log is that of the time before.
    if let Some(Event::Reading { done, of }) = &run.now {
        return texts::reading(*done, *of);
    }
    let stages = view.stages();
    let Some((number, current)) = view.stage.and_then(|n| Some((n, stages.get(n)?))) else {
        return texts::STARTING.to_owned();
    };
    let last = view.epochs.last().filter(|point| point.stage == number);
    // Of this stage, and of an epoch that is not over.
    let step = match run.now {
        Some(Event::Step {
            stage,
            epoch,
            step,
            of,
            records_per_second,
            ..
        }) if stage == number && last.is_none_or(|p| p.epoch < epoch) => {
            Some(texts::step(epoch, step, of, records_per_second))
        }
        _ => None,
    };
    let left = last.filter(|p| p.seconds_left > 0.0);
    let left = left.map(|p| duration(p.seconds_left));
    let name = stage_name(current);
    texts::at_work(
        number + 1,
        stages.len(),
        &name,
        step.as_deref(),
        left.as_deref(),
    )
}

/// Speed of the newest epoch that has one.
pub fn speed(epochs: &[EpochPoint]) -> Option<f64> {
    let speeds = epochs.iter().rev().map(|p| p.records_per_second);
    speeds.into_iter().find(|&speed| speed > 0.0)
}

/// For the line at the bottom of every screen.
pub fn goes_on(app: &State) -> Option<String> {
    let run = app.training.run.as_ref()?;
    let RunState::Running { .. } = run.state else {
        return None;
    };
    let stages = run.view.stages();
    let text = match run.view.stage {
        Some(number) if !run.view.delivering => texts::training(number + 1, stages.len()),
        _ => texts::TRAINING.to_owned(),
    };
    Some(text)
}
