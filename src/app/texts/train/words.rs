//! A run in words: its state, why it does not go on, where it is.

pub const STATE_STARTING: &str = "starting";
pub const STATE_STOPPING: &str = "stopping";
pub const STATE_PAUSING: &str = "pausing";
pub const STATE_RUNNING: &str = "running";
pub const STATE_ELSEWHERE: &str = "on another computer";
pub const STATE_STOPPED: &str = "stopped";
pub const STATE_FAILED: &str = "failed";
pub const STATE_GONE: &str = "ended without finishing";
pub const STATE_UNKNOWN: &str = "not known";
pub const STATE_FINISHED: &str = "finished";
pub const WHAT_RESUME_DOES: &str = "Resume goes on from the last whole epoch, to the same weights as a run that was \
    never stopped.";
pub const WHAT_START_AGAIN_DOES: &str =
    "It had saved no state yet: Start again begins anew with the same settings.";
pub const NOBODY_TRAINS: &str = "Nobody is training here now.";
pub const PROCESS_GONE: &str = "The process is gone and could not say why: it was killed, ran out of memory, or the \
    computer was switched off.";
pub const NO_SIGN: &str = "The process has left no sign of itself. If it is not running any more, go on with \
    protoecg train --resume in a terminal.";
pub const STARTING: &str = "Starting: the records are being looked at.";
pub const DELIVERING: &str = "Every stage is done. The bundle is being written and scored.";
pub const TRAINING: &str = "Training";

pub fn elsewhere(host: &str) -> String {
    format!(
        "Started on {host}. Its files are read here; a pause can be asked for, and takes effect if it still runs. \
        Cancel is possible there only."
    )
}

pub fn reading(done: usize, of: usize) -> String {
    format!("Reading records: {done} of {of}.")
}

pub fn step(epoch: usize, step: usize, of: usize, per_second: f64) -> String {
    format!("epoch {epoch}, step {step} of {of}, {per_second:.0} ECGs per second")
}

/// `step` is that of [`step`], `left` a time.
pub fn at_work(
    number: usize,
    stages: usize,
    name: &str,
    step: Option<&str>,
    left: Option<&str>,
) -> String {
    let mut text = format!("Stage {number} of {stages}: {name}");
    if let Some(step) = step {
        text.push_str(&format!(", {step}"));
    }
    if let Some(left) = left {
        text.push_str(&format!(", at most {left} left in this stage"));
    }
    text.push('.');
    text
}

pub fn training(stage: usize, stages: usize) -> String {
    format!("Training: stage {stage} of {stages}")
}
