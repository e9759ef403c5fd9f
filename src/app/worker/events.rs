//! What the background threads tell the window.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};
use eframe::egui;

use super::dialogs::Purpose;
use super::store::StoreEvent;
use crate::app::drawn::Drawn;
use crate::bundle::{Exemplars, Manifest};
use crate::ecg::Recording;
use crate::explain::ClassExplanation;
use crate::inference::Prediction;
use crate::plausibility::Report;

/// An event; every one answers a job that the window sent.
pub enum Event {
    /// A dialog was closed, or could not be shown (`path` is `None` in both cases).
    DialogClosed {
        purpose: Purpose,
        path: Option<PathBuf>,
        took: Duration,
    },
    /// A recording was read, or not.
    RecordingRead {
        ticket: u64,
        path: PathBuf,
        result: Result<ReadRecording, String>,
    },
    /// A bundle passed its checksums; its weights are loading.
    BundleOpened(OpenedBundle),
    /// The network is ready.
    ModelReady {
        path: PathBuf,
        device: String,
    },
    /// The bundle or its network could not be loaded.
    ModelFailed {
        path: PathBuf,
        message: String,
    },
    /// Training ECGs are looked for in another PTB-XL folder now.
    ExemplarsMoved(Arc<Exemplars>),
    Predicted {
        ticket: u64,
        result: Result<Arc<Prediction>, String>,
    },
    Explained {
        ticket: u64,
        class: usize,
        result: Result<Arc<ClassExplanation>, String>,
    },
    /// The training ECG of a prototype, or why it cannot be shown.
    ExemplarRead {
        bundle: String,
        prototype: usize,
        result: Result<Box<Drawn>, String>,
    },
    /// A test ECG of a reading study, or why it cannot be shown.
    TestEcgRead {
        ecg_id: u32,
        result: Result<Box<Drawn>, String>,
    },
    /// What the model says about that ECG.
    ExemplarPredicted {
        bundle: String,
        prototype: usize,
        result: Result<Arc<Prediction>, String>,
    },
    Store(StoreEvent),
}

/// A recording with what was found out about it while it was read.
pub struct ReadRecording {
    pub recording: Arc<Recording>,
    pub sha256: String,
    pub report: Report,
    pub drawn: Box<Drawn>,
}

/// What the window keeps of a bundle; the networks stay on their thread.
pub struct OpenedBundle {
    pub path: PathBuf,
    pub sha256: String,
    pub manifest: Arc<Manifest>,
    pub exemplars: Arc<Exemplars>,
}

/// How a thread reports: the event is queued and the window is woken.
#[derive(Clone)]
pub struct Events {
    sender: Sender<Event>,
    ctx: egui::Context,
}

impl Events {
    pub fn new(ctx: &egui::Context) -> (Self, Receiver<Event>) {
        let (sender, receiver) = unbounded();
        (
            Self {
                sender,
                ctx: ctx.clone(),
            },
            receiver,
        )
    }

    pub fn send(&self, event: Event) {
        // The receiver is gone only while the window closes; nobody would read the event.
        if self.sender.send(event).is_ok() {
            self.ctx.request_repaint();
        }
    }
}
