//! The application: the shell around the screens.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use eframe::egui::{self, CentralPanel, Frame, Margin, Ui, ViewportCommand};

use super::command::{Command, Commands, Overlay, ReviewCommand, Screen, TrainCommand};
use super::launch::AppOptions;
use super::picture::Photographer;
use super::state::{Fields, Saved, State};
use super::texts::application as texts;
use super::tokens::{Tokens, radius, space, type_size};
use super::worker::{Dialogs, Event, FileJob, Priority, Workers};
use super::{
    calibrate, footer, help, keys, model_card, monitor, read, review, settings, statistics, theme,
    top_bar, train,
};
use crate::bundle;

/// The window's contents.
pub struct Application {
    pub(super) state: State,
    pub(super) fields: Fields,
    /// `None` once the window closes.
    pub(super) workers: Option<Workers>,
    pub(super) reviews_dir: PathBuf,
    /// Where flags and notes are kept.
    pub(super) notes_file: Option<PathBuf>,
    commands: Commands,
    events: Receiver<Event>,
    photographer: Option<Photographer>,
    /// Where a failure goes that has no window any more to be shown in.
    failure: Arc<Mutex<Option<String>>>,
    title: String,
    /// The settings as they were written last, and when.
    kept: Saved,
    kept_at: Option<Instant>,
    /// A picture is taken of the program as it comes, and changes nothing.
    for_a_picture: bool,
    /// Frames that were begun; the second begins when the first has been shown.
    frames: u64,
}

impl Application {
    /// The application as it starts; nothing is loaded yet, and everything that
    /// is to be loaded is on its way to a background thread.
    ///
    /// # Errors
    /// When a background thread cannot be started.
    pub fn new(
        cc: &eframe::CreationContext<'_>,
        options: AppOptions,
        dialogs: Arc<dyn Dialogs>,
    ) -> Result<Self, std::io::Error> {
        theme::install(&cc.egui_ctx);
        let for_a_picture = options.picture.is_some();
        let mut saved: Saved = match cc.storage {
            // A picture shows the program as it comes, not as somebody left it.
            Some(storage) if !for_a_picture => {
                eframe::get_value(storage, Saved::KEY).unwrap_or_default()
            }
            _ => Saved::default(),
        };
        let kept = saved.clone();
        if let Some(ptbxl_dir) = &options.ptbxl_dir {
            saved.ptbxl_dir = Some(bundle::whole(ptbxl_dir));
        }
        let (workers, events) = Workers::start(&cc.egui_ctx, dialogs, options.program.clone())?;
        // Beside the settings; a picture shows the program as it comes.
        let notes_file = options
            .notes_file
            .clone()
            .or_else(|| Some(eframe::storage_dir("protoecg")?.join("notes.ron")))
            .filter(|_| !for_a_picture);
        let loading_notes = notes_file.is_some();
        if let Some(path) = notes_file.clone() {
            workers.files(Priority::Background, FileJob::LoadNotes(path));
        }
        let fields = Fields::new(&saved);
        let mut commands = Commands::default();
        first_commands(&options, &saved, &mut commands);
        Ok(Self {
            state: State {
                loading_notes,
                ..State::new(saved)
            },
            fields,
            workers: Some(workers),
            reviews_dir: options.reviews_dir,
            notes_file,
            commands,
            events,
            photographer: options.picture.map(Photographer::new),
            failure: Arc::default(),
            title: String::new(),
            kept,
            kept_at: None,
            for_a_picture,
            frames: 0,
        })
    }

    /// Where to put a failure that the caller of the window should know.
    pub(super) fn reporting_to(mut self, failure: Arc<Mutex<Option<String>>>) -> Self {
        self.failure = failure;
        self
    }

    /// Everything that the screen waits for is there.
    pub fn is_settled(&self) -> bool {
        let state = &self.state;
        let waiting = state.reading.opening.is_some()
            || state.model.is_busy()
            || state.reading.predicting
            || state.reading.attending
            || state.reading.measuring.is_some()
            || state.reading.checking
            || state.reading.is_drawing()
            || state.reading.drawing.is_some()
            || state.reading.printing
            || state.worklist.is_busy()
            || state.comparison.is_waiting()
            || state.loading_notes
            || state.saving_notes
            || state
                .reading
                .opened
                .as_ref()
                .is_some_and(|opened| opened.measurements.is_none())
            || state.dialog_open
            || state.statistics.measuring.is_some()
            || state.review.starting
            || state.review.finding
            || self.awaits_prediction()
            || state
                .review
                .session
                .as_ref()
                .is_some_and(|session| session.saving || session.sheets.is_reading())
            || state
                .review
                .reader
                .as_ref()
                .is_some_and(|reader| reader.saving || reader.sheets.is_reading())
            || state.statistics.reading
            || state.statistics.exporting
            || state.training.is_waiting()
            || state.exemplars.is_reading()
            || self.kept != state.saved;
        let explaining = state.reading.class.is_some() && state.reading.explanation().is_none();
        !waiting && !explaining && self.events.is_empty() && self.commands.is_empty()
    }

    fn set_title(&mut self, ctx: &egui::Context) {
        // A recording's checksum, never its file name.
        let title = match &self.state.reading.opened {
            Some(opened) => texts::window_title(&opened.id),
            None => texts::PROGRAM.to_owned(),
        };
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    /// Writes settings that changed, at most twice a second. eframe does it at the
    /// end, and every half minute while frames are drawn: a program that is killed
    /// would lose them.
    fn keep_settings(&mut self, ctx: &egui::Context, frame: &mut eframe::Frame) {
        if self.kept == self.state.saved {
            return;
        }
        // The disk may be slow, and a second write waits for the first.
        let rest = Duration::from_millis(500);
        let wait = self.kept_at.map_or(Duration::ZERO, |kept_at| {
            rest.saturating_sub(kept_at.elapsed())
        });
        if !wait.is_zero() {
            ctx.request_repaint_after(wait);
            return;
        }
        self.kept = self.state.saved.clone();
        self.kept_at = Some(Instant::now());
        if let Some(storage) = frame.storage_mut() {
            eframe::App::save(self, storage);
            storage.flush();
        }
    }

    /// Sheets say whether they are true to scale on the monitor that they are on.
    fn look_at_monitor(&mut self, ctx: &egui::Context) {
        self.state.monitor = monitor::current(ctx);
        let pixels_per_mm = self.state.saved.monitors.pixels_per_mm(&self.state.monitor);
        let points_per_mm = pixels_per_mm.map(|pixels| pixels / f64::from(ctx.pixels_per_point()));
        self.fields.read_zoom.true_points_per_mm = points_per_mm;
        self.fields.review_zoom.true_points_per_mm = points_per_mm;
    }

    fn take_dropped_files(&mut self, ctx: &egui::Context) {
        let dropped = ctx.input(|input| {
            input
                .raw
                .dropped_files
                .first()
                .map(|file| file.path().to_owned())
        });
        if let Some(path) = dropped {
            self.commands.send(Command::Show(Screen::Read));
            self.commands.send(Command::OpenRecording(path));
        }
    }

    fn take_picture(&mut self, ctx: &egui::Context) {
        let is_complete = self.is_settled();
        let Some(photographer) = &mut self.photographer else {
            return;
        };
        if let Some(result) = photographer.step(ctx, is_complete) {
            self.photographer = None;
            if let (Err(message), Ok(mut failure)) = (result, self.failure.lock()) {
                *failure = Some(message);
            }
        }
    }
}

/// While a file is held over the window.
fn drop_hint(ctx: &egui::Context) {
    if ctx.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let tokens = Tokens::of_style(&ctx.global_style());
    let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop-hint"));
    let painter = ctx.layer_painter(layer);
    let window = ctx.content_rect();
    painter.rect_filled(window, 0.0, tokens.scrim);
    let card = egui::Rect::from_center_size(window.center(), egui::vec2(320.0, 90.0));
    let outline = egui::Stroke::new(2.0, tokens.accent_ink);
    painter.rect(
        card,
        radius::CARD,
        tokens.raised,
        outline,
        egui::StrokeKind::Inside,
    );
    painter.text(
        card.center(),
        egui::Align2::CENTER_CENTER,
        texts::DROP_TO_OPEN,
        theme::strong(type_size::TITLE),
        tokens.text,
    );
}

/// What a start amounts to.
fn first_commands(options: &AppOptions, saved: &Saved, commands: &mut Commands) {
    match (&options.bundle, &saved.bundle) {
        (Some(bundle), _) => commands.send(Command::LoadModel(bundle.clone())),
        (None, Some(bundle)) if bundle.is_dir() => {
            commands.send(Command::LoadModel(bundle.clone()))
        }
        _ => commands.send(Command::ReloadModel),
    }
    match &options.open {
        Some(path) => commands.send(Command::OpenRecording(path.clone())),
        None if options.demonstration
            && options.bundle.is_none()
            && saved.bundle.is_none()
            && saved.recent.is_empty() =>
        {
            commands.send(Command::OpenDemonstration)
        }
        None => {}
    }
    commands.send(Command::SetTheme(saved.theme));
    if let Some(picture) = &options.picture {
        commands.send(Command::DismissNotice);
        commands.send(Command::SetTheme(picture.theme));
        commands.send(Command::SetPairView(picture.pair_view));
        commands.send(Command::Show(picture.screen));
        if let Some(rater) = &picture.rater {
            commands.send(Command::Review(ReviewCommand::Start(rater.clone())));
        }
        if let Some(run) = &picture.run {
            commands.train(TrainCommand::Watch(run.clone()));
        }
    }
}

impl eframe::App for Application {
    fn logic(&mut self, ctx: &egui::Context, frame: &mut eframe::Frame) {
        self.frames += 1;
        // benches/whole_frame.rs counts these.
        tracing::trace!("frame begun");
        match self.frames {
            1 => ctx.request_repaint(),
            // benches/first_frame.rs waits for this line.
            2 => tracing::info!("first frame shown"),
            _ => {}
        }
        while let Ok(event) = self.events.try_recv() {
            self.receive(event);
        }
        for command in self.commands.take() {
            self.apply(ctx, command);
        }
        self.redraw();
        self.set_title(ctx);
        self.keep_settings(ctx, frame);
        self.take_picture(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        self.look_at_monitor(&ctx);
        let Self {
            state,
            fields,
            commands,
            ..
        } = self;
        keys::handle(&ctx, state, fields, commands);
        top_bar::ui(ui, state, commands);
        footer::ui(ui, state);
        let margin = Margin::symmetric(space::M as i8, space::M as i8);
        let frame = Frame::new()
            .fill(Tokens::of(ui).background)
            .inner_margin(margin);
        CentralPanel::no_frame()
            .frame(frame)
            .show(ui, |ui| match state.screen {
                Screen::Read => read::ui(ui, state, fields, commands),
                Screen::Review => review::ui(ui, state, fields, commands),
                Screen::Statistics => statistics::ui(ui, state, fields, commands),
                Screen::Train => train::ui(ui, state, fields, commands),
            });
        match state.overlay {
            Some(Overlay::Open) => read::open_overlay(&ctx, state, fields, commands),
            Some(Overlay::Worklist) => read::worklist_overlay(&ctx, state, fields, commands),
            Some(Overlay::Print) => read::print_overlay(&ctx, state, fields, commands),
            Some(Overlay::Help) => help::ui(&ctx, commands),
            Some(Overlay::Calibrate) => calibrate::ui(&ctx, state, fields, commands),
            Some(Overlay::Settings) => settings::ui(&ctx, state, fields, commands),
            Some(Overlay::Model) => model_card::ui(&ctx, state, commands),
            Some(Overlay::Source) => train::source_overlay(&ctx, state, fields, commands),
            Some(Overlay::MedianBeat) => read::median_beat_overlay(&ctx, state, fields, commands),
            None => {}
        }
        self.take_dropped_files(&ctx);
        drop_hint(&ctx);
        if !self.commands.is_empty() {
            // They are applied before the next frame, so there has to be one.
            ctx.request_repaint();
        }
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        if !self.for_a_picture {
            eframe::set_value(storage, Saved::KEY, &self.state.saved);
        }
    }

    /// A picture is of the program, not of where the pointer happens to be.
    fn raw_input_hook(&mut self, _ctx: &egui::Context, raw_input: &mut egui::RawInput) {
        if self.photographer.is_some() {
            raw_input
                .events
                .retain(|event| !matches!(event, egui::Event::PointerMoved(_)));
        }
    }

    /// The text of fields is nobody's business after the window has closed.
    fn persist_egui_memory(&self) -> bool {
        false
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        if let Some(workers) = self.workers.take() {
            workers.stop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_is_opened_instead_of_the_demonstration() {
        let options = AppOptions {
            open: Some(PathBuf::from("a.hea")),
            ..AppOptions::default()
        };
        let mut commands = Commands::default();
        first_commands(&options, &Saved::default(), &mut commands);
        let commands = commands.take();
        assert!(commands.contains(&Command::OpenRecording(PathBuf::from("a.hea"))));
        assert!(!commands.contains(&Command::OpenDemonstration));
    }

    #[test]
    fn the_demonstration_stays_away_once_there_are_recent_files() {
        let mut saved = Saved::default();
        let first = |saved: &Saved| {
            let mut commands = Commands::default();
            first_commands(&AppOptions::default(), saved, &mut commands);
            commands.take()
        };
        assert!(first(&saved).contains(&Command::OpenDemonstration));
        saved.remember(std::path::Path::new("/a.hea"));
        assert!(!first(&saved).contains(&Command::OpenDemonstration));
    }
}
