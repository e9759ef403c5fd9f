//! What the pool prints: the ECG on the screen, or the explanation of what the
//! model says of it.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::drawn::Signal;
use crate::app::texts::worker as texts;
use crate::bundle::{Exemplars, Manifest};
use crate::dataset::HighRate;
use crate::ecg::Recording;
use crate::explain::print::{Printed, TrainingEcgs};
use crate::explain::{Explanation, Order, reading};
use crate::inference::Prediction;
use crate::sheet::{DisplayOptions, FileKind, Print, PrintPage, SheetError, Tick};

/// The ECG on the screen, and where to.
pub struct PrintJob {
    pub path: PathBuf,
    pub dpi: f64,
    pub signal: Signal,
    pub display: DisplayOptions,
    pub recording: Arc<Recording>,
    pub footer: Vec<String>,
    pub ticks: Vec<Tick>,
    pub start_s: f64,
    pub duration_s: f64,
    pub page: PrintPage,
}

impl PrintJob {
    pub fn write(&self) -> Result<usize, String> {
        let print = Print {
            recording: &self.signal.recording,
            signal_note: &self.signal.note,
            unit: self.signal.unit,
            display: &self.display,
            title: &[reading::title(&self.recording)],
            footer: &self.footer,
            ticks: &self.ticks,
            start_s: self.start_s,
            duration_s: self.duration_s,
            page: self.page,
        };
        let written = print.write(&self.path, self.dpi);
        written
            .map(|files| files.len())
            .map_err(|error| error.to_string())
    }
}

/// The explanation on the screen, and where to: what `protoecg explain` writes.
pub struct ExplanationJob {
    pub path: PathBuf,
    pub dpi: f64,
    pub manifest: Arc<Manifest>,
    pub sha256: String,
    pub exemplars: Arc<Exemplars>,
    pub recording: Arc<Recording>,
    pub high_rate: HighRate,
    pub display: DisplayOptions,
    pub notes: Vec<String>,
    pub prediction: Arc<Prediction>,
    /// Of one statement.
    pub explanation: Explanation,
    pub order: Order,
    pub rank: usize,
    pub paper: PrintPage,
}

impl ExplanationJob {
    pub fn write(&self) -> Result<usize, String> {
        let class = self.explanation.classes.first();
        let class = class.ok_or(texts::NO_STATEMENT)?;
        let written = FileKind::of(&self.path)
            .ok_or_else(|| SheetError::Ending {
                path: self.path.clone(),
            })
            .and_then(|kind| {
                let shown = (self.order, self.rank);
                let printed = Printed {
                    manifest: &self.manifest,
                    sha256: &self.sha256,
                    recording: &self.recording,
                    high_rate: &self.high_rate,
                    display: self.display,
                    notes: &self.notes,
                    prediction: &self.prediction,
                    explanation: &self.explanation,
                    class,
                    order: self.order,
                    rank: self.rank,
                    training_ecgs: &TrainingEcgs::read(&self.exemplars, class, shown),
                    paper: self.paper,
                };
                printed.bytes(kind, self.dpi)
            })
            .and_then(|bytes| {
                std::fs::write(&self.path, bytes).map_err(|source| SheetError::Write {
                    path: self.path.clone(),
                    source,
                })
            });
        written.map(|()| 1).map_err(|error| error.to_string())
    }
}
