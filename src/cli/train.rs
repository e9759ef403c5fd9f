//! `protoecg train`: a configuration and a data set become a bundle.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;

use super::output;
use crate::dataset::DataSet;
use crate::inference::{DeviceChoice, set_threads};
use crate::training::{Event, TrainingConfig, train};

/// Train a model and write its bundle
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  protoecg simulate --records 2000 --seed 1 --out simulated\n  \
    protoecg train assets/configs/rhythm-demo.ron --data simulated --out my-model\n\n\
    Ctrl-C stops after the current step; --resume goes on from the last whole epoch."
)]
pub struct Arguments {
    /// Training configuration (RON); assets/configs has those of the shipped models
    #[arg(value_name = "CONFIG.ron")]
    config: PathBuf,
    /// Data set in the layout of PTB-XL
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Folder for the bundle
    #[arg(long, value_name = "BUNDLE")]
    out: PathBuf,
    /// Where the network is trained
    #[arg(long, value_enum, default_value = "auto")]
    device: DeviceChoice,
    /// Go on with a run that was stopped
    #[arg(long)]
    resume: bool,
    /// CPU threads; results are reproducible for the same number
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let config = TrainingConfig::read(&arguments.config)?;
    let set = DataSet::open(&arguments.data)?;
    if let Some(threads) = arguments.threads {
        set_threads(threads);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let asked = stop.clone();
    ctrlc::set_handler(move || {
        // The second Ctrl-C ends the program at once.
        if asked.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
    })
    .context("cannot listen for Ctrl-C")?;
    let mut listener = |event: &Event| {
        report(event);
        !stop.load(Ordering::SeqCst)
    };
    let cancelled = || stop.load(Ordering::SeqCst);
    let bundle = train(
        &config,
        &set,
        &arguments.out,
        arguments.device,
        arguments.resume,
        &mut listener,
        &cancelled,
    )?;
    output::status("");
    for metrics in &bundle.manifest.metrics {
        output::print_line(&format!(
            "fold {}: macro AUROC {} {} over {} statements, {} ECGs",
            metrics.fold,
            output::number(metrics.macro_auroc),
            output::interval(metrics.macro_auroc_ci),
            metrics.statements_scored,
            metrics.records
        ))?;
    }
    output::print_line(&format!("bundle written to {}", bundle.dir.display()))
}

fn report(event: &Event) {
    match event {
        Event::Reading { done, of } => output::status(&format!("reading record {done} of {of}")),
        Event::Epoch {
            stage,
            name,
            epoch,
            of,
            loss,
            validation_macro_auroc,
            better,
            seconds_left,
            ..
        } => {
            output::status("");
            eprintln!(
                "stage {stage} ({name}) epoch {epoch}/{of}: loss {loss:.4}, validation macro AUROC {}{}, at most {} left in this stage",
                output::number(*validation_macro_auroc),
                if *better { " *" } else { "" },
                output::duration(*seconds_left)
            );
        }
        Event::Projected { stage, report } => {
            output::status("");
            eprintln!(
                "stage {stage} (project {}): {} prototypes on {} training ECGs; cosine to the source before: median {:.3}, smallest {:.3}; AUROC of a prototype for its statement, median {}",
                report.branch,
                report.prototypes,
                report.distinct,
                report.cosine_before_median,
                report.cosine_before_min,
                output::number(report.prototype_auroc_median)
            );
        }
    }
}
