//! Where a run keeps what: the bundle appears under its name only when it is
//! complete, and until then the state of the run is beside it.

use std::path::{Path, PathBuf};

use super::checkpoint::Checkpoint;
use super::error::TrainingError;
use crate::bundle::{BundleError, BundleWriter};

/// The event log, in the state folder and then in the bundle.
pub const LOG: &str = "training_log.jsonl";

/// The folders beside the bundle.
#[derive(Debug)]
pub struct Folders {
    /// `OUT.training`: checkpoint and event log.
    pub state: PathBuf,
    /// `OUT.partial`: the bundle while it is written.
    pub partial: PathBuf,
    /// `OUT.checkpoints`: the best epochs, where the run keeps any.
    pub checkpoints: PathBuf,
    /// `OUT.events`: what TensorBoard reads.
    pub events: PathBuf,
}

impl Folders {
    /// What the state folder is called after the bundle.
    pub const STATE: &str = ".training";

    /// Where they are; nothing is looked at.
    pub fn beside(out: &Path) -> Self {
        let beside = |suffix: &str| {
            let mut name = out.file_name().unwrap_or_default().to_owned();
            name.push(suffix);
            out.with_file_name(name)
        };
        Self {
            state: beside(Self::STATE),
            partial: beside(".partial"),
            checkpoints: beside(".checkpoints"),
            events: beside(".events"),
        }
    }

    pub fn new(out: &Path, resume: bool) -> Result<Self, TrainingError> {
        let folders = Self::check(out, resume)?;
        std::fs::create_dir_all(&folders.state).map_err(io_error(&folders.state))?;
        Ok(folders)
    }

    /// Whether a run can begin (or go on) there; nothing is made.
    pub fn check(out: &Path, resume: bool) -> Result<Self, TrainingError> {
        if out.exists() {
            let path = out.display().to_string();
            return Err(BundleError::Exists { path }.into());
        }
        let folders = Self::beside(out);
        match (resume, folders.can_resume()) {
            (false, true) => {
                return Err(TrainingError::Unfinished {
                    path: folders.state.display().to_string(),
                });
            }
            (true, false) => {
                return Err(TrainingError::NothingToResume {
                    path: folders.state.display().to_string(),
                });
            }
            (false, false) => folders.check_fresh()?,
            (true, true) => {}
        }
        Ok(folders)
    }

    /// Whether there is a state to go on from.
    pub fn can_resume(&self) -> bool {
        self.state.join(Checkpoint::FILE).exists()
    }

    /// What an earlier run kept is nothing of a new one: its best epochs would
    /// push out the new ones, and TensorBoard would draw both as one. It is
    /// somebody's result, so that it is not removed here.
    fn check_fresh(&self) -> Result<(), TrainingError> {
        for path in [&self.checkpoints, &self.events] {
            let empty = match std::fs::read_dir(path) {
                Ok(mut entries) => entries.next().is_none(),
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => true,
                // A file of that name, or a folder that cannot be read.
                Err(_) => false,
            };
            if !empty {
                let path = path.display().to_string();
                return Err(TrainingError::Leftover { path });
            }
        }
        Ok(())
    }

    pub fn log_file(&self) -> PathBuf {
        self.state.join(LOG)
    }

    pub fn log(&self, resume: bool) -> Result<std::fs::File, TrainingError> {
        let path = self.log_file();
        std::fs::OpenOptions::new()
            .create(true)
            .append(resume)
            .write(true)
            .truncate(!resume)
            .open(&path)
            .map_err(io_error(&path))
    }

    /// An empty folder for the bundle; what a killed run left there goes.
    pub fn bundle(&self) -> Result<BundleWriter, TrainingError> {
        if self.partial.exists() {
            std::fs::remove_dir_all(&self.partial).map_err(io_error(&self.partial))?;
        }
        Ok(BundleWriter::new(&self.partial)?)
    }
}

/// Wraps an error of the file system with the path.
pub fn io_error(path: &Path) -> impl FnOnce(std::io::Error) -> TrainingError {
    let path = path.display().to_string();
    move |source| TrainingError::Io { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_earlier_run_kept_stops_a_new_one_and_stays() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("model");
        for kept in ["model.checkpoints", "model.events"] {
            let kept = dir.path().join(kept);
            std::fs::create_dir(&kept).unwrap();
            Folders::new(&out, false).unwrap();
            let file = kept.join("of an earlier run");
            std::fs::write(&file, "x").unwrap();
            let said = Folders::new(&out, false).unwrap_err().to_string();
            assert!(said.contains(&kept.display().to_string()), "{said}");
            assert!(said.contains("move or remove it"), "{said}");
            // A run that goes on has them there.
            let state = dir.path().join("model.training");
            std::fs::write(state.join(Checkpoint::FILE), "x").unwrap();
            Folders::new(&out, true).unwrap();
            std::fs::remove_file(state.join(Checkpoint::FILE)).unwrap();
            std::fs::remove_file(&file).unwrap();
        }
    }
}
