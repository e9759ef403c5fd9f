//! Trials for a cluster: a job array of `protoecg train` calls.

use std::path::{Path, PathBuf};

use super::choose::Choosing;
use super::study::Study;
use super::{Space, TuneError, absolute, io_error};
use crate::inference::DeviceChoice;

/// How the jobs call the program.
#[derive(Clone, Debug)]
pub struct Slurm {
    pub program: PathBuf,
    pub data: PathBuf,
    pub device: DeviceChoice,
    pub threads: Option<usize>,
}

/// Adds trials until the study has `trials`, leaves them to the cluster, and
/// writes `jobs.sbatch`, which runs all that have not ended: those of them
/// that were stopped go on. All new trials are chosen from what is known now,
/// and none is given up early. Without trials that wait there is no script.
///
/// # Errors
/// A study of another space, and folders that cannot be written.
pub fn write_jobs(
    slurm: &Slurm,
    space: &Space,
    dir: &Path,
    (trials, seed): (usize, u64),
) -> Result<(Study, Option<PathBuf>), TuneError> {
    let mut study = Study::open(dir, space)?;
    study.collect()?;
    while study.trials.len() < trials {
        let values = Choosing::new(space, seed).next(&study.trials);
        let index = study.add(space, values)?;
        study.leave_to_cluster(index)?;
    }
    let script = study.dir.join("jobs.sbatch");
    let waiting = study.trials.iter();
    let waiting = waiting.filter(|t| t.is_on_cluster() && t.outcome.is_none());
    let numbers: Vec<String> = waiting.map(|t| t.number.to_string()).collect();
    if numbers.is_empty() {
        // The one of the last call would start nothing.
        return match std::fs::remove_file(&script) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(io_error(&script)(e)),
            _ => Ok((study, None)),
        };
    }
    let text = script_of(slurm, &study, &numbers)?;
    std::fs::write(&script, text).map_err(io_error(&script))?;
    Ok((study, Some(script)))
}

fn script_of(slurm: &Slurm, study: &Study, numbers: &[String]) -> Result<String, TuneError> {
    let dir = absolute(&study.dir)?;
    let device = match slurm.device {
        DeviceChoice::Auto => "auto",
        DeviceChoice::Cpu => "cpu",
        DeviceChoice::Cuda => "cuda",
    };
    let threads = slurm
        .threads
        .map_or(String::new(), |n| format!(" --threads {n}"));
    let cpus = slurm.threads.unwrap_or(1);
    Ok(format!(
        "#!/bin/sh
# Trials of a study of protoecg: sbatch jobs.sbatch
#SBATCH --job-name=protoecg-tune
#SBATCH --array={numbers}
#SBATCH --cpus-per-task={cpus}
# What a trial prints is in its folder; a path here could have no spaces.
#SBATCH --output=/dev/null
set -eu
cd {dir}/\"$(printf 'trial-%04d' \"$SLURM_ARRAY_TASK_ID\")\"
if [ -d bundle ]; then
    echo 'this trial has ended'
    exit 0
fi
resume=
if [ -e bundle.training/checkpoint.safetensors ]; then
    resume=--resume
fi
exec {program} train config.ron --data {data} --out bundle --without-test --device {device}{threads} $resume >>train.log 2>&1
",
        numbers = numbers.join(","),
        dir = quoted(&dir),
        program = quoted(&absolute(&slurm.program)?),
        data = quoted(&absolute(&slurm.data)?),
    ))
}

/// For a POSIX shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_a_quoted_path_as_it_is() {
        for path in ["/data/ptb xl", "/it's/$HOME/\"x\""] {
            let shell = std::process::Command::new("sh")
                .arg("-c")
                .arg(format!("printf %s {}", quoted(Path::new(path))))
                .output()
                .unwrap();
            assert_eq!(String::from_utf8(shell.stdout).unwrap(), path);
        }
    }
}
