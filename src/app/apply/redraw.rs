//! What is drawn follows the state: the look of the sheets, the part of the
//! recording that is on the page, and what was measured in it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::app::application::Application;
use crate::app::command::{Place, Scroll};
use crate::app::drawn::Drawn;
use crate::app::look::Look;
use crate::app::state::last_page_start_s;
use crate::app::texts::problems as texts;
use crate::app::worker::{FileJob, Priority};
use crate::ecg::Recording;
use crate::measurements::Measurements;
use crate::sheet::DisplayOptions;

impl Application {
    pub(super) fn set_display(&mut self, display: DisplayOptions) {
        let before = self.state.saved.display;
        self.state.saved.display = display;
        // A page of another size is seen as a whole first.
        if before.layout != display.layout || before.speed != display.speed {
            self.fields.read_zoom.fit();
        }
    }

    pub(super) fn scroll(&mut self, scroll: Scroll) {
        let (comparison, reading) = (&mut self.state.comparison, &mut self.state.reading);
        let (duration_s, page_start_s) = match &reading.opened {
            _ if comparison.shown => (comparison.duration_s(), &mut comparison.page_start_s),
            Some(opened) => (opened.recording.duration_s(), &mut reading.page_start_s),
            None => return,
        };
        let last_s = last_page_start_s(duration_s);
        let wanted_s = match scroll {
            Scroll::By(seconds) => *page_start_s + seconds,
            Scroll::To(second) => second,
            Scroll::Start => 0.0,
            Scroll::End => last_s,
        };
        if wanted_s.is_finite() {
            *page_start_s = wanted_s.clamp(0.0, last_s);
        }
    }

    /// Has everything drawn that is not drawn as the state says; called once in
    /// every frame, and nearly always finds nothing to do.
    pub(in crate::app) fn redraw(&mut self) {
        let look = self.state.look();
        let reading = &self.state.reading;
        if let Some(opened) = &reading.opened {
            let drawn = match &reading.drawing {
                Some((_, drawing)) => drawing,
                None => &opened.drawn.look,
            };
            if *drawn != look {
                self.draw(look);
            }
        }
        self.redraw_compared();
        let look = self.state.exemplar_look();
        if self.state.exemplars.look != look {
            let bundle = self.state.exemplars.bundle.clone();
            self.state.exemplars.look = look;
            self.state.exemplars.start_over(&bundle);
            self.fetch_what_is_seen();
        }
    }

    fn draw(&mut self, look: Look) {
        let reading = &mut self.state.reading;
        let (Some(opened), Some(workers)) = (&reading.opened, &self.workers) else {
            return;
        };
        let ticket = reading.newest_draw.fetch_add(1, Ordering::AcqRel) + 1;
        reading.drawing = Some((ticket, look.clone()));
        let same_signal = opened.drawn.look.same_signal(&look);
        workers.files(
            Priority::Seen,
            FileJob::Redraw {
                ticket,
                newest: Arc::clone(&reading.newest_draw),
                source: opened.drawn.source.clone(),
                signal: same_signal.then(|| opened.drawn.signal.clone()),
                look,
            },
        );
    }

    pub(super) fn redrawn(&mut self, ticket: u64, result: Result<Box<Drawn>, String>) {
        let reading = &mut self.state.reading;
        let Some((_, look)) = reading.drawing.take_if(|(newest, _)| *newest == ticket) else {
            return;
        };
        let Some(opened) = &mut reading.opened else {
            return;
        };
        match result {
            Ok(drawn) => {
                opened.drawn = drawn;
                self.draw_evidence();
            }
            Err(message) => {
                // Not tried again until something changes.
                opened.drawn.look = look;
                self.state
                    .problem(Place::Reading, texts::ECG_NOT_DRAWN, message);
            }
        }
    }

    /// Has beats and intervals found in the open recording.
    pub(super) fn measure(&self) {
        if let (Some(opened), Some(workers)) = (&self.state.reading.opened, &self.workers) {
            let recording = Arc::clone(opened.drawn.source.shown());
            workers.files(Priority::Seen, FileJob::Measure(recording));
        }
    }

    pub(super) fn measured(
        &mut self,
        recording: &Arc<Recording>,
        result: Result<Arc<Measurements>, String>,
    ) {
        self.compared_measured(recording, &result);
        let Some(opened) = &mut self.state.reading.opened else {
            return;
        };
        if !Arc::ptr_eq(opened.drawn.source.shown(), recording) {
            return;
        }
        if let Ok(measurements) = &result {
            opened.drawn.source.measurements = Some(Arc::clone(measurements));
        }
        opened.measurements = Some(result);
        // Calipers snap to the beats, and fiducials are drawn at them.
        let look = self.state.look();
        self.draw(look);
    }
}
