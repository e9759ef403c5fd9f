//! `protoecg open` and `protoecg` alone: the window.

use std::path::PathBuf;

/// Open the window on an ECG
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  protoecg open models/demo-rhythm/example.hea")]
pub struct Arguments {
    /// ECG file
    file: PathBuf,
    #[command(flatten)]
    window: WindowArguments,
}

/// Options of the window.
#[derive(Debug, Default, clap::Args)]
pub struct WindowArguments {
    /// Folder of a model bundle, or the name of one that comes with the program
    #[arg(long, value_name = "BUNDLE")]
    bundle: Option<PathBuf>,
    /// Folder of PTB-XL, for the training ECGs of a model that was trained on it
    #[arg(long, value_name = "DIR")]
    ptbxl: Option<PathBuf>,
    /// Folder of the review databases
    #[arg(long, value_name = "DIR", default_value = "reviews")]
    reviews: Option<PathBuf>,
    #[cfg(feature = "gui")]
    #[command(flatten)]
    picture: PictureArguments,
}

/// For the pictures in the README and for the test that starts the program:
/// wait until the screen is complete, save it, close the window.
#[cfg(feature = "gui")]
#[derive(Debug, Default, clap::Args)]
struct PictureArguments {
    #[arg(long, hide = true, value_name = "PNG")]
    picture: Option<PathBuf>,
    #[arg(long, hide = true, value_enum, requires = "picture")]
    screen: Option<crate::app::Screen>,
    #[arg(long, hide = true, value_enum, requires = "picture")]
    view: Option<crate::app::PairView>,
    #[arg(long, hide = true, value_enum, requires = "picture")]
    theme: Option<crate::app::ThemeChoice>,
    #[arg(long, hide = true, requires = "picture")]
    width: Option<u16>,
    #[arg(long, hide = true, requires = "picture")]
    height: Option<u16>,
    #[arg(long, hide = true, requires = "picture")]
    rater: Option<String>,
    #[arg(long, hide = true, value_name = "DIR", requires = "picture")]
    run: Option<PathBuf>,
}

#[cfg(feature = "gui")]
impl PictureArguments {
    fn options(self) -> Option<crate::app::PictureOptions> {
        let mut options = crate::app::PictureOptions::new(self.picture?);
        options.screen = self.screen.unwrap_or(options.screen);
        options.pair_view = self.view.unwrap_or(options.pair_view);
        options.theme = self.theme.unwrap_or(options.theme);
        options.size.0 = self.width.map_or(options.size.0, f32::from);
        options.size.1 = self.height.map_or(options.size.1, f32::from);
        options.rater = self.rater;
        options.run = self.run;
        Some(options)
    }
}

pub fn run(arguments: Arguments) -> anyhow::Result<()> {
    window(Some(arguments.file), arguments.window)
}

#[cfg(feature = "gui")]
pub fn window(file: Option<PathBuf>, arguments: WindowArguments) -> anyhow::Result<()> {
    let defaults = crate::app::AppOptions::default();
    crate::app::run(crate::app::AppOptions {
        open: file,
        bundle: arguments
            .bundle
            .map(|bundle| crate::bundle::resolve(&bundle))
            .transpose()?,
        reviews_dir: arguments.reviews.unwrap_or(defaults.reviews_dir),
        ptbxl_dir: arguments.ptbxl,
        notes_file: defaults.notes_file,
        demonstration: defaults.demonstration,
        program: defaults.program,
        picture: arguments.picture.options(),
    })
}

#[cfg(not(feature = "gui"))]
pub fn window(_file: Option<PathBuf>, _arguments: WindowArguments) -> anyhow::Result<()> {
    anyhow::bail!(
        "this protoecg was built without its window; see protoecg --help for the subcommands"
    )
}
