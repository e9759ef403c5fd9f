//! Taking a picture of the window once everything that it waits for is there:
//! for the README, and for the test that starts the real program.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use eframe::egui::{ColorImage, Context, ViewportCommand};

use super::command::{PairView, Screen, ThemeChoice};

/// What to take a picture of.
#[derive(Clone, Debug)]
pub struct PictureOptions {
    /// The PNG to write.
    pub path: PathBuf,
    pub screen: Screen,
    pub theme: ThemeChoice,
    pub pair_view: PairView,
    /// Points; pixels where the display has no scaling.
    pub size: (f32, f32),
    /// Start reviewing as this rater.
    pub rater: Option<String>,
    /// Watch the training at this place.
    pub run: Option<PathBuf>,
}

impl PictureOptions {
    /// Of the Read screen in the light theme.
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            screen: Screen::Read,
            theme: ThemeChoice::Light,
            pair_view: PairView::default(),
            size: (1280.0, 800.0),
            rater: None,
            run: None,
        }
    }
}

/// Longest wait for the window to be complete.
const PATIENCE: Duration = Duration::from_secs(60);
/// Frames that are drawn after everything is there.
const SETTLING_FRAMES: u32 = 3;

/// Waits for the moment, takes the picture, closes the window.
pub struct Photographer {
    options: PictureOptions,
    started: Instant,
    complete_frames: u32,
    asked: bool,
    taken: Arc<Mutex<Option<Result<(), String>>>>,
}

impl Photographer {
    pub fn new(options: PictureOptions) -> Self {
        Self {
            options,
            started: Instant::now(),
            complete_frames: 0,
            asked: false,
            taken: Arc::default(),
        }
    }

    /// To be called every frame; `Some` when it is over, with what went wrong.
    pub fn step(&mut self, ctx: &Context, is_complete: bool) -> Option<Result<(), String>> {
        if let Some(result) = self.taken.lock().ok().and_then(|mut taken| taken.take()) {
            ctx.send_viewport_cmd(ViewportCommand::Close);
            return Some(result);
        }
        if self.started.elapsed() > PATIENCE {
            ctx.send_viewport_cmd(ViewportCommand::Close);
            let seconds = PATIENCE.as_secs();
            return Some(Err(format!(
                "the window was not complete after {seconds} s; no picture was taken"
            )));
        }
        self.complete_frames = if is_complete {
            self.complete_frames + 1
        } else {
            0
        };
        if self.complete_frames > SETTLING_FRAMES && !self.asked {
            self.asked = true;
            let (taken, path, waker) = (
                Arc::clone(&self.taken),
                self.options.path.clone(),
                ctx.clone(),
            );
            ctx.request_screenshot(move |image| {
                let result = save(&image, &path);
                if let Ok(mut taken) = taken.lock() {
                    *taken = Some(result);
                }
                waker.request_repaint();
            });
        }
        ctx.request_repaint_after(Duration::from_millis(30));
        None
    }
}

fn save(image: &ColorImage, path: &Path) -> Result<(), String> {
    let [width, height] = image.size;
    let bytes: Vec<u8> = image
        .pixels
        .iter()
        .flat_map(|pixel| [pixel.r(), pixel.g(), pixel.b()])
        .collect();
    let picture = image::RgbImage::from_raw(width as u32, height as u32, bytes)
        .ok_or("the picture has no pixels")?;
    picture
        .save(path)
        .map_err(|error| format!("{}: {error}", path.display()))
}
