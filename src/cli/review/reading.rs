//! A reading study on the terminal.

use super::{
    Close, Export, Merge, Report, Status, included, merge_files, print_files, queue_in_words,
    say_after_closing, say_open,
};
use crate::cli::output;
use crate::review::reading::{ReadingResults, design, export_readings, reading_results, sections};
use crate::review::{EXPORT_SCHEMA, Included, ReadingStore};

pub fn status(arguments: &Status) -> anyhow::Result<()> {
    let snapshot = ReadingStore::open(&arguments.study)?.reading_snapshot()?;
    let results = reading_results(&snapshot, Included::ClosedQueues);
    if arguments.json {
        return output::print_json(&serde_json::json!({
            "schema": EXPORT_SCHEMA,
            "study_id": snapshot.study.study_id,
            "title": snapshot.study.title(),
            "bundle_sha256": snapshot.study.bundle_sha256,
            "ecgs": results.ecgs,
            "training": results.training,
            "arms": snapshot.study.protocol.arms,
            "readers": results.readers,
            "conflicts": results.conflicts,
        }));
    }
    output::print_line(&format!(
        "{}: {} ECGs to read in {} arms, {} for practice",
        snapshot.study.title(),
        results.ecgs,
        snapshot.study.protocol.arms.len(),
        results.training
    ))?;
    let mut table = output::Table::new(&["reader", "specialty", "answered", "of", "queue"]);
    for reader in &results.readers {
        table.row(vec![
            reader.reader.to_string(),
            reader.specialty.clone(),
            reader.answered.to_string(),
            reader.total.to_string(),
            queue_in_words(reader.closed, reader.after_closing),
        ]);
    }
    table.print()?;
    print_conflicts(&results)
}

fn print_conflicts(results: &ReadingResults) -> anyhow::Result<()> {
    for conflict in &results.conflicts {
        let events: Vec<String> = conflict.events.iter().map(ToString::to_string).collect();
        output::print_line(&format!(
            "conflict: reader {}, ECG {}, {}: {}; {}",
            conflict.reader,
            conflict.ecg_id,
            conflict.arm.name(),
            events.join(", then "),
            if conflict.agrees {
                "the same"
            } else {
                "the first to arrive counts"
            }
        ))?;
    }
    Ok(())
}

pub fn close(arguments: &Close) -> anyhow::Result<()> {
    let mut store = ReadingStore::open(&arguments.study)?;
    for reader in &arguments.rater {
        let (answered, total) = store.reading_progress(reader)?;
        let event = store.close_reading_queue(reader)?;
        output::print_line(&format!(
            "rater {reader}: closed with {answered} of {total} answered, event {event}"
        ))?;
    }
    store.close()?;
    Ok(())
}

pub fn merge(arguments: &Merge) -> anyhow::Result<()> {
    let mut store = ReadingStore::open(&arguments.study)?;
    merge_files(&mut store, arguments)?;
    let results = reading_results(&store.reading_snapshot()?, Included::ClosedQueues);
    for reader in &results.readers {
        say_after_closing(&reader.reader, reader.after_closing)?;
    }
    print_conflicts(&results)?;
    store.close()?;
    Ok(())
}

pub fn report(arguments: &Report) -> anyhow::Result<()> {
    super::no_audit_of_readings(arguments.audit.as_deref())?;
    let snapshot = ReadingStore::open(&arguments.study)?.reading_snapshot()?;
    let results = reading_results(&snapshot, included(arguments.interim));
    if arguments.json {
        return output::print_json(&results);
    }
    for line in design(&snapshot.study, &results) {
        output::print_line(&line)?;
    }
    for section in sections(&results) {
        output::print_line(&format!("\n{}. {}", section.title, section.note))?;
        let mut table = output::Table::new(section.columns);
        for row in section.rows {
            table.row(row);
        }
        table.print()?;
    }
    say_open(open_queues(&results), arguments.interim)
}

fn open_queues(results: &ReadingResults) -> usize {
    results
        .readers
        .iter()
        .filter(|reader| !reader.closed)
        .count()
}

pub fn export(arguments: &Export) -> anyhow::Result<()> {
    super::no_audit_of_readings(arguments.audit.as_deref())?;
    let store = ReadingStore::open(&arguments.study)?;
    let report = export_readings(&store, &arguments.out, included(arguments.interim))?;
    if arguments.json {
        return output::print_json(&report);
    }
    print_files(&report.files)?;
    say_open(open_queues(&report.results), arguments.interim)?;
    output::print_line(&format!("written to {}", report.folder.display()))
}
