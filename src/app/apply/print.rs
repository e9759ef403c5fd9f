//! The ECG on the screen, on paper.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::application::Application;
use crate::app::command::Place;
use crate::app::worker::{FileJob, PrintJob, Priority};
use crate::explain::reading;
use crate::sheet::PAGE_S;

impl Application {
    pub(super) fn print(&mut self, path: PathBuf) {
        let (Some(opened), Some(workers)) = (&self.state.reading.opened, &self.workers) else {
            return;
        };
        let footer = match self.state.model.bundle() {
            None => vec!["No model was asked.".to_owned()],
            Some(model) => {
                let refusal = opened.report.refusal();
                let prediction = match &self.state.reading.prediction {
                    Some(prediction) => Ok(&**prediction),
                    None => Err(refusal
                        .as_deref()
                        .unwrap_or("the model had not read the ECG yet")),
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
        workers.files(Priority::Seen, FileJob::Print(Box::new(job)));
        self.state.reading.printing = true;
        self.state.reading.printed = None;
        self.state.solved(Place::Print);
    }

    pub(super) fn printed(&mut self, result: Result<usize, String>) {
        self.state.reading.printing = false;
        match result {
            Ok(1) => self.state.reading.printed = Some("The print was saved.".to_owned()),
            Ok(files) => {
                self.state.reading.printed = Some(format!(
                    "The print was saved in {files} files, one for each page."
                ));
            }
            Err(message) => {
                self.state
                    .problem(Place::Print, "The print could not be saved", message);
            }
        }
    }
}
