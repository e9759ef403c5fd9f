//! Opening a recording, predicting, and choosing the evidence.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::application::Application;
use crate::app::command::{Overlay, Place, Screen};
use crate::app::drawn::Drawn;
use crate::app::state::{Exemplar, OpenedRecording};
use crate::app::texts::problems as texts;
use crate::app::worker::{Answer, FileJob, ModelJob, Priority, ReadRecording};
use crate::bundle::{self, Bundle};
use crate::explain::ClassExplanation;
use crate::inference::Changes;

impl Application {
    pub(super) fn open_recording(&mut self, path: PathBuf) {
        let reading = &mut self.state.reading;
        reading.ticket += 1;
        let ticket = reading.ticket;
        reading.opening = Some(ticket);
        self.state.screen = Screen::Read;
        self.state.overlay = None;
        self.state.solved(Place::Reading);
        if let Some(workers) = &self.workers {
            let look = self.state.look().of_the_first_page();
            workers.files(
                Priority::Seen,
                FileJob::ReadRecording { ticket, path, look },
            );
        }
    }

    /// The example that comes with the demonstration bundle.
    pub(super) fn open_demonstration(&mut self) {
        let example = bundle::find_models()
            .into_iter()
            .map(|dir| dir.join(Bundle::EXAMPLE))
            .find(|path| path.is_file());
        match example {
            Some(path) => {
                if let Some(dir) = path
                    .parent()
                    .filter(|dir| self.state.model.path().is_none_or(|path| path != dir))
                {
                    self.load_model(dir.to_owned());
                }
                self.open_recording(path);
            }
            None => self.state.problem(
                Place::Reading,
                texts::NO_DEMONSTRATION,
                texts::HOW_TO_GET_A_DEMONSTRATION,
            ),
        }
    }

    pub(super) fn close_recording(&mut self) {
        let reading = &mut self.state.reading;
        reading.opening = None;
        reading.opened = None;
        reading.drawing = None;
        self.forget_prediction();
    }

    pub(super) fn recording_read(
        &mut self,
        ticket: u64,
        path: &Path,
        result: Result<ReadRecording, String>,
    ) {
        let reading = &mut self.state.reading;
        if reading.opening != Some(ticket) {
            // Cancelled, or another file was opened meanwhile.
            return;
        }
        reading.opening = None;
        match result {
            Ok(read) => {
                let is_example = path.file_name().is_some_and(|name| name == Bundle::EXAMPLE);
                if !is_example {
                    self.state.saved.remember(path);
                }
                let opened = OpenedRecording::new(read);
                let list = &mut self.state.worklist;
                list.open = list.place_of(Some(path), &opened.sha256);
                self.show_recording(opened);
            }
            Err(message) => self
                .state
                .problem(Place::Reading, texts::FILE_NOT_OPENED, message),
        }
    }

    /// Puts an ECG on the Read screen, alone.
    pub(super) fn show_recording(&mut self, opened: OpenedRecording) {
        let is_measured = opened.measurements.is_some();
        self.state.reading.opened = Some(opened);
        self.state.comparison.shown = false;
        if self.state.overlay == Some(Overlay::MedianBeat) {
            self.state.overlay = None;
        }
        self.state.reading.page_start_s = 0.0;
        self.state.reading.drawing = None;
        self.state.reading.printed = None;
        self.state.solved(Place::Reading);
        self.state.solved(Place::Print);
        self.fields.read_zoom.fit();
        self.fields.read_zoom.caliper.forget_place();
        if !is_measured {
            self.measure();
        }
        self.show_note();
        self.forget_prediction();
        self.predict();
    }

    /// The evidence belongs to another recording or another model.
    pub(super) fn forget_prediction(&mut self) {
        let reading = &mut self.state.reading;
        reading.prediction = None;
        reading.unchanged = None;
        reading.changes = Changes::default();
        reading.attention = None;
        reading.attending = false;
        reading.influences.clear();
        reading.measuring = None;
        reading.checks = None;
        reading.checking = false;
        reading.predicting = false;
        reading.class = None;
        reading.rank = 0;
        reading.against = false;
        reading.marked = None;
        reading.explanations.clear();
        // Answers that are still on their way belong to it, too.
        reading.ticket += 1;
        reading.asked = reading.ticket;
        if let Some(workers) = &self.workers {
            workers.set_current(reading.asked);
        }
        self.state.solved(Place::Prediction);
    }

    /// Asks the model about the open recording, if both are there.
    pub(super) fn predict(&mut self) {
        let reading = &mut self.state.reading;
        let (Some(opened), Some(workers), true) =
            (&reading.opened, &self.workers, self.state.model.is_ready())
        else {
            return;
        };
        if opened.report.refused() {
            // The findings say why; a number here would mean nothing.
            return;
        }
        reading.ticket += 1;
        reading.asked = reading.ticket;
        reading.predicting = true;
        // What was being measured is passed over.
        (reading.attending, reading.checking) = (false, false);
        reading.measuring = None;
        workers.set_current(reading.asked);
        let recording = Arc::clone(&opened.recording);
        workers.model(
            Priority::Seen,
            ModelJob::Predict {
                ticket: reading.asked,
                recording,
                changes: reading.changes.clone(),
                class: reading.class,
            },
        );
    }

    pub(super) fn predicted(&mut self, ticket: u64, result: Result<Answer, String>) {
        if ticket != self.state.reading.asked {
            return;
        }
        self.state.reading.predicting = false;
        match result {
            Ok(Answer {
                prediction,
                explained,
            }) => {
                let reading = &mut self.state.reading;
                // A "what if" does not change what is looked at.
                let shown = reading.at_rank(reading.rank).map(|e| e.prototype);
                reading.explanations.clear();
                reading.influences.clear();
                reading.answered = ticket;
                if prediction.changes.is_none() {
                    reading.unchanged = Some(Arc::clone(&prediction));
                }
                let first = explained.as_ref().map(|(class, _)| *class);
                let others: Vec<usize> = (0..prediction.classes.len())
                    .filter(|&i| prediction.classes[i].assessed && Some(i) != first)
                    .collect();
                reading.prediction = Some(prediction);
                reading.class = first;
                reading.explanations.extend(explained);
                let rank = shown.and_then(|prototype| reading.rank_of(prototype));
                reading.rank = rank.unwrap_or(0);
                self.fetch_evidence();
                self.attend();
                for class in others {
                    self.explain(class, Priority::Background);
                }
            }
            Err(message) => {
                // What is on the screen is what was answered last.
                let reading = &mut self.state.reading;
                let answered = reading.prediction.as_ref();
                reading.changes = answered.map(|p| p.changes.clone()).unwrap_or_default();
                // What was being measured of it was given up for the question.
                if reading.attention.is_none() {
                    self.attend();
                }
                self.fetch_evidence();
                self.state
                    .problem(Place::Prediction, texts::ECG_NOT_READ, message);
            }
        }
    }

    fn explain(&self, class: usize, priority: Priority) {
        let reading = &self.state.reading;
        if let (Some(prediction), Some(workers)) = (&reading.prediction, &self.workers) {
            let prediction = Arc::clone(prediction);
            workers.model(
                priority,
                ModelJob::Explain {
                    ticket: reading.asked,
                    prediction,
                    class,
                },
            );
        }
    }

    pub(super) fn choose_class(&mut self, class: usize) {
        let count = self
            .state
            .reading
            .prediction
            .as_ref()
            .map_or(0, |prediction| prediction.classes.len());
        if class >= count {
            return;
        }
        self.state.reading.class = Some(class);
        self.state.reading.rank = 0;
        self.state.reading.against = false;
        if self.state.reading.explanations.contains_key(&class) {
            self.fetch_evidence();
        } else {
            self.explain(class, Priority::Seen);
        }
    }

    pub(super) fn explained(
        &mut self,
        ticket: u64,
        class: usize,
        result: Result<Arc<ClassExplanation>, String>,
    ) {
        if ticket != self.state.reading.asked {
            return;
        }
        match result {
            Ok(explanation) => {
                self.state.reading.explanations.insert(class, explanation);
                if self.state.reading.class == Some(class) {
                    self.fetch_evidence();
                }
            }
            Err(message) => {
                self.state
                    .problem(Place::Prediction, texts::EVIDENCE_NOT_WORKED_OUT, message)
            }
        }
    }

    pub(super) fn choose_prototype(&mut self, rank: usize) {
        let count = self
            .state
            .reading
            .explanation()
            .map_or(0, |explanation| explanation.prototypes.len());
        if rank < count {
            self.state.reading.rank = rank;
            self.fetch_evidence();
        }
    }

    /// Has a training ECG read, if it is not there.
    pub(super) fn fetch_exemplar(&mut self, prototype: usize, priority: Priority) {
        let (Some(model), Some(workers)) = (self.state.model.bundle(), &self.workers) else {
            return;
        };
        if self.state.exemplars.want(prototype) {
            let (bundle, exemplars) = (model.sha256.clone(), Arc::clone(&model.exemplars));
            let look = self.state.exemplars.look.clone();
            workers.files(
                priority,
                FileJob::ReadExemplar {
                    bundle,
                    exemplars,
                    prototype,
                    look,
                },
            );
        }
    }

    pub(super) fn exemplar_read(
        &mut self,
        bundle: &str,
        prototype: usize,
        result: Result<Box<Drawn>, String>,
    ) {
        if self.state.exemplars.bundle != bundle {
            return;
        }
        let exemplar = match result {
            Ok(drawn) => Exemplar::Ready(drawn),
            Err(message) => Exemplar::Missing(message),
        };
        self.state.exemplars.put(prototype, exemplar);
        // The rater's time begins when there is something to see.
        if let Some(session) = &mut self.state.review.session
            && session.prototype() == Some(prototype)
        {
            session.shown_at = std::time::Instant::now();
        }
        self.reader_sees();
    }

    /// Fetches again what the screens show, after the bundle or the folder of
    /// the training ECGs has changed.
    pub(super) fn fetch_what_is_seen(&mut self) {
        self.fetch_evidence();
        self.fetch_review_sheets();
        self.fetch_test_ecgs();
    }
}
