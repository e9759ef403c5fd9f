//! A run as it is seen from outside: another process writes its folder, and
//! this reads it again and again. Nothing is asked of the training process, so
//! that a run from a terminal, or one whose window was closed, is seen alike.

mod tail;
mod view;

use std::path::{Path, PathBuf};

pub use tail::LogTail;
pub use view::{ClassView, EpochPoint, Projection, RunView, StageState, StageView};

use super::event::Event;
use super::folders::{Folders, LOG};
use super::process::Life;
use super::run_folder::{Ended, OUTPUT, PAUSE, PROGRESS, RunFile, RunSettings};
use crate::bundle::{self, Bundle};

/// Lines of what the process printed that are kept.
const OUTPUT_LINES: usize = 20;
/// And not more than so many bytes of them.
const OUTPUT_BYTES: u64 = 16 * 1024;

/// Whether a run goes on.
#[derive(Clone, Debug, PartialEq)]
pub enum RunState {
    /// A process was started that has not said yet that it trains; only who
    /// started it knows of it.
    Starting,
    Running {
        /// It ends at its next checkpoint.
        pausing: bool,
    },
    /// On another computer or in another container: whether it still goes on
    /// cannot be seen.
    Elsewhere { host: String },
    /// As somebody asked.
    Stopped,
    /// With this message.
    Failed(String),
    /// Without a word: killed, or the machine went down.
    Gone,
    /// It left no sign of its process: an older program started it.
    Unknown,
    /// The bundle is complete.
    Finished,
}

/// What is known of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchedRun {
    /// Where the bundle is, or will be.
    pub out: PathBuf,
    pub state: RunState,
    /// There is a state to go on from.
    pub can_resume: bool,
    /// How it was started; `None` of an older program's run, and of one that
    /// was finished before it was watched.
    pub settings: Option<RunSettings>,
    /// From the log.
    pub view: RunView,
    /// Where it is between two lines of the log.
    pub now: Option<Event>,
    /// The last lines of what it printed, where a window started it.
    pub output: Vec<String>,
}

impl WatchedRun {
    /// Whether nobody trains here now and it is known how to go on.
    pub fn can_go_on(&self) -> bool {
        let ended = matches!(
            self.state,
            RunState::Stopped | RunState::Failed(_) | RunState::Gone
        );
        ended && self.settings.is_some()
    }
}

/// Looks at a run again and again.
#[derive(Debug)]
pub struct Watch {
    folders: Folders,
    tail: LogTail,
    run: WatchedRun,
}

impl Watch {
    /// `path` is the folder of the bundle, whether or not it is there yet, or
    /// its `.training` folder.
    ///
    /// # Errors
    /// There is no run at that place, in words.
    pub fn open(path: &Path) -> Result<Self, String> {
        let out = bundle_of(path);
        let folders = Folders::beside(&out);
        if !folders.state.is_dir() && !out.join(LOG).is_file() {
            return Err(format!(
                "there is neither {} nor a bundle with {LOG} in {}; give the folder that a run writes to (--out), or the one that ends in {}",
                folders.state.display(),
                out.display(),
                Folders::STATE
            ));
        }
        let mut watch = Self {
            run: WatchedRun {
                out,
                state: RunState::Unknown,
                can_resume: false,
                settings: None,
                view: RunView::default(),
                now: None,
                output: Vec::new(),
            },
            folders,
            tail: LogTail::default(),
        };
        watch.look();
        Ok(watch)
    }

    pub fn run(&self) -> &WatchedRun {
        &self.run
    }

    /// Reads what is new; true if anything is.
    pub fn look(&mut self) -> bool {
        let before = (
            self.run.state.clone(),
            self.run.can_resume,
            self.run.now.clone(),
        );
        // The state first: what ends between two looks is then seen to have
        // ended after its last line was read.
        self.run.state = self.state();
        self.run.can_resume = self.folders.can_resume();
        let news = self.read_log();
        let output = self.read_output();
        self.run.now = match self.run.state {
            RunState::Running { .. } | RunState::Elsewhere { .. } => self.progress(),
            _ => None,
        };
        let now = (
            self.run.state.clone(),
            self.run.can_resume,
            self.run.now.clone(),
        );
        news || output || before != now
    }

    fn state(&mut self) -> RunState {
        let file = RunFile::read(&self.folders.state);
        if let Some(file) = &file {
            self.run.settings = Some(file.settings.clone());
        }
        if self.run.out.join(Bundle::MANIFEST).is_file() {
            return RunState::Finished;
        }
        let Some(RunFile { process, ended, .. }) = file else {
            return RunState::Unknown;
        };
        match (ended, process.life()) {
            // One that has said how it ended has the folder until it is gone:
            // nobody else can go on before.
            (_, Life::Alive) => RunState::Running {
                pausing: self.folders.state.join(PAUSE).exists(),
            },
            (Some(Ended::Stopped), _) => RunState::Stopped,
            (Some(Ended::Failed(message)), _) => RunState::Failed(message),
            (None, Life::Gone) => RunState::Gone,
            (None, Life::Elsewhere) => RunState::Elsewhere { host: process.host },
        }
    }

    /// The log is in the state folder, and in the bundle once that is complete.
    fn read_log(&mut self) -> bool {
        let state = self.folders.log_file();
        let path = match state.is_file() {
            true => state,
            false => self.run.out.join(LOG),
        };
        // Not there yet, or just being moved: the next look finds it.
        let Ok(read) = self.tail.read(&path) else {
            return false;
        };
        if read.replaced {
            self.run.view = RunView::default();
        }
        let news = read.replaced || !read.events.is_empty() || read.unreadable > 0;
        self.run.view.unreadable += read.unreadable;
        for event in read.events {
            self.run.view.add(event);
        }
        news
    }

    fn progress(&self) -> Option<Event> {
        let text = std::fs::read_to_string(self.folders.state.join(PROGRESS)).ok()?;
        serde_json::from_str(&text).ok()
    }

    fn read_output(&mut self) -> bool {
        // It goes away with the state folder; what was read of it stays.
        let Ok(text) = last_bytes(&self.folders.state.join(OUTPUT)) else {
            return false;
        };
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let lines = lines[lines.len().saturating_sub(OUTPUT_LINES)..].to_vec();
        let news = lines != self.run.output;
        self.run.output = lines;
        news
    }

    /// Asks the run to end at its next checkpoint, or takes that back.
    ///
    /// # Errors
    /// The state folder cannot be written to.
    pub fn pause(&self, wanted: bool) -> std::io::Result<()> {
        let path = self.folders.state.join(PAUSE);
        match wanted {
            true => std::fs::write(path, ""),
            false => match std::fs::remove_file(path) {
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
                result => result,
            },
        }
    }

    /// Sends the run what Ctrl-C sends.
    ///
    /// # Errors
    /// It is not running on this machine, or is somebody else's.
    pub fn interrupt(&self) -> std::io::Result<()> {
        let file = RunFile::read(&self.folders.state);
        let file = file.ok_or_else(|| std::io::Error::from(std::io::ErrorKind::NotFound))?;
        file.process.interrupt()
    }
}

/// The folder of the bundle that a path of a run means.
fn bundle_of(path: &Path) -> PathBuf {
    let path = bundle::whole(path);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match name.strip_suffix(Folders::STATE) {
        Some(name) if !name.is_empty() => path.with_file_name(name),
        _ => path.clone(),
    }
}

fn last_bytes(path: &Path) -> std::io::Result<String> {
    use std::io::{Read, Seek, SeekFrom};
    let mut file = std::fs::File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(OUTPUT_BYTES)))?;
    let mut bytes = Vec::new();
    file.take(OUTPUT_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::DeviceChoice;
    use crate::training::{RunFolder, Shipped};

    #[test]
    fn the_folder_of_a_run_is_known_by_either_name() {
        assert_eq!(
            bundle_of(Path::new("/a/model.training")),
            Path::new("/a/model")
        );
        assert_eq!(
            bundle_of(Path::new("/a/model.training/")),
            Path::new("/a/model")
        );
        assert_eq!(bundle_of(Path::new("/a/model/")), Path::new("/a/model/"));
        assert_eq!(
            bundle_of(Path::new("/a/.training")),
            Path::new("/a/.training")
        );
    }

    #[test]
    fn a_place_without_a_run_is_refused_and_a_finished_bundle_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let error = Watch::open(&dir.path().join("model")).unwrap_err();
        assert!(error.contains("model.training"), "{error}");
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
        let watch = Watch::open(&models.join("ptbxl-excerpt-trustecg")).unwrap();
        let run = watch.run();
        assert_eq!(run.state, RunState::Finished);
        assert!(!run.view.epochs.is_empty());
        assert_eq!(run.view.unreadable, 0);
    }

    /// Whoever resumes in the moment between would be told that it still runs.
    #[test]
    fn a_run_has_stopped_once_its_process_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("model");
        let settings = RunSettings {
            data: "/data".into(),
            device: DeviceChoice::Cpu,
            threads: None,
            skip_missing: false,
            cache: None,
            no_cache: true,
        };
        let config = Shipped::by_name("rhythm-demo").unwrap().config().unwrap();
        let folder = RunFolder::announce(&out, false, settings, &config).unwrap();
        folder.ended(Ended::Stopped);
        let mut watch = Watch::open(&out).unwrap();
        assert_eq!(watch.run().state, RunState::Running { pausing: false });

        let path = watch.folders.state.join(RunFile::FILE);
        let mut file = RunFile::read(&watch.folders.state).unwrap();
        file.process.start_ticks -= 1;
        std::fs::write(path, ron::to_string(&file).unwrap()).unwrap();
        assert!(watch.look());
        assert_eq!(watch.run().state, RunState::Stopped);
    }

    /// Of the two oldest bundles the projections had other fields; that lines
    /// were passed over is said.
    #[test]
    fn old_logs_still_read() {
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
        for (name, epochs) in [("demo-rhythm", true), ("ptbxl-excerpt", true)] {
            let watch = Watch::open(&models.join(name)).unwrap();
            let view = &watch.run().view;
            assert_eq!(!view.epochs.is_empty(), epochs, "{name}");
            assert!(view.unreadable <= 2, "{name}: {}", view.unreadable);
            assert!(view.stages().iter().any(|s| s.name == "joint"), "{name}");
        }
    }
}
