//! The subcommands, one file each. Each prints a table for people or, with
//! `--json`, one document for programs; errors go to standard error with exit
//! code 1, wrong usage with 2.

mod audit;
mod bundle;
mod cache;
mod convert;
mod display;
mod evaluate;
mod exclude;
mod explain;
mod import_torch;
mod info;
mod interrupt;
mod list;
mod measure;
mod open;
mod output;
mod predict;
mod print;
mod review;
mod simulate;
mod train;
mod tune;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::dataset::DataSet;
use crate::inference::DeviceChoice;

const ABOUT: &str = "Shows why a neural network read a 12-lead ECG as it did: by the most similar training ECG.\n\n\
    Without a subcommand it opens the window. Not a medical device.";

#[derive(Debug, Parser)]
#[command(name = "protoecg", version, about = ABOUT, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Open(open::Arguments),
    Info(info::Arguments),
    Convert(convert::Arguments),
    Measure(measure::Arguments),
    Simulate(simulate::Arguments),
    Cache(cache::Arguments),
    List(list::Arguments),
    Train(train::Arguments),
    Tune(tune::Arguments),
    Evaluate(evaluate::Arguments),
    Predict(predict::Arguments),
    Explain(explain::Arguments),
    Print(print::Arguments),
    ImportTorch(import_torch::Arguments),
    #[command(subcommand)]
    Review(review::Command),
    #[command(subcommand)]
    Bundle(bundle::Command),
}

/// `--bundle`, `--device` and `--threads`, shared by what runs a network.
#[derive(Clone, Debug, clap::Args)]
struct ModelArguments {
    /// Folder of a model bundle, or the name of one that comes with the program
    #[arg(long, value_name = "BUNDLE", default_value = "demo-rhythm")]
    bundle: PathBuf,
    /// Where the network runs
    #[arg(long, value_enum, default_value = "auto")]
    device: DeviceChoice,
    /// CPU threads; the last digits are reproducible for the same number
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

/// `--data` and `--skip-missing`, shared by what reads whole folds.
#[derive(Clone, Debug, clap::Args)]
struct DataArguments {
    /// Data set in the layout of PTB-XL, or a folder with records.csv and labels.ron
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    #[command(flatten)]
    cache: cache::CacheArguments,
    /// Go on without the records that the table names and the folder does not have
    #[arg(long)]
    skip_missing: bool,
}

impl DataArguments {
    /// The data set; all records of these folds are there.
    fn open(&self, folds: &[u8]) -> anyhow::Result<DataSet> {
        let (set, missing) = DataSet::open(&self.data)?.without_missing(folds);
        if missing.is_empty() {
            return self.cache.attach(set);
        }
        let listed = format!(
            "{} of the records of folds {folds:?} are not in {}: {}",
            missing.len(),
            self.data.display(),
            missing
                .iter()
                .map(u32::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        );
        anyhow::ensure!(
            self.skip_missing,
            "{listed}; --skip-missing goes on without them"
        );
        output::notice(&format!("without {listed}"));
        self.cache.attach(set)
    }
}

impl ModelArguments {
    fn load(&self) -> anyhow::Result<crate::inference::Model> {
        if let Some(threads) = self.threads {
            crate::inference::set_threads(threads);
        }
        let bundle = crate::bundle::Bundle::open(&crate::bundle::resolve(&self.bundle)?)?;
        Ok(crate::inference::Model::load(bundle, self.device)?)
    }
}

/// Runs the command line and returns the exit code.
pub fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("PROTOECG_LOG")
        .unwrap_or_else(|_| "warn,winit=error".into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever closed the pipe (`| head`) has all that was wanted.
        Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", output::error_line(&error));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        None => open::window(None, open::WindowArguments::default()),
        Some(Command::Open(arguments)) => open::run(arguments),
        Some(Command::Info(arguments)) => info::run(&arguments),
        Some(Command::Convert(arguments)) => convert::run(&arguments),
        Some(Command::Measure(arguments)) => measure::run(&arguments),
        Some(Command::Simulate(arguments)) => simulate::run(&arguments),
        Some(Command::Cache(arguments)) => cache::run(&arguments),
        Some(Command::List(arguments)) => list::run(&arguments),
        Some(Command::Train(arguments)) => train::run(&arguments),
        Some(Command::Tune(arguments)) => tune::run(&arguments),
        Some(Command::Evaluate(arguments)) => evaluate::run(&arguments),
        Some(Command::Predict(arguments)) => predict::run(&arguments),
        Some(Command::Explain(arguments)) => explain::run(&arguments),
        Some(Command::Print(arguments)) => print::run(&arguments),
        Some(Command::ImportTorch(arguments)) => import_torch::run(&arguments),
        Some(Command::Review(command)) => review::run(&command),
        Some(Command::Bundle(command)) => bundle::run(&command),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent_and_every_help_has_an_example() {
        Cli::command().debug_assert();
        for command in Cli::command().get_subcommands() {
            let leaves: Vec<_> = if command.has_subcommands() {
                command.get_subcommands().collect()
            } else {
                vec![command]
            };
            for leaf in leaves {
                let after = leaf
                    .get_after_help()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                assert!(
                    after.contains("protoecg "),
                    "{} has no example",
                    leaf.get_name()
                );
            }
        }
    }
}
