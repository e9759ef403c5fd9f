//! `protoecg train`: a configuration and a data set become a bundle.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use anyhow::Context;

use super::cache::CacheArguments;
use super::interrupt::asked_to_stop;
use super::{DataArguments, output};
use crate::bundle::{self, Bundle, resolve};
use crate::inference::{DeviceChoice, set_threads};
use crate::training::{
    Ended, Event, NotAgain, RunFolder, RunSettings, SHIPPED, Shipped, TrainingConfig,
    TrainingError, train,
};

/// Train a model and write its bundle
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  protoecg train --list\n  \
    protoecg simulate --records 2000 --seed 1 --out simulated\n  \
    protoecg train rhythm-demo --data simulated --out my-model\n\n\
    Ctrl-C stops after the current step; --resume goes on from the last whole epoch.")]
pub struct Arguments {
    /// Training configuration: a RON file, or a name of --list
    #[arg(value_name = "CONFIG", required_unless_present = "list")]
    config: Option<PathBuf>,
    /// List the configurations that come with the program
    #[arg(long, conflicts_with_all = ["config", "print", "data", "out", "resume"])]
    list: bool,
    /// Print the configuration and end
    #[arg(long, conflicts_with_all = ["data", "out", "resume"])]
    print: bool,
    /// Data set in the layout of PTB-XL, or a folder with records.csv and labels.ron
    #[arg(long, value_name = "DIR", required_unless_present_any = ["list", "print"])]
    data: Option<PathBuf>,
    /// Go on without the records that the table names and the folder does not have
    #[arg(long)]
    skip_missing: bool,
    #[command(flatten)]
    cache: CacheArguments,
    /// Folder for the bundle
    #[arg(long, value_name = "BUNDLE", required_unless_present_any = ["list", "print"])]
    out: Option<PathBuf>,
    /// Bundle of `protoecg bundle exclude`: the training ECGs of its prototypes that are out of use become none of their class again; may be given more than once
    #[arg(long, value_name = "BUNDLE")]
    not_again: Vec<PathBuf>,
    /// Where the network is trained
    #[arg(long, value_enum, default_value = "auto")]
    device: DeviceChoice,
    /// Go on with a run that was stopped
    #[arg(long)]
    resume: bool,
    /// Seed in place of the configuration's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Leave the test folds unread: for runs among which one chooses
    #[arg(long)]
    without_test: bool,
    /// CPU threads; results are reproducible for the same number
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

impl Arguments {
    /// What is written down of them for whoever goes on with the run.
    fn settings(&self, data: &Path) -> RunSettings {
        let (cache, no_cache) = self.cache.chosen();
        RunSettings {
            data: bundle::whole(data),
            device: self.device,
            threads: self.threads,
            skip_missing: self.skip_missing,
            cache: cache.map(bundle::whole),
            no_cache,
        }
    }
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    // clap has refused what is missing where it is needed.
    let (Some(name), false) = (&arguments.config, arguments.list) else {
        return list();
    };
    let (Some(data), Some(out), false) = (&arguments.data, &arguments.out, arguments.print) else {
        return print(name);
    };
    let mut config = read(name)?;
    config.seed = arguments.seed.unwrap_or(config.seed);
    if arguments.without_test {
        config.test_folds.clear();
    }
    for bundle in &arguments.not_again {
        let bundle = Bundle::open(&resolve(bundle)?)?;
        let more = NotAgain::of(&bundle.manifest);
        anyhow::ensure!(
            !more.is_empty(),
            "{}: no prototype with a known training ECG is out of use in it",
            bundle.dir.display()
        );
        config.not_again.extend(more);
    }
    // Before anything that takes time, so that whoever watches sees it begin.
    let folder = RunFolder::announce(out, arguments.resume, arguments.settings(data), &config)?;
    let folder = RefCell::new(folder);
    let result = train_announced(arguments, &config, (data, out), &folder);
    let how = result
        .as_ref()
        .err()
        .map(|error| match error.downcast_ref::<TrainingError>() {
            Some(TrainingError::Cancelled) => Ended::Stopped,
            _ => Ended::Failed(output::error_line(error)),
        });
    if let Some(how) = how {
        folder.into_inner().ended(how);
    }
    result
}

fn train_announced(
    arguments: &Arguments,
    config: &TrainingConfig,
    (data, out): (&Path, &Path),
    folder: &RefCell<RunFolder>,
) -> anyhow::Result<()> {
    let folds = [
        &config.train_folds[..],
        &config.validation_folds,
        &config.test_folds,
    ]
    .concat();
    let data = DataArguments {
        data: data.to_owned(),
        skip_missing: arguments.skip_missing,
        cache: arguments.cache.clone(),
    };
    let set = data.open(&folds)?;
    if let Some(threads) = arguments.threads {
        set_threads(threads);
    }
    let stop = asked_to_stop()?;
    let mut progress = output::Progress::new("reading record");
    // Every epoch has a bar of its own.
    let mut told = (0, 0);
    let mut listener = |event: &Event| {
        match event {
            Event::Reading { done, of } => {
                // Every split starts anew.
                if *done == 0 {
                    progress = output::Progress::new("reading record");
                }
                progress.show(*done, *of);
            }
            Event::Step {
                stage,
                epoch,
                step,
                of,
                ..
            } => {
                if told != (*stage, *epoch) {
                    told = (*stage, *epoch);
                    progress = output::Progress::new("step");
                }
                progress.show(*step, *of);
            }
            other => report(other),
        }
        folder.borrow_mut().tell(event) && !stop.load(Ordering::SeqCst)
    };
    let cancelled = || stop.load(Ordering::SeqCst);
    let bundle = train(
        config,
        &set,
        out,
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

/// A configuration by the name of its file or of one that comes with the program.
fn read(name: &Path) -> anyhow::Result<TrainingConfig> {
    if let Some(shipped) = shipped(name) {
        return Ok(shipped.config()?);
    }
    anyhow::ensure!(
        name.exists(),
        "{}: no such file, and no configuration of `protoecg train --list` has this name",
        name.display()
    );
    Ok(TrainingConfig::read(name)?)
}

/// A file of the same name in the current folder goes before.
fn shipped(name: &Path) -> Option<&'static Shipped> {
    Shipped::by_name(name.to_str()?).filter(|_| !name.is_file())
}

fn list() -> anyhow::Result<()> {
    let mut table = output::Table::new(&["name", "what", "for"]);
    for shipped in SHIPPED {
        let config = shipped.config()?;
        table.row(vec![
            shipped.name.to_owned(),
            config.title,
            shipped.purpose.to_owned(),
        ]);
    }
    table.print()
}

fn print(name: &Path) -> anyhow::Result<()> {
    match shipped(name) {
        Some(shipped) => output::print_line(shipped.text.trim_end()),
        None => {
            let text = std::fs::read_to_string(name);
            let text = text.with_context(|| name.display().to_string())?;
            output::print_line(text.trim_end())
        }
    }
}

fn report(event: &Event) {
    match event {
        Event::Reading { .. } | Event::Step { .. } | Event::Stage { .. } => {}
        Event::Begun(begun) => {
            output::status("");
            eprintln!(
                "{} training and {} validation ECGs on {}",
                begun.train_records, begun.validation_records, begun.device
            );
        }
        Event::Delivering {} => output::notice("writing and scoring the bundle"),
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
        Event::Projected { stage, report, .. } => {
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
        Event::Warning { message } => output::notice(&format!("warning: {message}")),
    }
}
