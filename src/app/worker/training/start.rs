//! Starting a training as a process of its own.
//!
//! It gets a process group of its own, so that Ctrl-C in the terminal that the
//! window was started from does not reach it, no standard input, and a file for
//! what it prints. A session of its own would need code between fork and exec,
//! which cannot be safe in a program with threads.

use std::fs::{File, OpenOptions};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::check::Form;
use crate::inference::DeviceChoice;
use crate::training::{CONFIG, Folders, OUTPUT, RunSettings};

/// Starts a new run with the text of a configuration.
pub fn fresh(program: &Path, form: &Form, config: &str) -> Result<Child, String> {
    let folders = Folders::check(&form.out, false).map_err(|e| e.to_string())?;
    let state = &folders.state;
    std::fs::create_dir_all(state).map_err(|e| format!("{}: {e}", state.display()))?;
    // What the run goes on with is what it was started with, whatever becomes
    // of the file that it was chosen from.
    let path = state.join(CONFIG);
    std::fs::write(&path, config).map_err(|e| format!("{}: {e}", path.display()))?;
    let output = open(&state.join(OUTPUT), false)?;
    let mut command = command(program, &folders, &form.out, output)?;
    command.arg("--data").arg(&form.data);
    command.args(["--device", device(form.device)]);
    if let Some(seed) = form.seed {
        command.arg("--seed").arg(seed.to_string());
    }
    if form.skip_missing {
        command.arg("--skip-missing");
    }
    spawn(command, program)
}

/// Goes on with a run, or begins it again where it had no state yet.
pub fn again(
    program: &Path,
    out: &Path,
    settings: &RunSettings,
    resume: bool,
) -> Result<Child, String> {
    let folders = Folders::check(out, resume).map_err(|e| e.to_string())?;
    let output = open(&folders.state.join(OUTPUT), resume)?;
    let mut command = command(program, &folders, out, output)?;
    command.arg("--data").arg(&settings.data);
    command.args(["--device", device(settings.device)]);
    if let Some(threads) = settings.threads {
        command.arg("--threads").arg(threads.to_string());
    }
    if settings.skip_missing {
        command.arg("--skip-missing");
    }
    if settings.no_cache {
        command.arg("--no-cache");
    } else if let Some(cache) = &settings.cache {
        command.arg("--cache").arg(cache);
    }
    if resume {
        command.arg("--resume");
    }
    spawn(command, program)
}

fn command(program: &Path, folders: &Folders, out: &Path, output: File) -> Result<Command, String> {
    let mut command = Command::new(program);
    command.arg("train").arg(folders.state.join(CONFIG));
    command.arg("--out").arg(out);
    let errors = output.try_clone().map_err(|e| e.to_string())?;
    command.stdin(Stdio::null()).stdout(output).stderr(errors);
    command.process_group(0);
    Ok(command)
}

fn spawn(mut command: Command, program: &Path) -> Result<Child, String> {
    command
        .spawn()
        .map_err(|e| format!("{}: {e}", program.display()))
}

fn open(path: &Path, append: bool) -> Result<File, String> {
    OpenOptions::new()
        .create(true)
        .write(true)
        .append(append)
        .truncate(!append)
        .open(path)
        .map_err(|e| format!("{}: {e}", path.display()))
}

/// As the command line spells it.
fn device(device: DeviceChoice) -> &'static str {
    match device {
        DeviceChoice::Auto => "auto",
        DeviceChoice::Cpu => "cpu",
        DeviceChoice::Cuda => "cuda",
    }
}
