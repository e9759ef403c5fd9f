//! `protoecg cache`: the signals of a data set in a few files, and the options
//! of the commands that read through them.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;

use super::output;
use crate::bundle::Preprocessing;
use crate::dataset::{self, CacheReport, Check, DataSet};

/// `--cache` and `--no-cache`, shared by what reads whole data sets.
#[derive(Clone, Debug, clap::Args)]
pub struct CacheArguments {
    /// Where the signal cache is kept, instead of the user's cache folder
    #[arg(long, value_name = "DIR", env = "PROTOECG_CACHE")]
    cache: Option<PathBuf>,
    /// Read every record from its own files
    #[arg(long)]
    no_cache: bool,
}

impl CacheArguments {
    /// The data set, read through its cache unless that was not wanted.
    pub fn attach(&self, set: DataSet) -> anyhow::Result<DataSet> {
        if self.no_cache {
            return Ok(set);
        }
        let Some(place) = self.place() else {
            return Ok(set);
        };
        match with_cache(set.clone(), &place, Check::Stamps) {
            // A home that cannot be written to is no reason not to train.
            Err(error) if self.cache.is_none() => {
                tracing::warn!("{error}; the records are read from their own files");
                Ok(set)
            }
            result => result,
        }
    }

    /// Where it was asked for, and whether it was not wanted.
    pub fn chosen(&self) -> (Option<&Path>, bool) {
        (self.cache.as_deref(), self.no_cache)
    }

    fn place(&self) -> Option<PathBuf> {
        self.cache.clone().or_else(dataset::default_cache_place)
    }
}

fn with_cache(set: DataSet, place: &Path, check: Check) -> anyhow::Result<DataSet> {
    let bar = output::Progress::new("cache: record");
    let set = set.with_cache(place, check, &|done, of| {
        bar.show(done, of);
        true
    })?;
    output::status("");
    Ok(set)
}

/// Make, check or remove the signal cache of a data set
///
/// `train` and `evaluate` make it by themselves: the samples of all records as
/// they are, 16-bit numbers in a few large files. It is never needed: without it every record is
/// read from its own files.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  protoecg cache /path/to/ptb-xl\n  \
    protoecg cache /path/to/ptb-xl --verify\n  \
    protoecg cache /path/to/ptb-xl --cache /scratch/protoecg --measure --json\n  \
    protoecg cache /path/to/ptb-xl --remove")]
pub struct Arguments {
    /// The data set
    #[arg(value_name = "DIR")]
    data: PathBuf,
    /// Where the cache is kept, instead of the user's cache folder
    #[arg(long, value_name = "DIR", env = "PROTOECG_CACHE")]
    cache: Option<PathBuf>,
    /// Compare it with the records themselves, and write anew what differs
    #[arg(long)]
    verify: bool,
    /// Remove it
    #[arg(long, conflicts_with_all = ["verify", "measure"])]
    remove: bool,
    /// Also read every record from it, and filter every record, and give the times
    #[arg(long)]
    measure: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// The document of `cache --json`.
#[derive(serde::Serialize)]
struct Document {
    schema: u32,
    #[serde(flatten)]
    report: CacheReport,
    /// To make, complete or check it.
    open_s: f64,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    measured: Option<Measured>,
}

/// Times of all records on all cores.
#[derive(serde::Serialize)]
struct Measured {
    /// From the cache to millivolts.
    load_s: f64,
    /// The same with the filter of ProtoECGNet, to the input of a network.
    load_and_filter_s: f64,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let place = arguments
        .cache
        .clone()
        .or_else(dataset::default_cache_place);
    let place = place.context("there is no home folder to keep the cache in: give --cache")?;
    if arguments.remove {
        let removed = dataset::remove_cache(&arguments.data, &place)
            .with_context(|| format!("the cache of {}", arguments.data.display()))?;
        return output::print_line(match removed {
            true => "the cache is removed",
            false => "there was no cache",
        });
    }
    let set = DataSet::open(&arguments.data)?;
    let check = match arguments.verify {
        true => Check::Contents,
        false => Check::Stamps,
    };
    let started = Instant::now();
    let set = with_cache(set, &place, check)?;
    let open_s = started.elapsed().as_secs_f64();
    let report = set.cache_report().context("the cache is gone")?;
    let measured = arguments.measure.then(|| measure(&set)).transpose()?;
    if arguments.json {
        return output::print_json(&Document {
            schema: 1,
            report,
            open_s,
            measured,
        });
    }
    print(&report, open_s)?;
    if let Some(measured) = measured {
        output::print_line(&format!(
            "loaded in {:.2} s, loaded and filtered in {:.2} s",
            measured.load_s, measured.load_and_filter_s
        ))?;
    }
    Ok(())
}

fn print(report: &CacheReport, open_s: f64) -> anyhow::Result<()> {
    let (megabytes, folder) = (report.bytes as f64 / 1e6, report.folder.display());
    output::print_line(&format!(
        "{} records, {megabytes:.0} MB in {folder}; {} read from their files in {open_s:.2} s",
        report.records, report.read_anew
    ))?;
    if report.left_out > 0 {
        output::print_line(&format!(
            "{} records are not in it: they cannot be read, or have more than 16 bits",
            report.left_out
        ))?;
    }
    if report.mended > 0 {
        output::print_line(&format!(
            "{} records were out of date or damaged",
            report.mended
        ))?;
    }
    Ok(())
}

fn measure(set: &DataSet) -> anyhow::Result<Measured> {
    let entries: Vec<_> = set.entries().iter().collect();
    let started = Instant::now();
    set.map_signals(&entries, |_, signal| signal.recording.len())?;
    let load_s = started.elapsed().as_secs_f64();
    let preprocessing = Preprocessing::protoecgnet();
    let started = Instant::now();
    let inputs = set.map_signals(&entries, |entry, signal| {
        let input = preprocessing.apply(&signal.recording);
        input
            .with_context(|| format!("record {}", entry.ecg_id))
            .map(|_| ())
    })?;
    inputs.into_iter().collect::<anyhow::Result<Vec<()>>>()?;
    Ok(Measured {
        load_s,
        load_and_filter_s: started.elapsed().as_secs_f64(),
    })
}
