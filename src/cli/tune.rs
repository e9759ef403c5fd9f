//! `protoecg tune`: trials of a training configuration, here or on a cluster.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use anyhow::Context;

use super::interrupt::asked_to_stop;
use super::{DataArguments, output};
use crate::inference::{DeviceChoice, set_threads};
use crate::training::Event;
use crate::training::tuner::{
    Outcome, Progress, SHIPPED_SPACES, ShippedSpace, Slurm, Space, Study, Trial, Tuning, tune,
    write_jobs,
};

/// Look for a better configuration by training many
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  protoecg tune --list\n  \
    protoecg tune rhythm-published --data /path/to/ptb-xl --out study --trials 50\n\n\
    On a cluster:\n  \
    protoecg tune rhythm-published --data /path/to/ptb-xl --out study --trials 50 --slurm\n  \
    sbatch study/jobs.sbatch\n\n\
    The same command goes on with a study that was stopped. Test folds are not read.")]
pub struct Arguments {
    /// Search space: a RON file, or a name of --list
    #[arg(value_name = "SPACE", required_unless_present = "list")]
    space: Option<PathBuf>,
    /// List the search spaces that come with the program
    #[arg(long, conflicts_with_all = ["space", "print", "data", "out"])]
    list: bool,
    /// Print the search space and end, as a start for your own
    #[arg(long, conflicts_with_all = ["data", "out"])]
    print: bool,
    /// Data set in the layout of PTB-XL, or a folder with records.csv and labels.ron
    #[arg(long, value_name = "DIR", required_unless_present_any = ["list", "print"])]
    data: Option<PathBuf>,
    /// Go on without the records that the table names and the folder does not have
    #[arg(long)]
    skip_missing: bool,
    #[command(flatten)]
    cache: super::cache::CacheArguments,
    /// Folder of the study: new, or one to go on with
    #[arg(long, value_name = "STUDY", required_unless_present_any = ["list", "print"])]
    out: Option<PathBuf>,
    /// Trials that the study is to have
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..10_000))]
    trials: u32,
    /// Of what is tried; the network's own seed is in the configuration
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Bundles to keep: those of the best trials
    #[arg(long, value_name = "N", default_value_t = 3)]
    keep: usize,
    /// Where the networks are trained
    #[arg(long, value_enum, default_value = "auto")]
    device: DeviceChoice,
    /// CPU threads of each trial
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Train nothing here: write STUDY/jobs.sbatch, a Slurm job array of the trials
    #[arg(long)]
    slurm: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    // clap has refused what is missing where it is needed.
    let (Some(name), false) = (&arguments.space, arguments.list) else {
        return list();
    };
    let shipped = name.to_str().and_then(ShippedSpace::by_name);
    let shipped = shipped.filter(|_| !name.is_file());
    let (Some(data), Some(out), false) = (&arguments.data, &arguments.out, arguments.print) else {
        let text = match shipped {
            Some(space) => space.text.to_owned(),
            None => std::fs::read_to_string(name).with_context(|| name.display().to_string())?,
        };
        return output::print_line(text.trim_end());
    };
    let space = match shipped {
        Some(shipped) => Space::parse(shipped.text, shipped.name)?,
        None => {
            anyhow::ensure!(
                name.exists(),
                "{}: no such file, and no search space of `protoecg tune --list` has this name",
                name.display()
            );
            Space::read(name)?
        }
    };
    let study = match arguments.slurm {
        true => on_cluster(arguments, &space, data, out)?,
        false => here(arguments, &space, data, out)?,
    };
    match arguments.json {
        true => output::print_json(&document(&study)),
        false => print(&study),
    }
}

fn list() -> anyhow::Result<()> {
    let mut table = output::Table::new(&["name", "what it tunes"]);
    for space in SHIPPED_SPACES {
        table.row(vec![space.name.to_owned(), space.purpose.to_owned()]);
    }
    table.print()
}

fn on_cluster(
    arguments: &Arguments,
    space: &Space,
    data: &Path,
    out: &Path,
) -> anyhow::Result<Study> {
    let slurm = Slurm {
        program: std::env::current_exe().context("cannot find this program's own file")?,
        data: data.to_owned(),
        device: arguments.device,
        threads: arguments.threads,
    };
    let wanted = (arguments.trials as usize, arguments.seed);
    let (study, script) = write_jobs(&slurm, space, out, wanted)?;
    match script {
        Some(script) => output::notice(&format!(
            "start the trials with: sbatch {}\nthe same command collects what has ended",
            script.display()
        )),
        None => output::notice("all trials have ended; a larger --trials adds some"),
    }
    Ok(study)
}

fn here(arguments: &Arguments, space: &Space, data: &Path, out: &Path) -> anyhow::Result<Study> {
    // The folds are no parameter of a search.
    let config = space.first()?;
    let data = DataArguments {
        data: data.to_owned(),
        skip_missing: arguments.skip_missing,
        cache: arguments.cache.clone(),
    };
    let set = data.open(&[&config.train_folds[..], &config.validation_folds].concat())?;
    if let Some(threads) = arguments.threads {
        set_threads(threads);
    }
    let stop = asked_to_stop()?;
    let tuning = Tuning {
        trials: arguments.trials as usize,
        seed: arguments.seed,
        device: arguments.device,
        keep: arguments.keep,
    };
    let began = std::time::Instant::now();
    let mut ended = 0;
    let mut told = |progress: &Progress| match progress {
        Progress::Started { trial, of } => {
            output::notice(&format!(
                "trial {} of {of}: {}",
                trial.number,
                values(trial)
            ));
        }
        Progress::Training(event) => epoch(event),
        Progress::Ended(trial) => {
            ended += 1;
            output::status("");
            let each_s = began.elapsed().as_secs_f64() / f64::from(ended);
            let left = tuning.trials.saturating_sub(trial.number);
            output::notice(&format!(
                "trial {}: {}; about {} left for {left} more",
                trial.number,
                outcome(trial),
                output::duration(each_s * left as f64)
            ));
        }
    };
    let cancelled = || stop.load(Ordering::SeqCst);
    Ok(tune(&tuning, space, &set, out, &mut told, &cancelled)?)
}

fn epoch(event: &Event) {
    if let Event::Epoch {
        name,
        epoch,
        of,
        validation_macro_auroc,
        ..
    } = event
    {
        output::status(&format!(
            "{name} {epoch}/{of}, validation macro AUROC {}",
            output::number(*validation_macro_auroc)
        ));
    }
}

fn values(trial: &Trial) -> String {
    let values = trial.values.iter();
    let values: Vec<String> = values.map(|(name, v)| format!("{name} {v}")).collect();
    values.join(", ")
}

fn outcome(trial: &Trial) -> String {
    match &trial.outcome {
        Some(Outcome::Complete { macro_auroc }) => format!("macro AUROC {macro_auroc:.4}"),
        Some(Outcome::Pruned { epoch, macro_auroc }) => {
            format!("given up after epoch {epoch} with {macro_auroc:.4}")
        }
        Some(Outcome::Failed(why)) => format!("failed: {why}"),
        None if trial.is_on_cluster() => "on the cluster".to_owned(),
        None => "not ended".to_owned(),
    }
}

fn print(study: &Study) -> anyhow::Result<()> {
    let mut table = output::Table::new(&["trial", "outcome", "values"]);
    for trial in &study.trials {
        table.row(vec![
            trial.number.to_string(),
            outcome(trial),
            values(trial),
        ]);
    }
    table.print()?;
    match study.best() {
        Some(best) => output::print_line(&format!(
            "\nbest: trial {}, {}\ntrain it on with: protoecg train {} --data DIR --out BUNDLE",
            best.number,
            outcome(best),
            best.config_file().display()
        )),
        None => output::print_line("\nno trial has ended yet"),
    }
}

/// The document of `tune --json`.
#[derive(serde::Serialize)]
struct Document<'a> {
    schema: u32,
    best: Option<usize>,
    trials: Vec<Row<'a>>,
}

#[derive(serde::Serialize)]
struct Row<'a> {
    trial: usize,
    values: &'a std::collections::BTreeMap<String, String>,
    outcome: &'a Option<Outcome>,
    by_epoch: &'a [f64],
}

fn document(study: &Study) -> Document<'_> {
    let rows = study.trials.iter().map(|trial| Row {
        trial: trial.number,
        values: &trial.values,
        outcome: &trial.outcome,
        by_epoch: &trial.by_epoch,
    });
    Document {
        schema: 1,
        best: study.best().map(|trial| trial.number),
        trials: rows.collect(),
    }
}
