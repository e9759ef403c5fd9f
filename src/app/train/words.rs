//! A run in words: the same for the eye and for a screen reader.

use crate::app::state::State;
use crate::app::tokens::{Tokens, Tone};
use crate::training::{EpochPoint, Event, RunState, StageView, WatchedRun, duration};

/// What a run is doing, in a few words.
pub fn state(run: &WatchedRun, cancelling: bool) -> &'static str {
    match &run.state {
        RunState::Starting => "starting",
        RunState::Running { .. } if cancelling => "stopping",
        RunState::Running { pausing: true } => "pausing",
        RunState::Running { pausing: false } => "running",
        RunState::Elsewhere { .. } => "on another computer",
        RunState::Stopped => "stopped",
        RunState::Failed(_) => "failed",
        RunState::Gone => "ended without finishing",
        RunState::Unknown => "not known",
        RunState::Finished => "finished",
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
        true => {
            "Resume goes on from the last whole epoch, to the same weights as a run that was never stopped."
        }
        false => "It had saved no state yet: Start again begins anew with the same settings.",
    };
    match &run.state {
        RunState::Stopped => Some(format!("Nobody is training here now. {resume}")),
        RunState::Failed(message) => Some(format!("{message}\n{resume}")),
        RunState::Gone => Some(format!(
            "The process is gone and could not say why: it was killed, ran out of memory, or the computer was switched off. {resume}"
        )),
        RunState::Elsewhere { host } => Some(format!(
            "Started on {host}. Its files are read here; a pause can be asked for, and takes effect if it still runs. Cancel is possible there only."
        )),
        RunState::Unknown => Some(
            "The process has left no sign of itself. If it is not running any more, go on with protoecg train --resume in a terminal."
                .to_owned(),
        ),
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

const STARTING: &str = "Starting: the records are being looked at.";

/// Where it is right now, with speed and time left.
pub fn now(run: &WatchedRun) -> String {
    let view = &run.view;
    if run.state == RunState::Starting {
        return STARTING.to_owned();
    }
    if !matches!(
        run.state,
        RunState::Running { .. } | RunState::Elsewhere { .. }
    ) {
        return String::new();
    }
    if view.delivering {
        return "Every stage is done. The bundle is being written and scored.".to_owned();
    }
    // Until the first step after a start the log is that of the time before.
    if let Some(Event::Reading { done, of }) = &run.now {
        return format!("Reading records: {done} of {of}.");
    }
    let stages = view.stages();
    let Some((number, current)) = view.stage.and_then(|n| Some((n, stages.get(n)?))) else {
        return STARTING.to_owned();
    };
    let mut text = format!(
        "Stage {} of {}: {}",
        number + 1,
        stages.len(),
        stage_name(current)
    );
    let last = view.epochs.last().filter(|point| point.stage == number);
    match &run.now {
        Some(Event::Step {
            stage,
            epoch,
            step,
            of,
            records_per_second,
            ..
        }) if *stage == number && last.is_none_or(|p| p.epoch < *epoch) => {
            text.push_str(&format!(
                ", epoch {epoch}, step {step} of {of}, {records_per_second:.0} ECGs per second"
            ));
        }
        _ => {}
    }
    if let Some(last) = last.filter(|p| p.seconds_left > 0.0) {
        let left = duration(last.seconds_left);
        text.push_str(&format!(", at most {left} left in this stage"));
    }
    text.push('.');
    text
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
        Some(number) if !run.view.delivering => {
            format!("Training: stage {} of {}", number + 1, stages.len())
        }
        _ => "Training".to_owned(),
    };
    Some(text)
}
