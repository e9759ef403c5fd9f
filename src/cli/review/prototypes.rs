//! A study of prototypes on the terminal.

use std::path::Path;

use super::{
    Close, Export, Merge, Report, Status, included, merge_files, print_files, queue_in_words,
    say_after_closing, say_open,
};
use crate::cli::output;
use crate::explain::AuditDocument;
use crate::review::{self, Included, Phase, Results, ReviewError, Store, conflicts, results};
use crate::statistics::study::MetricTable;
use crate::statistics::{Interval, Undefined};

pub fn status(arguments: &Status) -> anyhow::Result<()> {
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
            "pairs": results.is_of_pairs(),
            "linked": results.linked,
            "training": snapshot.study.training.len(),
            "raters": results.raters,
            "conflicts": conflicts(&snapshot, Included::ClosedQueues),
        }));
    }
    let what = match results.is_of_pairs() {
        true => format!("{} pairs", results.prototypes),
        false => format!(
            "{} prototypes, {} linked to them",
            results.prototypes, results.linked
        ),
    };
    output::print_line(&format!(
        "{}: {what}, {} for practice",
        snapshot.study.title(),
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
            queue_in_words(rater.closed, rater.after_closing),
            rater.excluded.values().sum::<usize>().to_string(),
        ]);
    }
    table.print()?;
    print_conflicts(&snapshot)
}

fn print_conflicts(snapshot: &crate::review::Snapshot) -> anyhow::Result<()> {
    let of_pairs = snapshot.study.is_of_pairs();
    let what = if of_pairs { "pair" } else { "prototype" };
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
            "conflict: rater {}, {what} {}{again}: {}; {}",
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

pub fn close(arguments: &Close) -> anyhow::Result<()> {
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

pub fn merge(arguments: &Merge) -> anyhow::Result<()> {
    let mut store = Store::open(&arguments.study)?;
    merge_files(&mut store, arguments)?;
    let snapshot = store.snapshot()?;
    for rater in results(&snapshot, Included::ClosedQueues)?.raters {
        say_after_closing(&rater.rater, rater.after_closing)?;
    }
    print_conflicts(&snapshot)?;
    store.close()?;
    Ok(())
}

/// The table in the form of the paper's; everything else is in the export.
pub fn report(arguments: &Report) -> anyhow::Result<()> {
    let store = Store::open(&arguments.study)?;
    let snapshot = store.snapshot()?;
    let mut results = results(&snapshot, included(arguments.interim))?;
    if let Some(metrics) = metrics(&store, arguments.audit.as_deref())? {
        results = results.with_metrics(&snapshot, metrics)?;
    }
    if arguments.json {
        return output::print_json(&results);
    }
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.2}"));
    let mut table = output::Table::new(&[
        "rater",
        "question",
        "n",
        "mean",
        "95 % by clusters",
        "95 % naive",
    ]);
    for row in &results.table3 {
        table.row(vec![
            row.rater.clone(),
            results.title_of(&row.item).to_owned(),
            row.n.to_string(),
            number(row.mean),
            ends(row.clustered),
            ends(row.naive),
        ]);
    }
    table.print()?;
    print_associations(&results)?;
    say_open(open_queues(&results), arguments.interim)
}

fn ends(interval: Result<Interval, Undefined>) -> String {
    match interval {
        Ok(interval) => format!("{:.2} to {:.2}", interval.low, interval.high),
        Err(reason) => reason.to_string(),
    }
}

/// Spearman's rho of each metric with each question, where an audit was given.
fn print_associations(results: &Results) -> anyhow::Result<()> {
    let metrics = results
        .metrics
        .as_ref()
        .map(|metrics| &metrics.associations);
    let Some(associations) = metrics.or(results.cosines.as_ref()) else {
        return Ok(());
    };
    let mut table = output::Table::new(&["metric", "question", "n", "rho", "95 %"]);
    for found in associations {
        let (n, rho, interval) = match &found.spearman.0 {
            Ok(s) => (s.n.to_string(), format!("{:+.2}", s.rho), ends(s.interval)),
            Err(reason) => ("-".to_owned(), "-".to_owned(), reason.to_string()),
        };
        let question = results.title_of(&found.item).to_owned();
        table.row(vec![
            found.metric.name().to_owned(),
            question,
            n,
            rho,
            interval,
        ]);
    }
    table.print()
}

/// The metrics in an audit of the study's model.
fn metrics(store: &Store, audit: Option<&Path>) -> anyhow::Result<Option<MetricTable>> {
    if audit.is_some() && store.study().is_of_pairs() {
        return Err(ReviewError::MetricsOfPairs.into());
    }
    let document = audit
        .map(|path| AuditDocument::read_for(path, &store.study().bundle_sha256))
        .transpose()?;
    Ok(document.map(|document| document.metrics()))
}

fn open_queues(results: &Results) -> usize {
    results.raters.iter().filter(|rater| !rater.closed).count()
}

pub fn export(arguments: &Export) -> anyhow::Result<()> {
    let store = Store::open(&arguments.study)?;
    let metrics = metrics(&store, arguments.audit.as_deref())?;
    let report = review::export(&store, &arguments.out, included(arguments.interim), metrics)?;
    if arguments.json {
        return output::print_json(&report);
    }
    print_files(&report.files)?;
    say_open(open_queues(&report.results), arguments.interim)?;
    output::print_line(&format!("written to {}", report.folder.display()))
}
