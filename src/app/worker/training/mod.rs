//! The thread that starts trainings and watches one. A training is a process of
//! its own, of the same program: it outlives the window, and is seen through
//! the files that it writes.

mod check;
mod start;

use std::path::PathBuf;
use std::process::Child;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};

pub use check::{CheckedConfig, CheckedData, CheckedForm, ConfigChoice, Form};

use super::events::{Event, Events};
use super::guarded;
use crate::app::drawn::Drawn;
use crate::app::texts::worker as texts;
use crate::training::{Folders, ProjectedSource, RunFile, RunState, Watch, WatchedRun};

/// Work for the thread.
pub enum TrainingJob {
    /// Is what the form says sound?
    Check { ticket: u64, form: Form },
    /// Start a training and watch it.
    Start(Form),
    /// Watch the run at this place.
    Watch(PathBuf),
    /// Watch nothing any more; the run goes on.
    Leave,
    /// End at the next checkpoint, or do not.
    Pause(bool),
    /// What Ctrl-C does.
    Interrupt,
    /// Go on with the run that is watched.
    Resume,
}

/// What the thread reports.
pub enum TrainingEvent {
    Checked {
        ticket: u64,
        checked: Box<CheckedForm>,
    },
    /// The run that was asked for is watched, or why it is not.
    Opened(Result<Arc<WatchedRun>, String>),
    /// Something was new in the run that is watched.
    Seen(Arc<WatchedRun>),
    /// A started process ended before it began to train.
    NotBegun(String),
    /// What was asked of the run was not done.
    Refused(String),
    /// The training ECG of a projected prototype.
    SourceRead {
        source: ProjectedSource,
        result: Result<Box<Drawn>, String>,
    },
}

/// Time between two looks at a run.
const LOOK_EVERY: Duration = Duration::from_millis(400);

/// Starts the thread. `program` is what trains.
pub fn start(
    events: &Events,
    program: PathBuf,
) -> std::io::Result<(Sender<TrainingJob>, JoinHandle<()>)> {
    let (sender, receiver) = unbounded();
    let mut desk = Desk {
        events: events.clone(),
        program,
        watch: None,
        children: Vec::new(),
        checker: check::Checker::default(),
        unchecked: None,
    };
    let thread = std::thread::Builder::new()
        .name("training".to_owned())
        .spawn(move || desk.work(&receiver))?;
    Ok((sender, thread))
}

struct Desk {
    events: Events,
    program: PathBuf,
    watch: Option<Watch>,
    /// Trainings that this window started, until they have ended: only so does
    /// the system forget them.
    children: Vec<Started>,
    checker: check::Checker,
    /// The newest form that nobody has looked at.
    unchecked: Option<(u64, Form)>,
}

/// A process that this window started.
struct Started {
    child: Child,
    out: PathBuf,
}

impl Desk {
    fn work(&mut self, jobs: &Receiver<TrainingJob>) {
        loop {
            let is_idle = self.watch.is_none() && self.children.is_empty();
            let job = match is_idle {
                true => jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
                false => jobs.recv_timeout(LOOK_EVERY),
            };
            match job {
                Ok(job) => self.take(job),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            // Of a text that is being typed only the newest is worth a look.
            if jobs.is_empty()
                && let Some((ticket, form)) = self.unchecked.take()
            {
                let checked = Box::new(self.checker.check(&form));
                self.send(TrainingEvent::Checked { ticket, checked });
            }
            self.look();
        }
    }

    fn send(&self, event: TrainingEvent) {
        self.events.send(Event::Training(event));
    }

    fn take(&mut self, job: TrainingJob) {
        match job {
            TrainingJob::Check { ticket, form } => self.unchecked = Some((ticket, form)),
            TrainingJob::Start(form) => {
                let started = guarded(texts::STARTING_TRAINING, || {
                    let config = form.config.text()?;
                    start::fresh(&self.program, &form, &config)
                });
                self.begin(started, form.out);
            }
            TrainingJob::Watch(path) => {
                let opened = guarded(texts::READING_RUN, || Watch::open(&path));
                self.open(opened);
            }
            TrainingJob::Leave => self.watch = None,
            TrainingJob::Pause(wanted) => {
                let result = self.watch.as_ref().map(|watch| watch.pause(wanted));
                self.report(result);
            }
            TrainingJob::Interrupt => {
                let result = self.watch.as_ref().map(Watch::interrupt);
                self.report(result);
            }
            TrainingJob::Resume => self.resume(),
        }
    }

    fn resume(&mut self) {
        let Some(run) = self.watch.as_ref().map(Watch::run) else {
            return;
        };
        let Some(settings) = run.settings.clone() else {
            let message = texts::RUN_OF_UNKNOWN_START;
            self.send(TrainingEvent::Refused(message.to_owned()));
            return;
        };
        let (out, can_resume) = (run.out.clone(), run.can_resume);
        let started = guarded(texts::RESUMING_TRAINING, || {
            start::again(&self.program, &out, &settings, can_resume)
        });
        self.begin(started, out);
    }

    fn report(&self, result: Option<std::io::Result<()>>) {
        if let Some(Err(error)) = result {
            self.send(TrainingEvent::Refused(error.to_string()));
        }
    }

    /// Watches what was started.
    fn begin(&mut self, started: Result<Child, String>, out: PathBuf) {
        let opened = started.and_then(|child| {
            self.children.push(Started {
                child,
                out: out.clone(),
            });
            guarded(texts::READING_RUN, || Watch::open(&out))
        });
        self.open(opened);
    }

    fn open(&mut self, opened: Result<Watch, String>) {
        let seen = opened.map(|watch| {
            let run = self.seen(&watch);
            self.watch = Some(watch);
            run
        });
        self.send(TrainingEvent::Opened(seen));
    }

    fn look(&mut self) {
        let ended = self.reap();
        if let Some(watch) = &mut self.watch
            && (watch.look() || ended)
        {
            let run = watch.run().clone();
            let run = self.as_started(run);
            self.send(TrainingEvent::Seen(Arc::new(run)));
        }
    }

    fn seen(&self, watch: &Watch) -> Arc<WatchedRun> {
        Arc::new(self.as_started(watch.run().clone()))
    }

    /// Between the start of a process and its first sign it is known here only.
    fn as_started(&self, mut run: WatchedRun) -> WatchedRun {
        let is_ours = |started: &&Started| started.out == run.out;
        if let Some(started) = self.children.iter().find(is_ours)
            && announced(&run.out) != Some(started.child.id())
            && run.state != RunState::Finished
        {
            run.state = RunState::Starting;
        }
        run
    }

    /// Lets the system forget what has ended; true if anything has.
    fn reap(&mut self) -> bool {
        let mut ended = Vec::new();
        self.children.retain_mut(|started| {
            let Ok(status) = started.child.try_wait() else {
                return false;
            };
            if let Some(status) = status {
                let never_begun = announced(&started.out) != Some(started.child.id());
                ended.push((started.out.clone(), !status.success() && never_begun));
            }
            status.is_none()
        });
        for (out, failed) in &ended {
            // A run that never began has no place to say why but its output.
            if *failed {
                let last = Watch::open(out).map(|watch| watch.run().output.join("\n"));
                self.send(TrainingEvent::NotBegun(last.unwrap_or_default()));
            }
        }
        !ended.is_empty()
    }
}

/// The process that says that it trains for a bundle.
fn announced(out: &std::path::Path) -> Option<u32> {
    let file = RunFile::read(&Folders::beside(out).state)?;
    Some(file.process.pid)
}
