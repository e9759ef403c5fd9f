//! `protoecg review`: rating and reading studies from protocol to tables.

mod new;
mod prototypes;
mod reading;

use std::path::{Path, PathBuf};

use super::output;
use crate::review::{
    self, AnyStudy, Database, ExportedFile, Included, Rater, StudyDocument, study_of_file,
};

/// Rating and reading studies: make, follow, close, merge, verify, restore, report, export
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    New(New),
    Status(Status),
    Close(Close),
    Merge(Merge),
    Verify(Verify),
    Restore(Restore),
    Report(Report),
    Export(Export),
}

/// Make the database of a study from its protocol
///
/// Every rater or site works on a copy of the new file; `review merge` brings
/// them together. In a study of pairs a test ECG and the prototype that the model
/// names for it are rated together. In a reading study test ECGs are diagnosed
/// unaided, with the prediction, and with its prototype or the attention. In both the ECGs are drawn
/// from the data set, and what the model says of them is stored in the study.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  protoecg review new --template --bundle demo-rhythm > study.ron\n  \
                  protoecg review new --protocol study.ron --out reviews/study.sqlite\n  \
                  protoecg review new --template --pairs --bundle demo-rhythm > pairs.ron\n  \
                  protoecg review new --protocol pairs.ron --data DIR --out reviews/pairs.sqlite\n  \
                  protoecg review new --template --reading --bundle demo-rhythm > reading.ron\n  \
                  protoecg review new --protocol reading.ron --data DIR --out reviews/reading.sqlite"
)]
pub struct New {
    /// Print a commented protocol for this bundle to start from
    #[arg(long, requires = "bundle", conflicts_with_all = ["protocol", "out"])]
    template: bool,
    /// With --template: the protocol of a reading study
    #[arg(long, requires = "template")]
    reading: bool,
    /// With --template: the protocol of a study of pairs
    #[arg(long, requires = "template", conflicts_with = "reading")]
    pairs: bool,
    /// Protocol of the study, of prototypes, of pairs or of reading
    #[arg(long, value_name = "FILE.ron", required_unless_present = "template")]
    protocol: Option<PathBuf>,
    /// Database to make
    #[arg(
        long,
        value_name = "STUDY.sqlite",
        required_unless_present = "template"
    )]
    out: Option<PathBuf>,
    /// Folder or name of the bundle, instead of the name in the protocol
    #[arg(long, value_name = "BUNDLE")]
    bundle: Option<PathBuf>,
    /// Data set with the test ECGs of a study of pairs or of reading
    #[arg(long, value_name = "DIR", env = "PROTOECG_PTBXL")]
    data: Option<PathBuf>,
}

/// How far each rater is; no ratings
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  protoecg review status reviews/study.sqlite")]
pub struct Status {
    /// Database of the study
    #[arg(value_name = "STUDY.sqlite")]
    study: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Close the queue of a rater for good: nothing is rated after that, and the
/// results can be seen
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  protoecg review close reviews/study.sqlite --rater R1")]
pub struct Close {
    /// Database of the study
    #[arg(value_name = "STUDY.sqlite")]
    study: PathBuf,
    /// Whose queue; may be given more than once
    #[arg(long, value_name = "CODE", required = true)]
    rater: Vec<Rater>,
}

/// Take in the ratings of other files of the same study
///
/// No event is taken twice and none is dropped. Questions that one rater
/// answered in several files are listed; the answer of the file that was merged
/// last counts. The other files are not changed.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  protoecg review merge study.sqlite site-a.sqlite site-b.sqlite"
)]
pub struct Merge {
    /// Database to merge into
    #[arg(value_name = "STUDY.sqlite")]
    study: PathBuf,
    /// Files to take in, in this order
    #[arg(value_name = "OTHER.sqlite", required = true)]
    others: Vec<PathBuf>,
}

/// Follow every chain of events, and name the first broken link
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  protoecg review verify reviews/study.sqlite")]
pub struct Verify {
    /// Database of the study
    #[arg(value_name = "STUDY.sqlite")]
    study: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Put a backup in the place of a database that is damaged or was spoilt
///
/// The database that is there is kept in backups/; what can be read of it can be
/// merged afterwards.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  protoecg review restore reviews/study.sqlite")]
pub struct Restore {
    /// Database of the study
    #[arg(value_name = "STUDY.sqlite")]
    study: PathBuf,
    /// Which backup, 1 the newest
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u8).range(1..=crate::review::BACKUPS_KEPT as i64))]
    backup: u8,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Print the results of closed queues
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  protoecg review report reviews/reading.sqlite\n  \
    protoecg review report reviews/study.sqlite --audit audit.json"
)]
pub struct Report {
    /// Database of the study
    #[arg(value_name = "STUDY.sqlite")]
    study: PathBuf,
    /// Raters whose queue is still open are in the results, too
    #[arg(long)]
    interim: bool,
    /// Metrics of the prototypes from `protoecg bundle audit BUNDLE --out FILE.json`, to stand beside the ratings
    #[arg(long, value_name = "FILE.json")]
    audit: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// Write answers, history and results of a study as tables, JSON and PDF; of ratings also scripts
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  protoecg review export reviews/study.sqlite --out export\n  \
    protoecg bundle audit BUNDLE --data DIR --out audit.json\n  \
    protoecg review export reviews/study.sqlite --audit audit.json --out export"
)]
pub struct Export {
    /// Database of the study
    #[arg(value_name = "STUDY.sqlite")]
    study: PathBuf,
    /// Folder to write to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Raters whose queue is still open are in the results, too
    #[arg(long)]
    interim: bool,
    /// Metrics of the prototypes from `protoecg bundle audit BUNDLE --out FILE.json`, to stand beside the ratings
    #[arg(long, value_name = "FILE.json")]
    audit: Option<PathBuf>,
    /// Print what was written as one JSON document
    #[arg(long)]
    json: bool,
}

pub fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::New(arguments) => new::run(arguments),
        Command::Status(arguments) if is_reading(&arguments.study) => reading::status(arguments),
        Command::Status(arguments) => prototypes::status(arguments),
        Command::Close(arguments) if is_reading(&arguments.study) => reading::close(arguments),
        Command::Close(arguments) => prototypes::close(arguments),
        Command::Merge(arguments) if is_reading(&arguments.study) => reading::merge(arguments),
        Command::Merge(arguments) => prototypes::merge(arguments),
        Command::Verify(arguments) if is_reading(&arguments.study) => {
            verify::<review::reading::ReadingStudy>(arguments)
        }
        Command::Verify(arguments) => verify::<review::Study>(arguments),
        Command::Restore(arguments) => restore(arguments),
        Command::Report(arguments) if is_reading(&arguments.study) => reading::report(arguments),
        Command::Report(arguments) => prototypes::report(arguments),
        Command::Export(arguments) if is_reading(&arguments.study) => reading::export(arguments),
        Command::Export(arguments) => prototypes::export(arguments),
    }
}

/// Whether a file is of a reading study. What cannot be opened is taken for one
/// of prototypes, whose opening says why.
fn is_reading(path: &Path) -> bool {
    matches!(study_of_file(path), Ok(AnyStudy::Reading(_)))
}

/// Metrics are of prototypes.
fn no_audit_of_readings(audit: Option<&Path>) -> anyhow::Result<()> {
    match audit {
        Some(path) => anyhow::bail!(
            "--audit {}: this is a reading study; metrics of prototypes stand beside ratings of prototypes",
            path.display()
        ),
        None => Ok(()),
    }
}

fn included(interim: bool) -> Included {
    if interim {
        Included::Everyone
    } else {
        Included::ClosedQueues
    }
}

/// Takes in every file, and says what was new.
fn merge_files<S: StudyDocument>(store: &mut Database<S>, arguments: &Merge) -> anyhow::Result<()> {
    for other in &arguments.others {
        let report = store.merge(other)?;
        output::print_line(&format!(
            "{}: {} events added, {} were here already",
            other.display(),
            report.added,
            report.already_here
        ))?;
    }
    Ok(())
}

fn say_after_closing(rater: &Rater, answers: usize) -> anyhow::Result<()> {
    if answers == 0 {
        return Ok(());
    }
    output::print_line(&format!(
        "rater {rater}: {answers} answers came after the queue was closed here; they count"
    ))
}

/// `open`, `closed`, and what came later.
fn queue_in_words(closed: bool, after_closing: usize) -> String {
    match (closed, after_closing) {
        (false, _) => "open".to_owned(),
        (true, 0) => "closed".to_owned(),
        (true, later) => format!("closed, {later} merged after"),
    }
}

fn print_files(files: &[ExportedFile]) -> anyhow::Result<()> {
    let mut table = output::Table::new(&["file", "rows", "SHA-256"]);
    for file in files {
        table.row(vec![
            file.name.clone(),
            file.rows.map_or("-".to_owned(), |n| n.to_string()),
            file.sha256.clone(),
        ]);
    }
    table.print()
}

fn say_open(open: usize, interim: bool) -> anyhow::Result<()> {
    if open == 0 || interim {
        return Ok(());
    }
    output::print_line(&format!(
        "{open} queue(s) are open: their answers are in the tables and not in the results"
    ))
}

fn verify<S: StudyDocument>(arguments: &Verify) -> anyhow::Result<()> {
    // Opening follows every chain already; a broken one is the error.
    let store = Database::<S>::open(&arguments.study)?;
    let report = store.verify()?;
    if arguments.json {
        return output::print_json(&report);
    }
    let mut table = output::Table::new(&["installation", "events", "head of the chain"]);
    for chain in &report.chains {
        table.row(vec![
            chain.installation.to_string(),
            chain.events.to_string(),
            chain.head.clone(),
        ]);
    }
    table.print()?;
    output::print_line(&format!(
        "study {}: {} events in {} chains, all whole",
        store.study().study_id(),
        report.events(),
        report.chains.len()
    ))
}

fn restore(arguments: &Restore) -> anyhow::Result<()> {
    let done = review::restore(&arguments.study, usize::from(arguments.backup))?;
    if arguments.json {
        return output::print_json(&done);
    }
    output::print_line(&format!(
        "{}: {} events from {}",
        arguments.study.display(),
        done.events,
        done.from.display()
    ))?;
    let Some(replaced) = done.replaced else {
        return Ok(());
    };
    output::print_line(&format!(
        "the database that was there is {}; `protoecg review merge {} {}` takes in what can be read of it",
        replaced.display(),
        output::quoted(&arguments.study),
        output::quoted(&replaced)
    ))
}
