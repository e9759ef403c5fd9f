//! The one place where commands and events change the state.

mod model;
mod reading;
mod reading_study;
mod review;
mod statistics;
mod studies;

use eframe::egui;

use super::application::{Application, theme_preference};
use super::command::{Command, Overlay, Place, Screen, ZoomStep};
use super::worker::{Event, Purpose};

impl Application {
    /// Does what the user asked for. Everything that takes time is handed to a
    /// background thread.
    pub(super) fn apply(&mut self, ctx: &egui::Context, command: Command) {
        match command {
            Command::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
            Command::Show(screen) => self.show(screen),
            Command::Toggle(overlay) => {
                self.state.overlay = (self.state.overlay != Some(overlay)).then_some(overlay);
            }
            Command::CloseOverlay => self.state.overlay = None,
            Command::Dismiss(place) => self.state.solved(place),
            Command::DismissNotice => self.state.notice = false,
            Command::Ask(purpose) => self.ask(purpose),
            Command::SetTheme(theme) => {
                self.state.saved.theme = theme;
                ctx.set_theme(theme_preference(theme));
            }
            Command::Zoom(step) => self.zoom(step),

            Command::OpenRecording(path) => self.open_recording(path),
            Command::OpenDemonstration => self.open_demonstration(),
            Command::CancelOpening => self.state.reading.opening = None,
            Command::CloseRecording => self.close_recording(),
            Command::ClearRecent => self.state.saved.recent.clear(),
            Command::ChooseClass(class) => self.choose_class(class),
            Command::ChoosePrototype(rank) => self.choose_prototype(rank),
            Command::SetPairView(view) => {
                self.state.reading.pair_view = view;
                self.fields.read_zoom.fit();
            }

            Command::LoadModel(path) => self.load_model(path),
            Command::ReloadModel => self.reload_model(),
            Command::SetDevice(device) => self.set_device(device),
            Command::SetPtbxl(folder) => self.set_ptbxl(folder),

            Command::Review(command) => self.apply_review(command),
            Command::ReadStudy(command) => self.apply_reading_study(command),
            Command::RefreshStatistics => self.refresh_statistics(),
            Command::Export(folder) => self.export(folder),
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
            Event::Predicted { ticket, result } => self.predicted(ticket, result),
            Event::Explained {
                ticket,
                class,
                result,
            } => self.explained(ticket, class, result),
            Event::ExemplarRead {
                bundle,
                prototype,
                result,
            } => self.exemplar_read(&bundle, prototype, result),
            Event::TestEcgRead { ecg_id, result } => self.test_ecg_read(ecg_id, result),
            Event::ExemplarPredicted {
                bundle,
                prototype,
                result,
            } => self.exemplar_predicted(&bundle, prototype, result),
            Event::BundleOpened(bundle) => self.bundle_opened(bundle),
            Event::ModelReady { path, device } => self.model_ready(&path, device),
            Event::ModelFailed { path, message } => self.model_failed(path, message),
            Event::ExemplarsMoved(exemplars) => self.exemplars_moved(exemplars),
            Event::Store(event) => self.receive_store(event),
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
        if screen == Screen::Statistics {
            self.refresh_statistics();
        }
    }

    fn zoom(&mut self, step: ZoomStep) {
        match self.state.screen {
            Screen::Read => self.fields.read_zoom.step(step),
            Screen::Review => self.fields.review_zoom.step(step),
            Screen::Statistics => {}
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
                let (place, field) = match purpose {
                    Purpose::OpenRecording => (
                        Place::Reading,
                        "type the path of the ECG, or drop the file on the window",
                    ),
                    Purpose::ChooseBundle | Purpose::ChoosePtbxl => {
                        (Place::Settings, "type the path of the folder")
                    }
                    Purpose::ExportTables => (Place::Statistics, "type the path of the folder"),
                };
                let detail = format!(
                    "This desktop has no file dialog that protoecg can use (an XDG desktop portal, or zenity). Instead, {field}."
                );
                self.state
                    .problem(place, "No file dialog could be shown", detail);
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
            Purpose::ExportTables => {
                self.fields.export = path.display().to_string();
                self.export(path);
            }
        }
    }
}
