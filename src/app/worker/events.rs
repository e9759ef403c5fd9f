//! What the background threads tell the window.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};
use eframe::egui;

use super::attended::AttendedTest;
use super::dialogs::Purpose;
use super::listing::ListedFile;
use super::store::StoreEvent;
use super::test_ecgs::TestEcgs;
use super::training::TrainingEvent;
use crate::app::drawn::{Drawn, Evidence, Source};
use crate::app::look::Look;
use crate::app::notes::Notes;
use crate::bundle::{Exemplars, Manifest};
use crate::dataset::HighRate;
use crate::ecg::Recording;
use crate::explain::{AttentionExplanation, BranchInfluence, Checks, ClassExplanation};
use crate::formats;
use crate::inference::Prediction;
use crate::measurements::Measurements;
use crate::plausibility::{self, Admitted, Report};
use crate::sheet::Mark;

/// An event; every one answers a job that the window sent, but those of a run
/// that is watched come as it goes on.
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
    /// The recording on the screen was drawn in another look.
    Redrawn {
        ticket: u64,
        result: Result<Box<Drawn>, String>,
    },
    /// Beats and intervals of a recording.
    Measured {
        recording: Arc<Recording>,
        result: Result<Arc<Measurements>, String>,
    },
    FolderListed {
        ticket: u64,
        result: Result<Vec<PathBuf>, String>,
    },
    ListedRead {
        ticket: u64,
        index: usize,
        result: Result<ListedFile, String>,
    },
    /// The statements at or above their thresholds.
    ListedPredicted {
        ticket: u64,
        index: usize,
        sha256: String,
        result: Result<Vec<(String, f64)>, String>,
    },
    /// Of an ECG that stands beside others.
    Compared {
        number: u64,
        event: ComparedEvent,
    },
    NotesLoaded(Result<Notes, String>),
    NotesSaved(Result<(), String>),
    /// How many files a print became, or why it did not.
    Printed(Result<usize, String>),
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
        result: Result<Answer, String>,
    },
    Explained {
        ticket: u64,
        class: usize,
        result: Result<Arc<ClassExplanation>, String>,
    },
    /// `None` for a network without attention.
    Attended {
        ticket: u64,
        result: Result<Option<Arc<AttentionExplanation>>, String>,
    },
    /// What the similarities to the prototypes of a branch hang on.
    InfluenceMeasured {
        ticket: u64,
        branch: usize,
        result: Result<Arc<BranchInfluence>, String>,
    },
    /// How steady the similarity of a pair is.
    Checked {
        ticket: u64,
        result: Result<Arc<Checks>, String>,
    },
    /// The read ECG with the evidence marked on it.
    EvidenceDrawn {
        key: EvidenceKey,
        result: Result<Box<Drawn>, String>,
    },
    /// The training ECG of a prototype, or why it cannot be shown.
    ExemplarRead {
        bundle: String,
        prototype: usize,
        result: Result<Box<Drawn>, String>,
    },
    /// A test ECG of a study of readers or of pairs, or why it cannot be shown.
    TestEcgRead {
        /// Where it was read from: which session asked for it, and in which folder.
        from: TestEcgs,
        ecg_id: u32,
        result: Result<Box<Drawn>, String>,
    },
    /// Where the network looked at it.
    TestEcgAttended {
        from: TestEcgs,
        ecg_id: u32,
        result: Result<Box<AttendedTest>, String>,
    },
    /// What the model says about the training ECG of a prototype.
    ExemplarPredicted {
        bundle: String,
        prototype: usize,
        result: Result<Arc<Prediction>, String>,
    },
    /// So many prototypes of the loaded model are measured without people.
    Measuring {
        ticket: u64,
        done: usize,
        of: usize,
    },
    /// All are, and kept; or why not.
    PrototypesMeasured {
        ticket: u64,
        result: Result<(), String>,
    },
    Store(StoreEvent),
    Training(TrainingEvent),
}

/// What became of an ECG that stands beside others.
pub enum ComparedEvent {
    Read(Result<ReadRecording, String>),
    /// Drawn in another look.
    Drawn(Result<Box<Drawn>, String>),
    /// The statements at or above their thresholds, by the bundle with this
    /// checksum.
    Predicted {
        bundle: String,
        result: Result<Vec<(String, f64)>, String>,
    },
}

/// A prediction with the explanation of the class that is looked at, so that no
/// frame shows the numbers of one beside the evidence of another.
pub struct Answer {
    pub prediction: Arc<Prediction>,
    /// By output; `None` where the model assesses nothing.
    pub explained: Option<(usize, Arc<ClassExplanation>)>,
}

/// What is marked on the read ECG: the evidence of one prototype, or the
/// attention, of one answer of the model.
#[derive(Clone, Debug, PartialEq)]
pub struct EvidenceKey {
    /// The number of the question that was answered.
    pub answered: u64,
    /// `None` for the attention.
    pub prototype: Option<usize>,
    /// The measured influence is behind the traces.
    pub influence: bool,
    /// As the plain sheets are drawn.
    pub look: Look,
    /// The beats are known, so that calipers snap to them.
    pub measured: bool,
}

impl EvidenceKey {
    /// The same marks at the same places: only the tint or the beats are of
    /// another moment.
    pub fn has_marks_of(&self, other: &Self) -> bool {
        let other = Self {
            influence: self.influence,
            measured: self.measured,
            ..other.clone()
        };
        *self == other
    }
}

/// A recording with what was found out about it while it was read.
pub struct ReadRecording {
    pub recording: Arc<Recording>,
    pub sha256: String,
    pub report: Report,
    pub drawn: Box<Drawn>,
}

impl ReadRecording {
    /// Reads and draws the ECG in a file.
    pub fn of(path: &Path, look: Look) -> Result<Self, String> {
        let read = formats::open(path).map_err(|error| error.to_string())?;
        let Admitted { recording, report } = plausibility::admit(read);
        let (sha256, recording) = (recording.sha256(), Arc::new(recording));
        let source = Source {
            high_rate: HighRate::beside(path, &recording),
            recording: Arc::clone(&recording),
            evidence: Evidence::of(Mark::whole_recording("")),
            measurements: None,
        };
        Ok(Self {
            sha256,
            report,
            drawn: Box::new(Drawn::of(source, look)),
            recording,
        })
    }
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
