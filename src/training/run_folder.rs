//! What a training process leaves in `OUT.training` for whoever watches it:
//! which process it is and how it was started, where it is within an epoch, and
//! how it ended. All of it goes away when the bundle is complete.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::TrainingConfig;
use super::error::TrainingError;
use super::event::Event;
use super::folders::{Folders, io_error};
use super::process::{Life, ProcessId};
use crate::inference::DeviceChoice;

/// How a run was started: enough to go on with it from the window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSettings {
    /// The folder of the data set, absolute.
    pub data: PathBuf,
    pub device: DeviceChoice,
    pub threads: Option<usize>,
    pub skip_missing: bool,
    pub cache: Option<PathBuf>,
    pub no_cache: bool,
}

/// How a process ended that could say so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Ended {
    /// As somebody asked.
    Stopped,
    /// With this message.
    Failed(String),
}

/// The file `run.ron`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunFile {
    pub version: u32,
    pub process: ProcessId,
    pub settings: RunSettings,
    /// `None` while it runs, and after an end that came without warning.
    pub ended: Option<Ended>,
}

impl RunFile {
    pub const VERSION: u32 = 1;
    pub const FILE: &str = "run.ron";

    /// That of a state folder; `None` where there is none, or one of another
    /// version.
    pub fn read(state: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(state.join(Self::FILE)).ok()?;
        ron::from_str::<Self>(&text)
            .ok()
            .filter(|file| file.version == Self::VERSION)
    }
}

/// The configuration as it was started, with which it goes on.
pub const CONFIG: &str = "config.ron";
/// The newest event that is not in the log.
pub const PROGRESS: &str = "progress.json";
/// While it is there the run ends at its next checkpoint.
pub const PAUSE: &str = "pause";
/// What the process printed, where the window started it.
pub const OUTPUT: &str = "output.txt";

/// The state folder, as the training process holds it.
#[derive(Debug)]
pub struct RunFolder {
    state: PathBuf,
    file: RunFile,
    /// When [`PROGRESS`] was written last.
    told: Option<Instant>,
}

impl RunFolder {
    /// Time between two writings of [`PROGRESS`].
    const TELL_EVERY: Duration = Duration::from_millis(300);

    /// Says that this process trains for `out` now.
    ///
    /// # Errors
    /// Another one does, or a run cannot begin (or go on) there.
    pub fn announce(
        out: &Path,
        resume: bool,
        settings: RunSettings,
        config: &TrainingConfig,
    ) -> Result<Self, TrainingError> {
        let state = Folders::beside(out).state;
        if let Some(RunFile { process, .. }) = RunFile::read(&state)
            && process.life() == Life::Alive
            && process.pid != std::process::id()
        {
            return Err(TrainingError::Running {
                path: state.display().to_string(),
                pid: process.pid,
            });
        }
        let Folders { state, .. } = Folders::new(out, resume)?;
        for stale in [PAUSE, PROGRESS] {
            std::fs::remove_file(state.join(stale)).ok();
        }
        let pretty = ron::ser::PrettyConfig::new();
        let text = ron::ser::to_string_pretty(config, pretty).unwrap_or_default();
        replace(&state.join(CONFIG), &text)?;
        let folder = Self {
            file: RunFile {
                version: RunFile::VERSION,
                process: ProcessId::this().map_err(io_error(Path::new("/proc/self")))?,
                settings,
                ended: None,
            },
            state,
            told: None,
        };
        folder.write()?;
        Ok(folder)
    }

    /// To be told every event; false where somebody has asked for a pause and
    /// nothing would be lost by it now.
    pub fn tell(&mut self, event: &Event) -> bool {
        let is_due = self.told.is_none_or(|t| t.elapsed() >= Self::TELL_EVERY);
        if !event.is_kept()
            && is_due
            && let Ok(json) = serde_json::to_string(event)
        {
            self.told = Some(Instant::now());
            // Of a full disk the checkpoint will speak.
            replace(&self.state.join(PROGRESS), &json).ok();
        }
        !(event.follows_a_checkpoint() && self.state.join(PAUSE).exists())
    }

    /// Says how it ended; there is nowhere to say it once the bundle is complete.
    pub fn ended(mut self, how: Ended) {
        if self.state.is_dir() {
            self.file.ended = Some(how);
            self.write().ok();
            std::fs::remove_file(self.state.join(PAUSE)).ok();
        }
    }

    fn write(&self) -> Result<(), TrainingError> {
        let pretty = ron::ser::PrettyConfig::new();
        let path = self.state.join(RunFile::FILE);
        let text =
            ron::ser::to_string_pretty(&self.file, pretty).map_err(|error| TrainingError::Io {
                path: path.display().to_string(),
                source: std::io::Error::other(error),
            })?;
        replace(&path, &text)
    }
}

/// Writes a small file so that a reader sees the old one or the new one.
fn replace(path: &Path, text: &str) -> Result<(), TrainingError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    std::fs::write(&new, text).map_err(io_error(&new))?;
    std::fs::rename(&new, path).map_err(io_error(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::Shipped;

    fn settings() -> RunSettings {
        RunSettings {
            data: "/data".into(),
            device: DeviceChoice::Cpu,
            threads: Some(2),
            skip_missing: false,
            cache: None,
            no_cache: true,
        }
    }

    #[test]
    fn a_pause_waits_for_a_checkpoint_and_the_end_is_written_down() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("model");
        let config = Shipped::by_name("rhythm-demo").unwrap().config().unwrap();
        let mut folder = RunFolder::announce(&out, false, settings(), &config).unwrap();
        let state = Folders::beside(&out).state;
        let file = RunFile::read(&state).unwrap();
        assert_eq!(file.process.life(), Life::Alive);
        assert_eq!((file.settings, file.ended), (settings(), None));
        // The run goes on with the same configuration.
        assert_eq!(TrainingConfig::read(&state.join(CONFIG)).unwrap(), config);

        let step = Event::Reading { done: 1, of: 2 };
        assert!(folder.tell(&step));
        let told = std::fs::read_to_string(state.join(PROGRESS)).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&told).unwrap(), step);
        std::fs::write(state.join(PAUSE), "").unwrap();
        assert!(folder.tell(&step), "in the middle of something");
        assert!(!folder.tell(&Event::Stage { stage: 1 }));
        folder.ended(Ended::Stopped);
        let file = RunFile::read(&state).unwrap();
        assert_eq!(file.ended, Some(Ended::Stopped));
        assert!(!state.join(PAUSE).exists());
    }

    #[test]
    fn two_processes_do_not_train_in_one_folder() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("model");
        let config = Shipped::by_name("rhythm-demo").unwrap().config().unwrap();
        let folder = RunFolder::announce(&out, false, settings(), &config).unwrap();
        let mut file = folder.file.clone();
        let mut other = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
        file.process = ProcessId::of(other.id()).unwrap();
        let text = ron::to_string(&file).unwrap();
        std::fs::write(folder.state.join(RunFile::FILE), text).unwrap();
        let again = || RunFolder::announce(&out, false, settings(), &config);
        assert!(matches!(again(), Err(TrainingError::Running { pid, .. }) if pid == other.id()));
        other.kill().unwrap();
        other.wait().unwrap();
        again().unwrap();
    }
}
