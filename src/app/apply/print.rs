//! What is on the screen, on paper: the ECG, or what is said of a statement.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::application::Application;
use crate::app::command::{Place, PrintWhat};
use crate::app::texts::{problems, read::print as texts};
use crate::app::worker::{ExplanationJob, FileJob, PrintJob, Priority};
use crate::explain::{Explanation, reading, words};
use crate::sheet::PAGE_S;

impl Application {
    pub(super) fn print(&mut self, path: PathBuf) {
        let job = match self.fields.print_what {
            PrintWhat::EcgPage => self.ecg_page(path),
            PrintWhat::Explanation => self.explanation_to_print(path),
        };
        let (Some(job), Some(workers)) = (job, &self.workers) else {
            return;
        };
        workers.files(Priority::Seen, job);
        self.state.reading.printing = true;
        self.state.reading.printed = None;
        self.state.solved(Place::Print);
    }

    fn ecg_page(&self, path: PathBuf) -> Option<FileJob> {
        let opened = self.state.reading.opened.as_ref()?;
        let footer = match self.state.model.bundle() {
            None => vec![texts::NO_MODEL_ASKED.to_owned()],
            Some(model) => {
                let refusal = opened.report.refusal();
                let prediction = match &self.state.reading.prediction {
                    Some(prediction) => Ok(&**prediction),
                    None => Err(refusal.as_deref().unwrap_or(texts::NOT_READ_YET)),
                };
                reading::footer(&model.manifest, &model.sha256, prediction)
            }
        };
        let ticks = match &opened.measurements {
            Some(Ok(measurements)) if self.state.saved.fiducials => reading::ticks(measurements),
            _ => Vec::new(),
        };
        let job = PrintJob {
            path,
            dpi: f64::from(self.fields.print_dpi),
            signal: opened.drawn.signal.clone(),
            display: opened.drawn.look.display,
            recording: Arc::clone(&opened.recording),
            footer,
            ticks,
            start_s: self.state.reading.page_start_s,
            duration_s: PAGE_S,
            page: self.state.saved.print_page,
        };
        Some(FileJob::Print(Box::new(job)))
    }

    /// The pair on the screen, with the checks and the ratings that stand there.
    fn explanation_to_print(&self, path: PathBuf) -> Option<FileJob> {
        let reading = Some(&self.state.reading).filter(|reading| reading.is_explained())?;
        let (opened, model) = (reading.opened.as_ref()?, self.state.model.bundle()?);
        let prediction = reading.prediction.as_ref()?;
        let unchanged = reading.unchanged.as_deref().unwrap_or(prediction);
        let mut class = (**reading.explanation()?).clone();
        class.influence = reading.influence_of_evidence();
        class.checks = reading.checks_of_evidence().cloned();
        let counter = class.counter_case.iter().map(|counter| &counter.prototype);
        let shown = class.prototypes.iter().chain(counter);
        let shown: Vec<usize> = shown.map(|evidence| evidence.prototype).collect();
        let attention = reading.attention.as_deref().cloned();
        let mut explanation =
            Explanation::from_parts(prediction, unchanged, vec![class], attention);
        for prototype in shown {
            if let Some(rating) = self.state.rating_of(prototype) {
                explanation.rate(prototype, rating);
            }
        }
        let mut notes = words::notes(prediction, &opened.report);
        let unmeasured = reading.unmeasured().map(words::not_measured);
        notes.extend(unmeasured.map(str::to_owned));
        Some(FileJob::PrintExplanation(Box::new(ExplanationJob {
            path,
            dpi: f64::from(self.fields.print_dpi),
            manifest: Arc::clone(&model.manifest),
            sha256: model.sha256.clone(),
            exemplars: Arc::clone(&model.exemplars),
            recording: Arc::clone(&opened.recording),
            high_rate: opened.drawn.source.high_rate.clone(),
            display: opened.drawn.look.display,
            notes,
            prediction: Arc::clone(prediction),
            explanation,
            order: reading.order,
            rank: reading.rank,
            paper: self.state.saved.print_page,
        })))
    }

    pub(super) fn printed(&mut self, result: Result<usize, String>) {
        self.state.reading.printing = false;
        match result {
            Ok(1) => self.state.reading.printed = Some(texts::SAVED.to_owned()),
            Ok(files) => {
                self.state.reading.printed = Some(texts::saved_in(files));
            }
            Err(message) => {
                self.state
                    .problem(Place::Print, problems::PRINT_NOT_SAVED, message);
            }
        }
    }
}
