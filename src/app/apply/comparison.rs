//! ECGs side by side: added, drawn alike, read by the model in the background.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::application::Application;
use crate::app::command::{CompareCommand, Overlay, Place, Screen};
use crate::app::state::{
    ComparedEcg, ComparedReading, Comparison, ListedReading, OpenedRecording, positive,
};
use crate::app::texts::problems as texts;
use crate::app::worker::{ComparedEvent, FileJob, ModelJob, Priority, ReadRecording};
use crate::ecg::Recording;
use crate::measurements::Measurements;

impl Application {
    pub(super) fn apply_comparison(&mut self, command: CompareCommand) {
        match command {
            CompareCommand::AddOpen => self.compare_open(),
            CompareCommand::Add(path) => self.compare_file(path),
            CompareCommand::Choose(place) => {
                let comparison = &mut self.state.comparison;
                comparison.chosen = place.min(comparison.ecgs.len().saturating_sub(1));
            }
            CompareCommand::Remove(place) => {
                let was_shown = self.state.comparison.shown;
                self.state.comparison.remove(place);
                if was_shown {
                    self.fields.read_zoom.fit();
                }
            }
            CompareCommand::Open(place) => self.open_compared(place),
            CompareCommand::Show(shown) => self.show_comparison(shown),
        }
    }

    fn show_comparison(&mut self, shown: bool) {
        let comparison = &mut self.state.comparison;
        comparison.shown = shown && !comparison.ecgs.is_empty();
        self.state.screen = Screen::Read;
        self.state.overlay = None;
        self.fields.read_zoom.fit();
        self.fields.read_zoom.caliper.forget_place();
    }

    /// Whether there is room for one more; says so if not.
    fn has_room(&mut self) -> bool {
        let has_room = !self.state.comparison.is_full();
        // Where it was asked for: a list over the screen hides what is on that.
        let place = match self.state.overlay {
            Some(Overlay::Worklist) => Place::Worklist,
            _ => Place::Reading,
        };
        if has_room {
            self.state.solved(place);
        } else {
            let most = Comparison::MOST;
            self.state
                .problem(place, texts::comparison_full(most), texts::REMOVE_ONE);
        }
        has_room
    }

    fn compare_open(&mut self) {
        let Some(opened) = &self.state.reading.opened else {
            return;
        };
        let place = self.state.comparison.place_of_signal(&opened.sha256);
        if let Some(place) = place {
            self.state.comparison.chosen = place;
            return;
        }
        let opened = Box::new(opened.clone());
        if self.has_room() {
            let said = self.state.reading.unchanged.as_deref().map(positive);
            let number = self.state.comparison.add(None, ComparedEcg::Ready(opened));
            self.read_compared(number, said);
        }
    }

    fn compare_file(&mut self, path: PathBuf) {
        let comparison = &mut self.state.comparison;
        if let Some(place) = comparison.place_of_file(&path) {
            comparison.chosen = place;
            return;
        }
        if !self.has_room() {
            return;
        }
        let look = self.state.comparison_look();
        let comparison = &mut self.state.comparison;
        let number = comparison.add(Some(path.clone()), ComparedEcg::Reading);
        if let Some(workers) = &self.workers {
            let job = FileJob::ReadCompared { number, path, look };
            workers.files(Priority::Seen, job);
        }
    }

    pub(super) fn receive_compared(&mut self, number: u64, event: ComparedEvent) {
        match event {
            ComparedEvent::Read(result) => self.compared_read(number, result),
            ComparedEvent::Drawn(result) => {
                let Some(compared) = self.state.comparison.of_number(number) else {
                    return;
                };
                let look = compared.drawing.take();
                let Some(opened) = compared.opened_mut() else {
                    return;
                };
                match (result, look) {
                    (Ok(drawn), _) => opened.drawn = drawn,
                    (Err(message), look) => {
                        // Not tried again until something changes.
                        opened.drawn.look = look.unwrap_or_default();
                        let title = texts::ECG_NOT_DRAWN;
                        self.state.problem(Place::Reading, title, message);
                    }
                }
            }
            ComparedEvent::Predicted { bundle, result } => {
                let asked = self.state.model.bundle();
                // What another model said is of no use; this one is asked, too.
                if asked.is_none_or(|asked| asked.sha256 != bundle) {
                    return;
                }
                if let Some(compared) = self.state.comparison.of_number(number) {
                    compared.reading = match result {
                        Ok(positive) => ComparedReading::Read(positive),
                        Err(reason) => ComparedReading::Refused(reason),
                    };
                }
            }
        }
    }

    fn compared_read(&mut self, number: u64, result: Result<ReadRecording, String>) {
        let comparison = &mut self.state.comparison;
        let opened = match result {
            Err(message) => {
                if let Some(compared) = comparison.of_number(number) {
                    compared.ecg = ComparedEcg::Failed(message);
                }
                return;
            }
            Ok(read) => OpenedRecording::new(read),
        };
        // The same signal from another file, or from the screen.
        let twin = comparison.place_of_signal(&opened.sha256);
        let own = comparison.ecgs.iter().position(|c| c.number == number);
        match (own, twin) {
            (None, _) => return,
            (Some(own), Some(twin)) => {
                comparison.remove(own);
                // The places after the one that is gone have moved up.
                comparison.chosen = twin - usize::from(own < twin);
                return;
            }
            (Some(own), None) => {
                if let Some(workers) = &self.workers {
                    let recording = Arc::clone(opened.drawn.source.shown());
                    workers.files(Priority::Seen, FileJob::Measure(recording));
                }
                comparison.ecgs[own].ecg = ComparedEcg::Ready(Box::new(opened));
            }
        }
        self.read_compared(number, None);
    }

    /// What the model says of an ECG: what it has said already, or it is asked.
    fn read_compared(&mut self, number: u64, said: Option<Vec<(String, f64)>>) {
        let is_ready = self.state.model.is_ready();
        let list = &self.state.worklist;
        let Some(compared) = self.state.comparison.of_number(number) else {
            return;
        };
        let Some(opened) = compared.opened() else {
            return;
        };
        let listed = list.place_of(None, &opened.sha256);
        let listed = listed.map(|place| &list.entries[place].reading);
        let said = said.or(match listed {
            Some(ListedReading::Read { positive, .. }) => Some(positive.clone()),
            _ => None,
        });
        compared.reading = match (opened.report.refusal(), said) {
            (Some(reason), _) => ComparedReading::Refused(reason),
            (None, Some(positive)) => ComparedReading::Read(positive),
            (None, None) if !is_ready => ComparedReading::None,
            (None, None) => {
                let recording = Arc::clone(&opened.recording);
                if let Some(workers) = &self.workers {
                    let job = ModelJob::PredictCompared { number, recording };
                    workers.model(Priority::Background, job);
                }
                ComparedReading::Asked
            }
        };
    }

    /// Another model is on its way: what the one before said does not stand.
    pub(super) fn forget_compared_readings(&mut self) {
        for compared in &mut self.state.comparison.ecgs {
            compared.reading = ComparedReading::None;
        }
    }

    /// The model is there: it is asked about all of them.
    pub(super) fn read_all_compared(&mut self) {
        let ecgs = self.state.comparison.ecgs.iter();
        let numbers: Vec<u64> = ecgs.map(|compared| compared.number).collect();
        for number in numbers {
            self.read_compared(number, None);
        }
    }

    fn open_compared(&mut self, place: usize) {
        let Some(compared) = self.state.comparison.ecgs.get(place) else {
            return;
        };
        let Some(opened) = compared.opened().cloned() else {
            return;
        };
        if let Some(path) = &compared.path {
            self.state.saved.remember(path);
        }
        // Whatever is on its way in does not belong on the screen any more.
        self.state.reading.opening = None;
        let list = &mut self.state.worklist;
        list.open = list.place_of(compared.path.as_deref(), &opened.sha256);
        self.show_recording(opened);
    }

    /// Has those drawn that are not drawn as the state says.
    pub(super) fn redraw_compared(&mut self) {
        if !self.state.comparison.shown {
            return;
        }
        let look = self.state.comparison_look();
        let Some(workers) = &self.workers else {
            return;
        };
        for compared in &mut self.state.comparison.ecgs {
            // One at a time: what is asked for meanwhile is drawn after it.
            if compared.drawing.is_some() {
                continue;
            }
            let number = compared.number;
            let Some(opened) = compared.opened_mut() else {
                continue;
            };
            let drawn = &mut opened.drawn;
            let measured = match &opened.measurements {
                Some(Ok(measured)) if drawn.source.measurements.is_none() => Some(measured),
                _ => None,
            };
            if drawn.look == look && measured.is_none() {
                continue;
            }
            if let Some(measured) = measured {
                drawn.source.measurements = Some(Arc::clone(measured));
            }
            let same_signal = drawn.look.same_signal(&look);
            let job = FileJob::DrawCompared {
                number,
                source: drawn.source.clone(),
                signal: same_signal.then(|| drawn.signal.clone()),
                look: look.clone(),
            };
            workers.files(Priority::Seen, job);
            compared.drawing = Some(look.clone());
        }
    }

    /// Beats and intervals of one of them.
    pub(super) fn compared_measured(
        &mut self,
        recording: &Arc<Recording>,
        result: &Result<Arc<Measurements>, String>,
    ) {
        let ecgs = self.state.comparison.ecgs.iter_mut();
        for opened in ecgs.filter_map(|compared| compared.opened_mut()) {
            if Arc::ptr_eq(opened.drawn.source.shown(), recording) {
                opened.measurements = Some(result.clone());
            }
        }
    }
}
