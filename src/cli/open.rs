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
}

pub fn run(arguments: Arguments) -> anyhow::Result<()> {
    window(Some(arguments.file), arguments.window)
}

#[cfg(feature = "gui")]
pub fn window(file: Option<PathBuf>, arguments: WindowArguments) -> anyhow::Result<()> {
    let _ = (file, arguments);
    anyhow::bail!("the window is not merged yet")
}

#[cfg(not(feature = "gui"))]
pub fn window(_file: Option<PathBuf>, _arguments: WindowArguments) -> anyhow::Result<()> {
    anyhow::bail!(
        "this protoecg was built without its window; see protoecg --help for the subcommands"
    )
}
