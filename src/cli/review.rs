//! `protoecg review`: rating studies from protocol to tables.

use std::path::PathBuf;

use anyhow::Context;

use super::output;
use crate::bundle::Bundle;
use crate::review::{
    BundleRef, Included, Phase, Protocol, Rater, Store, Study, conflicts, export, items_of, results,
};

/// Rating studies: make, follow, close, merge, verify, restore, export
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    New(New),
    Status(Status),
    Close(Close),
    Merge(Merge),
    Verify(Verify),
    Restore(Restore),
    Export(Export),
}

/// Make the database of a study from its protocol
///
/// Every rater or site works on a copy of the new file; `review merge` brings
/// them together.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  protoecg review new --template --bundle demo-rhythm > study.ron\n  \
                  protoecg review new --protocol study.ron --out reviews/study.sqlite"
)]
pub struct New {
    /// Print a commented protocol for this bundle to start from
    #[arg(long, requires = "bundle", conflicts_with_all = ["protocol", "out"])]
    template: bool,
    /// Protocol of the study
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

/// Write ratings, history and results of a study as tables, JSON, PDF and scripts
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  protoecg review export reviews/study.sqlite --out export")]
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
    /// Print what was written as one JSON document
    #[arg(long)]
    json: bool,
}

pub fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::New(arguments) => new(arguments),
        Command::Status(arguments) => status(arguments),
        Command::Close(arguments) => close(arguments),
        Command::Merge(arguments) => merge(arguments),
        Command::Verify(arguments) => verify(arguments),
        Command::Restore(arguments) => restore(arguments),
        Command::Export(arguments) => write_export(arguments),
    }
}

fn new(arguments: &New) -> anyhow::Result<()> {
    let open = |bundle: &PathBuf| -> anyhow::Result<Bundle> {
        Ok(Bundle::open(&crate::bundle::resolve(bundle)?)?)
    };
    if let (true, Some(bundle)) = (arguments.template, &arguments.bundle) {
        let bundle = BundleRef {
            name: bundle.display().to_string(),
            sha256: open(bundle)?.sha256,
        };
        return output::print_line(Protocol::template(&bundle).trim_end());
    }
    let (Some(file), Some(out)) = (&arguments.protocol, &arguments.out) else {
        anyhow::bail!("--protocol and --out are needed");
    };
    let mut protocol = Protocol::read(file)?;
    let named = PathBuf::from(&protocol.bundle.name);
    let bundle = open(arguments.bundle.as_ref().unwrap_or(&named))
        .with_context(|| format!("{}: bundle", file.display()))?;
    anyhow::ensure!(
        bundle.sha256 == protocol.bundle.sha256,
        "{}: bundle.sha256 is {}, the bundle {} has {}; the study is of one very model",
        file.display(),
        protocol.bundle.sha256,
        bundle.manifest.name,
        bundle.sha256
    );
    // The folder's name says nothing to others, and may say too much.
    protocol.bundle.name.clone_from(&bundle.manifest.name);
    let study = Study::by_protocol(protocol, items_of(&bundle.manifest))?;
    Store::create(out, &study)?;
    let linked: usize = study.items.iter().map(|item| item.linked.len()).sum();
    output::print_line(&format!(
        "{}: study {}, {} prototypes ({linked} more are linked to them), {} for practice, seed {}",
        out.display(),
        study.study_id,
        study.items.len(),
        study.training.len(),
        study.seed
    ))
}

fn status(arguments: &Status) -> anyhow::Result<()> {
    let store = Store::open(&arguments.study)?;
    let snapshot = store.snapshot()?;
    let results = results(&snapshot, Included::ClosedQueues)?;
    if arguments.json {
        return output::print_json(&serde_json::json!({
            "schema": crate::review::EXPORT_SCHEMA,
            "study_id": snapshot.study.study_id,
            "title": snapshot.study.title(),
            "bundle_sha256": snapshot.study.bundle_sha256,
            "prototypes": results.prototypes,
            "linked": results.linked,
            "training": snapshot.study.training.len(),
            "raters": results.raters,
            "conflicts": conflicts(&snapshot, Included::ClosedQueues),
        }));
    }
    output::print_line(&format!(
        "{}: {} prototypes, {} linked to them, {} for practice",
        snapshot.study.title(),
        results.prototypes,
        results.linked,
        snapshot.study.training.len()
    ))?;
    let mut table =
        output::Table::new(&["rater", "specialty", "answered", "of", "queue", "excluded"]);
    for rater in &results.raters {
        table.row(vec![
            rater.rater.to_string(),
            rater.specialty.clone(),
            rater.answered.to_string(),
            rater.total.to_string(),
            match (rater.closed, rater.after_closing) {
                (false, _) => "open".to_owned(),
                (true, 0) => "closed".to_owned(),
                (true, later) => format!("closed, {later} merged after"),
            },
            rater.excluded.values().sum::<usize>().to_string(),
        ]);
    }
    table.print()?;
    print_conflicts(&snapshot)
}

fn print_conflicts(snapshot: &crate::review::Snapshot) -> anyhow::Result<()> {
    for conflict in conflicts(snapshot, Included::ClosedQueues) {
        let again = match conflict.phase {
            Phase::Main => "",
            Phase::Repeat => " (repeat)",
            Phase::Training => " (training)",
        };
        let answers: Vec<String> = conflict
            .answers
            .iter()
            .map(|a| {
                let said: Vec<String> = a.ratings.values().map(u8::to_string).collect();
                match a.excluded {
                    Some(reason) => format!("{reason} as {}", a.event),
                    None if said.is_empty() => a.event.to_string(),
                    None => format!("{} as {}", said.join("/"), a.event),
                }
            })
            .collect();
        output::print_line(&format!(
            "conflict: rater {}, prototype {}{again}: {}; {}",
            conflict.rater,
            conflict.prototype,
            answers.join(", then "),
            if conflict.agrees {
                "the same"
            } else {
                "the last one counts"
            }
        ))?;
    }
    Ok(())
}

fn close(arguments: &Close) -> anyhow::Result<()> {
    let mut store = Store::open(&arguments.study)?;
    for rater in &arguments.rater {
        let progress = store.progress(rater)?;
        let event = store.close_queue(rater)?;
        output::print_line(&format!(
            "rater {rater}: closed with {} of {} answered, event {event}",
            progress.answered(),
            progress.total
        ))?;
    }
    store.close()?;
    Ok(())
}

fn merge(arguments: &Merge) -> anyhow::Result<()> {
    let mut store = Store::open(&arguments.study)?;
    for other in &arguments.others {
        let report = store.merge(other)?;
        output::print_line(&format!(
            "{}: {} events added, {} were here already",
            other.display(),
            report.added,
            report.already_here
        ))?;
    }
    let snapshot = store.snapshot()?;
    for rater in results(&snapshot, Included::ClosedQueues)?.raters {
        if rater.after_closing > 0 {
            output::print_line(&format!(
                "rater {}: {} answers came after the queue was closed here; they count",
                rater.rater, rater.after_closing
            ))?;
        }
    }
    print_conflicts(&snapshot)?;
    store.close()?;
    Ok(())
}

fn verify(arguments: &Verify) -> anyhow::Result<()> {
    // Opening follows every chain already; a broken one is the error.
    let store = Store::open(&arguments.study)?;
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
        store.study().study_id,
        report.events(),
        report.chains.len()
    ))
}

fn restore(arguments: &Restore) -> anyhow::Result<()> {
    let done = Store::restore(&arguments.study, usize::from(arguments.backup))?;
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
        arguments.study.display(),
        replaced.display()
    ))
}

fn write_export(arguments: &Export) -> anyhow::Result<()> {
    let store = Store::open(&arguments.study)?;
    let included = if arguments.interim {
        Included::Everyone
    } else {
        Included::ClosedQueues
    };
    let report = export(&store, &arguments.out, included)?;
    if arguments.json {
        return output::print_json(&report);
    }
    let mut table = output::Table::new(&["file", "rows", "SHA-256"]);
    for file in &report.files {
        table.row(vec![
            file.name.clone(),
            file.rows.map_or("-".to_owned(), |n| n.to_string()),
            file.sha256.clone(),
        ]);
    }
    table.print()?;
    let open = report.results.raters.iter().filter(|r| !r.closed).count();
    if open > 0 && !arguments.interim {
        output::print_line(&format!(
            "{open} queue(s) are open: their ratings are in the tables and not in the results"
        ))?;
    }
    output::print_line(&format!("written to {}", report.folder.display()))
}
