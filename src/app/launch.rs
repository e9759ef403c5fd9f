//! Starting the window.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use anyhow::anyhow;
use eframe::egui::{IconData, ViewportBuilder, vec2};

use super::application::Application;
use super::picture::PictureOptions;
use super::worker::NativeDialogs;

/// How to start.
#[derive(Clone, Debug)]
pub struct AppOptions {
    /// An ECG to open.
    pub open: Option<PathBuf>,
    /// A bundle folder, instead of the one that was used last.
    pub bundle: Option<PathBuf>,
    /// Where review databases are.
    pub reviews_dir: PathBuf,
    /// Where training ECGs of PTB-XL are, instead of the folder in the settings.
    pub ptbxl_dir: Option<PathBuf>,
    /// Where flags and notes are kept, instead of beside the settings.
    pub notes_file: Option<PathBuf>,
    /// Show the demonstration's example until the user has opened an ECG.
    pub demonstration: bool,
    /// What a training is started with: this program itself.
    pub program: PathBuf,
    /// Take a picture once everything is there, and close.
    pub picture: Option<PictureOptions>,
}

impl Default for AppOptions {
    fn default() -> Self {
        Self {
            open: None,
            bundle: None,
            reviews_dir: PathBuf::from("reviews"),
            ptbxl_dir: None,
            notes_file: None,
            demonstration: true,
            // A program that was removed meanwhile cannot be started, which is then said.
            program: std::env::current_exe().unwrap_or_default(),
            picture: None,
        }
    }
}

/// The program's sign in the task bar.
fn icon() -> IconData {
    let png = include_bytes!("../../assets/icons/protoecg.png");
    // Compiled in and seen by a test; without a sign the window is none the worse.
    eframe::icon_data::from_png_bytes(png).unwrap_or_default()
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// When no window can be made (no display, no OpenGL), or the picture that was
/// asked for could not be taken.
pub fn run(options: AppOptions) -> anyhow::Result<()> {
    let size = options
        .picture
        .as_ref()
        .map_or((1280.0, 800.0), |picture| picture.size);
    let taking_a_picture = options.picture.is_some();
    let mut native = eframe::NativeOptions {
        renderer: eframe::Renderer::Glow,
        system_font_fallback: false,
        persist_window: !taking_a_picture,
        viewport: ViewportBuilder::default()
            .with_app_id("protoecg")
            .with_title("protoecg")
            .with_icon(icon())
            .with_inner_size(vec2(size.0, size.1))
            .with_min_inner_size(vec2(980.0, 620.0))
            .with_drag_and_drop(true),
        ..eframe::NativeOptions::default()
    };
    // Software drawing needs no multisampling: egui feathers its edges.
    native.multisampling = 0;
    let failure = Arc::new(Mutex::new(None));
    let report = Arc::clone(&failure);
    eframe::run_native(
        "protoecg",
        native,
        Box::new(move |cc| Ok(Box::new(Application::new(cc, options, Arc::new(NativeDialogs))?.reporting_to(report)))),
    )
    .map_err(|error| {
        anyhow!(
            "the window could not be opened: {error}\nprotoecg needs a display (X11 or Wayland) with OpenGL; \
             the other subcommands work without (protoecg --help)"
        )
    })?;
    match failure.lock().ok().and_then(|mut failure| failure.take()) {
        Some(message) => Err(anyhow!("{message}")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_can_be_read() {
        assert_eq!((icon().width, icon().height), (128, 128));
    }
}
