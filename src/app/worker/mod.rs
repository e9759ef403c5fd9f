//! The background threads: one owns the network, one the review database, one
//! looks after trainings, a small pool reads files. The window sends jobs and gets events; it never
//! waits for any.

mod attended;
mod audit;
mod dialogs;
mod events;
mod files;
mod influence;
mod listing;
mod model;
mod open_store;
mod print;
mod queue;
mod store;
mod test_ecgs;
mod training;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender};
use eframe::egui;

pub use attended::AttendedTest;
pub use dialogs::{Dialogs, NativeDialogs, Purpose};
pub use events::{Answer, ComparedEvent, Event, EvidenceKey, OpenedBundle, ReadRecording};
pub use files::{FileJob, NewestDraw};
pub use listing::ListedFile;
pub use model::ModelJob;
pub use print::{ExplanationJob, PrintJob};
pub use queue::{JobSender, Priority};
pub use store::{
    Begun, FoundStudy, ReadingResumed, Resumed, StoreEvent, StoreJob, StudyOf, Summary, Written,
};
pub use test_ecgs::TestEcgs;
pub use training::{
    CheckedConfig, CheckedData, CheckedForm, ConfigChoice, Form, TrainingEvent, TrainingJob,
};

use events::Events;
use model::CurrentTicket;

use super::texts::worker as texts;

/// The threads, as the window holds them.
pub struct Workers {
    model: JobSender<ModelJob>,
    store: JobSender<StoreJob>,
    files: JobSender<FileJob>,
    training: Sender<TrainingJob>,
    threads: Vec<JoinHandle<()>>,
    dialogs: Arc<dyn Dialogs>,
    events: Events,
    current: CurrentTicket,
}

impl Workers {
    /// Starts the threads; what they report comes out of the receiver.
    /// `program` is started for a training.
    pub fn start(
        ctx: &egui::Context,
        dialogs: Arc<dyn Dialogs>,
        program: PathBuf,
    ) -> std::io::Result<(Self, Receiver<Event>)> {
        let (events, receiver) = Events::new(ctx);
        let current = CurrentTicket::new(AtomicU64::new(0));
        let (model, model_thread) = model::start(&events, &current)?;
        let (store, store_thread) = store::start(&events)?;
        let (files, mut threads) = files::start(&events)?;
        let (training, training_thread) = training::start(&events, program)?;
        threads.extend([model_thread, store_thread, training_thread]);
        Ok((
            Self {
                model,
                store,
                files,
                training,
                threads,
                dialogs,
                events,
                current,
            },
            receiver,
        ))
    }

    pub fn model(&self, priority: Priority, job: ModelJob) {
        self.model.send(priority, job);
    }

    pub fn store(&self, job: StoreJob) {
        // One priority: answers are saved in the order in which they were given.
        self.store.send(Priority::Seen, job);
    }

    pub fn files(&self, priority: Priority, job: FileJob) {
        self.files.send(priority, job);
    }

    pub fn training(&self, job: TrainingJob) {
        // The thread is gone only while the window closes.
        self.training.send(job).ok();
    }

    pub fn ask(&self, purpose: Purpose) {
        dialogs::ask_in_background(&self.dialogs, purpose, &self.events);
    }

    /// From now on only answers about this recording are wanted.
    pub fn set_current(&self, ticket: u64) {
        self.current.store(ticket, Ordering::Release);
    }

    /// Ends the threads once the jobs in hand are done: an answer that is
    /// being saved is saved, and libtorch is not torn down under a prediction.
    pub fn stop(self) {
        self.current.store(u64::MAX, Ordering::Release);
        let Self {
            model,
            store,
            files,
            training,
            threads,
            ..
        } = self;
        drop((model, store, files, training));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a background thread ended by a panic");
            }
        }
    }
}

/// Runs a job; a bug in it becomes an error on the screen and not a thread
/// that is silently gone.
fn guarded<T>(what: &str, job: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|panic| {
        let why = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        Err(texts::failed_by_an_error(what, &why))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_in_a_job_becomes_an_error() {
        let result: Result<(), String> = guarded("testing", || panic!("out of cheese"));
        assert_eq!(
            result.unwrap_err(),
            "testing failed by an error in the program: out of cheese"
        );
    }
}
