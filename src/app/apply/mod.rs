//! The one place where commands and events change the state.

mod comparison;
mod evidence;
mod model;
mod pairs;
mod print;
mod reading;
mod reading_study;
mod redraw;
mod review;
mod statistics;
mod studies;
mod training;
mod worklist;

use eframe::egui;

use super::application::Application;
use super::command::{Command, Overlay, Place, Screen, ZoomStep};
use super::monitor::USUAL_PIXELS_PER_MM;
use super::theme;
use super::worker::{Event, Purpose};
use crate::app::texts::problems as texts;
use crate::explain;

impl Application {
    /// Does what the user asked for. Everything that takes time is handed to a
    /// background thread.
    pub(super) fn apply(&mut self, ctx: &egui::Context, command: Command) {
        match command {
            Command::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
            Command::Show(screen) => self.show(screen),
            Command::Toggle(Overlay::Calibrate) => self.begin_calibration(),
            Command::Calibrate(pixels_per_mm) => self.calibrate(pixels_per_mm),
            Command::Toggle(Overlay::MedianBeat) => self.show_median_beat(),
            Command::Toggle(overlay) => {
                self.state.overlay = (self.state.overlay != Some(overlay)).then_some(overlay);
                self.fields.focus_path = match self.state.overlay {
                    Some(Overlay::Open | Overlay::Print) => true,
                    // With a list its rows are what is wanted.
                    Some(Overlay::Worklist) => self.state.worklist.entries.is_empty(),
                    _ => false,
                };
            }
            Command::CloseOverlay => self.state.overlay = None,
            Command::Dismiss(place) => self.state.solved(place),
            Command::DismissNotice => self.state.notice = false,
            Command::Ask(purpose) => self.ask(purpose),
            Command::SetTheme(theme) => {
                self.state.saved.theme = theme;
                theme::choose(ctx, theme);
            }
            Command::Zoom(step) => self.zoom(step),

            Command::OpenRecording(path) => self.open_recording(path),
            Command::OpenDemonstration => self.open_demonstration(),
            Command::CancelOpening => self.state.reading.opening = None,
            Command::CloseRecording => self.close_recording(),
            Command::ClearRecent => self.state.saved.recent.clear(),
            Command::ChooseClass(class) => self.choose_class(class),
            Command::ChoosePrototype(rank) => self.choose_prototype(rank),
            Command::SetOrder(order) => self.set_order(order),
            Command::ShowCounterCase(against) => self.show_counter_case(against),
            Command::ShowPane(pane) => self.state.reading.pane = pane,
            Command::WhatIf(changes) => self.what_if(changes),
            Command::RunChecks => self.run_checks(),
            Command::SetPairView(view) => {
                self.state.reading.pair_view = view;
                self.fields.read_zoom.fit();
            }
            Command::Enlarge(enlarged) => self.state.reading.enlarged = enlarged,

            Command::SetDisplay(display) => self.set_display(display),
            Command::SetSignal(signal) => self.state.reading.signal = signal,
            Command::ShowFiducials(show) => self.state.saved.fiducials = show,
            Command::Scroll(scroll) => self.scroll(scroll),
            Command::SetCaliper(mode) => self.fields.read_zoom.caliper.set_mode(mode),
            Command::MoveCaliper(step) => self.fields.read_zoom.caliper.step(step),
            Command::SetPrintPage(page) => self.state.saved.print_page = page,
            Command::Print(path) => self.print(path),

            Command::Worklist(command) => self.apply_worklist(command),
            Command::Compare(command) => self.apply_comparison(command),

            Command::LoadModel(path) => self.load_model(path),
            Command::ReloadModel => self.reload_model(),
            Command::SetDevice(device) => self.set_device(device),
            Command::SetPtbxl(folder) => self.set_ptbxl(folder),

            Command::Review(command) => self.apply_review(command),
            Command::ReadStudy(command) => self.apply_reading_study(command),
            Command::RefreshStatistics => self.refresh_statistics(),
            Command::Export(folder) => self.export(folder),
            Command::MeasurePrototypes => self.measure_prototypes(),
            Command::StopMeasuring => self.stop_measuring(),
            Command::Train(command) => self.apply_train(command),
        }
    }

    /// Takes in what a background thread reports.
    pub(super) fn receive(&mut self, event: Event) {
        match event {
            Event::DialogClosed {
                purpose,
                path,
                took,
            } => self.dialog_closed(purpose, path, took),
            Event::RecordingRead {
                ticket,
                path,
                result,
            } => self.recording_read(ticket, &path, result),
            Event::Redrawn { ticket, result } => self.redrawn(ticket, result),
            Event::Measured { recording, result } => self.measured(&recording, result),
            Event::FolderListed { ticket, result } => self.folder_listed(ticket, result),
            Event::ListedRead {
                ticket,
                index,
                result,
            } => self.listed_read(ticket, index, result),
            Event::ListedPredicted {
                ticket,
                index,
                sha256,
                result,
            } => self.listed_predicted(ticket, index, sha256, result),
            Event::Compared { number, event } => self.receive_compared(number, event),
            Event::NotesLoaded(result) => self.notes_loaded(result),
            Event::NotesSaved(result) => self.notes_saved(result),
            Event::Printed(result) => self.printed(result),
            Event::Predicted { ticket, result } => self.predicted(ticket, result),
            Event::Explained {
                ticket,
                class,
                result,
            } => self.explained(ticket, class, result),
            Event::Attended { ticket, result } => self.attended(ticket, result),
            Event::InfluenceMeasured {
                ticket,
                branch,
                result,
            } => self.influence_measured((ticket, branch), result),
            Event::Checked { ticket, result } => self.checked(ticket, result),
            Event::EvidenceDrawn { key, result } => self.evidence_drawn(key, result),
            Event::ExemplarRead {
                bundle,
                prototype,
                result,
            } => self.exemplar_read(&bundle, prototype, result),
            Event::TestEcgRead {
                from,
                ecg_id,
                result,
            } => self.test_ecg_read(&from, ecg_id, result),
            Event::TestEcgAttended {
                from,
                ecg_id,
                result,
            } => self.test_ecg_attended(&from, ecg_id, result),
            Event::ExemplarPredicted {
                bundle,
                prototype,
                result,
            } => self.exemplar_predicted(&bundle, prototype, result),
            Event::Measuring { ticket, done, of } => {
                self.state.statistics.measured(ticket, done, of);
            }
            Event::PrototypesMeasured { ticket, result } => self.all_measured(ticket, result),
            Event::BundleOpened(bundle) => self.bundle_opened(bundle),
            Event::ModelReady { path, device } => self.model_ready(&path, device),
            Event::ModelFailed { path, message } => self.model_failed(path, message),
            Event::ExemplarsMoved(exemplars) => self.exemplars_moved(exemplars),
            Event::Store(event) => self.receive_store(event),
            Event::Training(event) => self.receive_training(event),
        }
    }

    fn show(&mut self, screen: Screen) {
        self.state.screen = screen;
        self.state.overlay = None;
        // Whoever comes to rate says who it is first.
        let is_choosing = screen == Screen::Review && !self.state.review.is_begun();
        self.fields.focus_rater = is_choosing;
        if is_choosing {
            self.find_studies();
        }
        if screen == Screen::Read {
            self.fetch_ratings();
        }
        if screen == Screen::Statistics {
            self.refresh_statistics();
        }
        if screen == Screen::Train && self.state.training.run.is_none() {
            self.check_training();
        }
    }

    /// Where there is one.
    fn show_median_beat(&mut self) {
        let display = self.state.saved.display;
        let Some(opened) = &mut self.state.reading.opened else {
            return;
        };
        let measurements = opened.measurements.as_ref();
        let scene = measurements
            .and_then(|measured| measured.as_ref().ok())
            .and_then(|measurements| explain::reading::median_beat(measurements, &display));
        if let Some(scene) = scene {
            opened.median_beat = Some(Box::new(scene));
            self.fields.median_beat_zoom.fit();
            self.state.overlay = Some(Overlay::MedianBeat);
        }
    }

    fn begin_calibration(&mut self) {
        let known = self.state.saved.monitors.pixels_per_mm(&self.state.monitor);
        self.fields.pixels_per_mm = known.unwrap_or(USUAL_PIXELS_PER_MM);
        self.state.overlay = Some(Overlay::Calibrate);
    }

    fn calibrate(&mut self, pixels_per_mm: Option<f64>) {
        let (monitors, monitor) = (&mut self.state.saved.monitors, &self.state.monitor);
        match pixels_per_mm {
            Some(pixels_per_mm) => monitors.calibrate(monitor, pixels_per_mm),
            None => monitors.forget(monitor),
        }
        self.state.overlay = None;
    }

    fn zoom(&mut self, step: ZoomStep) {
        match self.state.screen {
            Screen::Read => self.fields.read_zoom.step(step),
            Screen::Review => self.fields.review_zoom.step(step),
            Screen::Statistics | Screen::Train => {}
        }
    }

    fn ask(&mut self, purpose: Purpose) {
        if self.state.dialog_open {
            return;
        }
        if let Some(workers) = &self.workers {
            self.state.dialog_open = true;
            workers.ask(purpose);
        }
    }

    fn dialog_closed(
        &mut self,
        purpose: Purpose,
        path: Option<std::path::PathBuf>,
        took: std::time::Duration,
    ) {
        self.state.dialog_open = false;
        let Some(path) = path else {
            // Nobody cancels this fast: there was no dialog to cancel.
            if took < std::time::Duration::from_millis(400) {
                let (place, what_to_do) = match purpose {
                    Purpose::OpenRecording => (Place::Reading, texts::TYPE_PATH_OF_ECG),
                    Purpose::ChooseBundle | Purpose::ChoosePtbxl => {
                        (Place::Settings, texts::TYPE_PATH_OF_FOLDER)
                    }
                    Purpose::ExportTables => (Place::Statistics, texts::TYPE_PATH_OF_FOLDER),
                    Purpose::ChooseConfig => (Place::Training, texts::TYPE_PATH_OF_FILE),
                    Purpose::ChooseTrainingData
                    | Purpose::ChooseTrainingPlace
                    | Purpose::ChooseRun => (Place::Training, texts::TYPE_PATH_OF_FOLDER),
                    Purpose::OpenFolder => (Place::Worklist, texts::TYPE_PATH_OF_FOLDER),
                    Purpose::SavePrint => (Place::Print, texts::TYPE_PATH_OF_FILE),
                };
                self.state.problem(place, texts::NO_FILE_DIALOG, what_to_do);
                self.fields.focus_path =
                    matches!(place, Place::Reading | Place::Worklist | Place::Print);
                if place == Place::Reading
                    && (self.state.reading.opened.is_some() || self.state.screen != Screen::Read)
                {
                    self.state.overlay = Some(Overlay::Open);
                }
            }
            return;
        };
        match purpose {
            Purpose::OpenRecording => self.open_recording(path),
            Purpose::ChooseBundle => {
                self.fields.bundle = path.display().to_string();
                self.load_model(path);
            }
            Purpose::ChoosePtbxl => self.set_ptbxl(Some(path)),
            Purpose::ChooseConfig
            | Purpose::ChooseTrainingData
            | Purpose::ChooseTrainingPlace
            | Purpose::ChooseRun => self.training_path_chosen(purpose, path),
            Purpose::OpenFolder => self.open_folder(path),
            Purpose::SavePrint => {
                self.fields.print = path.display().to_string();
                self.print(path);
            }
            Purpose::ExportTables => {
                self.fields.export = path.display().to_string();
                self.export(path);
            }
        }
    }
}
